// Windows and sound devices: they are opened on this machine, pictures are shown as they were, and
// what is played is silence.
#include <algorithm>
#include <cstring>
#include <thread>

#include "replay/replayer.h"

namespace weft::replay {
namespace {

constexpr std::uint64_t kMostItems = 4096;  // of a list that a plugin fills

template <class Item>
std::vector<Item> room_for(std::uint64_t capacity) {
    return std::vector<Item>(std::min(capacity, kMostItems));
}

template <class Item>
std::vector<Item> sized_room_for(std::uint64_t capacity) {
    auto items = room_for<Item>(capacity);
    for (Item& item : items) item.struct_size = sizeof item;
    return items;
}

}  // namespace

// --- Windows -------------------------------------------------------------------------------------

void Replayer::present(const Call& call) {
    const auto* api = table<weft_window_api>(WEFT_WINDOW_EXTENSION);
    auto asked = Trace::parse<PictureCall>(call.arguments, arena_);
    auto* const window = object<weft_window>(asked.window);
    if (window == nullptr) return leave_out(call, "its window was not opened");
    weft_window_picture& picture = asked.picture;
    const bool shared = picture.memory_fd >= 0;
    if (std::max(asked.size, shared ? picture.memory_size : 0) > limits_.most_memory) {
        refused_ = text_of(trace_, call) + ": its picture is larger than is replayed";
        return;
    }
    std::vector<char>& shown = shown_[asked.window];
    if (asked.bytes != nullptr) shown.assign(asked.bytes, asked.bytes + asked.size);
    if (asked.too_large != 0) {
        shown.clear();
        host_.guess();
    }
    shown.resize(asked.size);
    std::vector<char> alone;  // gone after the call, as the header says
    char* pixels = nullptr;
    if (shared) {
        auto& mapping =
            pictures_[{reinterpret_cast<std::uintptr_t>(picture.memory), picture.memory_size}];
        if (mapping == nullptr) mapping = std::make_unique<Mapping>(picture.memory_size);
        if (mapping->data() == nullptr) return leave_out(call, "there is no memory for it");
        pixels = mapping->data() + asked.offset;
        picture.memory = mapping->data();
        picture.memory_fd = mapping->file();
    } else {
        alone.resize(asked.size);
        pixels = alone.data();
    }
    std::copy(shown.begin(), shown.end(), pixels);
    picture.struct_size = sizeof picture;
    picture.pixels = pixels;
    picture.reserved = 0;
    weft_error* const error = clear_error();
    compare(call, expected(call), api->present(window, &picture, error));
}

// What it shows depends on the screen, and is not compared.
void Replayer::read_window(const Call& call) {
    const auto* api = table<weft_window_api>(WEFT_WINDOW_EXTENSION);
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const window = object<weft_window>(asked.object);
    if (window == nullptr) return leave_out(call, "its window was not opened");
    if (asked.b != 0 && asked.a > limits_.most_memory) {
        refused_ = text_of(trace_, call) + ": its picture is larger than is replayed";
        return;
    }
    std::vector<char> pixels(asked.b != 0 ? asked.a : 0);
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    weft_error* const error = clear_error();
    compare(
        call, expected(call),
        api->read(window, asked.b != 0 ? pixels.data() : nullptr, asked.a, &width, &height, error));
}

void Replayer::make_window_call(const Call& call) {
    const auto* api = table<weft_window_api>(WEFT_WINDOW_EXTENSION);
    if (api == nullptr) return leave_out(call, "the plugin has no " WEFT_WINDOW_EXTENSION);
    weft_error* const error = clear_error();
    switch (call.head.function) {
        case row_weft_window_api_present: return present(call);
        case row_weft_window_api_read: return read_window(call);
        case row_weft_window_api_open: {
            auto asked = Trace::parse<WindowWishCall>(call.arguments, arena_);
            auto* const backend = object<weft_backend>(asked.object);
            if (backend == nullptr) return;
            asked.wish.struct_size = sizeof asked.wish;
            weft_window* window = nullptr;
            const Answer before = expected(call);
            compare(call, before, api->open(backend, &asked.wish, &window, error));
            if (window != nullptr) set_object(before.made, window);
            return;
        }
        case row_weft_window_api_change: {
            auto asked = Trace::parse<WindowWishCall>(call.arguments, arena_);
            auto* const window = object<weft_window>(asked.object);
            if (window == nullptr) return leave_out(call, "its window was not opened");
            asked.wish.struct_size = sizeof asked.wish;
            return compare(call, expected(call), api->change(window, &asked.wish, error));
        }
        case row_weft_window_api_overlay: {
            const auto asked = Trace::parse<TextCall>(call.arguments, arena_);
            auto* const window = object<weft_window>(asked.object);
            if (window == nullptr) return leave_out(call, "its window was not opened");
            return compare(call, expected(call), api->overlay(window, asked.text, error));
        }
        default: break;
    }
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.object);
    auto* const window = object<weft_window>(asked.object);
    switch (call.head.function) {
        case row_weft_window_api_monitors: {
            auto monitors = sized_room_for<weft_monitor>(asked.a);
            if (backend != nullptr)
                (void)api->monitors(backend, monitors.data(),
                                    static_cast<std::uint32_t>(monitors.size()));
            return;
        }
        case row_weft_window_api_poll: {
            auto events = room_for<weft_window_event>(asked.a);
            if (backend != nullptr)
                (void)api->poll(backend, events.data(), static_cast<std::uint32_t>(events.size()));
            return;
        }
        case row_weft_window_api_counters: {
            weft_window_counters counters{};
            counters.struct_size = sizeof counters;
            if (window == nullptr) return leave_out(call, "its window was not opened");
            return api->counters(window, &counters);
        }
        default: break;
    }
    if (asked.object != 0 && window == nullptr) return leave_out(call, "its window was not opened");
    api->close(window);
    forget<weft_window>(asked.object);
}

// --- Sound devices -------------------------------------------------------------------------------

// The plugin's memory is read and written as the host would, so that a block that is not there
// crashes here too.
void Replayer::process(void* user, const weft_audio_block* block) {
    const auto& stream = *static_cast<const Stream*>(user);
    static std::atomic<float> heard;
    for (std::uint32_t c = 0; c < stream.inputs; ++c)
        for (std::uint64_t i = 0; i < block->count; ++i)
            heard.store(block->input[c][i], std::memory_order_relaxed);
    for (std::uint32_t c = 0; c < stream.outputs; ++c)
        std::fill_n(block->output[c], block->count, 0.0f);
    stream.blocks->fetch_add(1);
}

void Replayer::open_stream(const Call& call) {
    const auto* api = table<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    auto asked = Trace::parse<OpenStreamCall>(call.arguments, arena_);
    auto* const backend = object<weft_backend>(asked.backend);
    if (backend == nullptr) return;
    asked.wish.struct_size = sizeof asked.wish;
    streams_.push_back(std::make_unique<Stream>(
        Stream{&blocks_, asked.wish.input_channels, asked.wish.output_channels}));
    weft_audio_stream* stream = nullptr;
    const Answer before = expected(call);
    weft_error* const error = clear_error();
    compare(call, before,
            api->open(backend, &asked.wish, process, streams_.back().get(), &stream, error));
    if (stream == nullptr) return;
    set_object(before.made, stream);
    open_streams_.insert(stream);
}

void Replayer::make_stream_call(const Call& call) {
    const auto* api = table<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    if (api == nullptr) return leave_out(call, "the plugin has no " WEFT_AUDIO_EXTENSION);
    if (call.head.function == row_weft_audio_api_open) return open_stream(call);
    const auto asked = Trace::parse<PlainCall>(call.arguments, arena_);
    if (call.head.function == row_weft_audio_api_devices) {
        auto devices = sized_room_for<weft_audio_device>(asked.a);
        if (auto* const backend = object<weft_backend>(asked.object); backend != nullptr)
            (void)api->devices(backend, devices.data(), static_cast<std::uint32_t>(devices.size()));
        return;
    }
    auto* const stream = object<weft_audio_stream>(asked.object);
    if (asked.object != 0 && stream == nullptr) return leave_out(call, "its device was not opened");
    if (call.head.function == row_weft_audio_api_state) {
        weft_audio_state state{};
        state.struct_size = sizeof state;
        if (stream != nullptr) api->state(stream, &state);
        return;
    }
    api->close(stream);
    open_streams_.erase(stream);
    forget<weft_audio_stream>(asked.object);
}

// What happens in a plugin's thread happens after some time: the device is left that time.
void Replayer::await_blocks(const Record& record) {
    const auto told = Trace::parse<BlocksRecord>(record.payload, arena_);
    if (told.guest != guest_ || open_streams_.empty() || silent_) return;
    using Clock = std::chrono::steady_clock;
    auto moved = Clock::now();
    for (std::uint64_t seen = blocks_; seen < told.count;) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const std::uint64_t now = blocks_;
        if (now != seen) moved = Clock::now();
        seen = now;
        if (Clock::now() - moved < limits_.patience) continue;
        silent_ = true;
        remarks_.push_back({"a sound device",
                            "asked for " + std::to_string(seen) +
                                " blocks, and for no more; it had "
                                "for " +
                                std::to_string(told.count),
                            0});
        return;
    }
}

Replayer::~Replayer() {
    const auto* api = open_streams_.empty() ? nullptr : table<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    for (weft_audio_stream* stream : open_streams_)
        if (api != nullptr) api->close(stream);
}

void Replayer::finish() const {
    if (!open_streams_.empty() && !silent_) std::this_thread::sleep_for(limits_.patience);
}

}  // namespace weft::replay
