#include "app/cli/json.h"

#include <fmt/format.h>

#include <cmath>

namespace framespool {

namespace {

// The length of the UTF-8 sequence that begins at `text`, or 0 when it is not a valid one.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t at = 1; at < length; ++at)
    if ((byte(at) & 0xc0u) != 0x80u) return 0;
  // Overlong forms, surrogates and what lies beyond U+10FFFF.
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char first = text[0];
    if (length == 0) {
      quoted += "\xef\xbf\xbd";
    } else if (first == '"' || first == '\\') {
      quoted += '\\';
      quoted += first;
    } else if (static_cast<unsigned char>(first) < 0x20 || first == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(first));
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + '"';
}

JsonObject& JsonObject::add_raw(std::string_view key, std::string_view json) {
  members_ += members_.empty() ? "{" : ", ";
  members_ += json_string(key);
  members_ += ": ";
  members_ += json;
  return *this;
}

JsonObject& JsonObject::add(std::string_view key, std::string_view text) {
  return add_raw(key, json_string(text));
}
JsonObject& JsonObject::add(std::string_view key, std::uint64_t number) {
  return add_raw(key, fmt::to_string(number));
}
JsonObject& JsonObject::add(std::string_view key, std::int64_t number) {
  return add_raw(key, fmt::to_string(number));
}
JsonObject& JsonObject::add(std::string_view key, bool value) {
  return add_raw(key, value ? "true" : "false");
}
JsonObject& JsonObject::add(std::string_view key, double number) {
  return add_raw(key, std::isfinite(number) ? fmt::format("{}", number) : "null");
}

}  // namespace framespool
