// The finished picture that a software driver sends to the X server during a swap: read there, it costs one copy.
// glReadPixels has to convert it pixel by pixel, as no format of OpenGL's is the one X windows have (BGRX).
//
// Nothing promises that this picture is the frame. So it is compared with what glReadPixels gives, first of all and now and
// then later, only one of the same size out of the same memory as those is taken, and none any more once one differs or
// three have not come.
#pragma once

#include <cstddef>
#include <cstdint>

namespace framespool::preload {

// What is to become of the picture of one swap. Plain data.
struct PictureJob {
  enum class Kind { copy, compare };
  Kind kind = Kind::copy;
  std::uint32_t* pixels = nullptr;  // BGRA8, rows bottom-up, tightly packed: to be filled, or to be compared with
  std::uint32_t width = 0, height = 0;
  bool has_alpha = false;  // false: the fourth byte holds anything and is to be 255
  // Where in the driver's memory it begins. Known: pictures from elsewhere are not the one meant (a front buffer's); else
  // told by the first part.
  const void* memory = nullptr;
  // Called once the picture is whole, if there is one.
  void (*when_whole)(void* owner) = nullptr;
  void* owner = nullptr;
  // What came of it.
  std::uint32_t rows = 0;        // that were there, from the top
  bool is_unfit = false;         // not 32 bits a pixel, not the whole window, ...
  bool is_equal = true;          // compare: so far
  bool has_colour = false;       // compare: equal, and not with red and blue exchanged
  bool has_direction = false;    // compare: equal, and not upside down
  std::int64_t took_ns = 0;

  [[nodiscard]] bool is_whole() const { return !is_unfit && rows >= height; }
};

// Some rows of a picture, top-down, as they are sent.
struct PicturePart {
  const void* data = nullptr;
  std::size_t stride = 0;  // bytes
  std::uint32_t width = 0, height = 0;
  int x = 0, y = 0;  // in the window
};

// Does what `job` says with these rows, which come in order, before the X server is told of them.
void add_part(PictureJob& job, const PicturePart& part);

// The job of the swap that this thread is in; nullptr: none.
[[nodiscard]] PictureJob* job_of_this_swap();
void set_job_of_this_swap(PictureJob* job);

// Whether pictures are to be had and are the frames. Constant-initialised, trivially destructible.
class PictureTrial {
 public:
  enum class Use { none, compare, copy };
  // For a frame of this size. `tried`: whether frames are still read in both orders of bytes, and this one as BGRA.
  [[nodiscard]] Use next(bool tried, std::uint32_t width, std::uint32_t height);
  void count(const PictureJob& job);
  // Where the pictures lie that have proved to be the frames; nullptr: not known yet.
  [[nodiscard]] const void* memory() const { return memory_; }

 private:
  static constexpr int kProofs = 3;          // equal pictures that could not have been equal by chance
  static constexpr int kMostMissing = 3;     // in all
  static constexpr int kLookEvery = 32;      // frames, while pictures are of one colour
  static constexpr int kCheckEvery = 1024;
  int proofs_ = 0, missing_ = 0;
  unsigned frames_ = 0;
  std::uint32_t width_ = 0, height_ = 0;
  const void* memory_ = nullptr;
  bool is_off_ = false;
};

}  // namespace framespool::preload
