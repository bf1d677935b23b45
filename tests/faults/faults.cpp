// Lets one call after the other fail, in the real program, and looks at what is left: the status, the message, the
// frames before. `faults all` tries everything, `faults sample N` about N cases spread evenly over it, `faults range`
// one call's numbers without gaps, in one program, to look for what falls between, `faults end` the last of them.
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
    case Call::flush:
    case Call::truncate: return {"ENOSPC", "EIO", "EINTR"};
    case Call::fallocate: return {"ENOSPC", "EDQUOT", "EIO", "EINTR"};
    case Call::pwrite:
    case Call::write: return {"ENOSPC", "EDQUOT", "EFBIG", "EIO", "EINTR", "short", "torn", "zero"};
    case Call::pread: return {"EIO", "EINTR", "short", "zero"};
    case Call::mmap: return {"ENOMEM", "EIO"};
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
      const Counts& counts = prepare(s);
      for (std::size_t c = 0; c < kCallNames.size(); ++c)
        for (const std::uint64_t number : numbers_to_try(counts.calls[c]))
          for (const char* kind : kinds_of(static_cast<Call>(c)))
            for (const char* life : {"once", "good"}) cases.push_back({s, static_cast<Call>(c), number, kind, life});
    }
    return cases;
  }

  // A run without faults: what it makes, and how often it makes each call (until the next run).
  const Counts& prepare(std::size_t scenario) {
    const auto finished = run(scenario, "");
    scenarios_.at(scenario)->prepare_reference(work());
    if (finished.status != 0)
      fail(scenarios_[scenario]->name + ": does not run without faults: " + finished.err);
    return *counts_;
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

  // "record, ring"; ends the program where there is none of that name.
  [[nodiscard]] std::size_t scenario_named(const std::string& name) const {
    for (std::size_t s = 0; s < scenarios_.size(); ++s)
      if (scenarios_[s]->name == name) return s;
    std::printf("faults: there is no program \"%s\"\n", name.c_str());
    std::exit(2);
  }
  [[nodiscard]] bool reached_any() const {
    for (const auto& [key, row] : rows_)
      if (row.unreached < row.cases) return true;
    std::printf("no call failed: there are not so many\n");
    return false;
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
  // Of a call that is made more often (our allocations) the last are all tried and those before at evenly spread
  // places: most of them are the argument library's.
  static constexpr std::uint64_t kLastNumbers = 150, kEarlierNumbers = 30;
  static std::vector<std::uint64_t> numbers_to_try(std::uint64_t calls) {
    std::vector<std::uint64_t> numbers;
    const std::uint64_t earlier = calls > kLastNumbers ? calls - kLastNumbers : 0;
    const std::uint64_t step = (earlier + kEarlierNumbers - 1) / kEarlierNumbers;
    for (std::uint64_t number = 1; number <= earlier; number += step) numbers.push_back(number);
    for (std::uint64_t number = earlier + 1; number <= calls; ++number) numbers.push_back(number);
    return numbers;
  }
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

  // What the message must say of a call that failed so and was not got over; empty: many things can be said.
  [[nodiscard]] std::string_view words_of(const Case& one, std::string_view kind) const {
    const Call call = one.call;
    // What the channel cuts to a length is memory, and a program that gets none is not recorded.
    const bool cuts_file = call == Call::truncate && scenarios_[one.scenario]->name != "channel";
    const bool writes = call == Call::pwrite || call == Call::write || call == Call::fallocate || cuts_file ||
                        call == Call::flush || call == Call::rename;
    if (!writes) return call == Call::malloc ? "memory" : "";
    if (kind == "ENOSPC") return "no space left on device";
    if (kind == "EDQUOT") return "disk quota exceeded";
    if (kind == "EFBIG") return "limit on file sizes";
    if (kind == "EIO") return "input/output error";
    return "";
  }

  std::string judge(const Case& one, const e2e::Finished& finished) {
    if (finished.timed_out) return "it hangs";
    if (finished.signal != 0) return fmt::format("it died of signal {}", finished.signal);
    if (finished.status != 0 && finished.status != 1) return fmt::format("exit status {}", finished.status);
    if (finished.status == 1 && (finished.error_lines() != 1 || !finished.err.starts_with("framespool: ")))
      return "the error is not one line";
    if (finished.status == 0 && !finished.err.empty()) return "it complains and claims success";
    const std::string_view kind = one.kind;
    if (const auto words = words_of(one, kind); finished.status == 1 && finished.err.find(words) == std::string::npos)
      return fmt::format("the message does not say \"{}\"", words);
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
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const bool all = words.size() == 1 && words[0] == "all";
  const bool sample = words.size() == 2 && words[0] == "sample";
  const bool range = words.size() == 7 && words[0] == "range" && call_of(words[2]) >= 0;
  const bool end = words.size() == 6 && words[0] == "end" && call_of(words[2]) >= 0;
  if (!all && !sample && !range && !end) {
    std::fputs(
        "usage: faults all | sample CASES | range PROGRAM CALL FIRST LAST KIND once|good | "
        "end PROGRAM CALL HOW_MANY KIND once|good\n",
        stderr);
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "framespool-faults-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return 2;
  bool good = false;
  {
    Trials trials(folder);
    if (range) {
      const std::size_t scenario = trials.scenario_named(words[1]);
      trials.prepare(scenario);
      for (std::uint64_t number = std::stoull(words[3]); number <= std::stoull(words[4]); ++number)
        trials.run_case({scenario, static_cast<Call>(call_of(words[2])), number, words[5].c_str(), words[6].c_str()});
    } else if (end) {
      const std::size_t scenario = trials.scenario_named(words[1]);
      const Call call = static_cast<Call>(call_of(words[2]));
      const std::uint64_t calls = trials.prepare(scenario).calls[static_cast<std::size_t>(call)];
      const std::uint64_t tried = std::min<std::uint64_t>(calls, std::stoul(words[3]));
      for (std::uint64_t number = calls - tried + 1; number <= calls; ++number)
        trials.run_case({scenario, call, number, words[4].c_str(), words[5].c_str()});
    } else {
      const std::vector<Case> cases = trials.all_cases();
      const std::size_t wanted = all ? cases.size() : std::min(cases.size(), std::stoul(words[1]));
      for (std::size_t i = 0; i < wanted; ++i) trials.run_case(cases[i * cases.size() / wanted]);
    }
    good = trials.print_table(all) && (all || sample || trials.reached_any());
  }
  std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
