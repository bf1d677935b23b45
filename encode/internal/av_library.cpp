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

Result<void> load_avutil() {
  const auto library = SharedLibrary::load(FRAMESPOOL_SONAME(avutil, LIBAVUTIL_VERSION_MAJOR));
  if (!library) return tl::unexpected(library.error());
  FRAMESPOOL_AVUTIL_FUNCTIONS(FRAMESPOOL_FIND)
  return {};
}

Result<void> load_avcodec() {
  const auto library = SharedLibrary::load(FRAMESPOOL_SONAME(avcodec, LIBAVCODEC_VERSION_MAJOR));
  if (!library) return tl::unexpected(library.error());
  FRAMESPOOL_AVCODEC_FUNCTIONS(FRAMESPOOL_FIND)
  return {};
}

Result<void> load_avformat() {
  const auto library = SharedLibrary::load(FRAMESPOOL_SONAME(avformat, LIBAVFORMAT_VERSION_MAJOR));
  if (!library) return tl::unexpected(library.error());
  FRAMESPOOL_AVFORMAT_FUNCTIONS(FRAMESPOOL_FIND)
  return {};
}

Result<void> load_swscale() {
  const auto library = SharedLibrary::load(FRAMESPOOL_SONAME(swscale, LIBSWSCALE_VERSION_MAJOR));
  if (!library) return tl::unexpected(library.error());
  FRAMESPOOL_SWSCALE_FUNCTIONS(FRAMESPOOL_FIND)
  return {};
}

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
