// A libvulkan.so.1 for machines without one.
extern "C" __attribute__((visibility("default"))) int vkCreateInstance(const void*, const void*, void*) {
  return -9;  // VK_ERROR_INCOMPATIBLE_DRIVER
}
