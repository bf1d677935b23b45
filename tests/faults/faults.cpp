// Lets one call after the other fail, in the real program, and looks at what is left: the status, the message, the
// frames before. `faults all` tries everything, `faults sample N` about N cases spread evenly over it.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "tests/faults/fault_plan.h"
#include "tests/faults/scenario.h"

namespace framespool::faults {
namespace {

using Clock = std::chrono::steady_clock;

// Hung is hung on any machine; that nothing takes long is asked of the long run alone.
constexpr std::chrono::seconds kPatience{20};
constexpr double kLongest_s = 5;

struct Case {
  std::size_t scenario = 0;
  Call call = Call::open;
  std::uint64_t number = 0;
  const char* kind = "";
  const char* life = "once";
  [[nodiscard]] std::string text() const {
    return fmt::format("{} {} {} {}", kCallNames[static_cast<std::size_t>(call)], number, kind, life);
  }
};

std::vector<const char*> kinds_of(Call call) {
  switch (call) {
    case Call::open:
    case Call::rename:
    case Call::fallocate:
    case Call::flush:
    case Call::truncate: return {"ENOSPC", "EIO", "EINTR"};
    case Call::pwrite:
    case Call::write: return {"ENOSPC", "EIO", "EINTR", "short", "torn", "zero"};
    case Call::pread: return {"EIO", "EINTR", "short", "zero"};
    case Call::mmap: return {"ENOMEM"};
    case Call::malloc:
    case Call::egl:
    case Call::map_buffer: return {"zero"};
  }
  return {};
}

// The file that the preloaded library counts in.
class SharedCounts {
 public:
  explicit SharedCounts(std::filesystem::path path) : path_(std::move(path)) {
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ::ftruncate(file, sizeof(Counts)) != 0) std::abort();
    void* shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (shared == MAP_FAILED) std::abort();
    counts_ = static_cast<Counts*>(shared);
  }
  ~SharedCounts() { ::munmap(counts_, sizeof(Counts)); }
  SharedCounts(const SharedCounts&) = delete;
  SharedCounts& operator=(const SharedCounts&) = delete;
  void clear() const {
    for (auto& calls : counts_->calls) calls = 0;
    counts_->hits = 0;
  }
  [[nodiscard]] Counts& operator*() const { return *counts_; }
  [[nodiscard]] std::string variable() const { return "FRAMESPOOL_FAULT_COUNTS=" + path_.string(); }

 private:
  std::filesystem::path path_;
  Counts* counts_ = nullptr;
};

struct Row {
  std::uint64_t cases = 0, unreached = 0, survived = 0, refused = 0, broken = 0;
  double longest_s = 0;
};

class Trials {
 public:
  explicit Trials(std::filesystem::path folder)
      : folder_(std::move(folder)), scenarios_(make_scenarios(folder_)), counts_(folder_ / "counts") {}

  std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (std::size_t s = 0; s < scenarios_.size(); ++s) {
      const auto finished = run(s, "");
      scenarios_[s]->prepare_reference(work());
      if (finished.status != 0) fail(scenarios_[s]->name + ": does not run without faults: " + finished.err);
      for (std::size_t c = 0; c < kCallNames.size(); ++c) {
        const std::uint64_t calls = (*counts_).calls[c];
        // Calls without number (our allocations) are tried at evenly spread places.
        const std::uint64_t step = std::max<std::uint64_t>(1, (calls + kMostNumbers - 1) / kMostNumbers);
        for (std::uint64_t number = 1; number <= calls; number += step)
          for (const char* kind : kinds_of(static_cast<Call>(c)))
            for (const char* life : {"once", "good"}) cases.push_back({s, static_cast<Call>(c), number, kind, life});
      }
    }
    return cases;
  }

  void run_case(const Case& one) {
    Row& row = rows_[{one.scenario, one.call}];
    const auto begun = Clock::now();
    const auto finished = run(one.scenario, one.text());
    const double took_s = std::chrono::duration<double>(Clock::now() - begun).count();
    ++row.cases;
    row.longest_s = std::max(row.longest_s, took_s);
    if ((*counts_).hits == 0) ++row.unreached;
    finished.status == 0 ? ++row.survived : ++row.refused;
    if (auto problem = judge(one, finished); !problem.empty()) {
      ++row.broken;
      fail(fmt::format("{}, {}: {}\n  it said: {}", scenarios_[one.scenario]->name, one.text(), problem, finished.err));
    }
  }

  // Also tells whether everything held.
  bool print_table(bool timed) const {
    bool good = failures_ == 0;
    std::uint64_t cases = 0, broken = 0;
    double longest_s = 0;
    std::printf("%-16s %-11s %6s %9s %8s %8s %7s %10s\n", "program", "call", "cases", "unreached", "survived", "refused",
                "broken", "longest, s");
    for (const auto& [key, row] : rows_) {
      std::printf("%-16s %-11s %6llu %9llu %8llu %8llu %7llu %10.2f\n", scenarios_[key.first]->name.c_str(),
                  kCallNames[static_cast<std::size_t>(key.second)], number(row.cases), number(row.unreached),
                  number(row.survived), number(row.refused), number(row.broken), row.longest_s);
      cases += row.cases;
      broken += row.broken;
      longest_s = std::max(longest_s, row.longest_s);
    }
    std::printf("%llu cases, %llu broken, the longest took %.2f s\n", number(cases), number(broken), longest_s);
    if (timed && longest_s > kLongest_s) {
      std::printf("longer than the %.0f s allowed\n", kLongest_s);
      good = false;
    }
    return good;
  }

 private:
  static constexpr std::uint64_t kMostNumbers = 60;
  static unsigned long long number(std::uint64_t value) { return value; }

  [[nodiscard]] std::filesystem::path work() const { return folder_ / "work"; }

  void fail(const std::string& text) {
    ++failures_;
    std::printf("BROKEN %s\n", text.c_str());
    std::fflush(stdout);
  }

  e2e::Finished run(std::size_t scenario, const std::string& fault) {
    std::filesystem::remove_all(work());
    std::filesystem::create_directories(work());
    scenarios_[scenario]->set_up(work());
    counts_.clear();
    e2e::RunOptions options;
    options.patience = kPatience;
    options.environment = {"LD_PRELOAD=" FRAMESPOOL_FAULTS_LIBRARY, counts_.variable()};
    if (!fault.empty()) options.environment.push_back("FRAMESPOOL_FAULT=" + fault);
    return e2e::run(scenarios_[scenario]->command(work()), options);
  }

  std::string judge(const Case& one, const e2e::Finished& finished) {
    if (finished.timed_out) return "it hangs";
    if (finished.signal != 0) return fmt::format("it died of signal {}", finished.signal);
    if (finished.status != 0 && finished.status != 1) return fmt::format("exit status {}", finished.status);
    if (finished.status == 1 && (finished.error_lines() != 1 || !finished.err.starts_with("framespool: ")))
      return "the error is not one line";
    if (finished.status == 0 && !finished.err.empty()) return "it complains and claims success";
    const std::string_view kind = one.kind;
    const bool file_call = one.call != Call::mmap && one.call != Call::rename;
    const bool harmless = file_call && (kind == "short" || (kind == "EINTR" && std::strcmp(one.life, "once") == 0));
    if (harmless && finished.status != 0) return "a short or interrupted call should be continued";
    // Written before: the file's beginning, then a frame with each call (index blocks come later).
    std::uint64_t frames_before = 0;
    if (one.call == Call::pwrite && one.number > 2) frames_before = one.number - 2;
    return scenarios_[one.scenario]->judge(work(), finished.status == 0, frames_before);
  }

  std::filesystem::path folder_;
  std::vector<std::unique_ptr<Scenario>> scenarios_;
  SharedCounts counts_;
  std::map<std::pair<std::size_t, Call>, Row> rows_;
  std::uint64_t failures_ = 0;
};

}  // namespace
}  // namespace framespool::faults

int main(int count, char** arguments) {
  using namespace framespool::faults;
  const bool all = count == 2 && std::strcmp(arguments[1], "all") == 0;
  const bool sample = count == 3 && std::strcmp(arguments[1], "sample") == 0;
  const bool single = count == 7 && std::strcmp(arguments[1], "one") == 0;
  if (!all && !sample && !single) {
    std::fputs("usage: faults all | sample CASES | one SCENARIO CALL NUMBER KIND once|good\n", stderr);
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "framespool-faults-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 2;
  bool good = false;
  {
    Trials trials(folder);
    std::vector<Case> cases = trials.all_cases();
    if (single) {
      const auto scenario = static_cast<std::size_t>(std::atoi(arguments[2]));
      trials.run_case({scenario, static_cast<Call>(call_of(arguments[3])), std::strtoull(arguments[4], nullptr, 10),
                       arguments[5], arguments[6]});
    } else {
      const std::size_t wanted = all ? cases.size() : std::min(cases.size(), std::strtoul(arguments[2], nullptr, 10));
      for (std::size_t i = 0; i < wanted; ++i) trials.run_case(cases[i * cases.size() / wanted]);
    }
    good = trials.print_table(all);
  }
  std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
