// The sound of a live show: devices, clock and player as one. Without a device that leads, and
// while it is away, the frame thread computes what would be heard, so that whatever reads sound
// goes on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/live/live_version.h"
#include "driver/live/sound_beside.h"
#include "driver/live/sound_device.h"
#include "driver/live/sound_player.h"
#include "driver/live/sound_ports.h"
#include "driver/live/status.h"
#include "runtime/clock.h"

namespace weft::driver {

class LiveSound {
public:
    // Opens the device that a program wants, which may decide about the rate of all programs from
    // now on. Null, with errors in the session's diagnostics, when it cannot be had.
    [[nodiscard]] static std::unique_ptr<LiveSound> open(Session& session,
                                                         const RunOptions& options,
                                                         const sema::Program& program);
    ~LiveSound();
    LiveSound(const LiveSound&) = delete;
    LiveSound& operator=(const LiveSound&) = delete;

    // Why there is no sound, where one was wanted; "" otherwise.
    [[nodiscard]] std::string silence() const;
    // What a program plays or hears that no device has been opened for; "": nothing.
    [[nodiscard]] std::string lacking(const sema::Program& program) const;
    // The show begins, at sample 0. With a log what is heard and played goes there. The device's
    // thread tells what it does.
    void begin(LiveVersion& version, runtime::ShowLog* log, plugin::Whereabouts& whereabouts);
    // Channels that are played.
    [[nodiscard]] std::uint32_t channels() const;
    // From the next block on this version is heard. It has run a frame. To be followed by settle().
    void change(LiveVersion& version);
    // What changes is heard, and nothing of the version before is in use any more.
    [[nodiscard]] bool settle();
    // Before a frame: whatever frames read of sound until `moment` is there, if it can be.
    void catch_up(double moment);

    [[nodiscard]] runtime::Clock& clock() { return *clock_; }
    // What is played, to be recorded. From begin() on.
    [[nodiscard]] SoundTap& tap() { return player_->tap(); }
    [[nodiscard]] bool has_device() const { return device_->is_there(); }
    // The device's state, looked up at most every tenth of a second. [frame thread]
    [[nodiscard]] const weft_audio_state& state();
    [[nodiscard]] StatusSound status();

private:
    LiveSound() = default;
    [[nodiscard]] bool open_leader(Session& session, SoundWish wish);
    [[nodiscard]] bool open_others(Session& session);
    [[nodiscard]] SoundLayout layout();
    [[nodiscard]] bool runs();  // a device asks for samples

    SoundPorts ports_;
    std::unique_ptr<SoundDevice> device_;  // that leads
    std::vector<std::unique_ptr<SoundBeside>>
        beside_;  // in the order of their ports, outputs first
    bool wanted_ = false;
    std::vector<unsigned> cores_;  // for the device's thread; empty: any
    std::optional<runtime::Clock> clock_;
    std::optional<SoundPlayer> player_;
    std::unique_ptr<runtime::Voice> voice_;  // that could not be offered yet
    bool offers_ = false;                    // voice_, which is null where nothing is heard
    bool heard_ = false;                     // the newest voice was not null
    bool leaves_ = false;                    // the one before comes back when it has faded
    std::uint64_t blocks_ = 0;               // at the change
    weft_audio_state state_{};
    double looked_ = -1;
};

}  // namespace weft::driver
