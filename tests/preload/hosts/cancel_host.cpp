// Threads that are cancelled while they wait: what they own must be destroyed. Prints how many waited and how many of them let go.
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace {

constexpr timespec kLong{.tv_sec = 1000, .tv_nsec = 0};
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
sem_t semaphore;
std::atomic<int> waiting = 0, let_go = 0;

struct Owner {
  Owner() { ++waiting; }
  ~Owner() { ++let_go; }
};

using Wait = void (*)();
constexpr Wait kWaits[] = {
    [] { nanosleep(&kLong, nullptr); },
    [] { clock_nanosleep(CLOCK_MONOTONIC, 0, &kLong, nullptr); },
    [] { sleep(1000); },
    [] { usleep(999'999'999); },
    [] { poll(nullptr, 0, 1'000'000); },
    [] { poll(nullptr, 0, -1); },
    [] {
      timeval time{.tv_sec = 1000, .tv_usec = 0};
      select(0, nullptr, nullptr, nullptr, &time);
    },
    [] { sem_wait(&semaphore); },
    [] {
      pthread_mutex_lock(&mutex);
      pthread_cond_wait(&condition, &mutex);
    },
};

void* run(void* wait) {
  const Owner owner;
  (*static_cast<const Wait*>(wait))();
  return nullptr;
}

}  // namespace

int main() {
  sem_init(&semaphore, 0, 0);
  for (const Wait& wait : kWaits) {
    pthread_t thread{};
    const int before = waiting;
    if (pthread_create(&thread, nullptr, run, const_cast<Wait*>(&wait)) != 0) return 1;
    while (waiting == before) {
    }
    pthread_cancel(thread);
    pthread_join(thread, nullptr);
  }
  std::printf("waited %d\nlet-go %d\n", waiting.load(), let_go.load());
}
