// FFmpeg's functions, from libraries that are loaded when the first movie or raw video asks for them: linked, they
// and what they bring along (120 libraries) cost every start of the program, also for images, time and memory (docs/performance.md).
//
// Within this namespace each name below is a pointer to the function of the same name, with its type from FFmpeg's
// own headers: code that calls them reads as if they were linked. A function that is missing in the lists does not link.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/buffer.h>
#include <libavutil/cpu.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/mathematics.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include "cache/error.h"

#define FRAMESPOOL_AVUTIL_FUNCTIONS(X)                                                                         \
  X(av_buffer_create)                                                                                          \
  X(av_buffer_unref)                                                                                           \
  X(av_cpu_count)                                                                                              \
  X(av_dict_free)                                                                                              \
  X(av_dict_get)                                                                                               \
  X(av_dict_set)                                                                                               \
  X(av_frame_alloc)                                                                                            \
  X(av_frame_free)                                                                                             \
  X(av_frame_is_writable)                                                                                      \
  X(av_free)                                                                                                   \
  X(av_freep)                                                                                                  \
  X(av_get_pix_fmt_name)                                                                                       \
  X(av_image_fill_arrays)                                                                                      \
  X(av_image_get_buffer_size)                                                                                  \
  X(av_log_set_level)                                                                                          \
  X(av_malloc)                                                                                                 \
  X(av_opt_set_int)                                                                                            \
  X(av_pix_fmt_desc_get)                                                                                       \
  X(av_rescale_q)                                                                                              \
  X(av_strerror)

#define FRAMESPOOL_AVCODEC_FUNCTIONS(X)                                                                        \
  X(av_packet_alloc)                                                                                           \
  X(av_packet_free)                                                                                            \
  X(av_packet_rescale_ts)                                                                                      \
  X(av_packet_unref)                                                                                           \
  X(avcodec_alloc_context3)                                                                                    \
  X(avcodec_find_encoder_by_name)                                                                              \
  X(avcodec_free_context)                                                                                      \
  X(avcodec_open2)                                                                                             \
  X(avcodec_parameters_from_context)                                                                           \
  X(avcodec_parameters_to_context)                                                                             \
  X(avcodec_receive_frame)                                                                                     \
  X(avcodec_receive_packet)                                                                                    \
  X(avcodec_send_frame)                                                                                        \
  X(avcodec_send_packet)

#define FRAMESPOOL_AVFORMAT_FUNCTIONS(X)                                                                       \
  X(av_find_best_stream)                                                                                       \
  X(av_find_input_format)                                                                                      \
  X(av_guess_format)                                                                                           \
  X(av_interleaved_write_frame)                                                                                \
  X(av_read_frame)                                                                                             \
  X(av_write_trailer)                                                                                          \
  X(avformat_alloc_context)                                                                                    \
  X(avformat_close_input)                                                                                      \
  X(avformat_find_stream_info)                                                                                 \
  X(avformat_free_context)                                                                                     \
  X(avformat_new_stream)                                                                                       \
  X(avformat_open_input)                                                                                       \
  X(avformat_write_header)                                                                                     \
  X(avio_alloc_context)                                                                                        \
  X(avio_context_free)                                                                                         \
  X(avio_flush)                                                                                                \
  X(avio_seek)

#define FRAMESPOOL_SWSCALE_FUNCTIONS(X)                                                                        \
  X(sws_alloc_context)                                                                                         \
  X(sws_freeContext)                                                                                           \
  X(sws_getCoefficients)                                                                                       \
  X(sws_getContext)                                                                                            \
  X(sws_init_context)                                                                                          \
  X(sws_scale)                                                                                                 \
  X(sws_setColorspaceDetails)

namespace framespool {

#define FRAMESPOOL_DECLARE(name) extern decltype(&::name) name;
FRAMESPOOL_AVUTIL_FUNCTIONS(FRAMESPOOL_DECLARE)
FRAMESPOOL_AVCODEC_FUNCTIONS(FRAMESPOOL_DECLARE)
FRAMESPOOL_AVFORMAT_FUNCTIONS(FRAMESPOOL_DECLARE)
FRAMESPOOL_SWSCALE_FUNCTIONS(FRAMESPOOL_DECLARE)
#undef FRAMESPOOL_DECLARE

// Comes before the first call of any of them; every way into them that encode/'s public headers offer begins with it.
// Silences FFmpeg too: it prints to standard error by itself, and only app/ prints here. Errors of x264 and the muxers
// reach the user as values. The libraries stay until the program ends. Any thread; costs nothing from the second time on.
// Error: failed (a library, or a function in it, is not there). The next call tries again.
[[nodiscard]] Result<void> load_av_libraries();

}  // namespace framespool
