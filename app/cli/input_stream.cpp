#include "app/cli/input_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>

#include "cache/uninterrupted.h"

namespace framespool {

Result<InputStream> InputStream::open(const std::filesystem::path& path, const StopSignals& signals) {
  const bool standard = path == "-";
  UniqueFd file(standard ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                         : uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }));
  const std::string name = standard ? "standard input" : path.string();
  if (!file) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return tl::unexpected(system_error(name, errno, missing ? ErrorKind::usage : ErrorKind::failed));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return tl::unexpected(system_error(name, errno));
  if (S_ISDIR(status.st_mode)) return fail(ErrorKind::usage, name, "is a folder, not a file of frames");
  InputStream stream(std::move(file), name, signals);
  if (S_ISREG(status.st_mode)) stream.size_ = static_cast<std::uint64_t>(status.st_size);
  return stream;
}

Result<bool> InputStream::is_empty() {
  std::byte first{};
  const auto got = read({&first, 1});
  if (!got) return tl::unexpected(got.error());
  if (*got == 1) first_byte_ = first;
  return *got == 0;
}

Result<std::size_t> InputStream::read(std::span<std::byte> block) {
  std::size_t filled = 0;
  if (first_byte_ && !block.empty()) {
    block[filled++] = *first_byte_;
    first_byte_.reset();
  }
  while (filled < block.size()) {
    std::array<pollfd, 2> waits{{{file_.get(), POLLIN, 0}, {signals_->event_fd(), POLLIN, 0}}};
    if (uninterrupted([&] { return ::poll(waits.data(), waits.size(), -1); }) < 0)
      return tl::unexpected(system_error(name_, errno));
    if (waits[1].revents != 0) return fail(ErrorKind::cancelled, name_, "stopped");
    const ssize_t got =
        uninterrupted([&] { return ::read(file_.get(), block.data() + filled, block.size() - filled); });
    if (got == 0) break;
    if (got < 0 && errno != EAGAIN) return tl::unexpected(system_error(name_, errno));
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace framespool
