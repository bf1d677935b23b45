#include "tests/gui/ui_log.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

namespace framespool::testing_gui {

UiLog::UiLog(std::string path) : path_(std::move(path)) {
  std::ofstream(path_).close();
  watch_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  inotify_add_watch(watch_, path_.c_str(), IN_MODIFY);
}

UiLog::~UiLog() {
  close(watch_);
}

bool UiLog::wait_until(const std::function<bool()>& condition, Seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    read_on();
    if (condition()) return true;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd modified{watch_, POLLIN, 0};
    poll(&modified, 1, static_cast<int>(left.count()));
    char events[4096];
    while (read(watch_, events, sizeof events) > 0) {
    }
  }
}

void UiLog::read_on() {
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(read_));
  std::string line;
  while (std::getline(file, line) && !file.eof()) {  // a line without its end is read the next time
    read_ += line.size() + 1;
    take_line(line);
  }
}

void UiLog::take_line(const std::string& line) {
  std::istringstream words(line);
  std::string kind, name;
  words >> kind;
  if (kind == "repaint") {
    double at = 0;
    words >> at;
    if (repaints_++ > 0) longest_gap_ms_ = std::max(longest_gap_ms_, at - last_repaint_ms_);
    last_repaint_ms_ = at;
  } else if (kind == "state") {
    words >> name;
    std::string value;
    std::getline(words >> std::ws, value);
    states_[name] = value;
  } else if (kind == "progress") {
    int id = 0;
    double fraction = 0;
    words >> id >> fraction;
    progress_[id].push_back(fraction);
  } else if (kind == "widget") {
    Rectangle where;
    words >> name >> where.x0 >> where.y0 >> where.x1 >> where.y1;
    widgets_[name] = where;
  } else if (kind == "gone") {
    words >> name;
    widgets_.erase(name);
  }
}

std::string UiLog::state(const std::string& key) const {
  const auto at = states_.find(key);
  return at == states_.end() ? "" : at->second;
}

double UiLog::progress(int id) const {
  const auto& steps = progress_steps(id);
  return steps.empty() ? -1 : steps.back();
}

const std::vector<double>& UiLog::progress_steps(int id) const {
  static const std::vector<double> none;
  const auto at = progress_.find(id);
  return at == progress_.end() ? none : at->second;
}

const Rectangle* UiLog::widget(const std::string& name) const {
  const auto at = widgets_.find(name);
  return at == widgets_.end() ? nullptr : &at->second;
}

}  // namespace framespool::testing_gui
