// From one program's sound to the next one's without a click: at the beginning of a block the new
// one joins the old one, for a few milliseconds both are computed, the one falls and the other
// rises. A raised cosine, of equal gain: where both are alike nothing is heard at all. Where they
// are known to be alike the new one goes on at once, so that an edit of pictures costs sound
// nothing. The thread that computes sound neither allocates, nor locks, nor waits, nor frees.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/every_block.h"
#include "runtime/inputs.h"
#include "runtime/live.h"
#include "runtime/show_log.h"

namespace weft::runtime {

// The weights of a fade.
class Crossfade {
public:
    // Seconds a fade takes.
    static constexpr double kSeconds = 0.008;

    explicit Crossfade(double rate);

    // Samples a fade takes.
    [[nodiscard]] std::int64_t length() const { return length_; }
    // A fade begins at sample `first`.
    void begin(std::int64_t first) { first_ = first; }
    [[nodiscard]] bool is_over(std::int64_t sample) const { return sample - first_ >= length_; }
    // Of samples [first, first + count): `to` becomes from + (to - from) * w. Where both are the
    // same number, it stays.
    void mix(std::int64_t first, std::uint64_t count, const float* from, float* to) const;

private:
    std::int64_t length_;
    std::int64_t first_ = 0;
    std::vector<float> weights_;  // by sample of a fade
};

// The sound of one program. What it points to outlives it.
struct Voice {
    Live* live = nullptr;
    Inputs* inputs = nullptr;
    std::uint32_t target = 0;    // of the show: what is heard
    std::uint32_t channels = 0;  // of that target; 1: goes to all that are heard
    std::uint64_t plane = 0;     // numbers from one channel to the next (Live::samples)
    std::vector<double> params;  // inputs->count() numbers
    std::int64_t frame = -1;     // whose numbers are heard
    std::uint32_t version = 0;   // what a log calls it
    std::vector<double> logged;  // numbers, as the log has them; NaN at first
    bool same = false;           // sample by sample as what it takes the place of
};

// What is heard: nothing, one program, or two while they change places; the first one begins with
// its first sample. A program that takes the place of another has run its first frame before it is
// offered, as sound may read numbers of that.
class Sound {
public:
    Sound(double rate, std::uint32_t channels);
    ~Sound();  // nobody computes any more
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;

    // [frame thread] The next voice; null: from now on nothing is heard. False while one before it
    // has not been taken or still fades in: to be offered again. Then the voice stays with the
    // caller.
    [[nodiscard]] bool offer(std::unique_ptr<Voice>& voice);
    // [frame thread] A voice that is not heard any more; what it points to may go.
    [[nodiscard]] std::unique_ptr<Voice> take_done();
    // Blocks are logged from now on. Before the first one.
    void record(ShowLog* log) { log_ = log; }

    // [audio thread] Samples [time.first, time.first + time.count), channel by channel.
    WEFT_EVERY_BLOCK void block(const BlockTime& time, float* const* output) noexcept;

private:
    WEFT_EVERY_BLOCK void change(std::int64_t first) noexcept;
    void end_change() noexcept;
    void log(const BlockTime& time, const float* const* output) const noexcept;
    WEFT_EVERY_BLOCK void compute(Voice* voice, std::int64_t first, std::uint64_t count,
                                  float* const* output) const noexcept;

    // Of the audio thread, and what every block looks at.
    std::uint32_t channels_;
    bool fading_ = false;
    bool began_ = false;
    Voice* heard_ = nullptr;
    Voice* falling_ = nullptr;
    ShowLog* log_ = nullptr;
    std::atomic<Voice*> next_{nullptr};  // offered, not taken
    std::vector<float*> part_;           // of the output

    std::atomic<Voice*> done_{nullptr};  // not heard any more, not taken back
    std::atomic<bool> busy_{false};      // a change is under way
    Crossfade fade_;
    std::vector<float> other_;  // the falling voice's block, channel by channel
    std::vector<float*> other_channels_;
};

}  // namespace weft::runtime
