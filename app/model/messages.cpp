#include "app/model/messages.h"

#include <algorithm>
#include <utility>

namespace framespool {

void Messages::push(Message message, std::int64_t now_ns) {
  // The same sentence twice helps nobody: the newer one takes the place.
  std::erase_if(list_, [&](const Message& m) { return m.title == message.title && m.text == message.text; });
  if (list_.size() >= kMost) list_.erase(list_.begin());
  message.id = next_id_++;
  message.since_ns = now_ns;
  list_.push_back(std::move(message));
}

void Messages::add(const Error& error, std::int64_t now_ns, MessageAction action) {
  if (action != MessageAction::none) dismiss_all(action);  // the newest offer counts
  push({0, MessageKind::error, error.what, error.why, error.remedy, now_ns, action}, now_ns);
}

void Messages::notice(std::string title, std::string text, std::int64_t now_ns) {
  push({0, MessageKind::notice, std::move(title), std::move(text), {}, now_ns, MessageAction::none}, now_ns);
}

bool Messages::dismiss(std::uint64_t id) {
  return std::erase_if(list_, [&](const Message& m) { return m.id == id; }) > 0;
}

void Messages::dismiss_all(MessageAction action) {
  std::erase_if(list_, [&](const Message& m) { return m.action == action; });
}

void Messages::update(std::int64_t now_ns) {
  std::erase_if(list_, [&](const Message& m) {
    return m.kind == MessageKind::notice && now_ns - m.since_ns > kNoticeLife_ns;
  });
}

}  // namespace framespool
