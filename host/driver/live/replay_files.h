// Files of a replay: pictures come as they were shown, some frames left out, and sound in blocks of
// any length; files take one frame after the other with the sound that belongs to it. Where an edit
// gives a picture another size, or frames another rate, one set of files ends and another begins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "driver/offline/outputs.h"
#include "driver/offline/render_plan.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

class ReplayFiles {
public:
    // What is written, of which program and how; frames outside of `range` are not. `channels` are
    // played.
    struct Wish {
        const std::vector<OutputSpec>& specs;
        const sema::Program& program;
        const runtime::Show& show;
        FrameRange range;
        std::uint32_t channels = 1;
    };
    [[nodiscard]] static Result<std::unique_ptr<ReplayFiles>> open(const Wish& wish);

    // Can frames of this version go there? Not if a picture has another size, or frames another
    // rate. A picture that is not there any more stands still.
    [[nodiscard]] bool take(const sema::Program& program, const runtime::Show& show) const;
    // What a frame left, of a version that was taken; copied.
    [[nodiscard]] Result<void> frame(std::int64_t absframe, const sema::Program& program,
                                     const runtime::Show& show, const weft_target* targets);
    // Samples [first, first + count) of every channel that is played; copied.
    [[nodiscard]] Result<void> sound(std::int64_t first, const float* const* channels,
                                     std::uint64_t count);
    // Others go on at this sample. It is complete() once it has its sound. `next` gets what it has
    // beyond.
    [[nodiscard]] Result<void> end_at(std::int64_t sample, ReplayFiles& next);
    // There is no more. What is lacking of the last frame's sound is silence.
    [[nodiscard]] Result<void> finish(bool complete);

    // All frames of the range were written.
    [[nodiscard]] bool complete() const { return next_ >= range_.end; }

private:
    // A frame that waits for its sound, and for the frame after it.
    struct Picture {
        std::int64_t frame = 0;
        std::vector<std::vector<std::byte>> targets;  // empty: not a picture, or nobody wants it
    };

    ReplayFiles() = default;
    [[nodiscard]] Result<void> write(std::int64_t end);
    [[nodiscard]] Result<void> write(std::int64_t frame, Picture& picture);
    [[nodiscard]] std::int64_t first_sample(std::int64_t frame) const;

    std::vector<runtime::TargetLayout> layouts_;
    std::vector<std::string> roles_;  // by target: what it is for, in any version
    std::vector<std::unique_ptr<Output>> outputs_;
    FrameRange range_;
    std::array<double, WEFT_FIELD_COUNT> settings_{};
    std::uint32_t sound_target_ = kNoSink;
    std::vector<std::byte> sound_memory_;  // of that target
    std::deque<Picture> pictures_;
    std::int64_t end_ = -1;  // frames before this one are due, whether or not others came; -1: none
    std::int64_t next_ = -1;  // frame that is written next; -1: the first one that comes
    std::uint64_t position_ = 0;
    std::vector<std::vector<float>> samples_;  // by channel, from begin_ on
    std::int64_t begin_ = 0;
};

}  // namespace weft::driver
