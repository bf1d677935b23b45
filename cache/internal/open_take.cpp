#include "cache/internal/open_take.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace framespool {
namespace {

using namespace layout;

// How far a file without any sign of being a take is searched for a record.
constexpr std::uint64_t kSearchBytes = 64ull << 20;

Result<File> open_file(const std::filesystem::path& path) {
  // Not to wait for ever where the path is a pipe.
  File file = File::open(path, O_RDONLY | O_NONBLOCK);
  if (!file && (errno == ENOENT || errno == ENOTDIR))
    return fail(ErrorKind::usage, path.string(), "there is no such file");
  if (!file) return tl::unexpected(system_error(path.string(), errno));
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) return tl::unexpected(system_error(path.string(), errno));
  if (S_ISDIR(status.st_mode)) return fail(ErrorKind::usage, path.string(), "is a folder, not a take");
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::usage, path.string(), "is not a regular file");
  if (status.st_size == 0) return fail(ErrorKind::usage, path.string(), "is empty, not a take");
  return file;
}

// A damaged file header: the session is in every other block too.
std::optional<SessionId> session_elsewhere(TakePages& pages) {
  const auto session_at = [&](std::uint64_t offset) -> std::optional<SessionId> {
    const auto page = pages.page(offset);
    if (!page) return std::nullopt;
    if (is_block(*page, kMagicPointer) || is_block(*page, kMagicFrame) || is_block(*page, kMagicEnd))
      return session_of(*page);
    return std::nullopt;
  };
  for (const std::uint64_t offset : {kPointerOffset[0], kPointerOffset[1], kFirstRecord})
    if (const auto session = session_at(offset)) return session;
  if (pages.length() >= kPage)
    if (const auto session = session_at(pages.length() / kPage * kPage - kPage)) return session;
  SessionId found{};
  const auto record = pages.find(kFirstRecord, [&](ConstPage page, std::uint64_t offset) {
    if (offset > kSearchBytes) return true;
    found = session_of(page);
    return decode_frame(page, found, offset).has_value();
  });
  if (!record || *record > kSearchBytes) return std::nullopt;
  return found;
}

std::optional<TakeInfo> info_from_first_record(TakePages& pages, const SessionId& session) {
  std::optional<TakeInfo> info;
  const auto record = pages.find(kFirstRecord, [&](ConstPage page, std::uint64_t offset) {
    if (!decode_frame(page, session, offset)) return false;
    info = take_info_of_frame(page);
    return true;
  });
  return record ? info : std::nullopt;
}

tl::unexpected<Error> newer_version(const std::filesystem::path& path, std::uint32_t version) {
  return fail(ErrorKind::usage, path.string(),
              fmt::format("the take has format version {}, this program reads version {}", version, kVersion),
              "open it with a newer Framespool");
}

}  // namespace

bool begins_as_take(TakePages& pages) {
  std::array<char, kMagicBytes> magic{};
  const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(pages.length(), kMagicBytes));
  return pages.length() < kPage && bytes > 0 &&
         pages.read(0, std::as_writable_bytes(std::span(magic)).first(bytes)) &&
         std::equal(magic.begin(), magic.begin() + static_cast<std::ptrdiff_t>(bytes), kMagicFile);
}

Result<OpenedTake> open_take(const std::filesystem::path& path) {
  auto file = open_file(path);
  if (!file) return tl::unexpected(file.error());
  if (!try_lock(*file, kReaderLock, LockKind::shared))
    return fail(ErrorKind::usage, path.string(), "is being removed or overwritten");
  // Asked before the length: a take that is finished in between then shows its end block.
  const bool being_recorded = locked_exclusively_by_other(*file, kWriterLock);
  // Our own read-ahead knows better, and hopping from header to header wants none.
  ::posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_RANDOM);
  TakePages pages(std::move(*file));
  if (const int error_number = pages.measure(); error_number != 0)
    return tl::unexpected(system_error(path.string(), error_number));

  std::uint32_t version = 0;  // of a file header that says it is one
  if (const auto page = pages.page(0)) {
    if (auto info = decode_file_header(*page))
      return OpenedTake{std::move(pages), std::move(*info), false, being_recorded};
    if (has_magic(*page, kMagicFile)) version = version_of(*page);
    if (version > kVersion && checksum_holds(*page)) return newer_version(path, version);
  } else {
    const bool begins = begins_as_take(pages);
    if (pages.failed_reads() > 0) return tl::unexpected(system_error(path.string(), pages.read_error()));
    return fail(ErrorKind::usage, path.string(),
                begins ? "is not a take: it is cut off before its first frame" : "is not a take");
  }
  const auto session = session_elsewhere(pages);
  // What cannot be read may be all of a take.
  if (!session && pages.failed_reads() > 0) return tl::unexpected(system_error(path.string(), pages.read_error()));
  if (!session && version > kVersion) return newer_version(path, version);
  if (!session && version == 0) return fail(ErrorKind::usage, path.string(), "is not a take");
  auto info = session ? info_from_first_record(pages, *session) : std::nullopt;
  if (!info && pages.failed_reads() > 0) return tl::unexpected(system_error(path.string(), pages.read_error()));
  if (!info) return fail(ErrorKind::damaged, path.string(), "the file header is damaged and no frame is left");
  return OpenedTake{std::move(pages), std::move(*info), true, being_recorded};
}

}  // namespace framespool
