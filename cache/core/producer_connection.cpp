// The connection of a FrameProducer: how it begins, grows, is watched and ends.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "cache/core/channel_socket.h"
#include "cache/core/frame_producer.h"
#include "cache/core/slot_mapping.h"

namespace framespool {
namespace {

using channel::Message;
using channel::Received;

constexpr int kGreeting_ms = 1000;  // the longest that a swap may wait for a consumer that hangs
constexpr int kAnswer_ms = 100;
constexpr std::int64_t kLookEvery_ns = 100'000'000;
constexpr std::int64_t kTryAgain_ns = 1'000'000'000;    // when nothing is recorded just now
constexpr std::int64_t kTryLater_ns = 5'000'000'000;    // when there is no consumer, or one that does not want us

// Everything that a consumer sends fits.
union Packet {
  channel::Header header;
  channel::Welcome welcome;
  channel::Refused refused;
};

// A page that holds the process id and that the kernel wipes in a forked child; nullptr where there is none. Mapped once
// and kept: two threads that are first at once leave one page unused.
const std::int32_t* process_mark() {
  static std::atomic<std::int32_t*> page{nullptr};
  std::int32_t* mark = page.load(std::memory_order_acquire);
  if (mark == nullptr) {
    void* fresh = ::mmap(nullptr, SlotMemory::kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) return nullptr;
    if (::madvise(fresh, SlotMemory::kPageBytes, MADV_WIPEONFORK) != 0) {
      ::munmap(fresh, SlotMemory::kPageBytes);
      return nullptr;
    }
    mark = static_cast<std::int32_t*>(fresh);
    page.store(mark, std::memory_order_release);
  }
  std::atomic_ref<std::int32_t>(*mark).store(::getpid(), std::memory_order_relaxed);
  return mark;
}

std::uint64_t inode_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

// 0 when there is no such file.
std::size_t bytes_of(int descriptor) {
  struct stat status {};
  return descriptor >= 0 && ::fstat(descriptor, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

// The whole file, or nullptr.
const void* map_control(int descriptor, std::size_t& bytes) {
  bytes = bytes_of(descriptor);
  if (bytes < sizeof(channel::ControlPage)) return nullptr;
  const void* address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  return address == MAP_FAILED ? nullptr : address;
}

SlotMemory open_ring(int descriptor) {
  const std::size_t bytes = bytes_of(descriptor);
  if (bytes < SlotMemory::kPageBytes) return {};
  void* address = map_slots(descriptor, bytes);
  if (address == nullptr) return {};
  const SlotMemory slots(address, bytes);
  if (slots.is_ring() && slots.slot_count() > 0) return slots;
  ::munmap(address, bytes);
  return {};
}

void close_all(const Received& received) {
  for (const int descriptor : received.descriptors)
    if (descriptor >= 0) ::close(descriptor);
}

void name_program(char (&name)[channel::kTextBytes]) {
  const std::size_t length = ::strnlen(program_invocation_short_name, sizeof name - 1);
  std::memcpy(name, program_invocation_short_name, length);
}

const char* address_variable() { return ::getenv(channel::kAddressVariable); }

}  // namespace

bool FrameProducer::forked() const {
  if (owner_ == 0) return false;
  if (mark_ == nullptr) return owner_ != ::getpid();
  return *mark_ != owner_;
}

// Everything here is the parent's: its connection, its slots. The child must not touch them.
void FrameProducer::note_fork() {
  let_go();
  presented_ = 0;
  next_try_ns_ = 0;
}

void FrameProducer::connect_now(const SwapFacts& facts) {
  next_try_ns_ = facts.time_ns + kTryLater_ns;
  const char* address = address_variable();
  if (address == nullptr || address[0] == '\0') return;
  socket_ = channel::connect_to(address);
  if (socket_ < 0) return;
  socket_inode_ = inode_of(socket_);
  if (!greet(facts)) {
    let_go();
    return;
  }
  mark_ = process_mark();
  owner_ = ::getpid();
  ++connection_;
  epoch_ = control_->epoch.load(std::memory_order_relaxed);
  next_look_ns_ = facts.time_ns + kLookEvery_ns;
  growing_ = false;
  refused_bytes_ = 0;
  presented_ = 1;  // the present one
  due_ = dropped_ = stamped_drops_ = 0;
  drop_reason_ = 0;
  has_origin_ = false;
  next_fixed_step_ = 0;
  has_last_ = false;
  next_step_ = 0;
}

bool FrameProducer::greet(const SwapFacts& facts) {
  channel::Hello hello;
  hello.pid = ::getpid();
  hello.drawable = facts.drawable;
  hello.width = facts.width;
  hello.height = facts.height;
  hello.api = facts.api;
  hello.is_gles = facts.is_gles ? 1 : 0;
  name_program(hello.program);
  if (!channel::send_packet(socket_, hello)) return false;
  Packet answer{};
  const Received received = channel::receive_packet(socket_, &answer, sizeof answer, kGreeting_ms);
  const bool is_ours = received.what == Received::What::packet && answer.header.magic == channel::Header::kMagic;
  if (is_ours && received.bytes == sizeof(channel::Refused) && answer.header.type == Message::refused &&
      answer.refused.reason == channel::Refusal::stopped)
    next_try_ns_ = facts.time_ns + kTryAgain_ns;
  if (is_ours && received.bytes == sizeof(channel::Welcome) && answer.header.type == Message::welcome &&
      answer.welcome.version == channel::kVersion) {
    slots_ = open_ring(received.descriptors[0]);
    has_last_ = false;
    std::size_t bytes = 0;
    const void* page = map_control(received.descriptors[1], bytes);
    control_ = static_cast<const channel::ControlPage*>(page);
    control_bytes_ = bytes;
  }
  close_all(received);
  return slots_.mapping() != nullptr && control_ != nullptr && control_->magic == channel::ControlPage::kMagic &&
         control_->version == channel::kVersion;
}

// Whether the descriptor still is the socket that was opened: the host may have closed every number it did not know.
bool FrameProducer::is_our_socket() const { return socket_ >= 0 && inode_of(socket_) == socket_inode_; }

bool FrameProducer::consumer_lives() {
  if (is_our_socket() && !channel::has_hung_up(socket_)) return true;
  let_go();
  return false;
}

bool FrameProducer::look_after(std::int64_t now_ns) {
  next_look_ns_ = now_ns + kLookEvery_ns;
  if (consumer_lives()) return true;
  next_try_ns_ = now_ns + kTryLater_ns;
  return false;
}

bool FrameProducer::grow(std::size_t payload_bytes) {
  if (refused_bytes_ != 0 && payload_bytes >= refused_bytes_) return false;
  channel::Grow request;
  request.payload_bytes = payload_bytes;
  if (!is_our_socket() || !channel::send_packet(socket_, request)) return false;
  growing_ = true;
  wanted_bytes_ = payload_bytes;
  return finish_growing() && payload_bytes <= slots_.largest_payload();
}

// Takes the answer; in real time only one that is there already. False: no slots to be had yet.
bool FrameProducer::finish_growing() {
  Packet answer{};
  Received received;
  do {
    if (!consumer_lives()) return false;
    received = channel::receive_packet(socket_, &answer, sizeof answer, every_frame() ? kAnswer_ms : 0);
  } while (received.what == Received::What::nothing && every_frame());
  if (received.what == Received::What::nothing) return false;
  growing_ = false;
  const bool is_ring = received.what == Received::What::packet && answer.header.type == Message::ring;
  if (is_ring) {
    ::munmap(slots_.mapping(), slots_.bytes());
    slots_ = open_ring(received.descriptors[0]);
    has_last_ = false;
  } else {
    refused_bytes_ = wanted_bytes_;
  }
  close_all(received);
  if (slots_.mapping() == nullptr || received.what == Received::What::hang_up) {
    let_go();
    return false;
  }
  if (is_ring) {
    counters()->presented.store(presented_, std::memory_order_relaxed);
    counters()->due.store(due_, std::memory_order_relaxed);
    counters()->dropped.store(dropped_, std::memory_order_relaxed);
  }
  return true;
}

// No more frames; the connection stays, so that the end of the consumer and a new start are noticed.
void FrameProducer::say_goodbye() {
  if (slots_.mapping() == nullptr) return;
  slots_.close_producer();
  ::munmap(slots_.mapping(), slots_.bytes());
  slots_ = {};
  ++connection_;
  channel::Answer goodbye{.header = {.type = Message::goodbye}};
  if (is_our_socket()) channel::send_packet(socket_, goodbye);
}

void FrameProducer::disconnect() {
  const int saved = errno;
  if (forked())
    note_fork();
  else
    say_goodbye();
  let_go();
  next_try_ns_ = 0;
  errno = saved;
}

void FrameProducer::let_go() {
  if (is_our_socket()) ::close(socket_);
  socket_ = -1;
  if (slots_.mapping() != nullptr) ::munmap(slots_.mapping(), slots_.bytes());
  slots_ = {};
  if (control_ != nullptr) ::munmap(const_cast<channel::ControlPage*>(control_), control_bytes_);
  control_ = nullptr;
  growing_ = holds_slot_ = false;
  owner_ = 0;
  ++connection_;
}

bool send_notice(channel::NoticeKind kind, const char* text) {
  const int saved = errno;
  bool sent = false;
  const char* address = address_variable();
  const int socket = address == nullptr ? -1 : channel::connect_to(address);
  if (socket >= 0) {
    channel::Notice notice;
    notice.kind = kind;
    notice.pid = ::getpid();
    name_program(notice.program);
    std::memcpy(notice.text, text, ::strnlen(text, sizeof notice.text - 1));
    sent = channel::send_packet(socket, notice);
    ::close(socket);
  }
  errno = saved;
  return sent;
}

}  // namespace framespool
