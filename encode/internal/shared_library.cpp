#include "encode/internal/shared_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <string_view>

namespace framespool {
namespace {

// Why the last call failed, without the name of the library, which the error begins with.
std::string loader_reason(std::string_view library) {
  const char* const said = ::dlerror();
  std::string_view reason = said ? said : "for no reason that the loader gives";
  if (reason.substr(0, library.size()) == library && reason.substr(library.size(), 2) == ": ")
    reason.remove_prefix(library.size() + 2);
  return std::string(reason);
}

}  // namespace

Result<SharedLibrary> SharedLibrary::load(const char* name) {
  // Lazily: of some thousand functions that FFmpeg's libraries take from each other a movie calls a small part.
  void* const handle = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
  if (!handle)
    return fail(ErrorKind::failed, name, fmt::format("cannot be loaded: {}", loader_reason(name)),
                "install the package that it comes from");
  return SharedLibrary(name, handle);
}

Result<void*> SharedLibrary::address_of(const char* name) const {
  void* const address = ::dlsym(handle_, name);
  if (!address)
    return fail(ErrorKind::failed, name_, fmt::format("has no function {}", name),
                "install the version that this program was built for");
  return address;
}

}  // namespace framespool
