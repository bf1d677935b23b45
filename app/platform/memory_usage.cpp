#include "app/platform/memory_usage.h"

#include <fcntl.h>

#include <array>
#include <charconv>
#include <string_view>

#include "cache/unique_fd.h"

namespace framespool {

namespace {

std::uint64_t kilobytes_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + key.size());
  text.remove_prefix(std::min(text.find_first_of("0123456789"), text.size()));
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value * 1024;
}

}  // namespace

MemoryUsage memory_usage() {
  const UniqueFd file(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  std::array<char, 4096> buffer;
  const ssize_t length = ::read(file.get(), buffer.data(), buffer.size());
  if (length <= 0) return {};
  const std::string_view text(buffer.data(), static_cast<std::size_t>(length));
  return {kilobytes_after(text, "VmRSS:"), kilobytes_after(text, "VmHWM:")};
}

}  // namespace framespool
