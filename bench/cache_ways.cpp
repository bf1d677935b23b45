// One way of getting frames onto the disk, at a steady rate, seen from the thread that draws: what
// bench/cache_table runs once for each row of its table.
//   cache_ways WAY FILE WIDTH HEIGHT FPS FRAMES
// Ways: none (the frame is only drawn into memory), slots, slots-buffered (Framespool's own cache writer,
// with direct I/O and with its fallback), write (buffered, by the drawing thread), mmap, uring (direct I/O,
// where liburing was there). "Drawing" is a copy of the frame's size into the memory that the way asks for,
// which is what reading back does. Prints: milliseconds a frame that this thread was busy, mean and worst;
// frames that were late or found no room; bytes of the file in the page cache, the most that was seen. The
// file is removed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#ifdef FRAMESPOOL_HAVE_URING
#include <liburing.h>
#endif

#include "cache/take_writer.h"
#include "cache/unique_fd.h"

namespace framespool {
namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
  std::string file;
  std::uint32_t width, height;
  unsigned fps;
  std::size_t frames;
  [[nodiscard]] std::size_t bytes() const { return std::size_t{width} * height * 4; }
};

[[noreturn]] void give_up(const char* what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

struct Unmap {
  std::size_t bytes;
  void operator()(std::byte* memory) const { ::munmap(memory, bytes); }
};
using Mapping = std::unique_ptr<std::byte, Unmap>;

Mapping map(std::size_t bytes, int protection, int flags, int fd) {
  void* const memory = ::mmap(nullptr, bytes, protection, flags, fd, 0);
  if (memory == MAP_FAILED) give_up("mmap");
  return Mapping(static_cast<std::byte*>(memory), Unmap{bytes});
}

// Two pictures that take turns, so that no frame equals the one before it.
class Drawing {
 public:
  explicit Drawing(std::size_t bytes)
      : pictures_{std::vector<std::byte>(bytes), std::vector<std::byte>(bytes)} {
    std::uint64_t state = 1;
    for (auto& picture : pictures_)
      for (std::size_t k = 0; k + 8 <= bytes; k += 8) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        std::memcpy(&picture[k], &state, 8);
      }
  }
  void draw(std::size_t number, std::byte* to) const {
    const auto& picture = pictures_[number % 2];
    std::memcpy(to, picture.data(), picture.size());
  }

 private:
  std::vector<std::byte> pictures_[2];
};

// Draws frame `number` and hands it over; false when there was no room for it.
class Way {
 public:
  virtual ~Way() = default;
  virtual bool frame(const Drawing& drawing, std::size_t number) = 0;
};

class OnlyDrawn final : public Way {
 public:
  explicit OnlyDrawn(const Plan& plan) : memory_(plan.bytes()) {}
  bool frame(const Drawing& drawing, std::size_t number) override {
    drawing.draw(number, memory_.data());
    return true;
  }

 private:
  std::vector<std::byte> memory_;
};

class Slots final : public Way {
 public:
  Slots(const Plan& plan, bool direct) : plan_(plan) {
    TakeWriterOptions options;
    options.path = plan.file;
    options.info.rate = {plan.fps, 1};
    options.info.clock = ClockKind::realtime;
    options.first_payload_bytes = plan.bytes();
    options.slot_budget_bytes = 4 * (plan.bytes() + 2 * 4096);
    options.overwrite = true;
    options.direct_io = direct;
    auto writer = TakeWriter::create(options);
    if (!writer) throw std::runtime_error(writer.error().line());
    writer_ = std::move(*writer);
  }
  bool frame(const Drawing& drawing, std::size_t number) override {
    auto slot = writer_->acquire(plan_.bytes(), TakeWriter::Wait::no);
    if (!slot) throw std::runtime_error(slot.error().line());
    if (!*slot) return false;
    drawing.draw(number, (*slot)->payload().data());
    FrameInfo info;
    info.presented = number;
    info.pts_ns = static_cast<std::int64_t>(number) * 1'000'000'000 / plan_.fps;
    info.width = plan_.width;
    info.height = plan_.height;
    if (auto done = writer_->commit(std::move(**slot), info); !done)
      throw std::runtime_error(done.error().line());
    return true;
  }

 private:
  const Plan plan_;
  std::unique_ptr<TakeWriter> writer_;
};

UniqueFd create(const Plan& plan, int flags) {
  UniqueFd fd(::open(plan.file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0600));
  if (!fd) give_up(plan.file.c_str());
  return fd;
}

class Write final : public Way {
 public:
  explicit Write(const Plan& plan) : memory_(plan.bytes()), fd_(create(plan, 0)) {}
  bool frame(const Drawing& drawing, std::size_t number) override {
    drawing.draw(number, memory_.data());
    for (std::size_t at = 0; at < memory_.size();) {
      const ssize_t written = ::write(fd_.get(), memory_.data() + at, memory_.size() - at);
      if (written <= 0) give_up("write");
      at += static_cast<std::size_t>(written);
    }
    return true;
  }

 private:
  std::vector<std::byte> memory_;
  UniqueFd fd_;
};

// Drawn straight into the file.
class Mapped final : public Way {
 public:
  explicit Mapped(const Plan& plan) : bytes_(plan.bytes()) {
    const UniqueFd fd = create(plan, 0);
    if (::ftruncate(fd.get(), static_cast<off_t>(bytes_ * plan.frames)) != 0) give_up("ftruncate");
    memory_ = map(bytes_ * plan.frames, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get());
  }
  bool frame(const Drawing& drawing, std::size_t number) override {
    drawing.draw(number, memory_.get() + number * bytes_);
    return true;
  }

 private:
  const std::size_t bytes_;
  Mapping memory_;
};

#ifdef FRAMESPOOL_HAVE_URING
// Four buffers and direct I/O, submitted and reaped by the drawing thread: the slots without the thread
// behind them.
class Uring final : public Way {
 public:
  explicit Uring(const Plan& plan)
      : bytes_((plan.bytes() + 4095) / 4096 * 4096),
        fd_(create(plan, O_DIRECT)),
        memory_(
            map(kBuffers * bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1)) {
    if (const int failed = io_uring_queue_init(kBuffers, &ring_, 0); failed < 0) {
      errno = -failed;
      give_up("io_uring");
    }
    for (unsigned k = 0; k < kBuffers; ++k) free_.push_back(k);
  }
  ~Uring() override {
    while (free_.size() < kBuffers) reap(true);
    io_uring_queue_exit(&ring_);
  }
  Uring(const Uring&) = delete;
  Uring& operator=(const Uring&) = delete;

  bool frame(const Drawing& drawing, std::size_t number) override {
    reap(false);
    if (free_.empty()) return false;
    const unsigned buffer = free_.back();
    free_.pop_back();
    std::byte* const memory = memory_.get() + buffer * bytes_;
    drawing.draw(number, memory);
    io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
    io_uring_prep_write(entry, fd_.get(), memory, static_cast<unsigned>(bytes_), next_);
    io_uring_sqe_set_data64(entry, buffer);
    next_ += bytes_;
    io_uring_submit(&ring_);
    return true;
  }

 private:
  static constexpr unsigned kBuffers = 4;
  void reap(bool wait) {
    io_uring_cqe* done = nullptr;
    while (free_.size() < kBuffers &&
           (wait ? io_uring_wait_cqe(&ring_, &done) : io_uring_peek_cqe(&ring_, &done)) == 0) {
      if (done->res != static_cast<int>(bytes_))
        throw std::runtime_error("io_uring wrote less than it was given");
      free_.push_back(static_cast<unsigned>(io_uring_cqe_get_data64(done)));
      io_uring_cqe_seen(&ring_, done);
    }
  }

  const std::size_t bytes_;
  UniqueFd fd_;
  Mapping memory_;
  io_uring ring_{};
  std::vector<unsigned> free_;
  std::size_t next_ = 0;
};
#endif

std::unique_ptr<Way> make_way(const std::string& name, const Plan& plan) {
  if (name == "none") return std::make_unique<OnlyDrawn>(plan);
  if (name == "slots" || name == "slots-buffered") return std::make_unique<Slots>(plan, name == "slots");
  if (name == "write") return std::make_unique<Write>(plan);
  if (name == "mmap") return std::make_unique<Mapped>(plan);
#ifdef FRAMESPOOL_HAVE_URING
  if (name == "uring") return std::make_unique<Uring>(plan);
#endif
  throw std::runtime_error(name + ": no such way in this build");
}

std::size_t cached_bytes(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  const off_t length = fd ? ::lseek(fd.get(), 0, SEEK_END) : 0;
  if (length <= 0) return 0;
  const auto bytes = static_cast<std::size_t>(length);
  const Mapping memory = map(bytes, PROT_READ, MAP_SHARED, fd.get());
  std::vector<unsigned char> resident((bytes + 4095) / 4096);
  if (::mincore(memory.get(), bytes, resident.data()) != 0) return 0;
  return 4096 * static_cast<std::size_t>(std::count_if(resident.begin(), resident.end(),
                                                       [](unsigned char page) { return page & 1; }));
}

void measure(const std::string& name, const Plan& plan) {
  const Drawing drawing(plan.bytes());
  auto way = make_way(name, plan);
  const auto step = std::chrono::nanoseconds(1'000'000'000 / plan.fps);
  double busy_ms = 0, worst_ms = 0;
  std::size_t late = 0, cached = 0;
  const auto begin = Clock::now();
  for (std::size_t k = 0; k < plan.frames; ++k) {
    const auto due = begin + static_cast<std::int64_t>(k) * step;
    // A frame whose time went by while the one before was still being handed over never comes.
    if (Clock::now() > due + step) {
      ++late;
      continue;
    }
    std::this_thread::sleep_until(due);
    const auto start = Clock::now();
    if (!way->frame(drawing, k)) ++late;
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    busy_ms += ms;
    worst_ms = std::max(worst_ms, ms);
    if (k % (2 * plan.fps) == 2 * plan.fps - 1 || k + 1 == plan.frames)
      cached = std::max(cached, cached_bytes(plan.file));
  }
  way.reset();
  ::unlink(plan.file.c_str());
  fmt::print("{:.3f} {:.3f} {} {}\n", busy_ms / static_cast<double>(plan.frames - late), worst_ms, late,
             cached);
}

}  // namespace
}  // namespace framespool

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fputs("usage: cache_ways none|slots|slots-buffered|write|mmap|uring FILE WIDTH HEIGHT FPS FRAMES\n",
               stderr);
    return 2;
  }
  try {
    framespool::measure(argv[1], {argv[2], static_cast<std::uint32_t>(std::stoul(argv[3])),
                                  static_cast<std::uint32_t>(std::stoul(argv[4])),
                                  static_cast<unsigned>(std::stoul(argv[5])), std::stoul(argv[6])});
  } catch (const std::exception& problem) {
    fmt::print(stderr, "cache_ways: {}\n", problem.what());
    ::unlink(argv[2]);
    return 1;
  }
}
