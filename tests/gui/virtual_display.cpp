#include "tests/gui/virtual_display.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/gui/x_client.h"

namespace framespool::testing_gui {

namespace {
int servers = 0;  // started by this process so far
}

VirtualDisplay::VirtualDisplay(int width, int height)
    : log_(fmt::format("{}xvfb-{}-{}.log", testing::TempDir(), getpid(), servers)) {
  // Tests run in parallel and servers come and go: a number of this process's own meets nobody, where the
  // first free one meets whoever is just leaving it.
  for (int attempt = 0; attempt < 5 && name_.empty(); ++attempt)
    start(":" + std::to_string(1000 + (getpid() * 5 + attempt + 97 * servers++) % 50000), width, height);
  // Five refusals in a row were seen once, on a machine with other servers coming and going: let the server choose,
  // after a breath.
  for (int attempt = 0; attempt < 8 && name_.empty(); ++attempt) {
    poll(nullptr, 0, 500);
    start("", width, height);
  }
}

VirtualDisplay::~VirtualDisplay() {
  if (!server_) return;
  server_->send(SIGTERM);  // so that it removes its socket and lock; the Process kills it where that fails
  server_->wait(Seconds(5));
  std::filesystem::remove(log_);
}

std::string VirtualDisplay::said() const {
  std::ifstream file(log_);
  return {std::istreambuf_iterator<char>(file), {}};
}

void VirtualDisplay::start(const std::string& number, int width, int height) {
  // -displayfd: the server tells its number once it accepts connections.
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  std::vector<std::string> command{"Xvfb"};
  if (!number.empty()) command.push_back(number);
  for (const std::string& word : {std::string("-displayfd"), std::to_string(ends[1]), std::string("-screen"),
                                  std::string("0"), fmt::format("{}x{}x24", width, height),
                                  std::string("-nolisten"), std::string("tcp"), std::string("-noreset")})
    command.push_back(word);
  server_ = std::make_unique<Process>(
      command, Process::Options{.environment = {}, .output_file = log_, .kept_descriptor = ends[1]});
  close(ends[1]);
  pollfd told{ends[0], POLLIN, 0};
  char digits[16] = {};
  if (poll(&told, 1, 20'000) > 0 && read(ends[0], digits, sizeof digits - 1) > 0)
    name_ = ":" + std::to_string(std::atoi(digits));
  close(ends[0]);
  if (!name_.empty() && !can_be_reached(name_)) name_.clear();
}

void VirtualDisplay::xdotool(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {"xdotool"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Finished done = run(command, {{"DISPLAY", name_}});
  EXPECT_EQ(done.status, 0) << done.output;
}

void VirtualDisplay::screenshot(const std::string& file, int width, int height) const {
  const Finished done =
      run({"import", "-window", "root", "-crop", fmt::format("{}x{}+0+0", width, height), file},
          {{"DISPLAY", name_}});
  EXPECT_EQ(done.status, 0) << done.output;
}

void VirtualDisplay::press_close_button() const {
  EXPECT_TRUE(send_close_request(name_));
}

}  // namespace framespool::testing_gui
