// A library that is loaded while the program runs, and never unloaded.
#pragma once

#include <string>

#include "cache/error.h"

namespace framespool {

class SharedLibrary {
 public:
  // `name` is its file name with the version ("libavutil.so.57"), looked for where the linker looks. Error: failed.
  [[nodiscard]] static Result<SharedLibrary> load(const char* name);

  // Sets `function` to the function called `name`. Error: failed (there is none).
  template <class Function>
  [[nodiscard]] Result<void> find(const char* name, Function*& function) const {
    const auto address = address_of(name);
    if (!address) return tl::unexpected(address.error());
    function = reinterpret_cast<Function*>(*address);
    return {};
  }

 private:
  SharedLibrary(const char* name, void* handle) : name_(name), handle_(handle) {}
  [[nodiscard]] Result<void*> address_of(const char* name) const;

  std::string name_;
  void* handle_;  // the loader's, which keeps it until the program ends
};

}  // namespace framespool
