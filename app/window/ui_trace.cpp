#include "app/window/ui_trace.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "app/platform/clock.h"
#include "app/platform/print.h"

namespace framespool {

UiTrace::UiTrace() {
  if (const char* name = std::getenv("FRAMESPOOL_UI_TRACE"); name && *name)
    file_.reset(std::fopen(name, "we"));
  began_ns_ = monotonic_ns();
}

void UiTrace::widget(std::string_view name, float x0, float y0, float x1, float y1) {
  if (!file_) return;
  auto at = widgets_.find(name);
  if (at == widgets_.end()) at = widgets_.emplace(std::string(name), Seen{.x0 = -1}).first;
  Seen now{static_cast<int>(std::lround(x0)), static_cast<int>(std::lround(y0)),
           static_cast<int>(std::lround(x1)), static_cast<int>(std::lround(y1)), repaint_};
  Seen& was = at->second;
  if (was.x0 != now.x0 || was.y0 != now.y0 || was.x1 != now.x1 || was.y1 != now.y1)
    print(file_.get(), "widget {} {} {} {} {}\n", name, now.x0, now.y0, now.x1, now.y1);
  was = now;
}

void UiTrace::state(std::string_view key, std::string_view value) {
  if (!file_) return;
  const auto at = states_.find(key);
  if (at != states_.end() && at->second == value) return;
  states_.insert_or_assign(std::string(key), std::string(value));
  print(file_.get(), "state {} {}\n", key, value);
}

void UiTrace::progress(std::uint64_t id, double fraction) {
  if (!file_) return;
  const auto [at, fresh] = progress_.try_emplace(id, fraction);
  if (!fresh && at->second == fraction) return;
  at->second = fraction;
  // Rounded down: 1.0000 stands for a full bar only.
  print(file_.get(), "progress {} {:.4f}\n", id, std::floor(fraction * 1e4) * 1e-4);
}

void UiTrace::repainted() {
  if (!file_) return;
  for (auto at = widgets_.begin(); at != widgets_.end();) {
    if (at->second.repaint == repaint_) {
      ++at;
      continue;
    }
    print(file_.get(), "gone {}\n", at->first);
    at = widgets_.erase(at);
  }
  ++repaint_;
  print(file_.get(), "repaint {:.1f}\n", static_cast<double>(monotonic_ns() - began_ns_) * 1e-6);
  std::fflush(file_.get());
}

}  // namespace framespool
