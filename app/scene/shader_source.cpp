#include "app/scene/shader_source.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace framespool {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

std::vector<std::string_view> words_of(std::string_view code) {
  std::vector<std::string_view> words;  // identifiers and numbers, and '(' because it tells functions apart
  for (std::size_t at = 0; at < code.size();) {
    std::size_t end = at;
    while (end < code.size() && is_word(code[end])) ++end;
    if (end > at)
      words.push_back(code.substr(at, end - at));
    else if (code[at] == '(')
      words.push_back(code.substr(at, 1));
    at = std::max(end, at + 1);
  }
  return words;
}

bool defines_function(const std::vector<std::string_view>& words, std::string_view name) {
  for (std::size_t i = 2; i < words.size(); ++i)
    if (words[i] == "(" && words[i - 1] == name && words[i - 2] == "void") return true;
  return false;
}

bool uses(const std::vector<std::string_view>& words, std::string_view name) {
  return std::find(words.begin(), words.end(), name) != words.end();
}

// The name of the directive that a line holds ("version" for `# version 330`), or nothing.
std::string_view directive_of(std::string_view line) {
  std::size_t at = line.find_first_not_of(" \t\r\v\f");
  if (at == line.npos || line[at] != '#') return {};
  at = line.find_first_not_of(" \t", at + 1);
  if (at == line.npos) return {};
  std::size_t end = at;
  while (end < line.size() && is_word(line[end])) ++end;
  return line.substr(at, end - at);
}

struct Directives {
  std::string version = "#version 330 core\n";
  std::string extensions;  // must stand before our own declarations
};

std::string version_to_use(std::string_view line) {
  std::istringstream words{std::string(line.substr(line.find("version") + 7))};
  int number = 0;
  std::string profile;
  if (!(words >> number)) number = 0;
  words >> profile;
  if (number < 330 || profile == "es") return "#version 330 core\n";
  return "#version " + std::to_string(number) + " core\n";
}

// Takes #version (when it is the first thing in the code) and unconditional #extension lines out of the code,
// leaving their lines empty.
Directives take_directives(std::string& code) {
  Directives taken;
  bool first = true;
  int conditions = 0;
  for (std::size_t begin = 0; begin < code.size();) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    const std::string_view line(code.data() + begin, end - begin);
    const std::string_view directive = directive_of(line);
    bool take = false;
    if (directive == "version" && first) {
      taken.version = version_to_use(line);
      take = true;
    } else if (directive == "extension" && conditions == 0) {
      taken.extensions += std::string(line) + "\n";
      take = true;
    } else if (directive.starts_with("if")) {
      ++conditions;
    } else if (directive == "endif") {
      --conditions;
    }
    if (line.find_first_not_of(" \t\r\v\f") != line.npos) first = false;
    if (take) std::fill_n(code.begin() + static_cast<std::ptrdiff_t>(begin), end - begin, ' ');
    begin = end + 1;
  }
  return taken;
}

constexpr std::string_view kShadertoyUniforms = R"(uniform vec3 iResolution;
uniform float iTime;
uniform float iTimeDelta;
uniform float iFrameRate;
uniform int iFrame;
uniform vec4 iMouse;
uniform vec4 iDate;
out vec4 framespool_color;
)";

constexpr std::string_view kShadertoyMain = R"(
void main() {
  vec4 framespool_pixel = vec4(0.0, 0.0, 0.0, 1.0);
  mainImage(framespool_pixel, gl_FragCoord.xy);
  framespool_color = framespool_pixel;
}
)";

// The words of GLSL 1.x that core profiles no longer know.
std::string old_words(const std::vector<std::string_view>& words) {
  std::string text;
  if (uses(words, "gl_FragColor"))
    text += "#define gl_FragColor framespool_color\nout vec4 framespool_color;\n";
  if (uses(words, "varying")) text += "#define varying in\n";
  if (uses(words, "texture2D")) text += "#define texture2D texture\n";
  return text;
}

}  // namespace

Result<std::string> read_shader_file(const fs::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return fail(ErrorKind::usage, name, "no such file");
  if (error) return tl::unexpected(system_error(name, error.value(), ErrorKind::usage));
  if (status.type() == fs::file_type::directory)
    return fail(ErrorKind::usage, name, "this is a folder, not a fragment shader");
  if (status.type() != fs::file_type::regular)
    return fail(ErrorKind::usage, name, "this is not a regular file");

  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return tl::unexpected(system_error(name, errno ? errno : EIO, ErrorKind::usage));
  std::string text(kMaxShaderBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return tl::unexpected(system_error(name, errno ? errno : EIO, ErrorKind::usage));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return check_shader_text(std::move(text), name);
}

Result<std::string> check_shader_text(std::string text, const std::string& name) {
  if (text.size() > kMaxShaderBytes)
    return fail(ErrorKind::usage, name, "larger than 1 MiB, the most a shader may be");
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 32 && !std::strchr("\t\n\v\f\r", c);
  });
  if (control || text.find('\0') != text.npos)
    return fail(ErrorKind::usage, name, "not text, so not a fragment shader");
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (std::all_of(text.begin(), text.end(), [](char c) { return std::strchr(" \t\n\v\f\r", c); }))
    return fail(ErrorKind::usage, name, "the file is empty");
  return text;
}

std::string blank_comments(std::string_view source) {
  std::string code(source);
  enum class In { plain, line_comment, block_comment } in = In::plain;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char next = i + 1 < code.size() ? code[i + 1] : '\0';
    switch (in) {
      case In::plain:
        if (code[i] != '/' || (next != '/' && next != '*')) break;
        in = next == '/' ? In::line_comment : In::block_comment;
        code[i] = ' ';
        code[++i] = ' ';
        break;
      case In::line_comment:
        // A backslash at the end of a line carries the comment on to the next one.
        if (code[i] == '\\' && next == '\n')
          code[i++] = ' ';
        else if (code[i] == '\n')
          in = In::plain;
        else
          code[i] = ' ';
        break;
      case In::block_comment:
        if (code[i] == '*' && next == '/') {
          in = In::plain;
          code[i + 1] = ' ';
          code[i++] = ' ';
        } else if (code[i] != '\n') {
          code[i] = ' ';
        }
        break;
    }
  }
  return code;
}

Result<std::string> make_fragment_source(std::string_view source, std::string_view name) {
  std::string code = blank_comments(source);
  const auto [version, extensions] = take_directives(code);
  const std::vector<std::string_view> words = words_of(code);
  const bool plain = defines_function(words, "main");
  if (!plain && !defines_function(words, "mainImage"))
    return fail(ErrorKind::usage, std::string(name),
                "this fragment shader has neither void mainImage(out vec4, in vec2) nor void main()");
  std::string full = version + extensions;
  if (plain)
    full += old_words(words);
  else
    full += kShadertoyUniforms;
  full += "#line 1\n" + code;
  if (!plain) full += kShadertoyMain;
  return full;
}

}  // namespace framespool
