#include "driver/live/replay_files.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <weft/clock.h>

namespace weft::driver {
namespace {

std::uint32_t target_of(const runtime::Show& show, std::uint32_t sink) {
    for (std::uint32_t t = 0; t < show.targets.size(); ++t) {
        const auto& sinks = show.targets[t].sinks;
        if (sink != kNoSink && std::find(sinks.begin(), sinks.end(), sink) != sinks.end()) {
            return t;
        }
    }
    return kNoSink;
}

// What a target is for, whatever else the program has.
std::string role_of(const sema::Program& program, const runtime::TargetLayout& layout) {
    const sema::Sink& sink = program.sinks[layout.sinks.front()];
    return std::to_string(static_cast<int>(sink.kind)) + sink.target;
}

// Which target of another version has this role; kNoSink: none.
std::uint32_t place_of(const std::string& role, const sema::Program& program,
                       const runtime::Show& show) {
    for (std::uint32_t t = 0; t < show.targets.size(); ++t) {
        if (role_of(program, show.targets[t]) == role) {
            return t;
        }
    }
    return kNoSink;
}

}  // namespace

Result<std::unique_ptr<ReplayFiles>> ReplayFiles::open(const Wish& wish) {
    const runtime::Show& show = wish.show;
    std::unique_ptr<ReplayFiles> files(new ReplayFiles);
    for (const OutputSpec& spec : wish.specs) {
        const OutputTargets targets{target_of(show, spec.picture_sink),
                                    target_of(show, spec.sound_sink),
                                    target_of(show, spec.table_sink)};
        auto output = open_output(spec, show, targets);
        if (!output) {
            return std::move(output).error();
        }
        files->outputs_.push_back(std::move(*output));
        if (targets.sound != kNoSink) {
            files->sound_target_ = targets.sound;
            files->sound_memory_.resize(show.targets[targets.sound].bytes);
        }
    }
    files->layouts_ = show.targets;
    for (const runtime::TargetLayout& layout : show.targets) {
        files->roles_.push_back(role_of(wish.program, layout));
    }
    files->settings_ = show.settings;
    files->range_ = wish.range;
    files->samples_.resize(std::max(wish.channels, 1U));
    return files;
}

std::int64_t ReplayFiles::first_sample(std::int64_t frame) const {
    return weft_clock_first_sample(settings_.data(), frame);
}

bool ReplayFiles::take(const sema::Program& program, const runtime::Show& show) const {
    if (show.settings[WEFT_FIELD_FPS] != settings_[WEFT_FIELD_FPS]) {
        return false;
    }
    for (std::size_t t = 0; t < layouts_.size(); ++t) {
        const runtime::TargetLayout& mine = layouts_[t];
        const std::uint32_t place = place_of(roles_[t], program, show);
        if (mine.kind == runtime::TargetKind::sound || place == kNoSink) {
            continue;
        }
        const runtime::TargetLayout& other = show.targets[place];
        if (mine.format != other.format || mine.width != other.width ||
            mine.height != other.height || mine.channels != other.channels) {
            return false;
        }
    }
    return true;
}

Result<void> ReplayFiles::frame(std::int64_t absframe, const sema::Program& program,
                                const runtime::Show& show, const weft_target* targets) {
    Picture picture;
    picture.frame = absframe;
    for (std::size_t t = 0; t < layouts_.size(); ++t) {
        std::vector<std::byte>& copy = picture.targets.emplace_back();
        const std::uint32_t place = place_of(roles_[t], program, show);
        if (layouts_[t].kind == runtime::TargetKind::sound) {
            continue;
        }
        if (place != kNoSink) {
            const auto* data = static_cast<const std::byte*>(targets[place].data);
            copy.assign(data, data + layouts_[t].bytes);
        } else if (!pictures_.empty()) {
            copy = pictures_.back().targets[t];
        }
        copy.resize(layouts_[t].bytes);
    }
    if (next_ < 0) {
        next_ = absframe;
        const std::int64_t begin = first_sample(absframe);
        const std::int64_t early = begin - std::exchange(begin_, begin);
        for (std::vector<float>& samples : samples_) {  // those before it
            const auto before = std::clamp<std::int64_t>(early, 0, std::ssize(samples));
            samples.erase(samples.begin(), samples.begin() + before);
        }
    }
    pictures_.push_back(std::move(picture));
    return write(absframe);
}

Result<void> ReplayFiles::sound(std::int64_t first, const float* const* channels,
                                std::uint64_t count) {
    const auto at = first - begin_;
    const auto end = at + static_cast<std::int64_t>(count);
    if (sound_target_ == kNoSink || end <= 0) {
        return {};
    }
    const auto skipped = static_cast<std::size_t>(std::max<std::int64_t>(0, -at));
    for (std::size_t c = 0; c < samples_.size(); ++c) {
        samples_[c].resize(std::max(samples_[c].size(), static_cast<std::size_t>(end)));
        std::copy_n(channels[c] + skipped, count - skipped,
                    samples_[c].begin() + (at + static_cast<std::int64_t>(skipped)));
    }
    return pictures_.empty() ? Result<void>() : write(std::max(pictures_.back().frame, end_));
}

Result<void> ReplayFiles::end_at(std::int64_t sample, ReplayFiles& next) {
    next.begin_ = sample;
    const auto beyond = std::clamp<std::int64_t>(sample - begin_, 0, std::ssize(samples_.front()));
    for (std::size_t c = 0; c < samples_.size(); ++c) {
        next.samples_[c].assign(samples_[c].begin() + beyond, samples_[c].end());
    }
    end_ = pictures_.back().frame + 1;
    while (first_sample(end_) < sample) {
        ++end_;
    }
    range_.end = std::min(range_.end, end_);
    return write(end_);
}

// Whatever is before frame `end` and has its sound.
Result<void> ReplayFiles::write(std::int64_t end) {
    while (!pictures_.empty() && next_ < end) {
        const auto there = begin_ + static_cast<std::int64_t>(samples_.front().size());
        if (sound_target_ != kNoSink && there < first_sample(next_ + 1)) {
            return {};
        }
        while (pictures_.size() > 1 && pictures_[1].frame <= next_) {
            pictures_.pop_front();
        }
        if (auto done = write(next_, pictures_.front()); !done) {
            return done;
        }
        ++next_;
    }
    return {};
}

Result<void> ReplayFiles::write(std::int64_t frame, Picture& picture) {
    const auto count = static_cast<std::size_t>(first_sample(frame + 1) - first_sample(frame));
    std::vector<weft_target> targets;
    for (std::size_t t = 0; t < layouts_.size(); ++t) {
        targets.push_back({picture.targets[t].data(), layouts_[t].bytes});
    }
    if (sound_target_ != kNoSink) {
        const runtime::TargetLayout& layout = layouts_[sound_target_];
        targets[sound_target_].data = sound_memory_.data();
        for (std::uint32_t c = 0; c < layout.channels; ++c) {
            std::vector<float>& samples = samples_[std::min<std::size_t>(c, samples_.size() - 1)];
            samples.resize(std::max(samples.size(), count));
            std::memcpy(sound_memory_.data() + c * layout.plane_bytes, samples.data(),
                        count * sizeof(float));
        }
        for (std::vector<float>& samples : samples_) {
            samples.resize(std::max(samples.size(), count));
            samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count));
        }
    }
    begin_ = first_sample(frame + 1);
    if (frame < range_.first || frame >= range_.end) {
        return {};
    }
    FrameResult result;
    result.absframe = frame;
    result.position = position_++;
    result.sample_count = count;
    result.time = static_cast<double>(frame) / settings_[WEFT_FIELD_FPS];
    result.targets = targets.data();
    for (const std::unique_ptr<Output>& output : outputs_) {
        if (auto done = output->frame(result); !done) {
            return done;
        }
    }
    return {};
}

Result<void> ReplayFiles::finish(bool complete) {
    Result<void> outcome;
    if (complete && !pictures_.empty()) {
        const std::int64_t end = std::max(pictures_.back().frame + 1, end_);
        for (std::vector<float>& samples : samples_) {
            samples.resize(
                std::max(samples.size(), static_cast<std::size_t>(first_sample(end) - begin_)));
        }
        outcome = write(end);
    }
    for (const std::unique_ptr<Output>& output : outputs_) {
        auto finished = output->finish(complete && outcome.ok());
        if (!finished && outcome) {
            outcome = std::move(finished).error();
        }
    }
    return outcome;
}

}  // namespace weft::driver
