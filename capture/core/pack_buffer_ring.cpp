#include "capture/core/pack_buffer_ring.h"

#include <GL/gl.h>
#include <GL/glext.h>

#include <cstring>

#include "capture/core/host_errors.h"
#include "capture/core/pack_binding.h"

namespace framespool {
namespace {

constexpr std::uint64_t kWaitNs = 1'000'000'000;
constexpr int kWaits = 10;  // a GPU that does not answer for ten seconds is not going to

bool is_signalled(GlEnum answer) {
  return answer == GL_ALREADY_SIGNALED || answer == GL_CONDITION_SATISFIED;
}

}  // namespace

PackBufferRing::~PackBufferRing() {
  for (Entry& entry : entries_) {
    if (entry.fence != nullptr) gl_.DeleteSync(entry.fence);
    if (entry.buffer != 0) gl_.DeleteBuffers(1, &entry.buffer);
  }
}

bool PackBufferRing::make_room(Entry& entry, std::size_t bytes) {
  if (entry.capacity == bytes) return true;
  HostErrors errors(gl_, grabber_.capabilities());
  if (entry.buffer == 0) gl_.GenBuffers(1, &entry.buffer);
  {
    PackBinding binding(gl_, grabber_.capabilities(), entry.buffer);
    gl_.BufferData(GL_PIXEL_PACK_BUFFER, static_cast<std::ptrdiff_t>(bytes), nullptr, GL_STREAM_READ);
  }
  entry.capacity = errors.take_own() == GL_NO_ERROR ? bytes : 0;
  return entry.capacity == bytes;
}

GrabStatus PackBufferRing::start(const GrabSource& source, GrabFormat format, GrabFacts* facts) {
  Entry& entry = entries_[order_.next()];
  const std::size_t bytes = std::size_t{source.width} * source.height * 4;
  if (grabber_.capabilities().major == 0) return GrabStatus::no_context;
  if (!grabber_.capabilities().fences) return GrabStatus::no_fences;
  if (bytes == 0) return GrabStatus::bad_size;
  if (!make_room(entry, bytes)) return GrabStatus::no_memory;
  const GrabStatus status = grabber_.read_into_buffer(source, format, entry.buffer, bytes, facts);
  if (status != GrabStatus::ok) return status;
  entry.fence = gl_.FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
  entry.frame_bytes = bytes;
  order_.start();
  return GrabStatus::ok;
}

bool PackBufferRing::oldest_is_ready() {
  const Entry& entry = entries_[order_.oldest()];
  return entry.fence == nullptr ||
         is_signalled(gl_.ClientWaitSync(entry.fence, GL_SYNC_FLUSH_COMMANDS_BIT, 0));
}

GrabStatus PackBufferRing::copy_oldest(void* memory, std::size_t bytes) {
  Entry& entry = entries_[order_.oldest()];
  if (bytes < entry.frame_bytes) {
    discard_oldest();
    return GrabStatus::short_memory;
  }
  HostErrors errors(gl_, grabber_.capabilities());
  GlEnum answer = GL_ALREADY_SIGNALED;
  if (entry.fence != nullptr) {
    answer = GL_TIMEOUT_EXPIRED;
    for (int i = 0; i < kWaits && answer == GL_TIMEOUT_EXPIRED; ++i)
      answer = gl_.ClientWaitSync(entry.fence, GL_SYNC_FLUSH_COMMANDS_BIT, kWaitNs);
  }
  bool copied = false;
  if (is_signalled(answer)) {
    PackBinding binding(gl_, grabber_.capabilities(), entry.buffer);
    const void* mapped = gl_.MapBufferRange(GL_PIXEL_PACK_BUFFER, 0,
                                            static_cast<std::ptrdiff_t>(entry.frame_bytes), GL_MAP_READ_BIT);
    if (mapped != nullptr) {
      std::memcpy(memory, mapped, entry.frame_bytes);
      copied = gl_.UnmapBuffer(GL_PIXEL_PACK_BUFFER) != 0;
    }
  }
  discard_oldest();
  return errors.take_own() == GL_NO_ERROR && copied ? GrabStatus::ok : GrabStatus::gl_error;
}

void PackBufferRing::discard_oldest() {
  Entry& entry = entries_[order_.oldest()];
  if (entry.fence != nullptr) gl_.DeleteSync(entry.fence);
  entry.fence = nullptr;
  order_.finish_oldest();
}

}  // namespace framespool
