// A GLFW program that lives by the clock, in one of many ways, and shows in its picture and on standard output what the
// clock told it. One line a frame: "frame NUMBER NANOSECONDS VALUES...", since the first.
//
//   clock_host WAY FRAMES [--work MS]      so many ms of real work more in each frame
#include <GL/gl.h>
#include <GLFW/glfw3.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/preload/hosts/clock_driver.h"
#include "tests/preload/hosts/real_time.h"
#include "tests/preload/hosts/timed_calls.h"

namespace {

std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Work that takes so long whatever clock_gettime() says.
void work_for(std::int64_t ms) {
  timespec time{};
  const auto real_ns = [&] {
    long result = SYS_clock_gettime;
    asm volatile("syscall" : "+a"(result) : "D"(CLOCK_MONOTONIC), "S"(&time) : "rcx", "r11", "memory");
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  const std::int64_t end = real_ns() + ms * 1'000'000;
  while (real_ns() < end) {
  }
}

void sleep_ns(std::int64_t ns) {
  const timespec time{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  nanosleep(&time, nullptr);
}

std::atomic<bool> over = false;

// One of the ways to wait for ever, or (a timer) for longer than anybody watches.
void hang(const std::string& way) {
  if (way == "hang-mutex") {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    std::atomic<bool> held = false;
    std::thread holder([&] {
      pthread_setname_np(pthread_self(), "holder");
      pthread_mutex_lock(&mutex);
      held = true;
      for (;;) ::pause();
    });
    while (!held) std::this_thread::yield();
    pthread_mutex_lock(&mutex);
    holder.join();
  } else if (way == "hang-pipe") {
    int ends[2];
    char byte = 0;
    if (::pipe(ends) == 0 && ::read(ends[0], &byte, 1) < 0) return;
  } else if (way == "hang-signal") {
    sigset_t signals;
    int which = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigwait(&signals, &which);
  } else if (way == "hang-timer") {
    const int timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
    const itimerspec in_an_hour{.it_interval = {}, .it_value = {.tv_sec = 3600, .tv_nsec = 0}};
    std::uint64_t count = 0;
    ::timerfd_settime(timer, 0, &in_an_hour, nullptr);
    if (::read(timer, &count, sizeof count) < 0) return;
  } else if (way == "hang-condition") {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    pthread_mutex_lock(&mutex);
    for (;;) pthread_cond_wait(&condition, &mutex);
  } else if (way == "hang-busy") {
    std::atomic<bool> never = false;
    while (!never) {
    }
  }
}

// Whatever a program may take its chance from.
void print_numbers() {
  const auto eight = [](auto&& fill) {
    std::uint64_t value = 0;
    fill(&value, sizeof value);
    return static_cast<unsigned long long>(value);
  };
  std::printf("chance %d %ld %llx %llx %llx", getpid(), static_cast<long>(time(nullptr)),
              eight([](void* to, std::size_t bytes) { return getrandom(to, bytes, 0); }),
              eight([](void* to, std::size_t bytes) { return getentropy(to, bytes); }),
              eight([](void* to, std::size_t bytes) { return syscall(SYS_getrandom, to, bytes, 0); }));
  std::printf(" %x %x %llx %x\n", std::random_device()(), arc4random(),
              eight([](void* to, std::size_t bytes) { arc4random_buf(to, bytes); }), arc4random_uniform(0x7fff'ffff));
}

#ifdef HAVE_ALSA
// Of ALSA, whose headers are not needed for that.
extern "C" {
int snd_pcm_open(void** device, const char* name, int stream, int mode);
int snd_pcm_set_params(void* device, int format, int access, unsigned int channels, unsigned int rate, int resample,
                       unsigned int latency_us);
long snd_pcm_writei(void* device, const void* sound, unsigned long frames);
int snd_pcm_close(void* device);
}

// A thread that plays to ALSA's null device as fast as that takes it.
class Player {
 public:
  Player() {
    constexpr int kPlayback = 0, kSigned16 = 2, kInterleaved = 3;
    if (snd_pcm_open(&device_, "null", kPlayback, 0) != 0) std::exit(4);
    if (snd_pcm_set_params(device_, kSigned16, kInterleaved, 1, 48'000, 1, 100'000) != 0) std::exit(4);
    thread_ = std::thread([this] {
      const std::vector<short> silence(480);
      while (!over) played_ += snd_pcm_writei(device_, silence.data(), silence.size());
    });
  }
  ~Player() {
    over = true;
    thread_.join();
    snd_pcm_close(device_);
  }
  [[nodiscard]] long played() const { return played_; }

 private:
  void* device_ = nullptr;
  std::atomic<long> played_ = 0;
  std::thread thread_;
};
#endif

class Workers {
 public:
  explicit Workers(std::vector<int> periods_ms) {
    counts_ = std::vector<std::atomic<std::uint64_t>>(periods_ms.size());
    for (std::size_t i = 0; i < periods_ms.size(); ++i)
      threads_.emplace_back([this, i, period = periods_ms[i]] {
        while (!over) {
          sleep_ns(std::int64_t{period} * 1'000'000);
          work_for(1);
          // What it makes depends on when the others make theirs.
          state_ = state_ * 6364136223846793005U + i;
          ++counts_[i];
        }
      });
  }
  ~Workers() {
    over = true;
    for (auto& thread : threads_) thread.join();
  }
  [[nodiscard]] std::string values() const {
    std::string text;
    for (const auto& count : counts_) text += " " + std::to_string(count.load());
    return text + " " + std::to_string(state_.load());
  }
  [[nodiscard]] std::uint64_t state() const { return state_.load(); }

 private:
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<std::uint64_t> state_ = 1;
  std::vector<std::thread> threads_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string way = argc > 1 ? argv[1] : "free";
  const int frames = argc > 2 ? std::atoi(argv[2]) : 60;
  const int work_ms = argc > 4 ? std::atoi(argv[4]) : 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // of a test that was given up on
  if (glfwInit() == 0) return 2;
  GLFWwindow* window = glfwCreateWindow(64, 48, "clock", nullptr, nullptr);
  if (window == nullptr) return 2;
  glfwMakeContextCurrent(window);
  glfwSwapInterval(0);

  Workers workers(way == "workers" ? std::vector<int>{2, 5, 7} : std::vector<int>{});
#ifdef HAVE_ALSA
  std::optional<Player> player;
  if (way == "sound") player.emplace();
  const auto played = [&] { return player ? " " + std::to_string(player->played()) : std::string(); };
#else
  const auto played = [] { return std::string(); };
#endif
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  const auto date_in = [](std::int64_t ns) {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    ns += time.tv_nsec;
    return timespec{.tv_sec = time.tv_sec + ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  };

  if (way == "chance") print_numbers();
  std::optional<std::jthread> caller;
  if (way == "calls-beside") caller.emplace(print_timed_calls);
  const std::int64_t begun = now_ns();
  std::int64_t due = begun;
  double angle = 0, before_s = glfwGetTime();
  GLFWwindow* second = way == "windows" ? glfwCreateWindow(32, 24, "second", nullptr, nullptr) : nullptr;
  const auto draw = [&](int frame) -> int {
    const double time_s = glfwGetTime();
    angle += (time_s - before_s) * 90;
    before_s = time_s;
    std::printf("frame %d %lld%s%s\n", frame, static_cast<long long>(now_ns() - begun), workers.values().c_str(), played().c_str());

    const double shade = angle / 360 - static_cast<int>(angle / 360);
    const auto noise = static_cast<float>(workers.state() >> 56) / 255.f;
    glClearColor(static_cast<float>(shade), noise, static_cast<float>(frame % 256) / 255.f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    if (work_ms > 0) work_for(work_ms);

    if (way == "limiter") {  // 30 frames a second
      due += 33'333'333;
      while (now_ns() < due) sleep_ns(due - now_ns());
    } else if (way == "busy") {
      due += 16'000'000;
      while (now_ns() < due) {
      }
    } else if (way == "condition") {
      const timespec end = date_in(50'000'000);
      pthread_mutex_lock(&mutex);
      pthread_cond_timedwait(&condition, &mutex, &end);
      pthread_mutex_unlock(&mutex);
    } else if (way == "semaphore") {
      const timespec end = date_in(50'000'000);
      sem_timedwait(&semaphore, &end);
    } else if (way == "events") {
      glfwWaitEventsTimeout(0.05);
    } else if (way == "calls" && frame == 1) {
      print_timed_calls();
    } else if (way == "endless" && frame == 1) {
      print_endless_calls();
    } else if (way == "clocks" && frame == 1) {
      print_clocks();
    } else if (way == "timers" && frame == 1) {
      use_real_time("");
    } else if (way.starts_with("real-") && frame == 1) {
      if (!use_real_time(std::string_view(way).substr(5))) std::exit(5);
    } else if (way == "restless" && frame == 1) {
      start_restless_thread();
    } else if (way == "sound-server" && frame == 1) {
      if (!connect_to_sound_server()) std::exit(6);
    } else if (way == "driver") {  // a driver takes longer than a step
      driver_sleep_ns(40'000'000);
      std::printf("driver %lld\n", driver_now_ns());
    } else if (way == "join") {  // for one who sleeps by the clock
      std::thread([] { sleep_ns(100'000'000); }).join();
    } else if (way == "handover") {  // from the second frame on asleep, and not by the clock
      const timespec time{.tv_sec = 0, .tv_nsec = 30'000'000};
      if (frame == 0)
        work_for(30);
      else
        syscall(SYS_nanosleep, &time, nullptr);
    } else if (frame == 3) {
      hang(way);
    }
    if (way == "shell" && frame == 5) {
      std::fflush(stdout);
      if (std::system("date +'child %s%N'; sleep 1; date +'child %s%N'") != 0) return 3;
    }
    glfwSwapBuffers(window);
    if (second != nullptr) {  // in a shade of its own
      glfwMakeContextCurrent(second);
      glClearColor(1, 0, static_cast<float>(frame % 256) / 255.f, 1);
      glClear(GL_COLOR_BUFFER_BIT);
      glfwSwapBuffers(second);
      glfwMakeContextCurrent(window);
    }
    if (way == "resize" && frame % 10 == 9) glfwSetWindowSize(window, frame % 20 == 9 ? 96 : 64, frame % 20 == 9 ? 80 : 48);
    glfwPollEvents();
    return 0;
  };
  if (way == "handover") {  // all is drawn by another thread, which main waits for; a third sleeps by the clock
    glfwMakeContextCurrent(nullptr);
    std::thread sleeper([] {
      while (!over) sleep_ns(1'000'000'000);
    });
    std::thread([&] {
      glfwMakeContextCurrent(window);
      for (int frame = 0; frame < frames; ++frame) draw(frame);
      over = true;
    }).join();
    sleeper.detach();
  } else {
    for (int frame = 0; frame < frames; ++frame)
      if (const int status = draw(frame); status != 0) return status;
  }
  std::printf("ended %d %lld\n", frames, static_cast<long long>(now_ns() - begun));
  over = true;
  glfwTerminate();
  return 0;
}
