// What is recorded of a live show's doors: control sessions, windows, sound devices.
#include <algorithm>

#include "plugin/recorder.h"
#include "plugin/recorder_put.h"

namespace weft::plugin {

using replay::Out;
using replay::PlainCall;

bool Recorder::arguments_of_session(const Crossing& call, Out& out) {
    const std::uint64_t object = number_of(call.object);
    switch (call.function) {
        case Function::weft_control_api_open:
            return put(
                out, replay::OpenSessionCall{object, *call.argument<const weft_control_wish*>(1)});
        case Function::weft_control_api_send: {
            const auto sink = call.argument<std::uint32_t>(1);
            const auto counts = opened(call).sinks;
            if (sink >= counts.size()) return false;
            return put(out, replay::MemoryCall{
                                object, sink, 0, counts[sink] * sizeof(double),
                                reinterpret_cast<const char*>(call.argument<const double*>(2))});
        }
        case Function::weft_control_api_flush:
            return put(out, PlainCall{object, 0, 0, 0, call.argument<double>(1)});
        case Function::weft_control_api_tempo:
            return put(out,
                       replay::TempoCall{object, *call.argument<const weft_control_tempo*>(1)});
        default: return put(out, PlainCall{object});
    }
}

bool Recorder::arguments_of_window(const Crossing& call, Out& out) {
    const std::uint64_t object = number_of(call.object);
    switch (call.function) {
        case Function::weft_window_api_monitors:
        case Function::weft_window_api_poll:
            return put(out, PlainCall{object, call.argument<std::uint32_t>(2)});
        case Function::weft_window_api_open:
        case Function::weft_window_api_change:
            return put(out,
                       replay::WindowWishCall{object, *call.argument<const weft_window_wish*>(1)});
        case Function::weft_window_api_present: return put(out, picture_of(call));
        case Function::weft_window_api_overlay:
            return put(out, replay::TextCall{object, call.argument<weft_str>(1)});
        case Function::weft_window_api_read:
            return put(out, PlainCall{object, call.argument<std::uint64_t>(2),
                                      call.argument<void*>(1) != nullptr});
        default: return put(out, PlainCall{object});
    }
}

// A picture that stands is written once.
replay::PictureCall Recorder::picture_of(const Crossing& call) {
    const weft_window_picture& picture = *call.argument<const weft_window_picture*>(1);
    replay::PictureCall told;
    told.window = number_of(call.object);
    told.picture = picture;
    told.size = replay::extent_of(picture);
    const auto* const pixels = static_cast<const char*>(picture.pixels);
    if (picture.memory_fd >= 0)
        told.offset = static_cast<std::uint64_t>(pixels - static_cast<const char*>(picture.memory));
    told.too_large = told.size > most_memory_;
    const std::uint64_t hash = replay::hash_of(pixels, told.size);
    const std::lock_guard lock(mutex_);
    const auto [shown, first] = pictures_.try_emplace({call.guest.number, call.object}, hash);
    if (told.too_large == 0 && (first || shown->second != hash)) told.bytes = pixels;
    shown->second = hash;
    return told;
}

bool Recorder::arguments_of_stream(const Crossing& call, Out& out) {
    const std::uint64_t object = number_of(call.object);
    switch (call.function) {
        case Function::weft_audio_api_devices:
            return put(out, PlainCall{object, call.argument<std::uint32_t>(2)});
        case Function::weft_audio_api_open:
            return put(out,
                       replay::OpenStreamCall{object, *call.argument<const weft_audio_wish*>(1)});
        default: return put(out, PlainCall{object});
    }
}

}  // namespace weft::plugin
