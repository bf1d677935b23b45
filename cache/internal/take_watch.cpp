#include "cache/internal/take_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace framespool {
namespace {

// Some file systems (of the network) report no change that another machine makes: there it takes this long.
constexpr int kLongest_ms = 1000;
// The kernel tells that a file was closed a moment before it drops the locks of who closed it, and for a lock there
// is no event that could be waited for together with others: so these few looks after a close.
constexpr int kAfterClose_ms = 5;
constexpr int kLooksAfterClose = 40;

}  // namespace

Result<TakeWatch> TakeWatch::create(const File& file) {
  File events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!events) return tl::unexpected(system_error("watching a file for changes", errno));
  // The file itself, whatever became of its name.
  const std::string path = fmt::format("/proc/self/fd/{}", file.descriptor());
  if (::inotify_add_watch(events.descriptor(), path.c_str(), IN_MODIFY | IN_CLOSE_WRITE) < 0)
    return tl::unexpected(system_error("watching a file for changes", errno));
  File wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return tl::unexpected(system_error("watching a file for changes", errno));
  return TakeWatch(std::move(events), std::move(wake));
}

Result<void> TakeWatch::wait(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [this] { ::eventfd_write(wake_.descriptor(), 1); });
  pollfd watched[2] = {{events_.descriptor(), POLLIN, 0}, {wake_.descriptor(), POLLIN, 0}};
  const int ready = ::poll(watched, 2, soon_ > 0 ? kAfterClose_ms : kLongest_ms);
  if (ready < 0 && errno != EINTR) return tl::unexpected(system_error("watching a file for changes", errno));
  if (soon_ > 0) --soon_;
  alignas(inotify_event) std::array<char, 4096> buffer;
  for (ssize_t bytes; (bytes = ::read(events_.descriptor(), buffer.data(), buffer.size())) > 0;)
    for (ssize_t at = 0; at < bytes;) {
      const auto& event = *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      if ((event.mask & IN_CLOSE_WRITE) != 0) soon_ = kLooksAfterClose;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event.len);
    }
  return {};
}

}  // namespace framespool
