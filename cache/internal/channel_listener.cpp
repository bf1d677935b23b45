#include "cache/internal/channel_listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <new>

#include "cache/core/channel_socket.h"
#include "cache/internal/take_layout.h"
#include "cache/uninterrupted.h"

namespace framespool {
namespace {

constexpr int kBacklog = 64;

tl::unexpected<Error> channel_error() { return tl::unexpected(system_error("the frame channel", errno)); }

}  // namespace

Result<ChannelListener> ChannelListener::open() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) return channel_error();
  ChannelListener listener{File(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
                           fmt::format("@framespool-{}-{:016x}", ::getpid(), number)};
  channel::Address address;
  if (!listener.socket || !channel::parse_address(listener.address.c_str(), address)) return channel_error();
  if (::bind(listener.socket.descriptor(), reinterpret_cast<const sockaddr*>(&address.name), address.bytes) != 0 ||
      ::listen(listener.socket.descriptor(), kBacklog) != 0)
    return channel_error();
  return listener;
}

std::optional<ChannelPeer> accept_peer(const File& listener) {
  ChannelPeer peer;
  peer.socket = File(::accept4(listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!peer.socket) return std::nullopt;
  ucred who{};
  socklen_t bytes = sizeof who;
  if (::getsockopt(peer.socket.descriptor(), SOL_SOCKET, SO_PEERCRED, &who, &bytes) != 0 || who.uid != ::geteuid())
    return std::nullopt;
  peer.pid = who.pid;
  peer.process = File(static_cast<int>(::syscall(SYS_pidfd_open, who.pid, 0)));
  return peer;
}

Result<ControlMemory> ControlMemory::create() {
  File memory(::memfd_create("framespool control", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory || uninterrupted([&] { return ::ftruncate(memory.descriptor(), layout::kPage); }) != 0) return channel_error();
  void* address = ::mmap(nullptr, layout::kPage, PROT_READ | PROT_WRITE, MAP_SHARED, memory.descriptor(), 0);
  if (address == MAP_FAILED) return channel_error();
  Mapping mapping(address, layout::kPage);
  // From here on it can be mapped for reading only. Kernels before 5.1 lack that seal; the others are not optional.
  static_cast<void>(::fcntl(memory.descriptor(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
  if (::fcntl(memory.descriptor(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return channel_error();
  auto* page = new (address) channel::ControlPage{};
  page->magic = channel::ControlPage::kMagic;
  page->version = channel::kVersion;
  return ControlMemory(std::move(memory), std::move(mapping));
}

channel::ControlPage& ControlMemory::page() const {
  return *std::launder(reinterpret_cast<channel::ControlPage*>(mapping_.data()));
}

}  // namespace framespool
