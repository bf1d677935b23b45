#include "cache/core/channel_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace framespool::channel {
namespace {

constexpr int kLeastNumber = 200;

// poll() for at most `timeout_ms`, which interruptions may lengthen once.
short wait_for(int socket, short events, int timeout_ms) {
  pollfd entry{.fd = socket, .events = events, .revents = 0};
  int ready = ::poll(&entry, 1, timeout_ms);
  if (ready < 0 && errno == EINTR) ready = ::poll(&entry, 1, timeout_ms);
  return ready > 0 ? entry.revents : short{0};
}

}  // namespace

bool parse_address(const char* text, Address& address) {
  if (text == nullptr) return false;
  const std::size_t length = std::strlen(text);
  if (length == 0 || length >= sizeof address.name.sun_path) return false;
  std::memset(&address.name, 0, sizeof address.name);
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path, text, length);
  if (text[0] == '@') address.name.sun_path[0] = '\0';
  // An abstract name is as long as said here; a path ends with a zero.
  address.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length + (text[0] == '@' ? 0 : 1));
  return true;
}

int connect_to(const char* text) {
  Address address;
  if (!parse_address(text, address)) return -1;
  int socket = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return -1;
  if (const int higher = ::fcntl(socket, F_DUPFD_CLOEXEC, kLeastNumber); higher >= 0) {
    ::close(socket);
    socket = higher;
  }
  int result = ::connect(socket, reinterpret_cast<const sockaddr*>(&address.name), address.bytes);
  if (result != 0 && errno == EINTR)
    result = ::connect(socket, reinterpret_cast<const sockaddr*>(&address.name), address.bytes);
  if (result == 0 || errno == EISCONN) return socket;
  ::close(socket);
  return -1;
}

bool send_packet(int socket, const void* packet, std::size_t bytes, std::span<const int> descriptors) {
  iovec part{.iov_base = const_cast<void*>(packet), .iov_len = bytes};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptors.size() > kMaxDescriptors) return false;
  if (!descriptors.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
  }
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes);
}

Received receive_packet(int socket, void* packet, std::size_t bytes, int timeout_ms) {
  Received received;
  if (timeout_ms > 0 && wait_for(socket, POLLIN, timeout_ms) == 0) return received;
  iovec part{.iov_base = packet, .iov_len = bytes};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxDescriptors * sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do got = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return received;
  received.what = got > 0 ? Received::What::packet : Received::What::hang_up;
  if (got <= 0) return received;
  received.bytes = static_cast<std::size_t>(got);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::memcpy(received.descriptors, CMSG_DATA(header),
                (count < kMaxDescriptors ? count : kMaxDescriptors) * sizeof(int));
  }
  return received;
}

bool has_hung_up(int socket) { return (wait_for(socket, POLLRDHUP, 0) & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0; }

}  // namespace framespool::channel
