// A device beside the one that leads the show: it plays channels of its own, or hears a microphone
// of its own. Its clock is not the show's: its blocks come when they come, and what is in them goes
// over a bridge.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "driver/live/sound_device.h"
#include "runtime/clock.h"
#include "runtime/sound_bridge.h"

namespace weft::driver {

class SoundBeside final : public BlockServer {
public:
    // `rate`: the show's. Null, with an error in the session's diagnostics, where the device that
    // is wished for cannot be had. What it wishes for is output or input, not both.
    [[nodiscard]] static std::unique_ptr<SoundBeside> open(Session& session, const SoundWish& wish,
                                                           double rate);

    [[nodiscard]] bool plays() const { return device_->wish().output_channels != 0; }
    // Of the device's channels. The show's side is the player's.
    [[nodiscard]] runtime::SoundBridge& bridge() { return *bridge_; }
    [[nodiscard]] const runtime::SoundBridge& bridge() const { return *bridge_; }
    [[nodiscard]] const SoundDevice& device() const { return *device_; }
    // From now on it plays, or hears.
    void begin() { device_->begin(*this); }

    void block(const weft_audio_block& block) noexcept override;

private:
    SoundBeside() = default;

    std::optional<runtime::Clock> clock_;  // of a device that hears
    std::optional<runtime::SoundBridge> bridge_;
    std::unique_ptr<SoundDevice> device_;  // closed before what it calls goes
};

}  // namespace weft::driver
