#include "driver/embed/heard.h"

#include <algorithm>
#include <cstring>

namespace weft::driver {
namespace {

// What the one show target of a program's sound has, into every channel that is wanted.
struct Copy {
    const runtime::TargetLayout& layout;
    const float* from;  // its first channel
    bool spreads;       // one channel is for all
    const weft_sound& to;

    // `count` samples, from `begin` of the frame to `place` of the caller's.
    void run(std::uint64_t begin, std::uint64_t place, std::uint64_t count) const {
        const std::uint64_t stride = to.stride != 0 ? to.stride : 1;
        const std::uint64_t plane = layout.plane_bytes / sizeof(float);
        for (std::uint32_t c = 0; c < to.channel_count; ++c) {
            float* sample = to.channels[c];
            if (sample == nullptr) {
                continue;
            }
            sample += place * stride;
            const std::uint32_t source = spreads ? 0 : c;
            const float* in = source < layout.channels ? from + source * plane + begin : nullptr;
            for (std::uint64_t i = 0; i < count; ++i, sample += stride) {
                *sample = in != nullptr ? in[i] : 0;
            }
        }
    }
};

}  // namespace

Result<Heard> Heard::build(ShowContext& context, const std::shared_ptr<Messages>& messages,
                           const sema::Program& program, const Heard* before) {
    BuildRequest request;
    request.program = &program;
    request.wanted = [&program](std::uint32_t sink) {
        return program.sinks[sink].kind == sema::SinkKind::play;
    };
    auto part = Part::build(context, messages, std::move(request),
                            before != nullptr ? before->part_.get() : nullptr);
    if (!part) {
        return std::move(part).error();
    }
    Heard heard(std::move(*part));
    if (before != nullptr) {
        heard.finish_frame_of(*before);
    }
    return heard;
}

// What caches go on from is a whole frame, of which some may not have been asked for yet.
void Heard::finish_frame_of(const Heard& before) {
    const weft_target& from = before.part_->target(0);
    const weft_target& to = part_->target(0);
    if (part_->follows() && from.size == to.size) {
        std::memcpy(to.data, from.data, to.size);
        frame_ = before.frame_;
        params_ = before.params_;
    }
}

Result<void> Heard::need(std::int64_t frame, const double* params) {
    frame_.reset();
    if (auto done = part_->run(frame, params); !done) {
        return done;
    }
    frame_ = frame;
    return {};
}

Result<void> Heard::render(const weft_sound& to, std::int64_t first, bool goes_on,
                           const ParamValues& params) {
    if (!goes_on && params_ != params.state()) {
        frame_.reset();
    }
    const runtime::Show& show = part_->show();
    const Copy copy{show.targets.front(), static_cast<const float*>(part_->target(0).data),
                    show.targets.front().channels == 1, to};
    for (std::uint64_t done = 0; done < to.count;) {
        const std::int64_t sample = first + static_cast<std::int64_t>(done);
        const std::int64_t frame = show.frame_of(sample);
        if (frame_ != frame) {
            if (auto ran = need(frame, params.values()); !ran) {
                return ran;
            }
            params_ = params.state();
        }
        const std::int64_t begin = show.first_sample(frame);
        const std::uint64_t count = std::min(
            to.count - done, static_cast<std::uint64_t>(show.first_sample(frame + 1) - sample));
        copy.run(static_cast<std::uint64_t>(sample - begin), done, count);
        done += count;
    }
    return {};
}

}  // namespace weft::driver
