// The arithmetic of a ring of readbacks in flight, with no OpenGL in it: entries are started in order and
// finish in order, at most `depth` are under way.
#pragma once

namespace framespool {

class ReadbackRing {
 public:
  static constexpr int kDepth = 3;

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == kDepth; }
  [[nodiscard]] int in_flight() const { return count_; }
  // The entry that was started first. Not when empty.
  [[nodiscard]] int oldest() const { return first_; }
  // The entry that start() gives. Not when full.
  [[nodiscard]] int next() const { return (first_ + count_) % kDepth; }

  int start() {
    const int entry = next();
    ++count_;
    return entry;
  }
  void finish_oldest() {
    first_ = (first_ + 1) % kDepth;
    --count_;
  }

 private:
  int first_ = 0;
  int count_ = 0;
};

}  // namespace framespool
