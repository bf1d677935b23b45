// Packets of the frame channel over a SOCK_SEQPACKET socket, with descriptors, for both ends. No C++ run-time library;
// no SIGPIPE; errno is the caller's to keep.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <span>

namespace framespool::channel {

inline constexpr std::size_t kMaxDescriptors = 2;

struct Address {
  sockaddr_un name;
  socklen_t bytes;
};
// "@name" is an abstract one, anything else a path. False when it is empty or too long.
[[nodiscard]] bool parse_address(const char* text, Address& address);

// A non-blocking connection, close-on-exec, numbered out of the way of programs that count on small numbers; -1 when
// nobody listens there.
[[nodiscard]] int connect_to(const char* address);

// Whole or not at all; false when it cannot be sent now. `descriptors` stay the caller's.
bool send_packet(int socket, const void* packet, std::size_t bytes, std::span<const int> descriptors = {});
template <class Packet>
bool send_packet(int socket, const Packet& packet, std::span<const int> descriptors = {}) {
  return send_packet(socket, &packet, sizeof packet, descriptors);
}

struct Received {
  enum class What { packet, nothing, hang_up } what = What::nothing;
  std::size_t bytes = 0;
  int descriptors[kMaxDescriptors] = {-1, -1};  // the caller's to close; -1 where there is none
};
// One packet, waiting at most `timeout_ms` for it. What does not fit into `bytes` is cut off.
[[nodiscard]] Received receive_packet(int socket, void* packet, std::size_t bytes, int timeout_ms);

// Whether the other end has hung up. Never waits.
[[nodiscard]] bool has_hung_up(int socket);

}  // namespace framespool::channel
