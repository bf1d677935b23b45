#include "encode/internal/png_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "encode/internal/handles.h"
#include "cache/uninterrupted.h"

namespace framespool {
namespace {

constexpr std::size_t kSignature = 8;

// What libpng's callbacks work on; lives in read_png(). Nothing in it has a destructor.
struct Input {
  int fd = -1;
  png_infop info = nullptr;
  PngRows* rows = nullptr;
  PngRows::Form form = PngRows::Form::stored;
  int error_number = 0;
  bool read_failed = false;
  bool refused = false;
};

// Bytes read; fewer than asked for at the end of the file or after an error.
std::size_t read_fully(Input& input, png_bytep to, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t count = uninterrupted([&] { return ::read(input.fd, to + done, bytes - done); });
    if (count < 0) {
      input.read_failed = true;
      input.error_number = errno;
    }
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void on_read(png_structp png, png_bytep to, std::size_t bytes) {
  if (read_fully(*static_cast<Input*>(png_get_io_ptr(png)), to, bytes) < bytes)
    png_error(png, "the file is cut off");
}

void turn_into_rgba(png_structp png, int colour_type) {
  png_set_expand(png);
  png_set_scale_16(png);
  if ((colour_type & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
}

bool read_chunks(png_structp png, void* context) {
  Input& input = *static_cast<Input*>(context);
  png_read_info(png, input.info);
  PngHeader header;
  int interlace = 0;
  png_get_IHDR(png, input.info, &header.width, &header.height, &header.bit_depth, &header.colour_type,
               &interlace, nullptr, nullptr);
  header.interlaced = interlace != PNG_INTERLACE_NONE;
  if (!input.rows->header(header)) {
    input.refused = true;
    return false;
  }
  if (input.form == PngRows::Form::rgba8) turn_into_rgba(png, header.colour_type);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, input.info);
  for (int pass = 0; pass < passes; ++pass)
    for (std::uint32_t y = 0; y < header.height; ++y) {
      png_read_row(png, reinterpret_cast<png_bytep>(input.rows->place(y)), nullptr);
      if (pass == passes - 1) input.rows->done(y);
    }
  png_read_end(png, nullptr);
  return true;
}

}  // namespace

PngRead read_png(int fd, PngRows& rows, PngRows::Form form, PngMemory& memory) noexcept {
  PngRead result;
  Input input;
  input.fd = fd;
  input.rows = &rows;
  input.form = form;
  png_byte signature[kSignature];
  const std::size_t got = read_fully(input, signature, kSignature);
  if (!input.read_failed && (got < kSignature || png_sig_cmp(signature, 0, kSignature) != 0)) {
    result.outcome = PngRead::Outcome::not_png;
    return result;
  }
  memory.reset();
  PngReader reader;
  if (!input.read_failed)
    reader.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &result.reason, keep_reason_and_jump,
                                          ignore_warning, &memory, PngMemory::on_malloc, PngMemory::on_free);
  if (reader.png) reader.info = png_create_info_struct(reader.png);
  if (!reader.info) {
    result.error_number = input.error_number;
    return result;
  }
  png_set_read_fn(reader.png, &input, on_read);
  png_set_sig_bytes(reader.png, kSignature);
  png_set_user_limits(reader.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Text and colour profiles say nothing of the pixels, and their size is not ours to trust.
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  input.info = reader.info;
  const bool whole = run_until_jump(reader.png, read_chunks, &input);
  result.error_number = input.error_number;
  if (input.read_failed || memory.exhausted())
    result.outcome = PngRead::Outcome::failed;
  else if (whole)
    result.outcome = PngRead::Outcome::whole;
  else
    result.outcome = input.refused ? PngRead::Outcome::refused : PngRead::Outcome::damaged;
  return result;
}

}  // namespace framespool
