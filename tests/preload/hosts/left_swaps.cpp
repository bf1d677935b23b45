#include "tests/preload/hosts/left_swaps.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <csetjmp>
#include <string_view>

namespace {

constexpr int kEvery = 7;
enum class How { longjmp, exception };
struct Left {};

std::jmp_buf back;
How how = How::longjmp;
int when = -1;  // in_swap()'s argument at which it is left; -1: not this time

// Where the stack reaches further down than at the swap before.
[[gnu::noinline]] void swap_deeper(GLFWwindow* window) {
  volatile char below[1000];
  for (volatile char& each : below) each = 1;
  glfwSwapBuffers(window);
  below[0] = below[1];
}

void swap_until_left(GLFWwindow* window) {
  if (how == How::longjmp) {
    if (setjmp(back) == 0) glfwSwapBuffers(window);
    return;
  }
  try {
    glfwSwapBuffers(window);
  } catch (const Left&) {
  }
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void in_swap(int is_over) {
  if (is_over != when) return;
  when = -1;
  if (how == How::longjmp) std::longjmp(back, 1);
  throw Left{};
}

bool swap_and_leave(const char* way, GLFWwindow* window) {
  const std::string_view name = way;
  const bool is_longjmp = name.starts_with("longjmp-"), is_after = name.ends_with("-after");
  if (!is_longjmp && !name.starts_with("throw-")) return false;
  static int swaps = 0;
  how = is_longjmp ? How::longjmp : How::exception;
  when = ++swaps % kEvery == 0 ? (is_after ? 1 : 0) : -1;
  if (swaps % kEvery == 1)
    swap_deeper(window);
  else
    swap_until_left(window);
  return true;
}
