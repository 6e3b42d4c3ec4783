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
    std::optional<Error> refused;      // by the first that knows better than that there is none
    plugin::Backend* waits = nullptr;  // the first that only lacks one now
    const std::string named =
        !wish.output.empty() || wish.input == "none" ? wish.output : wish.input;
    device->reason_ = why_none(session.plugins());
    for (const std::string& name : session.plugins().for_extension(WEFT_AUDIO_EXTENSION)) {
        const auto backend = session.backend(name, WEFT_CONTEXT_FILE);
        if (!backend) {
            continue;
        }
        const auto opened = device->open(*backend->backend, 0);
        if (opened) {
            device->reason_.clear();
            return device;
        }
        device->reason_ = opened.error().message;
        if (opened.error().status == WEFT_UNSUPPORTED && wish.output_channels != 0 &&
            device->hears()) {
            device->apart_ = true;
            return device;
        }
        // Another plugin may have what is named.
        const bool none = opened.error().status == WEFT_UNAVAILABLE;
        if (!refused && (!none || !named.empty())) {
            refused = opened.error();
        } else if (none && waits == nullptr) {
            waits = &*backend->backend;
        }
    }
    if (!refused && !named.empty()) {
        refused = Error{WEFT_UNAVAILABLE, "'" + named + "': " + device->reason_};
    }
    if (!wish.is_needed) {
        return device;
    }
    if (!refused) {
        if (waits != nullptr && device->open(*waits, WEFT_AUDIO_LATER)) {
            device->reason_ += "; one that comes is taken";
        }
        return device;
    }
    session.diagnostics().add(
        refused->status == WEFT_INVALID ? Code::command_failed : Code::device_failed, {},
        {refused->message});
    return nullptr;
}

bool SoundDevice::hears() const {
    return wish_.input != "none" && wish_.input_channels != 0;
}

Result<void> SoundDevice::open(plugin::Backend& backend, std::uint32_t flags) {
    devices_ = std::make_unique<plugin::SoundDevices>(backend);
    weft_audio_wish asked{};
    asked.struct_size = sizeof asked;
    asked.block = wish_.block;
    asked.rate = (flags & WEFT_AUDIO_LATER) != 0 ? wish_.rate_without : wish_.rate;
    asked.output = cpp::to_str(wish_.output);
    asked.input = cpp::to_str(wish_.input);
    asked.output_channels = wish_.output_channels;
    asked.input_channels = hears() ? wish_.input_channels : 0;
    asked.output_map = wish_.output_map.empty() ? nullptr : wish_.output_map.data();
    asked.input_map = wish_.input_map.empty() ? nullptr : wish_.input_map.data();
    asked.flags = flags;
    auto stream = devices_->open(asked, process, this);
    if (!stream) {
        return stream.error();
    }
    stream_ = std::move(*stream);
    rate_ = state().rate;
    // Its thread meets code and numbers that nobody touched for a while, too.
    (void)runtime::keep_pages();
    return {};
}

void SoundDevice::process(void* user, const weft_audio_block* block) {
    const auto& device = *static_cast<const SoundDevice*>(user);
    if (BlockServer* server = device.server_.load(std::memory_order_acquire)) {
        server->block(*block);
    }
}

}  // namespace weft::driver
