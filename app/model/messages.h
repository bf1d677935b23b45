// What the window has to say: errors with what to do about them, and good news. Shown until dismissed;
// good news goes by itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cache/error.h"

namespace framespool {

enum class MessageKind { error, notice };
// A button on it.
enum class MessageAction { none, go_on };

struct Message {
  std::uint64_t id = 0;
  MessageKind kind = MessageKind::error;
  std::string title;   // the thing: "takes/a.fspool"
  std::string text;    // why
  std::string remedy;  // what to do; may be empty
  std::int64_t since_ns = 0;
  MessageAction action = MessageAction::none;
};

class Messages {
 public:
  static constexpr std::size_t kMost = 4;  // older ones make room
  static constexpr std::int64_t kNoticeLife_ns = 6'000'000'000;

  void add(const Error& error, std::int64_t now_ns, MessageAction action = MessageAction::none);
  void notice(std::string title, std::string text, std::int64_t now_ns);
  bool dismiss(std::uint64_t id);
  void dismiss_all(MessageAction action);  // those with that button
  void update(std::int64_t now_ns);                                         // lets old notices go
  [[nodiscard]] const std::vector<Message>& list() const { return list_; }  // oldest first

 private:
  void push(Message message, std::int64_t now_ns);
  std::vector<Message> list_;
  std::uint64_t next_id_ = 1;
};

}  // namespace framespool
