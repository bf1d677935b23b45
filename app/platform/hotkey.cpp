#include "app/platform/hotkey.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <xcb/res.h>
#include <xcb/xcb.h>
#include <xcb/xinput.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "cache/unique_fd.h"

namespace framespool {
namespace {

struct Disconnect {
  void operator()(xcb_connection_t* connection) const { xcb_disconnect(connection); }
};
struct Free {
  void operator()(void* memory) const { std::free(memory); }
};
template <class Reply>
using Owned = std::unique_ptr<Reply, Free>;

constexpr std::uint16_t kModifiers =
    XCB_MOD_MASK_SHIFT | XCB_MOD_MASK_CONTROL | XCB_MOD_MASK_1 | XCB_MOD_MASK_4;

struct Name {
  std::string_view text;
  std::uint32_t value;
};
constexpr Name kModifierNames[] = {{"shift", XCB_MOD_MASK_SHIFT},
                                   {"ctrl", XCB_MOD_MASK_CONTROL},
                                   {"control", XCB_MOD_MASK_CONTROL},
                                   {"alt", XCB_MOD_MASK_1},
                                   {"super", XCB_MOD_MASK_4}};
// The numbers are those of X11's keysymdef.h.
constexpr Name kKeyNames[] = {
    {"pause", 0xff13}, {"scroll_lock", 0xff14}, {"print", 0xff61}, {"insert", 0xff63},
    {"home", 0xff50},  {"end", 0xff57},         {"menu", 0xff67},  {"none", 0}};
constexpr std::uint32_t kF1 = 0xffbe;

const Name* find(std::string_view text, const Name* begin, const Name* end) {
  const auto same = [&](const Name& name) {
    return std::equal(text.begin(), text.end(), name.text.begin(), name.text.end(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
  };
  const auto* found = std::find_if(begin, end, same);
  return found == end ? nullptr : found;
}

}  // namespace

Result<Hotkey> parse_hotkey(std::string_view text) {
  const auto no_key = [&] {
    return fail(ErrorKind::usage, "'" + std::string(text) + "'", "is not a key",
                "write F9, Ctrl+F10, Alt+r, Pause, or none");
  };
  Hotkey key;
  std::string_view rest = text;
  for (auto plus = rest.find('+'); plus != std::string_view::npos; plus = rest.find('+')) {
    const Name* modifier = find(rest.substr(0, plus), std::begin(kModifierNames), std::end(kModifierNames));
    if (modifier == nullptr) return no_key();
    key.modifiers = static_cast<std::uint16_t>(key.modifiers | modifier->value);
    rest.remove_prefix(plus + 1);
  }
  if (rest.size() == 1 && std::isalnum(static_cast<unsigned char>(rest[0])) != 0) {
    key.keysym = static_cast<std::uint32_t>(std::tolower(static_cast<unsigned char>(rest[0])));
    return key;
  }
  if (rest.size() >= 2 && rest.size() <= 3 && (rest[0] == 'F' || rest[0] == 'f') &&
      std::all_of(rest.begin() + 1, rest.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) {
    const auto number = static_cast<std::uint32_t>(std::stoul(std::string(rest.substr(1))));
    if (number < 1 || number > 24) return no_key();
    key.keysym = kF1 + number - 1;
    return key;
  }
  const Name* named = find(rest, std::begin(kKeyNames), std::end(kKeyNames));
  if (named == nullptr || (named->value == 0 && key.modifiers != 0)) return no_key();
  key.keysym = named->value;
  return key;
}

struct HotkeyWatcher::Impl {
  ~Impl() {
    const std::uint64_t one = 1;
    if (thread.joinable() && ::write(wake.get(), &one, sizeof one) == sizeof one) thread.join();
  }

  // False when the server lacks what this needs.
  bool listen();
  [[nodiscard]] bool produces_key(std::uint32_t keycode) const;
  [[nodiscard]] bool is_in_our_window() const;
  [[nodiscard]] int owner_of(xcb_window_t window) const;
  void handle(const xcb_generic_event_t& event);
  void run();

  std::unique_ptr<xcb_connection_t, Disconnect> connection;
  xcb_window_t root = 0;
  std::uint8_t input_opcode = 0;
  std::vector<std::uint8_t> keycodes;  // that give the keysym on this keyboard
  Hotkey key;
  std::function<bool(int)> is_ours;
  std::function<void()> on_press;
  bool is_down = false;  // a key that is held repeats
  UniqueFd wake;
  std::thread thread;
};

bool HotkeyWatcher::Impl::listen() {
  xcb_connection_t* x = connection.get();
  const xcb_query_extension_reply_t* input = xcb_get_extension_data(x, &xcb_input_id);
  const xcb_query_extension_reply_t* clients = xcb_get_extension_data(x, &xcb_res_id);
  if (input == nullptr || input->present == 0 || clients == nullptr || clients->present == 0) return false;
  input_opcode = input->major_opcode;
  const Owned<xcb_input_xi_query_version_reply_t> version(
      xcb_input_xi_query_version_reply(x, xcb_input_xi_query_version(x, 2, 2), nullptr));
  const Owned<xcb_res_query_version_reply_t> clients_version(
      xcb_res_query_version_reply(x, xcb_res_query_version(x, 1, 2), nullptr));
  if (!version || version->major_version < 2 || !clients_version) return false;

  const xcb_setup_t* setup = xcb_get_setup(x);
  root = xcb_setup_roots_iterator(setup).data->root;
  const int first = setup->min_keycode, count = setup->max_keycode - first + 1;
  const Owned<xcb_get_keyboard_mapping_reply_t> mapping(xcb_get_keyboard_mapping_reply(
      x, xcb_get_keyboard_mapping(x, setup->min_keycode, static_cast<std::uint8_t>(count)), nullptr));
  if (!mapping) return false;
  const xcb_keysym_t* symbols = xcb_get_keyboard_mapping_keysyms(mapping.get());
  for (int i = 0; i < count; ++i)
    if (symbols[i * mapping->keysyms_per_keycode] == key.keysym)
      keycodes.push_back(static_cast<std::uint8_t>(first + i));
  if (keycodes.empty()) return false;

  struct {
    xcb_input_event_mask_t header;
    std::uint32_t mask;
  } wanted{{XCB_INPUT_DEVICE_ALL_MASTER, 1},
           XCB_INPUT_XI_EVENT_MASK_RAW_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_RAW_KEY_RELEASE};
  const Owned<xcb_generic_error_t> error(
      xcb_request_check(x, xcb_input_xi_select_events_checked(x, root, 1, &wanted.header)));
  return !error;
}

bool HotkeyWatcher::Impl::produces_key(std::uint32_t keycode) const {
  return std::find(keycodes.begin(), keycodes.end(), keycode) != keycodes.end();
}

int HotkeyWatcher::Impl::owner_of(xcb_window_t window) const {
  const xcb_res_client_id_spec_t wanted{window, XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID};
  const Owned<xcb_res_query_client_ids_reply_t> reply(xcb_res_query_client_ids_reply(
      connection.get(), xcb_res_query_client_ids(connection.get(), 1, &wanted), nullptr));
  if (!reply) return 0;
  for (auto each = xcb_res_query_client_ids_ids_iterator(reply.get()); each.rem > 0;
       xcb_res_client_id_value_next(&each))
    if ((each.data->spec.mask & XCB_RES_CLIENT_ID_MASK_LOCAL_CLIENT_PID) != 0 && each.data->length >= 4)
      return static_cast<int>(*xcb_res_client_id_value_value(each.data));
  return 0;
}

bool HotkeyWatcher::Impl::is_in_our_window() const {
  xcb_connection_t* x = connection.get();
  const Owned<xcb_get_input_focus_reply_t> focus(
      xcb_get_input_focus_reply(x, xcb_get_input_focus(x), nullptr));
  const Owned<xcb_query_pointer_reply_t> pointer(
      xcb_query_pointer_reply(x, xcb_query_pointer(x, root), nullptr));
  if (!focus || !pointer || (pointer->mask & kModifiers) != key.modifiers) return false;
  // Without a window manager the keyboard follows the pointer.
  const bool follows = focus->focus == XCB_INPUT_FOCUS_POINTER_ROOT || focus->focus == root;
  const xcb_window_t window = follows ? pointer->child : focus->focus;
  if (window == XCB_NONE) return false;
  const int owner = owner_of(window);
  return owner > 0 && is_ours(owner);
}

void HotkeyWatcher::Impl::handle(const xcb_generic_event_t& event) {
  if ((event.response_type & 0x7f) != XCB_GE_GENERIC) return;
  const auto& generic = reinterpret_cast<const xcb_ge_generic_event_t&>(event);
  if (generic.extension != input_opcode) return;
  const auto& raw = reinterpret_cast<const xcb_input_raw_key_press_event_t&>(event);
  if (!produces_key(raw.detail)) return;
  if (generic.event_type == XCB_INPUT_RAW_KEY_RELEASE) is_down = false;
  if (generic.event_type != XCB_INPUT_RAW_KEY_PRESS || is_down) return;
  is_down = true;
  if (is_in_our_window()) on_press();
}

void HotkeyWatcher::Impl::run() {
  xcb_connection_t* x = connection.get();
  std::array<pollfd, 2> sources{{{xcb_get_file_descriptor(x), POLLIN, 0}, {wake.get(), POLLIN, 0}}};
  while (xcb_connection_has_error(x) == 0) {
    while (const Owned<xcb_generic_event_t> event{xcb_poll_for_event(x)}) handle(*event);
    if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) return;
    if (sources[1].revents != 0) return;
  }
}

HotkeyWatcher::HotkeyWatcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HotkeyWatcher::~HotkeyWatcher() = default;

std::unique_ptr<HotkeyWatcher> HotkeyWatcher::start(const std::string& display, Hotkey key,
                                                    std::function<bool(int)> is_ours,
                                                    std::function<void()> on_press) {
  if (key.keysym == 0) return nullptr;
  auto impl = std::make_unique<Impl>();
  impl->connection.reset(xcb_connect(display.empty() ? nullptr : display.c_str(), nullptr));
  impl->key = key;
  impl->is_ours = std::move(is_ours);
  impl->on_press = std::move(on_press);
  impl->wake = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  if (xcb_connection_has_error(impl->connection.get()) != 0 || !impl->wake || !impl->listen()) return nullptr;
  impl->thread = std::thread([watched = impl.get()] { watched->run(); });
  return std::unique_ptr<HotkeyWatcher>(new HotkeyWatcher(std::move(impl)));
}

}  // namespace framespool
