#include "app/platform/program_file.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "cache/unique_fd.h"

namespace framespool {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLibrary = "libframespool-preload.so";

bool is_executable_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

template <class T>
bool read_value(int fd, std::uint64_t offset, T& value) {
  return ::pread(fd, &value, sizeof value, static_cast<off_t>(offset)) == static_cast<ssize_t>(sizeof value);
}

// "#!/usr/bin/env python3" is python3, "#!/bin/sh -e" is /bin/sh.
std::optional<fs::path> interpreter_of(int fd) {
  std::array<char, 256> text{};
  const ssize_t length = ::pread(fd, text.data(), text.size() - 1, 0);
  if (length < 3 || text[0] != '#' || text[1] != '!') return std::nullopt;
  std::string_view line(text.data() + 2, static_cast<std::size_t>(length) - 2);
  line = line.substr(0, line.find('\n'));
  const auto next_word = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    const auto word = line.substr(0, line.find_first_of(" \t"));
    line.remove_prefix(word.size());
    return std::string(word);
  };
  const fs::path first = next_word();
  if (first.filename() != "env") return first;
  std::string word = next_word();
  while (!word.empty() && (word[0] == '-' || word.find('=') != std::string::npos)) word = next_word();
  bool ignored = false;
  const auto found = find_program(word, ignored);
  return found ? *found : first;
}

// The kernel then has the linker look at no LD_PRELOAD.
bool gains_rights(int fd, const fs::path& program) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return false;
  if ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::getuid()) return true;
  if ((status.st_mode & S_ISGID) != 0 && (status.st_mode & S_IXGRP) != 0 && status.st_gid != ::getgid()) return true;
  return ::geteuid() != 0 && ::getxattr(program.c_str(), "security.capability", nullptr, 0) > 0;
}

bool has_interpreter(int fd, const Elf64_Ehdr& header) {
  for (unsigned at = 0; at < header.e_phnum; ++at) {
    Elf64_Phdr part{};
    if (!read_value(fd, header.e_phoff + at * std::uint64_t{header.e_phentsize}, part)) return false;
    if (part.p_type == PT_INTERP) return true;
  }
  return false;
}

std::optional<std::string> why_not(const fs::path& program, int depth) {
  const UniqueFd file(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;  // may be executed all the same; then it is seen that no frame comes
  if (gains_rights(file.get(), program))
    return "it runs with the rights of another user or group (setuid, setgid, capabilities), and no library can be "
           "preloaded then";
  if (const auto interpreter = interpreter_of(file.get()); interpreter && depth < 4)
    return why_not(*interpreter, depth + 1);
  Elf64_Ehdr own{}, header{};
  const UniqueFd self(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  if (!read_value(file.get(), 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return std::nullopt;
  if (!self || !read_value(self.get(), 0, own)) return std::nullopt;
  if (header.e_ident[EI_CLASS] == ELFCLASS32 && own.e_ident[EI_CLASS] == ELFCLASS64)
    return "it is a 32-bit program, and framespool has a 64-bit library only";
  if (header.e_machine != own.e_machine) return "it is made for another kind of processor";
  if (!has_interpreter(file.get(), header)) return "it is linked statically, and no library can be preloaded then";
  return std::nullopt;
}

}  // namespace

Result<fs::path> find_program(const std::string& name, bool& not_executable) {
  not_executable = false;
  std::error_code ignored;
  const auto refuse = [&](const char* why) { return fail(ErrorKind::usage, name, why); };
  if (name.empty()) return refuse("is no name of a program");
  if (name.find('/') != std::string::npos) {
    if (is_executable_file(name)) return fs::path(name);
    not_executable = fs::exists(name, ignored);
    if (fs::is_directory(name, ignored)) return refuse("is a folder, not a program");
    return refuse(not_executable ? "cannot be executed (chmod +x?)" : "there is no such program");
  }
  const char* variable = std::getenv("PATH");
  std::string_view left = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const std::string_view folder = left.substr(0, left.find(':'));
    const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
    if (is_executable_file(candidate)) return candidate;
    if (fs::is_regular_file(candidate, ignored)) not_executable = true;
    if (folder.size() == left.size()) break;
    left.remove_prefix(folder.size() + 1);
  }
  return refuse(not_executable ? "cannot be executed (chmod +x?)" : "there is no such program in PATH");
}

std::optional<std::string> why_not_preloadable(const fs::path& program) { return why_not(program, 0); }

Result<fs::path> preload_library() {
  std::error_code ignored;
  fs::path found;
  if (const char* asked = std::getenv("FRAMESPOOL_PRELOAD"); asked != nullptr && *asked != '\0') {
    found = asked;
  } else {
    const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    const fs::path prefix = here.parent_path();
    // Keep with cmake/install.cmake.
    for (const fs::path& candidate : {here / kLibrary, fs::path(FRAMESPOOL_INSTALLED_LIBRARIES) / kLibrary,
                                      prefix / "lib" / "framespool" / kLibrary})
      if (found.empty() && fs::is_regular_file(candidate, ignored)) found = candidate;
  }
  if (found.empty() || !fs::is_regular_file(found, ignored))
    return fail(ErrorKind::failed, found.empty() ? kLibrary : found.string(), "was not found",
                "install it beside framespool, or set FRAMESPOOL_PRELOAD to its path");
  found = fs::absolute(found, ignored);
  if (found.string().find_first_of(" :") != std::string::npos)
    return fail(ErrorKind::failed, found.string(), "LD_PRELOAD takes no path with a space or a colon",
                "install framespool elsewhere");
  return found;
}

}  // namespace framespool
