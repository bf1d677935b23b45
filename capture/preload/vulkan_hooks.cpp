// Vulkan is not recorded. That a program uses it is noticed, so that the recorder can say why it saw no
// frame.
#include "capture/preload/hooks.h"
#include "capture/preload/notices.h"

FRAMESPOOL_EXPORT int vkCreateInstance(const void* create_info, const void* allocator, void* instance) {
  using namespace framespool::preload;
  constexpr int kInitializationFailed = -3;  // VK_ERROR_INITIALIZATION_FAILED
  tell_once(framespool::channel::NoticeKind::vulkan);
  const auto next = next_function<vkCreateInstanceFunction>(Hook::vkCreateInstance);
  return next == nullptr ? kInitializationFailed : next(create_info, allocator, instance);
}
