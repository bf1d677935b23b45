// framespool takes: what is in the cache directory, and removing it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/format.h"
#include "app/cli/json.h"
#include "app/platform/print.h"
#include "cache/cache_directory.h"

namespace framespool {

namespace {

constexpr const char* kFooter = R"(
The cache directory is $FRAMESPOOL_CACHE, else $XDG_CACHE_HOME/framespool, else ~/.cache/framespool.

Examples:
  framespool takes                              the list: size, age, state
  framespool takes list --json
  framespool takes remove silk-20250131-120000.fspool
  framespool takes clean                        says what it would remove
  framespool takes clean --yes                  removes all takes that nobody is using)";

std::int64_t now_unix_ns() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

class TakesCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.footer(kFooter);
    options.require_subcommand(0, 1);
    declare_quiet(options, reporting_);
    options.add_flag("--json", json_, "One JSON object a line");
    list_ = add(options, "list", "What is there (the default)");
    list_->add_flag("--json", json_, "One JSON object a line");
    remove_ = add(options, "remove", "Remove takes by name");
    remove_->add_option("TAKE", names_, "Names in the cache directory, or paths")
        ->required()
        ->option_text("...");
    clean_ = add(options, "clean", "Remove all takes in the cache directory; with --yes only");
    clean_->add_flag("--yes", yes_, "Really remove");
  }

  Result<void> run(StopSignals&) override {
    const auto directory = default_cache_directory();
    if (!directory) return tl::unexpected(directory.error());
    if (remove_->parsed()) return remove(*directory);
    auto takes = list_takes(*directory);
    if (!takes) return tl::unexpected(takes.error());
    return clean_->parsed() ? clean(*takes) : list(*directory, *takes);
  }

 private:
  CLI::App* add(CLI::App& options, const char* name, const char* summary) {
    CLI::App* added = options.add_subcommand(name, summary);
    added->set_help_flag("-h,--help", "Print this help");
    added->footer(kFooter);
    declare_quiet(*added, reporting_);
    return added;
  }

  Result<void> list(const std::filesystem::path& directory, const std::vector<TakeListing>& takes) const {
    std::uint64_t bytes = 0;
    for (const TakeListing& take : takes) {
      bytes += take.bytes;
      json_ ? print_json(take) : print_line(take);
    }
    if (json_ || reporting_.quiet) return {};
    const auto disk = file_system_info(directory);
    print(stdout, "{}{}, {} in {}, {} free{}\n", takes.empty() ? "" : "\n", format_count(takes.size(), "take"),
               format_bytes(bytes), directory.string(), disk ? format_bytes(disk->free_bytes) : "?",
               disk && disk->in_memory ? " (in memory, not on a disk)" : "");
    return {};
  }

  static void print_line(const TakeListing& take) {
    const std::string name = take.path.filename().string();
    const std::string age = format_age(now_unix_ns() - take.modified_unix_ns);
    if (!take.problem.empty())
      print(stdout, "{}: {}, {}; {}\n", name, format_bytes(take.bytes), age, take.problem);
    else
      print(stdout, "{}: {}, {}, {}\n", name,
                 format_take(take.frames, take.width, take.height, take.rate, take.duration_ns, take.state),
                 format_bytes(take.bytes), age);
  }

  static void print_json(const TakeListing& take) {
    JsonObject object;
    object.add("path", take.path.string()).add("bytes", take.bytes);
    object.add("modified_unix_s", take.modified_unix_ns / 1'000'000'000);
    if (!take.problem.empty()) {
      object.add("problem", take.problem);
    } else {
      object.add("state", to_string(take.state)).add("frames", take.frames);
      object.add("width", take.width).add("height", take.height).add("fps", take.rate.value());
      object.add("duration_s", static_cast<double>(take.duration_ns) * 1e-9).add("dropped", take.dropped);
    }
    print(stdout, "{}\n", object.text());
  }

  // A name without a slash is one in the cache directory, with or without its ending.
  Result<void> remove(const std::filesystem::path& directory) const {
    namespace fs = std::filesystem;
    std::error_code ignored;
    for (const std::string& name : names_) {
      const bool plain = name.find('/') == std::string::npos;
      fs::path path = plain ? directory / name : fs::path(name);
      if (plain && !fs::exists(path, ignored)) path = directory / (name + ".fspool");
      if (plain && !fs::exists(path, ignored)) path = directory / name;
      if (auto removed = remove_take(path); !removed) return removed;
      if (!reporting_.quiet) print(stdout, "removed {}\n", path.string());
    }
    return {};
  }

  Result<void> clean(const std::vector<TakeListing>& takes) const {
    std::uint64_t bytes = 0, count = 0;
    Result<void> outcome;
    for (const TakeListing& take : takes) {
      if (take.state == TakeState::being_recorded && take.problem.empty()) continue;
      if (!yes_) {
        print_line(take);
      } else if (auto removed = remove_take(take.path); !removed) {
        // One that is in use does not keep the others.
        if (outcome) outcome = removed;
        continue;
      } else if (!reporting_.quiet) {
        print(stdout, "removed {}\n", take.path.string());
      }
      bytes += take.bytes;
      ++count;
    }
    if (!reporting_.quiet)
      print(stdout, "{} {}, {}{}\n", yes_ ? "removed" : "would remove", format_count(count, "take"),
                 format_bytes(bytes), yes_ || count == 0 ? "" : "; --yes does it");
    return outcome;
  }

  std::vector<std::string> names_;
  bool json_ = false, yes_ = false;
  CLI::App *list_ = nullptr, *remove_ = nullptr, *clean_ = nullptr;  // owned by the options
  Reporting reporting_;
};

}  // namespace

std::unique_ptr<Command> make_takes_command() {
  return std::make_unique<TakesCommand>();
}

}  // namespace framespool
