// What is done with every block of a sound device: which samples of the show it holds, what it
// hears, what is played. It runs on the device's thread and neither allocates, locks nor waits.
// While no device asks for samples the frame thread does the same in its turn.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <sched.h>

#include <weft/audio.h>
#include <weft/cpp/door.hpp>

#include "base/every_block.h"
#include "base/trace.h"
#include "driver/live/sound_device.h"
#include "driver/live/sound_tap.h"
#include "plugin/whereabouts.h"
#include "runtime/clock.h"
#include "runtime/crossfade.h"
#include "runtime/ring.h"
#include "runtime/sound_bridge.h"

namespace weft::driver {

// Which channels of the show are whose. Those of the device that leads come first.
struct SoundLayout {
    std::uint32_t channels = 1;                  // that are played, by all devices
    std::uint32_t led = 1;                       // of them by the device that leads
    std::uint32_t heard = 0;                     // that a program may hear of one device
    std::uint32_t led_heard = 0;                 // channels that the device that leads hears
    std::vector<runtime::SoundBridge*> outputs;  // of the other devices, in their order
    std::vector<runtime::SoundBridge*> inputs;   // by device; null: the one that leads, or none
};

class SoundPlayer final : public BlockServer {
public:
    // Samples that are computed at once, at most.
    static constexpr std::uint64_t kBlock = 1024;

    // `clock` and what `layout` points to outlive the player.
    SoundPlayer(runtime::Clock& clock, double rate, SoundLayout layout);
    ~SoundPlayer() override;

    // The device's thread is kept on these cores; empty: where it likes. Before the first block.
    void pin(const std::vector<unsigned>& cores);
    // Its blocks are watched. Before the first one.
    void watch(plugin::Whereabouts& whereabouts) { whereabouts_ = &whereabouts; }
    // Voices are offered to it and come back from it. [frame thread]
    [[nodiscard]] runtime::Sound& sound() { return sound_; }
    // What is heard goes there from the next block on; the list lives until another one is given
    // and a block has begun since, or for good. [frame thread]
    void hear(const std::vector<runtime::SoundInput>* inputs) {
        heard_.store(inputs->empty() ? nullptr : inputs, std::memory_order_release);
    }

    // What is heard and played is logged from now on. Before the first block.
    void record(runtime::ShowLog* log);
    // What was played goes there as well.
    [[nodiscard]] SoundTap& tap() { return tap_; }

    // [audio thread] A block of the device.
    WEFT_EVERY_BLOCK void block(const weft_audio_block& block) noexcept override;
    // [frame thread] All samples that are heard before `moment`, while no device asks for them.
    void catch_up(double moment) noexcept;

    // Of the device, so far. [any thread]
    [[nodiscard]] std::uint64_t blocks() const { return blocks_.load(std::memory_order_relaxed); }

private:
    struct Piece {
        std::int64_t first = 0;
        std::uint64_t count = 0;
        double moment = 0;        // when its first sample is heard
        double input_moment = 0;  // ... was heard
    };
    WEFT_EVERY_BLOCK void piece(const Piece& piece, const float* const* input, float* const* output,
                                std::uint64_t at) noexcept;
    void compute_until(double moment) noexcept;
    WEFT_EVERY_BLOCK void write_heard(const Piece& piece, const float* const* input,
                                      std::uint64_t at) noexcept;

    // What every block reads or writes, beside each other.
    runtime::Clock& clock_;
    double rate_;
    std::atomic<std::uint64_t> blocks_{0};
    // Closed while the frame thread computes. Nobody waits: when a device comes back meanwhile, a
    // block stays silent.
    cpp::Door door_{true};
    bool pins_ = false;
    plugin::Whereabouts* whereabouts_ = nullptr;
    runtime::ShowLog* log_ = nullptr;
    trace::OwnLane lane_{"sound"};  // of the device's thread, whichever that is
    std::atomic<const std::vector<runtime::SoundInput>*> heard_{nullptr};
    SoundLayout layout_;
    std::vector<float*> outputs_;
    runtime::Sound sound_;
    SoundTap tap_;

    // What some do.
    std::vector<float> unplayed_;  // what the device that leads does not play, by channel
    std::vector<float> bridged_;   // what the other devices hear, by device and channel
    std::vector<float*> bridged_channels_;
    std::vector<float> silence_;
    std::vector<const float*> inputs_;
    cpu_set_t cores_{};
};

}  // namespace weft::driver
