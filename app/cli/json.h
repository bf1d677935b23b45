// Just enough JSON to print: flat objects and lists of them, one line each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace framespool {

// With quotes. Bytes that are not UTF-8 (a path may hold any) become U+FFFD, so that the output always
// parses.
[[nodiscard]] std::string json_string(std::string_view text);

// Members in the order they were added.
class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view text);
  JsonObject& add(std::string_view key, const char* text) { return add(key, std::string_view(text)); }
  JsonObject& add(std::string_view key, std::uint64_t number);
  JsonObject& add(std::string_view key, std::int64_t number);
  JsonObject& add(std::string_view key, std::uint32_t number) { return add(key, std::uint64_t{number}); }
  JsonObject& add(std::string_view key, double number);  // null when it is not finite
  JsonObject& add(std::string_view key, bool value);
  JsonObject& add_raw(std::string_view key, std::string_view json);  // a value that is JSON already
  [[nodiscard]] std::string text() const { return members_.empty() ? "{}" : members_ + "}"; }

 private:
  std::string members_;
};

}  // namespace framespool
