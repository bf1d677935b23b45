// Owners of FFmpeg's handles. Nowhere else is anything of FFmpeg freed by hand.
#pragma once

#include <cstdint>
#include <memory>

#include "encode/internal/av_library.h"

namespace framespool {

struct AvRelease {
  void operator()(AVFrame* frame) const noexcept { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const noexcept { av_packet_free(&packet); }
  void operator()(AVCodecContext* context) const noexcept { avcodec_free_context(&context); }
  void operator()(AVFormatContext* context) const noexcept { avformat_free_context(context); }
  void operator()(SwsContext* context) const noexcept { sws_freeContext(context); }
  void operator()(AVIOContext* context) const noexcept {
    av_freep(&context->buffer);
    avio_context_free(&context);
  }
};
template <class T>
using AvPtr = std::unique_ptr<T, AvRelease>;

// A container that was opened for reading.
struct AvInputRelease {
  void operator()(AVFormatContext* context) const noexcept { avformat_close_input(&context); }
};
using AvInputPtr = std::unique_ptr<AVFormatContext, AvInputRelease>;

// Memory of av_malloc().
struct AvMemoryRelease {
  void operator()(void* memory) const noexcept { av_free(memory); }
};
using AvMemoryPtr = std::unique_ptr<std::uint8_t, AvMemoryRelease>;

class AvDictionary {
 public:
  AvDictionary() = default;
  AvDictionary(const AvDictionary&) = delete;
  AvDictionary& operator=(const AvDictionary&) = delete;
  ~AvDictionary() { av_dict_free(&dictionary_); }
  void set(const char* key, const char* value) { av_dict_set(&dictionary_, key, value, 0); }
  [[nodiscard]] AVDictionary** get() { return &dictionary_; }
  // An option that nobody took, or nullptr.
  [[nodiscard]] const char* left_over() const {
    const AVDictionaryEntry* entry = av_dict_get(dictionary_, "", nullptr, AV_DICT_IGNORE_SUFFIX);
    return entry ? entry->key : nullptr;
  }

 private:
  AVDictionary* dictionary_ = nullptr;
};

}  // namespace framespool
