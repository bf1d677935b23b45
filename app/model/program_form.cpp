#include "app/model/program_form.h"

#include <fmt/format.h>
#include <wordexp.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>

#include "cache/frame.h"

namespace framespool {

namespace fs = std::filesystem;

namespace {

struct FreeWords {
  void operator()(wordexp_t* words) const { ::wordfree(words); }
};

Result<Rational> rate_of(const ProgramForm& form, Rational otherwise) {
  if (form.rate.empty()) return otherwise;
  if (const auto rate = parse_rate(form.rate)) return *rate;
  return fail(ErrorKind::usage, "Frames per second", fmt::format("\"{}\" is no rate", form.rate),
              "use a number such as 60 or 23.976, or leave it empty");
}

// People write "~/games"; the system does not know it.
fs::path folder_of(const std::string& text) {
  const char* home = std::getenv("HOME");
  if (home != nullptr && (text == "~" || text.starts_with("~/"))) return home + text.substr(1);
  return text;
}

Result<fs::path> take_path(const ProgramForm& form, const fs::path& takes, const NameTaken& taken) {
  std::string name = form.take.empty() ? proposed_take(form, takes, taken) : form.take;
  if (name.back() == '/') return fail(ErrorKind::usage, "Take", "is a folder", "type a name behind it");
  if (!name.ends_with(".fspool")) name += ".fspool";
  return takes / name;  // a path stays what it is
}

}  // namespace

Result<std::vector<std::string>> split_command(const std::string& line) {
  wordexp_t words{};
  const int problem = ::wordexp(line.c_str(), &words, WRDE_NOCMD | WRDE_UNDEF);
  const auto refuse = [](const char* why, const char* remedy) { return fail(ErrorKind::usage, "Command", why, remedy); };
  if (problem == WRDE_BADCHAR)
    return refuse("one of | & ; < > ( ) { } stands outside of quotes", "for pipes and the like use: sh -c '...'");
  if (problem == WRDE_BADVAL) return refuse("names a variable that is not set", "write \\$ for a dollar sign");
  if (problem == WRDE_CMDSUB) return refuse("has another command in it", "put '...' around it, or use: sh -c '...'");
  if (problem == WRDE_SYNTAX) return refuse("has a quotation mark without its partner", "");
  if (problem != 0) return refuse("cannot be understood: memory ran out", "");
  const std::unique_ptr<wordexp_t, FreeWords> owner(&words);
  std::vector<std::string> found(words.we_wordv, words.we_wordv + words.we_wordc);
  if (found.empty()) return refuse("names no program", "type one, glxgears for example");
  return found;
}

std::string quoted_word(std::string_view word) {
  constexpr std::string_view kPlain = "+-./0123456789:@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string proposed_take(const ProgramForm& form, const fs::path& takes, const NameTaken& taken) {
  const auto words = split_command(form.command);
  if (!words) return "";
  return next_take_path(takes, words->front(), taken).stem().string();
}

Result<ProgramPlan> make_program_plan(const ProgramForm& form, const fs::path& takes, const NameTaken& taken) {
  ProgramPlan plan;
  auto words = split_command(form.command);
  if (!words) return tl::unexpected(words.error());
  plan.command = std::move(*words);
  std::error_code ignored;
  if (!form.folder.empty()) {
    plan.working_directory = folder_of(form.folder);
    if (!fs::is_directory(plan.working_directory, ignored))
      return fail(ErrorKind::usage, form.folder, "is no folder to start a program in");
    plan.working_directory = fs::absolute(plan.working_directory, ignored);
  }
  ProgramObstacle obstacle{};
  if (auto found = find_what_to_start(plan, obstacle); !found) return tl::unexpected(found.error());

  auto path = take_path(form, takes, taken);
  if (!path) return tl::unexpected(path.error());
  plan.recording.take.path = std::move(*path);
  if (auto possible = look_at_take_path(plan); !possible) {
    Error error = possible.error();
    if (name_exists(plan.recording.take.path)) error.remedy = "choose another name; nothing is overwritten";
    return tl::unexpected(std::move(error));
  }
  const auto rate = rate_of(form, {60, 1});
  if (!rate) return tl::unexpected(rate.error());
  if (form.fixed_step) {
    put_on_fixed_step(plan, *rate);
    plan.explain_after = std::chrono::seconds(5);
  } else if (!form.rate.empty()) {
    plan.recording.take.info.rate = *rate;
    plan.recording.limit = *rate;
  }
  plan.recording.every_frame = form.every_frame || form.fixed_step;
  plan.recording.paused = form.start_paused;
  auto hotkey = parse_hotkey("F9");
  if (!hotkey) return tl::unexpected(hotkey.error());
  plan.hotkey = *hotkey;
  plan.adopt_orphans = true;  // the window starts nothing else
  return plan;
}

}  // namespace framespool
