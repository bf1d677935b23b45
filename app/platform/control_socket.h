// The control socket of a running recorder, in a folder that only its user can enter ($XDG_RUNTIME_DIR/framespool, else
// one of the user's own in /tmp), named PID.sock. A request is one line, "VERB" or "VERB TEXT", for each connection; the
// answer is one line, and the connection ends.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cache/error.h"
#include "cache/unique_fd.h"

namespace framespool {

// Made where it is missing, and refused where somebody else could put things into it. Error: failed.
[[nodiscard]] Result<std::filesystem::path> control_directory();

class ControlSocket {
 public:
  // Answers requests with answer(line), called on a thread of its own, until it is destroyed. Error: failed.
  [[nodiscard]] static Result<std::unique_ptr<ControlSocket>> listen(
      std::function<std::string(const std::string&)> answer);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

 private:
  ControlSocket(std::filesystem::path path, UniqueFd socket, UniqueFd quit,
                std::function<std::string(const std::string&)> answer);
  void run();
  std::filesystem::path path_;
  UniqueFd socket_, quit_;
  std::function<std::string(const std::string&)> answer_;
  std::jthread thread_;
};

// The answer of the recorder at `socket`. Waits for it for some seconds. Error: failed; `gone`: nobody listens there.
[[nodiscard]] Result<std::string> ask_control_socket(const std::filesystem::path& socket, const std::string& line,
                                                     bool& gone);
// Process and socket of every recorder that listens, by process. What dead ones left is removed.
struct ControlAddress {
  int pid = 0;
  std::filesystem::path socket;
};
[[nodiscard]] std::vector<ControlAddress> control_sockets(const std::filesystem::path& directory);

}  // namespace framespool
