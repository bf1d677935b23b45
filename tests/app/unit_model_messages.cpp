#include <gtest/gtest.h>

#include "app/model/messages.h"

namespace framespool {
namespace {

const Error kFull{ErrorKind::no_space, "takes", "the disk is full", "remove takes"};

TEST(Messages, KeepAnErrorUntilItIsDismissed) {
  Messages messages;
  messages.add(kFull, 0);
  messages.update(Messages::kNoticeLife_ns * 100);
  ASSERT_EQ(messages.list().size(), 1u);
  EXPECT_EQ(messages.list()[0].remedy, "remove takes");
  EXPECT_TRUE(messages.dismiss(messages.list()[0].id));
  EXPECT_TRUE(messages.list().empty());
  EXPECT_FALSE(messages.dismiss(1));
}

TEST(Messages, LetGoodNewsGoByItself) {
  Messages messages;
  messages.notice("recorded", "300 frames", 1000);
  messages.update(1000 + Messages::kNoticeLife_ns);
  EXPECT_EQ(messages.list().size(), 1u);
  messages.update(1001 + Messages::kNoticeLife_ns);
  EXPECT_TRUE(messages.list().empty());
}

TEST(Messages, SayTheSameThingOnce) {
  Messages messages;
  for (int i = 0; i < 100; ++i) messages.add(kFull, i);
  EXPECT_EQ(messages.list().size(), 1u);
}

TEST(Messages, NeverPileUp) {
  Messages messages;
  for (int i = 0; i < 50; ++i) messages.notice(std::to_string(i), "", i);
  ASSERT_EQ(messages.list().size(), Messages::kMost);
  EXPECT_EQ(messages.list().back().title, "49");
}

}  // namespace
}  // namespace framespool
