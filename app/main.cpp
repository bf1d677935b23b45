// Wires the command line to the process: signals in, exit status out. The only place that picks a status.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "app/cli/command_line.h"
#include "app/platform/signals.h"

namespace {

int exit_status(const framespool::Error& error, int signal_number) {
  using framespool::ErrorKind;
  switch (error.kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::cancelled:
      return signal_number != 0 ? 128 + signal_number : 1;
    case ErrorKind::failed:
    case ErrorKind::no_space:
    case ErrorKind::damaged:
      break;
  }
  return 1;
}

int report(const framespool::Error& error, int signal_number) {
  std::fprintf(stderr, "framespool: %s\n", error.line().c_str());
  return exit_status(error, signal_number);
}

// A program may be started with standard streams closed. Held by /dev/null the other way round, they fail as a closed
// stream does; otherwise the first files we open would take their numbers, and be written to as if they were they.
void hold_standard_descriptors() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (fcntl(descriptor, F_GETFD) < 0)
      // The lowest free number is this one. Never closed.
      static_cast<void>(open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

int run(int argc, char** argv) {
  // A second signal, or one that nobody waits for: nothing that a user asked for is left half done under its
  // final name, so there is nothing to clean up.
  auto signals = framespool::StopSignals::watch([](int signal_number) { std::_Exit(128 + signal_number); });
  if (!signals) return report(signals.error(), 0);
  const auto outcome = framespool::run_command_line(argc, argv, **signals);
  if (!outcome.done) {
    const int status = report(outcome.done.error(), (*signals)->received());
    return outcome.exit_status.value_or(status);
  }
  // Results that did not reach their reader are a failure (`framespool info TAKE >/dev/full`).
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return report(framespool::system_error("standard output", errno != 0 ? errno : EIO), 0);
  return outcome.exit_status.value_or(0);
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_descriptors();
  // Our own errors are values; what is thrown comes from the standard library when memory or threads run out.
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    return report(framespool::out_of_memory(), 0);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "framespool: %s\n", problem.what());
    return 1;
  }
}
