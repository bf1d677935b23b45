#include "app/platform/control_socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

namespace framespool {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostBytes = 64 << 10;  // of a line
constexpr int kRequest_ms = 1000;             // for somebody who connects and says nothing
constexpr int kAnswer_ms = 5000;
constexpr const char* kEnding = ".sock";

std::optional<sockaddr_un> address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, text.c_str(), text.size());
  return address;
}

// Up to the end of the line or of what comes in time.
std::string read_line(int fd, int timeout_ms) {
  std::string line;
  char bytes[4096];
  while (line.size() < kMostBytes && line.find('\n') == std::string::npos) {
    pollfd entry{fd, POLLIN, 0};
    if (::poll(&entry, 1, timeout_ms) <= 0) break;
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    line.append(bytes, static_cast<std::size_t>(got));
  }
  return line.substr(0, line.find('\n'));
}

void send_line(int fd, std::string line) {
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  static_cast<void>(::send(fd, line.data(), line.size(), MSG_NOSIGNAL));
}

UniqueFd connect_to(const fs::path& path, bool& gone) {
  gone = false;
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = address_of(path);
  if (!fd || !address) return UniqueFd();
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0) return fd;
  gone = errno == ECONNREFUSED || errno == ENOENT;
  return UniqueFd();
}

}  // namespace

Result<fs::path> control_directory() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const fs::path folder = runtime != nullptr && *runtime == '/'
                              ? fs::path(runtime) / "framespool"
                              : fs::temp_directory_path() / fmt::format("framespool-{}", ::geteuid());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return tl::unexpected(system_error(folder.string(), errno));
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0) return tl::unexpected(system_error(folder.string(), errno));
  if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || (status.st_mode & 077) != 0)
    return fail(ErrorKind::failed, folder.string(), "is not a folder of your own that nobody else may enter",
                "remove it, or set XDG_RUNTIME_DIR");
  return folder;
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(std::function<std::string(const std::string&)> answer) {
  auto folder = control_directory();
  if (!folder) return tl::unexpected(folder.error());
  const fs::path path = *folder / fmt::format("{}{}", ::getpid(), kEnding);
  const auto address = address_of(path);
  if (!address) return fail(ErrorKind::failed, path.string(), "is too long a name for a socket");
  ::unlink(path.c_str());  // of a dead process that had this number
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  UniqueFd quit(::eventfd(0, EFD_CLOEXEC));
  if (!socket || !quit || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      ::listen(socket.get(), 8) != 0)
    return tl::unexpected(system_error(path.string(), errno));
  return std::unique_ptr<ControlSocket>(
      new ControlSocket(path, std::move(socket), std::move(quit), std::move(answer)));
}

ControlSocket::ControlSocket(fs::path path, UniqueFd socket, UniqueFd quit,
                             std::function<std::string(const std::string&)> answer)
    : path_(std::move(path)), socket_(std::move(socket)), quit_(std::move(quit)), answer_(std::move(answer)) {
  thread_ = std::jthread([this] { run(); });
}

ControlSocket::~ControlSocket() {
  ::unlink(path_.c_str());
  const std::uint64_t one = 1;
  while (::write(quit_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void ControlSocket::run() {
  for (;;) {
    pollfd entries[] = {{socket_.get(), POLLIN, 0}, {quit_.get(), POLLIN, 0}};
    if (::poll(entries, std::size(entries), -1) < 0 && errno != EINTR) return;
    if (entries[1].revents != 0) return;
    const UniqueFd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client) send_line(client.get(), answer_(read_line(client.get(), kRequest_ms)));
  }
}

Result<std::string> ask_control_socket(const fs::path& socket, const std::string& line, bool& gone) {
  const UniqueFd fd = connect_to(socket, gone);
  if (!fd) return fail(ErrorKind::failed, socket.string(), gone ? "nobody listens there" : "cannot be reached");
  send_line(fd.get(), line);
  auto answer = read_line(fd.get(), kAnswer_ms);
  if (answer.empty()) return fail(ErrorKind::failed, socket.string(), "gave no answer");
  return answer;
}

std::vector<ControlAddress> control_sockets(const fs::path& directory) {
  std::vector<ControlAddress> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() != kEnding) continue;
    const std::string stem = entry.path().stem().string();
    int pid = 0;
    const auto [end, problem] = std::from_chars(stem.data(), stem.data() + stem.size(), pid);
    if (problem != std::errc() || end != stem.data() + stem.size()) continue;
    bool gone = false;
    if (connect_to(entry.path(), gone)) found.push_back({pid, entry.path()});
    if (gone) ::unlink(entry.path().c_str());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return found;
}

}  // namespace framespool
