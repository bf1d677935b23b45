// framespool, with no command: the window.
#include <cstdlib>

#include "app/cli/arguments.h"
#include "app/cli/command.h"
#include "app/window/window.h"

namespace framespool {

namespace {

bool has_display() {
  for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY"})
    if (const char* value = std::getenv(name); value && *value) return true;
  return false;
}

class WindowCommand : public Command {
 public:
  void declare(CLI::App& options) override {
    options.add_option("--takes", takes_, "Folder of the takes (default: the cache directory)")
        ->type_name("DIR");
    options
        .add_option("--exports", exports_,
                    "Folder that exports go to (default: Framespool in the videos folder)")
        ->type_name("DIR");
    options.add_option("--scene", scene_, "Scene or shader to begin with")->type_name("S");
    options.add_option("--size", size_, "Pixels of the recording (default: the viewport's)")
        ->type_name("WxH");
    options.add_option("--reserve", reserve_, "Stop recordings cleanly when less space is left on the disk: 500M, 2G, 0")
        ->type_name("BYTES");
  }

  Result<void> run(StopSignals& signals) override {
    WindowOptions options;
    options.takes = takes_;
    options.exports = exports_;
    options.scene = scene_;
    if (!size_.empty()) {
      const auto size = parse_size("--size", size_);
      if (!size) return tl::unexpected(size.error());
      options.width = size->width;
      options.height = size->height;
    }
    if (!reserve_.empty()) {
      const auto bytes = parse_byte_count("--reserve", reserve_);
      if (!bytes) return tl::unexpected(bytes.error());
      options.reserve_bytes = *bytes;
    }
    if (!has_display())
      return fail(ErrorKind::failed, "no display",
                  "neither DISPLAY nor WAYLAND_DISPLAY is set, and the window needs one",
                  "`framespool record` and `framespool export` work without");
    // The window ends by itself, in its own time: it keeps the recording, which takes it a moment.
    const StopSignals::Listener listener(signals, [] {});
    options.stop_requested = [&signals] { return signals.received() != 0; };
    if (auto shown = run_window(options); !shown) return shown;
    if (const int signal = signals.received(); signal != 0)
      return tl::unexpected(stopped_by(signal, "window", "and closed; what was recorded is kept"));
    return {};
  }

 private:
  std::string takes_, exports_, scene_, size_, reserve_;
};

}  // namespace

std::unique_ptr<Command> make_window_command() {
  return std::make_unique<WindowCommand>();
}

}  // namespace framespool
