#include "encode/internal/av_library.h"

#include <mutex>

#include "encode/internal/shared_library.h"

// The versions that the headers are of: with another one the structures have another layout.
#define FRAMESPOOL_SONAME(library, version) "lib" #library ".so." AV_STRINGIFY(version)

namespace framespool {

#define FRAMESPOOL_DEFINE(name) decltype(&::name) name = nullptr;
FRAMESPOOL_AVUTIL_FUNCTIONS(FRAMESPOOL_DEFINE)
FRAMESPOOL_AVCODEC_FUNCTIONS(FRAMESPOOL_DEFINE)
FRAMESPOOL_AVFORMAT_FUNCTIONS(FRAMESPOOL_DEFINE)
FRAMESPOOL_SWSCALE_FUNCTIONS(FRAMESPOOL_DEFINE)
#undef FRAMESPOOL_DEFINE

namespace {

#define FRAMESPOOL_FIND(name) \
  if (auto found = library->find(#name, framespool::name); !found) return found;
#define FRAMESPOOL_DEFINE_LOAD(name, version, functions)                     \
  Result<void> load_##name() {                                               \
    const auto library = SharedLibrary::load(FRAMESPOOL_SONAME(name, version)); \
    if (!library) return tl::unexpected(library.error());                    \
    functions(FRAMESPOOL_FIND) return {};                                    \
  }
FRAMESPOOL_DEFINE_LOAD(avutil, LIBAVUTIL_VERSION_MAJOR, FRAMESPOOL_AVUTIL_FUNCTIONS)
FRAMESPOOL_DEFINE_LOAD(avcodec, LIBAVCODEC_VERSION_MAJOR, FRAMESPOOL_AVCODEC_FUNCTIONS)
FRAMESPOOL_DEFINE_LOAD(avformat, LIBAVFORMAT_VERSION_MAJOR, FRAMESPOOL_AVFORMAT_FUNCTIONS)
FRAMESPOOL_DEFINE_LOAD(swscale, LIBSWSCALE_VERSION_MAJOR, FRAMESPOOL_SWSCALE_FUNCTIONS)
#undef FRAMESPOOL_DEFINE_LOAD
#undef FRAMESPOOL_FIND

}  // namespace

Result<void> load_av_libraries() {
  static std::mutex mutex;
  static bool loaded = false;  // under the mutex
  const std::lock_guard lock(mutex);
  if (loaded) return {};
  for (const auto load : {load_avutil, load_avcodec, load_avformat, load_swscale})
    if (auto done = load(); !done) return done;
  av_log_set_level(AV_LOG_QUIET);
  loaded = true;
  return {};
}

}  // namespace framespool
