// The consumer's ends of the channel's descriptors: the listening socket, who connects, the control page.
#pragma once

#include <optional>
#include <string>

#include "cache/core/frame_channel.h"
#include "cache/internal/file.h"

namespace framespool {

struct ChannelListener {
  File socket;
  std::string address;
  // At an abstract address that nobody else has.
  [[nodiscard]] static Result<ChannelListener> open();
};

struct ChannelPeer {
  File socket;
  File process;  // a pidfd, readable once the process has ended; not open where the kernel has none
  int pid = 0;
};
// The next one who connects; nullopt when there is none, or it is another user's process.
[[nodiscard]] std::optional<ChannelPeer> accept_peer(const File& listener);

// The page that all producers read, in memory that they cannot change the size of.
class ControlMemory {
 public:
  [[nodiscard]] static Result<ControlMemory> create();
  [[nodiscard]] channel::ControlPage& page() const;
  // For producers: cannot be mapped for writing.
  [[nodiscard]] int descriptor() const { return read_only_.descriptor(); }

 private:
  ControlMemory(File read_only, Mapping mapping) : read_only_(std::move(read_only)), mapping_(std::move(mapping)) {}
  File read_only_;
  Mapping mapping_;
};

}  // namespace framespool
