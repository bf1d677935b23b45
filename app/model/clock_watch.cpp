#include "app/model/clock_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "app/platform/program_threads.h"
#include "cache/uninterrupted.h"

namespace framespool {
namespace {

using namespace std::chrono_literals;
using channel::ClockActivity;
using channel::ClockPage;
using channel::ClockProcess;
using channel::ClockWait;

constexpr std::int64_t kNever = INT64_MAX;

struct Wait {
  int thread;
  std::string call;
  std::int64_t deadline_ns;
};

// Nothing in the page is trusted: the program can write there what it likes.
std::vector<Wait> waits_in(const ClockProcess& process) {
  std::vector<Wait> waits;
  for (const ClockWait& each : process.waits) {
    const int thread = each.thread.load(std::memory_order_acquire);
    if (thread == 0) continue;
    char name[ClockWait::kNameWords * sizeof(std::uint64_t) + 1] = {};
    for (int i = 0; i < ClockWait::kNameWords; ++i) {
      const std::uint64_t word = each.name[i].load(std::memory_order_relaxed);
      std::memcpy(name + std::size_t(i) * sizeof word, &word, sizeof word);
    }
    std::string call = name;
    std::replace_if(call.begin(), call.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
    waits.push_back({thread, std::move(call), each.deadline_ns.load(std::memory_order_relaxed)});
  }
  return waits;
}

// "until 0.050 s from now on its clock"
std::string until(std::int64_t deadline_ns, std::int64_t now_ns) {
  if (deadline_ns == kNever) return "without a time-out";
  return fmt::format("until {:.3f} s from now on its clock",
                     std::max(0.0, (static_cast<double>(deadline_ns) - static_cast<double>(now_ns)) * 1e-9));
}

std::string thread_text(const ProgramThread& thread) { return fmt::format("thread {} ({})", thread.id, thread.name); }

std::string storing_text(const std::vector<ChannelTakeStatus>& takes) {
  for (const ChannelTakeStatus& take : takes)
    if (!take.ended && take.writer.slots_total != 0 && take.writer.slots_free == 0)
      return fmt::format("waits for the disk: all {} slots are full", take.writer.slots_total);
  return "reads its picture back, which waits until OpenGL has drawn it";
}

// What the thread that draws does.
std::string drawing_text(int pid, ClockActivity activity, std::int64_t now_ns, const ProgramThread& thread,
                         const std::vector<Wait>& waits, const std::vector<ChannelTakeStatus>& takes) {
  if (thread.state == 'T' || thread.state == 't') return "is stopped, by a signal or a debugger";
  if (thread.state == 'Z') return "has ended";
  if (activity == ClockActivity::settling) return "waits for the program's other threads to come to rest before its clock moves";
  if (activity == ClockActivity::storing) return storing_text(takes);
  const auto hooked = std::find_if(waits.begin(), waits.end(), [&](const Wait& each) { return each.thread == thread.id; });
  const std::string in_kernel = kernel_wait_of(pid, thread.id);
  if (hooked != waits.end())
    return fmt::format("waits in {} {}{}", hooked->call, until(hooked->deadline_ns, now_ns),
                       in_kernel.empty() ? "" : ": " + in_kernel);
  if (thread.state == 'R') return "works";
  std::string text = "sleeps in " + (in_kernel.empty() ? "the kernel" : in_kernel);
  if (in_kernel.find("[timerfd]") != std::string::npos) text += ", which goes by real time";
  return text;
}

std::string others_text(const ProgramThread* drawing, const std::vector<ProgramThread>& threads,
                        const std::vector<Wait>& waits, std::int64_t now_ns) {
  std::string running;
  int others = 0, run = 0;
  for (const ProgramThread& each : threads) {
    if (drawing != nullptr && each.id == drawing->id) continue;
    ++others;
    if (!each.runs()) continue;
    if (++run <= 3) running += (running.empty() ? "" : ", ") + thread_text(each);
  }
  if (others == 0) return "there is no other thread";
  std::string text = run == 0   ? fmt::format("none of the {} other threads runs", others)
                     : run <= 3 ? fmt::format("of the {} other threads {} {}", others, running, run == 1 ? "runs" : "run")
                                : fmt::format("of the {} other threads {} run", others, run);
  std::int64_t first = kNever;
  int asleep = 0;
  for (const Wait& each : waits) {
    if ((drawing != nullptr && each.thread == drawing->id) || each.deadline_ns == kNever) continue;
    ++asleep;
    first = std::min(first, each.deadline_ns);
  }
  if (asleep > 0) text += fmt::format(", {} wait{} for the clock, the first {}", asleep, asleep == 1 ? "s" : "", until(first, now_ns));
  return text;
}

std::int64_t work_of(const std::vector<ProgramThread>& threads) {
  std::int64_t sum = 0;
  for (const ProgramThread& each : threads) sum += each.processor_ns;
  return sum;
}

bool is_gone(int pid) { return pid <= 0 || (::kill(pid, 0) != 0 && errno == ESRCH); }

}  // namespace

Result<std::unique_ptr<ClockWatch>> ClockWatch::begin(Clock::duration patience) {
  UniqueFd memory(::memfd_create("framespool clock", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  void* page = MAP_FAILED;
  // Sealed: whoever maps it cannot take it from under us.
  if (memory && uninterrupted([&] { return ::ftruncate(memory.get(), sizeof(ClockPage)); }) == 0 &&
      ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
    page = ::mmap(nullptr, sizeof(ClockPage), PROT_READ, MAP_SHARED, memory.get(), 0);
  if (page == MAP_FAILED) return tl::unexpected(system_error("watching a program", errno));
  return std::unique_ptr<ClockWatch>(new ClockWatch(std::move(memory), static_cast<ClockPage*>(page), patience));
}

ClockWatch::ClockWatch(UniqueFd memory, ClockPage* page, Clock::duration patience)
    : memory_(std::move(memory)), page_(page), patience_(patience), since_(Clock::now()) {
  next_word_ = since_ + patience_;
  next_look_ = next_word_;
}

ClockWatch::~ClockWatch() { ::munmap(page_, sizeof *page_); }

std::string ClockWatch::page_path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), memory_.get()); }

// The one that has shown most; of those that have shown nothing the one that came last.
const ClockProcess* ClockWatch::drawing_process() const {
  const ClockProcess* best = nullptr;
  std::uint64_t most = 0;
  for (const ClockProcess& each : page_->processes) {
    if (is_gone(each.pid.load(std::memory_order_acquire))) continue;
    const std::uint64_t swaps = each.swaps.load(std::memory_order_relaxed);
    if (best != nullptr && swaps < most) continue;
    best = &each;
    most = swaps;
  }
  return best;
}

std::uint32_t ClockWatch::stayed_real() const {
  std::uint32_t all = 0;
  for (const ClockProcess& each : page_->processes) all |= each.stayed_real.load(std::memory_order_relaxed);
  return all;
}

std::optional<std::string> ClockWatch::look(int program, const std::vector<ChannelTakeStatus>& takes) {
  const auto now = Clock::now();
  const ClockProcess* process = drawing_process();
  const int pid = process != nullptr ? process->pid.load(std::memory_order_relaxed) : program;
  std::uint64_t swaps = 0;
  for (const ClockProcess& each : page_->processes) swaps += each.swaps.load(std::memory_order_relaxed);
  const auto threads = threads_of(pid);
  if (swaps != swaps_) {
    swaps_ = swaps;
    since_ = now;
    next_word_ = now + patience_;
    worked_ns_ = work_of(threads);
    waits_now_ = false;
    now_.clear();
  }
  // Often enough that a wait is not noticed much later than it becomes long.
  next_look_ = std::min(next_word_, now + patience_ / 5);
  const auto waited = now - since_;
  if (waited < patience_ || threads.empty()) return std::nullopt;

  const auto drawing_id = process != nullptr ? process->drawing_thread.load(std::memory_order_relaxed) : pid;
  const auto drawing = std::find_if(threads.begin(), threads.end(), [&](const auto& each) { return each.id == drawing_id; });
  const ProgramThread* const drawer = drawing == threads.end() ? nullptr : &*drawing;
  const auto waits = process != nullptr ? waits_in(*process) : std::vector<Wait>();
  const std::int64_t now_ns = process != nullptr ? process->now_ns.load(std::memory_order_relaxed) : 0;
  const auto activity =
      process != nullptr ? static_cast<ClockActivity>(process->activity.load(std::memory_order_relaxed)) : ClockActivity::program;
  std::string does = "The thread that drew has ended";
  if (drawer != nullptr) {
    does = fmt::format("T{}{} {}", thread_text(*drawer).substr(1), swaps_ == 0 ? "" : ", which draws,",
                       drawing_text(pid, activity, now_ns, *drawer, waits, takes));
  }
  const double worked_s = static_cast<double>(std::max<std::int64_t>(work_of(threads) - worked_ns_, 0)) * 1e-9;
  now_ = fmt::format("no {}frame for {:.3g} s. {}; {}; {:.1f} s of processor time were used meanwhile",
                     swaps_ == 0 ? "" : "further ", std::chrono::duration<double>(waited).count(), does,
                     others_text(drawer, threads, waits, now_ns),
                     worked_s);
  if (!std::exchange(waits_now_, true)) ++waits_.count;
  waits_.longest = std::max(waits_.longest, waited);
  waits_.explanation = now_;
  if (now < next_word_) return std::nullopt;
  next_word_ = now + waited;  // then it is twice as long
  next_look_ = std::min(next_word_, now + patience_ / 5);
  return now_;
}

}  // namespace framespool
