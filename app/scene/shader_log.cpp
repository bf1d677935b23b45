#include "app/scene/shader_log.h"

#include <fmt/format.h>

#include <charconv>
#include <regex>
#include <sstream>

namespace framespool {
namespace {

struct Line {
  std::optional<int> number;
  std::string text;
};

std::string one_blank_between_words(const std::string& text) {
  std::istringstream words(text);
  std::string joined;
  for (std::string word; words >> word;) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

// An error's number and text, or nothing when the line is a warning, a note or a summary.
std::optional<Line> parse_line(const std::string& line) {
  static const std::regex mesa(R"(^\s*\d+:(\d+)\(\d+\):\s*(?:preprocessor\s+)?error:\s*(.*)$)");
  static const std::regex nvidia(R"(^\s*\d+\((\d+)\)\s*:\s*error\s*(?:[A-Z]\d+)?:\s*(.*)$)");
  static const std::regex amd_intel(R"(^\s*ERROR:\s*\d+:(\d+):\s*(?:error\(#\d+\)\s*)?(.*)$)");
  static const std::regex without_line(
      R"(^\s*(?:error|ERROR)\s*(?:[A-Z]\d+)?:\s*(?:error\(#\d+\)\s*)?(.*)$)");
  static const std::regex summary(R"(\d+ compilation errors|compilation terminated)");
  std::smatch match;
  if (std::regex_search(line, summary)) return std::nullopt;
  for (const std::regex* format : {&mesa, &nvidia, &amd_intel}) {
    if (!std::regex_match(line, match, *format)) continue;
    const std::string digits = match[1].str();
    int number = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    Line found{std::nullopt, one_blank_between_words(match[2].str())};
    if (parsed.ec == std::errc{}) found.number = number;
    return found;
  }
  if (std::regex_match(line, match, without_line))
    return Line{std::nullopt, one_blank_between_words(match[1].str())};
  return std::nullopt;
}

}  // namespace

ShaderError first_shader_error(std::string_view log) {
  ShaderError error;
  bool found = false;
  std::string anything;
  std::istringstream lines{std::string(log)};
  for (std::string line; std::getline(lines, line);) {
    // std::regex recurses for each character; no driver's message needs more.
    if (line.size() > 500) line.resize(500);
    std::erase(line, '\0');
    if (anything.empty()) anything = one_blank_between_words(line);
    const auto parsed = parse_line(line);
    if (!parsed) continue;
    if (found) {
      ++error.further;
      continue;
    }
    found = true;
    error.line = parsed->number;
    error.text = parsed->text;
  }
  if (!found) error.text = anything;
  while (!error.text.empty() && error.text.back() == '.') error.text.pop_back();
  if (error.text.empty()) error.text = "the driver refuses it and does not say why";
  return error;
}

std::string describe(const ShaderError& error, std::string_view file) {
  std::string text(file);
  if (error.line) text += fmt::format(":{}", *error.line);
  text += ": " + error.text;
  if (error.further > 0)
    text += fmt::format(" (and {} more error{})", error.further, error.further == 1 ? "" : "s");
  return text;
}

}  // namespace framespool
