#include "cache/channel_server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <thread>
#include <utility>

#include "cache/core/channel_socket.h"
#include "cache/core/slot_memory.h"
#include "cache/internal/channel_listener.h"
#include "cache/internal/channel_take.h"
#include "cache/internal/take_names.h"

namespace framespool {
namespace {

using channel::Message;
using channel::Refusal;
using channel::State;
using Clock = std::chrono::steady_clock;
using Kind = ChannelEvent::Kind;

constexpr std::size_t kMaxConnections = 64;
constexpr std::size_t kUnknownPayload = std::size_t{640} * 480 * kBytesPerPixel;  // first size not known yet
// How long a program that draws may take to end its frame before a take ends without it.
constexpr auto kLastFrame = std::chrono::milliseconds(300);

// Everything that a producer sends fits.
union Packet {
  channel::Header header;
  channel::Hello hello;
  channel::Grow grow;
  channel::Notice notice;
};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

std::string text_of(const char (&text)[channel::kTextBytes]) { return std::string(text, ::strnlen(text, sizeof text)); }

struct Connection {
  ChannelPeer peer;
  std::unique_ptr<ChannelTake> take;  // null before hello, and once it has ended
  bool hung_up = false;
  std::uint32_t epoch = 0;  // which start it belongs to
  std::string program;      // once it has said hello
};

}  // namespace

struct ChannelServer::Impl {
  Impl(const ChannelServerOptions& wanted, ChannelListener listens, ControlMemory memory, File event)
      : options(wanted), listener(std::move(listens)), control(std::move(memory)), wake(std::move(event)) {
    entries.reserve(2 + 2 * kMaxConnections);
  }

  void run();
  void serve(std::unique_lock<std::mutex>& lock);
  void accept_all();
  void hear(Connection& connection);
  void hear_or_lose(Connection& connection);
  void greet(Connection& connection, const channel::Hello& hello);
  void grow(Connection& connection, std::size_t payload_bytes);
  static void refuse_to_grow(const Connection& connection);
  void lose(Connection& connection);
  void reap();
  void wake_up() const;
  void set_state(State state, Kind event);
  void toggle();
  void tell(ChannelEvent event);
  void tell_all(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::size_t default_budget(std::size_t payload_bytes) const;
  [[nodiscard]] std::size_t memory_left(const ChannelTake* but = nullptr) const;
  [[nodiscard]] channel::ControlPage& page() const { return control.page(); }
  [[nodiscard]] std::uint32_t epoch() const { return page().epoch.load(std::memory_order_relaxed); }

  const ChannelServerOptions options;
  const ChannelListener listener;
  const ControlMemory control;
  const File wake;  // eventfd: something changed for the server's thread

  mutable std::mutex mutex;
  std::condition_variable all_ended;
  // Guarded by mutex; the connections themselves are made and removed by the server's thread only.
  std::list<Connection> connections;
  std::vector<ChannelTakeStatus> ended;
  std::vector<ChannelEvent> untold;
  bool short_of_memory = false;  // something was lost for lack of it: an event, a connection, a status
  State state = State::paused;
  std::int64_t pause_began_ns = 0;
  std::optional<Clock::time_point> cut_off;  // after stop(): when takes end that have not said goodbye
  bool ending = false;                       // finish() or the destructor was called
  bool releasing = false;                    // the destructor
  bool heard_out = false;                    // all that was said before `ending`

  TakeNames names{options.take.path, options.take.overwrite};
  std::mutex tell_mutex;        // one event at a time
  std::vector<pollfd> entries;  // the server's thread only; as large as it will ever be
  std::jthread thread;
};

// Programs
// ------------------------------------------------------------------------------------------------------

void ChannelServer::Impl::run() {
  std::unique_lock lock(mutex);
  while (!ending || !heard_out || !connections.empty()) {
    try {
      serve(lock);
    } catch (const std::bad_alloc&) {
      if (!lock.owns_lock()) lock.lock();
      short_of_memory = true;
      wake_up();  // for what came behind it; what had no memory is gone and is not met again
    }
  }
  all_ended.notify_all();
}

void ChannelServer::Impl::accept_all() {
  while (auto peer = accept_peer(listener.socket))
    if (connections.size() < kMaxConnections) connections.emplace_back().peer = std::move(*peer);
}

void ChannelServer::Impl::hear_or_lose(Connection& connection) {
  try {
    hear(connection);
  } catch (const std::bad_alloc&) {  // what it asked for was not done: it may come again
    short_of_memory = true;
    lose(connection);
  }
}

// Waits for something to happen and looks after all of it. Throws std::bad_alloc, after which it may be called again.
void ChannelServer::Impl::serve(std::unique_lock<std::mutex>& lock) {
  entries.clear();
  entries.push_back({wake.descriptor(), POLLIN, 0});
  entries.push_back({ending ? -1 : listener.socket.descriptor(), POLLIN, 0});
  for (const Connection& each : connections) {
    entries.push_back({each.hung_up ? -1 : each.peer.socket.descriptor(), POLLIN, 0});
    entries.push_back({each.hung_up ? -1 : each.peer.process.descriptor(), POLLIN, 0});
  }
  int timeout_ms = -1;
  if (cut_off) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*cut_off - Clock::now());
    timeout_ms = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
  }
  if (ending && !heard_out) timeout_ms = 0;
  lock.unlock();
  const int ready = ::poll(entries.data(), entries.size(), timeout_ms);
  std::uint64_t count = 0;
  if (ready > 0 && entries[0].revents != 0) static_cast<void>(::read(wake.descriptor(), &count, sizeof count));
  lock.lock();

  std::size_t at = 2;
  for (Connection& each : connections) {
    if (entries[at].revents != 0) hear_or_lose(each);
    if (entries[at + 1].revents != 0) lose(each);
    at += 2;
  }
  if (ending) {
    // Whoever connected before the end may have said something and be gone: it is heard before reap() lets go of him.
    accept_all();
    for (Connection& each : connections)
      if (!each.hung_up) hear_or_lose(each);
    heard_out = true;
  } else if (entries[1].revents != 0) {
    accept_all();
  }
  if (cut_off && Clock::now() >= *cut_off) {
    cut_off.reset();
    for (const Connection& each : connections)
      if (each.take && (state == State::stopped || each.epoch != epoch())) each.take->end();
  }
  if (releasing)
    for (const Connection& each : connections)
      if (each.take) each.take->abandon();
  reap();
  tell_all(lock);
}

// Everything that has come. The hang-up comes last, so that what was said before it is heard.
void ChannelServer::Impl::hear(Connection& connection) {
  for (;;) {
    Packet packet{};
    const auto received = channel::receive_packet(connection.peer.socket.descriptor(), &packet, sizeof packet, 0);
    for (const int unwanted : received.descriptors) File{unwanted};
    if (received.what == channel::Received::What::nothing) return;
    if (received.what == channel::Received::What::hang_up) return lose(connection);
    const auto is = [&](Message type, std::size_t bytes) {
      return packet.header.type == type && received.bytes == bytes;
    };
    if (received.bytes < sizeof packet.header || packet.header.magic != channel::Header::kMagic) {
      return lose(connection);
    } else if (is(Message::hello, sizeof packet.hello)) {
      greet(connection, packet.hello);
    } else if (is(Message::grow, sizeof packet.grow)) {
      grow(connection, packet.grow.payload_bytes);
    } else if (packet.header.type == Message::goodbye && connection.take) {
      connection.take->end();
    } else if (is(Message::notice, sizeof packet.notice)) {
      ChannelEvent event{.kind = Kind::notice};
      event.program = text_of(packet.notice.program);
      event.text = text_of(packet.notice.text);
      event.pid = connection.peer.pid;
      event.notice = packet.notice.kind;
      untold.push_back(std::move(event));
    }
  }
}

void ChannelServer::Impl::greet(Connection& connection, const channel::Hello& hello) {
  const int socket = connection.peer.socket.descriptor();
  const auto refuse = [&](Refusal reason) {
    channel::Refused refused;
    refused.reason = reason;
    channel::send_packet(socket, refused);
    if (reason != Refusal::stopped) {
      ChannelEvent event{.kind = Kind::refused};
      event.program = text_of(hello.program);
      event.pid = connection.peer.pid;
      untold.push_back(std::move(event));
    }
    lose(connection);
  };
  if (hello.version != channel::kVersion) return refuse(Refusal::version);
  if (connection.take || state == State::stopped || ending) return refuse(Refusal::stopped);
  const auto first = frame_bytes(hello.width, hello.height);
  const std::size_t payload = first ? *first : kUnknownPayload;
  std::size_t budget = options.take.slot_budget_bytes;
  if (budget == 0) budget = default_budget(payload);
  auto ring = SlotRing::create(std::min(budget, memory_left()), payload);
  if (!ring || ring->descriptor() < 0) return refuse(Refusal::no_memory);

  channel::Hello checked = hello;
  checked.pid = connection.peer.pid;
  const int descriptors[] = {ring->descriptor(), control.descriptor()};
  connection.epoch = epoch();
  channel::Welcome welcome;
  // Before the take's thread exists, and before the ring is moved away.
  if (!channel::send_packet(socket, welcome, descriptors)) return lose(connection);
  connection.take = std::make_unique<ChannelTake>(
      std::move(*ring), options, checked,
      ChannelTakeHost{.next_path = [this] { return names.next(); },
                      .tell = [this](ChannelEvent event) { tell(std::move(event)); },
                      .ring_changed =
                          [socket](const SlotRing* larger) {
                            channel::Answer answer{
                                .header = {.type = larger != nullptr ? Message::ring : Message::too_large}};
                            if (larger == nullptr) {
                              channel::send_packet(socket, answer);
                            } else {
                              const int descriptor[] = {larger->descriptor()};
                              channel::send_packet(socket, answer, descriptor);
                            }
                          },
                      .done = [this] { wake_up(); }});
  connection.program = text_of(hello.program);
  ChannelEvent event{.kind = Kind::connected};
  event.program = connection.program;
  event.pid = connection.peer.pid;
  untold.push_back(std::move(event));
}

// A program that waits for every frame waits for this answer too, also when its take has ended meanwhile.
void ChannelServer::Impl::refuse_to_grow(const Connection& connection) {
  const channel::Answer answer{.header = {.type = Message::too_large}};
  channel::send_packet(connection.peer.socket.descriptor(), answer);
}

void ChannelServer::Impl::grow(Connection& connection, std::size_t payload_bytes) {
  const std::size_t left = memory_left(connection.take.get());
  const bool possible = payload_bytes <= left && SlotMemory::record_bytes(payload_bytes) <= left;
  if (!connection.take || !possible) return refuse_to_grow(connection);
  connection.take->grow(std::min(left, default_budget(payload_bytes)),
                        payload_bytes);
}

// The other end is gone: killed, ended, or it has closed the socket.
void ChannelServer::Impl::lose(Connection& connection) {
  connection.hung_up = true;
  if (connection.take) connection.take->end();
}

// Takes that have ended become entries of the list, connections that nobody needs any more go.
void ChannelServer::Impl::reap() {
  for (auto at = connections.begin(); at != connections.end();) {
    if (at->take && at->take->is_done()) {
      const auto take = std::move(at->take);  // gone after this, memory or not
      if (take->owes_a_ring()) refuse_to_grow(*at);
      if (take->is_corrupt()) at->hung_up = true;  // this one, and no other
      auto status = take->status();
      if (!take->is_corrupt() && status.error)
        set_state(State::stopped, Kind::stopped);  // what this one met the next would meet
      status.ended = true;
      if (take->has_frames() || status.error) ended.push_back(std::move(status));
    }
    const bool idle = !at->take && (at->hung_up || ending);
    if (idle && !at->program.empty()) {
      ChannelEvent event{.kind = Kind::disconnected};
      event.program = std::exchange(at->program, {});  // told once, whatever happens
      event.pid = at->peer.pid;
      untold.push_back(std::move(event));
    }
    at = idle ? connections.erase(at) : std::next(at);
  }
}

std::size_t ChannelServer::Impl::default_budget(std::size_t payload_bytes) const {
  return SlotRing::default_budget(payload_bytes, options.every_frame || options.fixed_step);
}

std::size_t ChannelServer::Impl::memory_left(const ChannelTake* but) const {
  std::size_t used = 0;
  for (const Connection& each : connections)
    if (each.take && each.take.get() != but) used += each.take->memory_bytes();
  return options.memory_bytes > used ? options.memory_bytes - used : 0;
}

// State
// ---------------------------------------------------------------------------------------------------------

void ChannelServer::Impl::wake_up() const {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake.descriptor(), &one, sizeof one));
}

void ChannelServer::Impl::set_state(State wanted, Kind event) {
  if (state == wanted || (state == State::stopped && wanted == State::paused)) return;
  if (wanted == State::paused) pause_began_ns = now_ns();
  if (wanted == State::recording && state == State::paused && pause_began_ns != 0)
    page().cut_ns.store(page().cut_ns.load(std::memory_order_relaxed) + (now_ns() - pause_began_ns),
                        std::memory_order_relaxed);
  if (wanted == State::recording && state == State::stopped) page().epoch.fetch_add(1, std::memory_order_relaxed);
  if (wanted == State::recording) pause_began_ns = 0;
  if (wanted == State::stopped) cut_off = Clock::now() + kLastFrame;
  state = wanted;
  page().state.store(static_cast<std::uint32_t>(wanted), std::memory_order_release);
  untold.push_back(ChannelEvent{.kind = event});
  wake_up();
}

void ChannelServer::Impl::toggle() {
  untold.push_back(ChannelEvent{.kind = Kind::toggled});
  if (state == State::recording)
    set_state(State::stopped, Kind::stopped);
  else
    set_state(State::recording, Kind::recording);
}

void ChannelServer::Impl::tell(ChannelEvent event) {
  if (!options.on_event) return;
  const std::lock_guard lock(tell_mutex);
  options.on_event(event);
}

void ChannelServer::Impl::tell_all(std::unique_lock<std::mutex>& lock) {
  if (untold.empty()) return;
  std::vector<ChannelEvent> events;
  events.swap(untold);
  lock.unlock();
  for (ChannelEvent& event : events) tell(std::move(event));
  lock.lock();
}

// The server
// --------------------------------------------------------------------------------------------------------

ChannelServer::ChannelServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<ChannelServer>> ChannelServer::start(const ChannelServerOptions& options) {
  if (!is_valid(options.take.info.rate) || (options.limit && !is_valid(*options.limit)))
    return fail(ErrorKind::usage, "frame rate", "is not a positive number up to 1000000");
  auto listener = ChannelListener::open();
  if (!listener) return tl::unexpected(listener.error());
  auto control = ControlMemory::create();
  if (!control) return tl::unexpected(control.error());
  File wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return tl::unexpected(system_error("the frame channel", errno));

  channel::ControlPage& page = control->page();
  page.every_frame = options.every_frame || options.fixed_step ? 1 : 0;
  if (options.limit && options.fixed_step)
    return fail(ErrorKind::usage, "", "frames at a fixed step are all recorded; they cannot be limited");
  if (options.limit) {
    page.limit_numerator = options.limit->numerator;
    page.limit_denominator = options.limit->denominator;
  }
  const State state = options.paused ? State::paused : State::recording;
  page.state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
  auto impl = std::make_unique<Impl>(options, std::move(*listener), std::move(*control), std::move(wake));
  impl->state = state;
  std::unique_ptr<ChannelServer> server(new ChannelServer(std::move(impl)));
  // Last: from here on it is the destructor that ends the thread.
  server->impl_->thread = std::jthread([own = server->impl_.get()] { own->run(); });
  return server;
}

ChannelServer::~ChannelServer() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->ending = impl_->releasing = true;
    impl_->page().state.store(static_cast<std::uint32_t>(State::stopped), std::memory_order_release);
  }
  impl_->wake_up();
}

const std::string& ChannelServer::address() const { return impl_->listener.address; }

void ChannelServer::pause() {
  const std::lock_guard lock(impl_->mutex);
  impl_->set_state(State::paused, Kind::paused);
}

void ChannelServer::resume() {
  const std::lock_guard lock(impl_->mutex);
  impl_->set_state(State::recording, Kind::recording);
}

void ChannelServer::stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->set_state(State::stopped, Kind::stopped);
}

void ChannelServer::toggle() {
  const std::lock_guard lock(impl_->mutex);
  impl_->toggle();
}

bool ChannelServer::mark(const std::string& text) {
  const std::lock_guard lock(impl_->mutex);
  bool marked = false;
  for (const Connection& each : impl_->connections) {
    if (!each.take || impl_->state == State::stopped) continue;
    each.take->mark(text);
    marked = true;
  }
  return marked;
}

channel::State ChannelServer::state() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->state;
}

std::vector<ChannelTakeStatus> ChannelServer::takes() const {
  const std::lock_guard lock(impl_->mutex);
  auto all = impl_->ended;
  for (const Connection& each : impl_->connections)
    if (each.take) all.push_back(each.take->status());
  return all;
}

std::vector<std::int32_t> ChannelServer::processes() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<std::int32_t> pids;
  for (const Connection& each : impl_->connections)
    if (!each.program.empty() && !each.hung_up) pids.push_back(each.peer.pid);
  return pids;
}

std::vector<ChannelTakeStatus> ChannelServer::finish() {
  stop();
  std::unique_lock lock(impl_->mutex);
  impl_->ending = true;
  impl_->wake_up();
  impl_->all_ended.wait(lock, [&] { return impl_->connections.empty(); });
  lock.unlock();
  if (impl_->thread.joinable()) impl_->thread.join();  // and every event is told
  if (impl_->short_of_memory) {
    ChannelTakeStatus lost;
    lost.ended = true;
    lost.error = out_of_memory();
    impl_->ended.push_back(std::move(lost));
  }
  return std::move(impl_->ended);
}

}  // namespace framespool
