// A show that runs live, in two parts: frames on the frame thread, sound block by block on the
// thread of a sound device, which neither allocates nor waits.
//
// What sound reads of frames crosses in two ways. Numbers that its host stages read (a gather, a
// place in a picture, a film) are read at the end of every frame and cross in a slot: one snapshot
// holds for a block of sound, or is where its numbers go to (#smooth). A grid that a kernel reads
// in place is read at the newest frame that is complete (tick_gate.h): of a cache where it lies, of
// a film or a camera in a ring that holds its last pictures (picture_ring.h). What frames read of
// sound, they read before the newest sample that is computed.
//
// Both parts can as well be driven in turns by one thread: by a replay, by a test, without a
// device.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "base/every_block.h"
#include "runtime/ring.h"
#include "runtime/show.h"
#include "runtime/slot.h"
#include "runtime/tick_gate.h"

namespace weft::runtime {

class Live {
public:
    // The show was built to run live and outlives the object.
    explicit Live(Show& show);
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    // --- frames [frame thread] ---

    // Runs all but sound. On failure sound keeps what it read last.
    [[nodiscard]] Result<void> frame(FrameRequest request);

    // --- sound [audio thread] ---

    // Takes what the newest frame left for sound, for a block of `count` samples: which frame; -1:
    // none yet. Once at the beginning of every block, whose end is leave().
    WEFT_EVERY_BLOCK std::int64_t take(std::uint64_t count) noexcept;
    void leave() noexcept {
        if (reads_frames_) gate_->leave(reader_);
    }
    // Takes the place of another between two blocks, whose sound means the same.
    void go_on(const Live& before) noexcept;
    // Is there anything to compute?
    [[nodiscard]] bool has_sound() const { return !steps_.empty(); }
    // Computes samples from `first` on, `count` at most, to the end of the frame that holds the
    // first one: how many. `params` are those of its block.
    WEFT_EVERY_BLOCK std::uint64_t piece(std::int64_t first, std::uint64_t count,
                                         const double* params) noexcept;
    // What the last piece left in a target of sound: channel by channel, plane() numbers apart.
    [[nodiscard]] const float* samples(std::uint32_t target) const {
        return memory_[target].data();
    }
    [[nodiscard]] std::uint64_t plane(std::uint32_t target) const {
        return show_.targets[target].plane_bytes / sizeof(float);
    }
    [[nodiscard]] const weft_target* targets() const { return targets_.data(); }

    // [audio thread] Another's samples go there from now on.
    void keep_nothing() noexcept;
    // Samples of a target of sound go there too, from the next piece on; null: no more. The ring
    // lives as long as the object, or until a piece has begun since. [frame thread]
    void keep(std::uint32_t target, Ring* ring) {
        kept_[target].store(ring, std::memory_order_release);
    }

    // --- both ---

    // Samples before this one may be read by a frame that begins now. [frame thread]
    [[nodiscard]] std::int64_t readable() const;
    // All samples before this one were computed, or left out for good. [any thread]
    [[nodiscard]] std::int64_t samples_done() const {
        return done_.load(std::memory_order_acquire);
    }
    // The tick of the newest frame that was run whole (weft_frame_tick); -1: none. [any thread]
    [[nodiscard]] std::int64_t newest_tick() const {
        return newest_tick_.load(std::memory_order_acquire);
    }
    // Takes the place of another, whose caches are in part its own. [frame thread of both]
    void follow(const Live& before);
    // A step of sound that does not run any more, and why; once for each.
    struct Failure {
        std::uint32_t step = 0;  // of the show
        Error error;
    };
    [[nodiscard]] std::optional<Failure> take_failure();  // [frame thread]
    // The step of sound that is being computed, which is not run again when it comes back; nothing:
    // none is. [frame thread]
    [[nodiscard]] std::optional<std::uint32_t> give_up();
    // A step that failed or was given up runs again; false: it has not come back. [frame thread]
    [[nodiscard]] bool try_again(std::uint32_t step);
    // Asks both parts to end early. [any thread]
    void cancel();

private:
    // A number that crosses and is interpolated over a block.
    struct Slope {
        std::uint32_t of = 0;  // both in HostStage::gathered
        std::uint32_t to = 0;
        double before = std::numeric_limits<double>::quiet_NaN();  // where the last block ended
        void begin(double now, std::uint64_t count, std::vector<double>& gathered) noexcept;
    };
    // The part of a sound's stage that is evaluated with frames.
    struct Crossing {
        HostStage stage;
        std::uint32_t step = 0;  // of the show
        std::uint32_t number = 0;
        std::vector<std::uint32_t> values;  // of its program, that cross
        std::uint32_t first = 0;            // where in a snapshot: gathers, then values
        std::uint32_t count = 0;
        std::vector<Slope> slopes;
    };
    struct SoundStep {
        Step* step = nullptr;
        std::uint32_t number = 0;  // of the show
        Result<void> outcome;
        std::atomic<bool> failed{false};
        bool told = false;
        std::atomic<bool> runs{false};      // now
        std::atomic<bool> given_up{false};  // by the frame thread
    };

    // Samples before this one are there, for frames to read.
    void split(std::uint32_t step, std::uint32_t number);
    static void give_slopes(HostStage& stage, Crossing& crossing);
    [[nodiscard]] Result<void> cross(const FrameRequest& request);
    // The frame that holds `sample` is the one that pieces are within.
    void enter_frame(std::int64_t sample) noexcept;
    WEFT_EVERY_BLOCK void run(SoundStep& sound, weft_frame& frame,
                              const StageMoment& moment) noexcept;
    [[gnu::cold]] void fail(SoundStep& sound, Result<void> outcome) noexcept;
    [[gnu::cold]] void silence() noexcept;

    // What crosses from frames to sound.
    struct Crossed {
        std::int64_t frame = -1;
        std::int64_t tick = -1;
        std::vector<double> numbers;
    };
    // [audio thread] The frame of the newest piece: samples [begin, end).
    struct Within {
        std::int64_t frame = -1;
        std::int64_t begin = 0;
        std::int64_t end = 0;  // where the first frame begins
        std::array<double, WEFT_FIELD_COUNT> fields{};
    };

    Show& show_;
    std::vector<std::vector<const float*>> channels_;  // of the memory, by target
    std::atomic<std::int64_t> newest_tick_{-1};

    // What every block reads or writes, beside each other.
    std::unique_ptr<Slot<Crossed>> slot_;
    std::vector<Crossing> crossings_;
    std::uint64_t max_samples_;  // Show::max_samples
    bool reads_frames_;          // Show::sound_reads_frames
    std::atomic<std::uint32_t> cancel_{0};
    std::vector<std::unique_ptr<SoundStep>> steps_;
    std::vector<std::vector<float>> memory_;  // by target
    std::vector<weft_target> targets_;
    std::vector<std::atomic<Ring*>> kept_;  // by target
    // Shared with the versions before and after, whose caches are in part the same.
    std::shared_ptr<TickGate> gate_ = std::make_shared<TickGate>();
    std::uint32_t reader_ = 0;  // of the gate
    std::int64_t tick_ = -1;    // [audio thread] at which caches of frames are read
    std::atomic<std::int64_t> done_{0};
    Within within_;
};

}  // namespace weft::runtime
