#include "app/cli/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/platform/print.h"

namespace framespool {

namespace {

struct CommandEntry {
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};

constexpr std::array kCommands{
    CommandEntry{"record", "Record a scene into a take", make_record_command},
    CommandEntry{"run", "Record any OpenGL program", make_run_command},
    CommandEntry{"ctl", "Control recorders that run: start, stop, pause, mark", make_ctl_command},
    CommandEntry{"export", "Turn a take into a PNG sequence, a movie or raw video", make_export_command},
    CommandEntry{"compare", "Compare a movie or images with their take", make_compare_command},
    CommandEntry{"import", "Make a take from raw frames of another program", make_import_command},
    CommandEntry{"info", "Say what is in a take", make_info_command},
    CommandEntry{"verify", "Check every frame of a take", make_verify_command},
    CommandEntry{"repair", "Finish an interrupted take", make_repair_command},
    CommandEntry{"cut", "Copy a range of frames into a new take", make_cut_command},
    CommandEntry{"takes", "List and remove the takes in the cache directory", make_takes_command},
};

constexpr const char* kFooter = R"(
Examples:
  framespool                                          open the window
  framespool record silk -o a.fspool --frames 300     record 300 frames without a display
  framespool run -o b.fspool -- glxgears              record another program until it ends
  framespool export a.fspool frames/                  frames/image-0000.png, image-0001.png, ...
  framespool export a.fspool a.mp4 --crf 18           an H.264 movie
  framespool COMMAND --help                           options and examples of a command)";

// The library's sentences end with a full stop and may run over several lines; an error here is one line.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

}  // namespace

CommandOutcome run_command_line(int argc, const char* const* argv, StopSignals& signals) {
  CLI::App app{
      "Framespool records OpenGL programs frame by frame and exports them as PNG sequences and movies.",
      "framespool"};
  app.set_version_flag("--version", "framespool " FRAMESPOOL_VERSION, "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  app.require_subcommand(0, 1);
  app.footer(kFooter);
  app.get_formatter()->column_width(34);

  const std::unique_ptr<Command> window = make_window_command();
  window->declare(app);
  std::vector<std::unique_ptr<Command>> commands;
  for (const CommandEntry& entry : kCommands) {
    CLI::App* options = app.add_subcommand(entry.name, entry.summary);
    options->set_help_flag("-h,--help", "Print this help");
    commands.push_back(entry.make());
    commands.back()->declare(*options);
  }

  // Behind `--` everything belongs to the program that `run` starts, whatever it looks like.
  int own = argc;
  if (argc > 1 && std::string_view(argv[1]) == "run")
    own = static_cast<int>(std::find(argv, argv + argc, std::string_view("--")) - argv);
  try {
    app.parse(own, argv);
  } catch (const CLI::CallForVersion& version) {
    print(stdout, "{}\n", version.what());
    return {};
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    print(stdout, "{}", chosen.empty() ? app.help() : chosen.front()->help("framespool"));
    return {};
  } catch (const CLI::ParseError& problem) {
    const auto chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? "" : chosen.front()->get_name();
    return {fail(ErrorKind::usage, command.empty() ? "arguments" : command, one_line(problem.what()),
                 fmt::format("see framespool {}{}--help", command, command.empty() ? "" : " ")),
            std::nullopt};
  }

  const auto chosen = app.get_subcommands();
  Command* command = window.get();
  for (std::size_t at = 0; at < kCommands.size() && !chosen.empty(); ++at)
    if (chosen.front()->get_name() == kCommands[at].name) command = commands[at].get();
  command->take_rest({argv + std::min(own + 1, argc), argv + argc});
  auto done = command->run(signals);
  return {std::move(done), command->exit_status()};
}

}  // namespace framespool
