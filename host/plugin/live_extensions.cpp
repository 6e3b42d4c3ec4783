#include "plugin/live_extensions.h"

#include <algorithm>
#include <utility>

#include "plugin/call.h"
#include "plugin/extension_table.h"

namespace weft::plugin {
namespace {

// Fills a list whose length may change between two calls.
template <class Item, class List>
std::vector<Item> list_of(List&& list) {
    std::vector<Item> items;
    for (std::uint32_t capacity = 16; capacity <= 4096; capacity *= 2) {
        items.assign(capacity, {});
        for (Item& item : items) item.struct_size = sizeof item;
        std::uint32_t count = 0;
        if (!list(items.data(), capacity, count)) return {};
        if (count <= capacity) {
            items.resize(count);
            break;
        }
    }
    return items;
}

}  // namespace

// --- SoundDevices --------------------------------------------------------------------------------

SoundDevices::SoundDevices(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_AUDIO_EXTENSION, &weft_audio_api::devices, &weft_audio_api::open,
                    &weft_audio_api::state, &weft_audio_api::close)) {}

std::vector<weft_audio_device> SoundDevices::devices() const {
    if (api_ == nullptr) return {};
    auto all = list_of<weft_audio_device>([&](auto* items, std::uint32_t capacity, auto& count) {
        return call_plain(backend_->name(), "devices",
                          [&] { count = api_->devices(backend_->instance(), items, capacity); })
            .ok();
    });
    for (weft_audio_device& device : all) {
        clean(device.api);
        clean(device.name);
    }
    return all;
}

Result<SoundDevices::Stream> SoundDevices::open(const weft_audio_wish& wish,
                                                weft_audio_process process, void* user) const {
    if (api_ == nullptr) return Error{WEFT_UNSUPPORTED, "it has no sound devices"};
    weft_audio_stream* stream = nullptr;
    auto done = call(backend_->name(), "open", [&](weft_error* error) {
        return api_->open(backend_->instance(), &wish, process, user, &stream, error);
    });
    if (!done) return std::move(done).error();
    if (stream == nullptr)
        return broken_promise(*backend_, "open", "it succeeded and opened no stream");
    return Stream(*this, stream);
}

SoundDevices::Stream::Stream(Stream&& other) noexcept
    : from_(other.from_), stream_(std::exchange(other.stream_, nullptr)) {}

SoundDevices::Stream& SoundDevices::Stream::operator=(Stream&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(stream_, other.stream_);
    return *this;
}

SoundDevices::Stream::~Stream() {
    if (stream_ == nullptr) return;
    (void)call_plain(from_->backend_->name(), "close", [&] { from_->api_->close(stream_); }).ok();
}

weft_audio_state SoundDevices::Stream::state() const {
    weft_audio_state state{};
    state.struct_size = sizeof state;
    if (stream_ != nullptr) {
        (void)call_plain(from_->backend_->name(), "state", [&] {
            from_->api_->state(stream_, &state);
        }).ok();
        clean(state.device);
        clean(state.reason);
    }
    return state;
}

// --- Controls ------------------------------------------------------------------------------------

// A clock need not be sent.
Controls::Controls(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_CONTROL_EXTENSION, &weft_control_api::open,
                    &weft_control_api::send, &weft_control_api::flush, &weft_control_api::counters,
                    &weft_control_api::close)) {}

Result<Controls::Session> Controls::open(const weft_control_wish& wish,
                                         const weft_control_host& host, weft_error* detail) const {
    if (api_ == nullptr) return not_offered(backend_->name(), WEFT_CONTROL_EXTENSION);
    weft_control_session* session = nullptr;
    auto done = call(
        backend_->name(), "open",
        [&](weft_error* error) {
            return api_->open(backend_->instance(), &wish, &host, &session, error);
        },
        detail);
    if (!done) return std::move(done).error();
    if (session == nullptr)
        return broken_promise(*backend_, "open", "it succeeded and opened no session");
    return Session(*this, session);
}

Controls::Session::Session(Session&& other) noexcept
    : from_(other.from_), session_(std::exchange(other.session_, nullptr)) {}

Controls::Session& Controls::Session::operator=(Session&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(session_, other.session_);
    return *this;
}

Controls::Session::~Session() {
    if (session_ == nullptr) return;
    (void)call_plain(from_->backend_->name(), "close", [&] { from_->api_->close(session_); }).ok();
}

Result<void> Controls::Session::send(std::uint32_t sink, const double* values) const {
    return call(from_->backend_->name(), "send", [&](weft_error* error) {
        return from_->api_->send(session_, sink, values, error);
    });
}

Result<void> Controls::Session::flush(double time) const {
    return call(from_->backend_->name(), "flush",
                [&](weft_error* error) { return from_->api_->flush(session_, time, error); });
}

void Controls::Session::tempo(const weft_control_tempo& tempo) const {
    if (from_->api_->tempo == nullptr) return;
    (void)call_plain(from_->backend_->name(), "tempo", [&] {
        from_->api_->tempo(session_, &tempo);
    }).ok();
}

weft_control_counters Controls::Session::counters() const {
    weft_control_counters counters{};
    counters.struct_size = sizeof counters;
    if (session_ != nullptr) {
        (void)call_plain(from_->backend_->name(), "counters", [&] {
            from_->api_->counters(session_, &counters);
        }).ok();
        clean(counters.reason);
    }
    return counters;
}

// --- Windows -------------------------------------------------------------------------------------

Windows::Windows(Backend& backend)
    : backend_(&backend),
      api_(table_of(backend, WEFT_WINDOW_EXTENSION, &weft_window_api::monitors,
                    &weft_window_api::open, &weft_window_api::present, &weft_window_api::overlay,
                    &weft_window_api::poll, &weft_window_api::change, &weft_window_api::counters,
                    &weft_window_api::read, &weft_window_api::close)) {}

std::vector<weft_monitor> Windows::monitors() const {
    if (api_ == nullptr) return {};
    auto all = list_of<weft_monitor>([&](auto* items, std::uint32_t capacity, auto& count) {
        return call_plain(backend_->name(), "monitors",
                          [&] { count = api_->monitors(backend_->instance(), items, capacity); })
            .ok();
    });
    for (weft_monitor& monitor : all) clean(monitor.name);
    return all;
}

Result<Windows::Window> Windows::open(const weft_window_wish& wish) const {
    if (api_ == nullptr) return Error{WEFT_UNSUPPORTED, "it has no windows"};
    weft_window* window = nullptr;
    auto done = call(backend_->name(), "open", [&](weft_error* error) {
        return api_->open(backend_->instance(), &wish, &window, error);
    });
    if (!done) return std::move(done).error();
    if (window == nullptr)
        return broken_promise(*backend_, "open", "it succeeded and opened no window");
    return Window(*this, window);
}

std::uint32_t Windows::poll(weft_window_event* events, std::uint32_t capacity) const {
    std::uint32_t count = 0;
    (void)call_plain(backend_->name(), "poll", [&] {
        count = api_->poll(backend_->instance(), events, capacity);
    }).ok();
    for (std::uint32_t i = 0; i < std::min(count, capacity); ++i) events[i].name[31] = '\0';
    return std::min(count, capacity);
}

Windows::Window::Window(Window&& other) noexcept
    : from_(other.from_), window_(std::exchange(other.window_, nullptr)) {}

Windows::Window& Windows::Window::operator=(Window&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(window_, other.window_);
    return *this;
}

Windows::Window::~Window() {
    if (window_ == nullptr) return;
    (void)call_plain(from_->backend_->name(), "close", [&] { from_->api_->close(window_); }).ok();
}

Result<void> Windows::Window::present(const weft_window_picture& picture) const {
    return call(from_->backend_->name(), "present",
                [&](weft_error* error) { return from_->api_->present(window_, &picture, error); });
}

Result<void> Windows::Window::overlay(std::string_view text) const {
    return call(from_->backend_->name(), "overlay", [&](weft_error* error) {
        return from_->api_->overlay(window_, {text.data(), text.size()}, error);
    });
}

Result<void> Windows::Window::change(const weft_window_wish& wish) const {
    return call(from_->backend_->name(), "change",
                [&](weft_error* error) { return from_->api_->change(window_, &wish, error); });
}

Result<void> Windows::Window::read(void* pixels, std::uint64_t size, std::uint32_t& width,
                                   std::uint32_t& height) const {
    return call(from_->backend_->name(), "read", [&](weft_error* error) {
        return from_->api_->read(window_, pixels, size, &width, &height, error);
    });
}

weft_window_counters Windows::Window::counters() const {
    weft_window_counters counters{};
    counters.struct_size = sizeof counters;
    if (window_ != nullptr) {
        (void)call_plain(from_->backend_->name(), "counters", [&] {
            from_->api_->counters(window_, &counters);
        }).ok();
    }
    return counters;
}

}  // namespace weft::plugin
