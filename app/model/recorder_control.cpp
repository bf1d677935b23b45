#include "app/model/recorder_control.h"

#include <fmt/format.h>
#include <unistd.h>

#include <sstream>

#include "app/cli/format.h"
#include "app/cli/json.h"

namespace framespool {
namespace {

Result<void> obey(RecorderControl& recorder, const std::string& verb, const std::string& text) {
  if (verb == "status") return {};
  if (verb == "start") return recorder.start();
  if (verb == "stop") return recorder.stop();
  if (verb == "pause") return recorder.pause();
  if (verb == "resume") return recorder.resume();
  if (verb == "mark") return recorder.mark(text);
  return fail(ErrorKind::usage, verb, "is not known in this version");
}

std::string json(const RecorderStatus& status) {
  JsonObject answer;
  answer.add("pid", std::int64_t{::getpid()}).add("kind", status.kind).add("subject", status.subject);
  answer.add("state", status.state).add("take", status.take).add("frames", status.frames);
  answer.add("dropped", status.dropped).add("recorded_s", status.recorded_s);
  if (!status.waits_for.empty()) answer.add("waits_for", status.waits_for);
  return answer.text();
}

// "4711 run glxgears: recording, 412 frames, 0 dropped, 0:07, /home/me/a.fspool"
std::string sentence(const RecorderStatus& status) {
  return fmt::format("{} {} {}: {}, {}, {} dropped, {}{}{}{}{}", ::getpid(), status.kind, status.subject, status.state,
                     format_count(status.frames, "frame"), status.dropped, format_clock(status.recorded_s),
                     status.take.empty() ? "" : ", ", status.take,
                     status.waits_for.empty() ? "" : "; ", status.waits_for);
}

}  // namespace

std::string answer_control(RecorderControl& recorder, const std::string& line) {
  std::istringstream words(line);
  std::string format, verb, text;
  words >> format >> verb >> std::ws;
  std::getline(words, text);
  const bool is_json = format == "json";
  if (const auto done = obey(recorder, verb, text); !done)
    return "error " + (is_json ? JsonObject().add("error", done.error().line()).text() : done.error().line());
  const RecorderStatus status = recorder.status();
  return "ok " + (is_json ? json(status) : sentence(status));
}

}  // namespace framespool
