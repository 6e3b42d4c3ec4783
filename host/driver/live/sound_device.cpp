#include "driver/live/sound_device.h"

#include <algorithm>
#include <optional>

#include <weft/cpp/text.hpp>

#include "runtime/residence.h"

namespace weft::driver {
namespace {

// Of a plugin that would offer devices if it could.
std::string why_none(const plugin::PluginSet& plugins) {
    for (const plugin::PluginInfo& one : plugins.list()) {
        const auto& all = one.manifest.extensions;
        if (!one.reason.empty() &&
            std::find(all.begin(), all.end(), WEFT_AUDIO_EXTENSION) != all.end()) {
            return one.reason;
        }
    }
    return "no plugin here offers sound devices";
}

}  // namespace

std::unique_ptr<SoundDevice> SoundDevice::open(Session& session, const SoundWish& wish) {
    std::unique_ptr<SoundDevice> device(new SoundDevice);
    device->wish_ = wish;
    if (wish.output == "none") {
        device->reason_ = "none is wanted";
        return device;
    }
    std::optional<Error> refused;  // by the first that knows better than that there is none
    const auto names = session.plugins().for_extension(WEFT_AUDIO_EXTENSION);
    device->reason_ = why_none(session.plugins());
    for (const std::string& name : names) {
        const auto backend = session.backend(name, WEFT_CONTEXT_FILE);
        if (!backend) {
            continue;
        }
        device->devices_ = std::make_unique<plugin::SoundDevices>(*backend->backend);
        weft_audio_wish asked{};
        asked.struct_size = sizeof asked;
        asked.block = wish.block;
        asked.rate = wish.rate;
        asked.output = cpp::to_str(wish.output);
        asked.input = cpp::to_str(wish.input);
        asked.output_channels = wish.output_channels;
        asked.input_channels = wish.input == "none" ? 0 : wish.input_channels;
        asked.output_map = wish.output_map.empty() ? nullptr : wish.output_map.data();
        asked.input_map = wish.input_map.empty() ? nullptr : wish.input_map.data();
        auto stream = device->devices_->open(asked, process, device.get());
        if (stream) {
            device->stream_ = std::move(*stream);
            device->rate_ = device->state().rate;
            device->reason_.clear();
            // Its thread meets code and numbers that nobody touched for a while, too.
            (void)runtime::keep_pages();
            return device;
        }
        device->reason_ = stream.error().message;
        if (stream.error().status == WEFT_UNSUPPORTED && asked.output_channels != 0 &&
            asked.input_channels != 0) {
            device->apart_ = true;
            return device;
        }
        // Another plugin may have what is named.
        const bool chosen = !wish.output.empty() || !wish.input.empty();
        if (!refused && (stream.error().status != WEFT_UNAVAILABLE || chosen)) {
            refused = stream.error();
        }
    }
    const std::string& named = !wish.output.empty() ? wish.output : wish.input;
    if (!refused && !named.empty()) {
        refused = Error{WEFT_UNAVAILABLE, "'" + named + "': " + device->reason_};
    }
    if (!refused || !wish.is_needed) {
        return device;
    }
    session.diagnostics().add(
        refused->status == WEFT_INVALID ? Code::command_failed : Code::device_failed, {},
        {refused->message});
    return nullptr;
}

void SoundDevice::process(void* user, const weft_audio_block* block) {
    const auto& device = *static_cast<const SoundDevice*>(user);
    if (BlockServer* server = device.server_.load(std::memory_order_acquire)) {
        server->block(*block);
    }
}

}  // namespace weft::driver
