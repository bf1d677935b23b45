// What a buffer swap costs that presents nothing: eglSwapBuffers of a 1x1 pbuffer, CPU time of the thread, the median of 200 batches of
// 1,000. Alone it is the driver's own; under `framespool run --paused` the hook's is in it.
//   idle_swap          prints nanoseconds a swap
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace {

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

int main() {
  EGLDisplay display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  if (eglInitialize(display, nullptr, nullptr) == EGL_FALSE || eglBindAPI(EGL_OPENGL_ES_API) == EGL_FALSE) return 1;
  const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT, EGL_NONE};
  const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE}, size[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (eglChooseConfig(display, wanted, &config, 1, &count) == EGL_FALSE || count == 0) return 1;
  EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);
  EGLSurface surface = eglCreatePbufferSurface(display, config, size);
  if (eglMakeCurrent(display, surface, surface, context) == EGL_FALSE) return 1;
  std::vector<double> batches;
  for (int batch = 0; batch < 200; ++batch) {
    const double begun_ns = cpu_ns();
    for (int i = 0; i < 1000; ++i) eglSwapBuffers(display, surface);
    batches.push_back((cpu_ns() - begun_ns) / 1000);
  }
  std::sort(batches.begin(), batches.end());
  std::printf("%.1f (quartiles %.1f and %.1f)\n", batches[100], batches[50], batches[150]);
  eglTerminate(display);
  return 0;
}
