#include "driver/live/replay_outputs.h"

#include <algorithm>
#include <utility>

#include "driver/live/fresh_name.h"

namespace weft::driver {

bool ReplayOutputs::plan(const sema::Program& program) {
    specs_ = plan_outputs(session_, options_, program);
    if (session_.diagnostics().has_errors()) {
        return false;
    }
    for (const OutputSpec& spec : specs_) {
        if (spec.picture_sink == kNoSink) {
            continue;
        }
        const sema::Sink& sink = program.sinks[spec.picture_sink];
        if (sink.kind == sema::SinkKind::export_file) {
            formats_[sink.target] = spec.picture_format;
        } else {
            shown_format_ = spec.picture_format;
        }
    }
    const auto is_still = [](const OutputSpec& spec) {
        return spec.writer != nullptr && (spec.writes & WEFT_WRITES_PICTURE) != 0 &&
               !is_pattern(spec.path);
    };
    const bool stills = std::any_of(specs_.begin(), specs_.end(), is_still);
    if (options_.frames || options_.start || options_.duration || stills) {
        const auto range = plan_frames(session_, options_, program, specs_);
        if (!range) {
            return false;
        }
        range_ = *range;
    }
    return true;
}

std::uint32_t ReplayOutputs::format_of(const sema::Sink& sink) const {
    if (sink.kind != sema::SinkKind::export_file) {
        return shown_format_;
    }
    const auto found = formats_.find(sink.target);
    return found == formats_.end() ? WEFT_FORMAT_RGBA8 : found->second;
}

bool ReplayOutputs::is_comparable() const {
    return std::all_of(specs_.begin(), specs_.end(), [](const OutputSpec& spec) {
        return spec.picture_sink == kNoSink || spec.picture_format == WEFT_FORMAT_RGBA8;
    });
}

Result<void> ReplayOutputs::begin(const sema::Program& program, const runtime::Show& show,
                                  std::uint32_t channels) {
    channels_ = channels;
    auto files = open(program, show);
    if (!files) {
        return std::move(files).error();
    }
    files_ = std::move(*files);
    return {};
}

Result<std::unique_ptr<ReplayFiles>> ReplayOutputs::open(const sema::Program& program,
                                                         const runtime::Show& show) {
    std::vector<OutputSpec> specs = specs_;
    for (OutputSpec& spec : specs) {
        spec.path = fresh_name(names_, spec.path);
    }
    return ReplayFiles::open({specs, program, show, range_, channels_});
}

Result<void> ReplayOutputs::frame(std::int64_t absframe, const sema::Program& program,
                                  const runtime::Show& show, const weft_target* targets) {
    if (!files_->take(program, show)) {
        specs_ = plan_outputs(session_, options_, program);
        if (session_.diagnostics().has_errors()) {
            return Error{WEFT_INVALID, ""};
        }
        auto next = open(program, show);
        if (!next) {
            return std::move(next).error();
        }
        ending_.push_back(std::exchange(files_, std::move(*next)));
        if (auto done = ending_.back()->end_at(show.first_sample(absframe), *files_); !done) {
            return done;
        }
    }
    return files_->frame(absframe, program, show, targets);
}

Result<void> ReplayOutputs::sound(std::int64_t first, const float* const* channels,
                                  std::uint64_t count) {
    for (auto files = ending_.begin(); files != ending_.end();) {
        auto done = (*files)->sound(first, channels, count);
        if (done && (*files)->complete()) {
            done = (*files)->finish(true);
            files = ending_.erase(files);
        } else {
            ++files;
        }
        if (!done) {
            return done;
        }
    }
    return files_->sound(first, channels, count);
}

Result<void> ReplayOutputs::finish(bool complete) {
    if (files_ != nullptr) {
        ending_.push_back(std::move(files_));
    }
    Result<void> outcome;
    for (const std::unique_ptr<ReplayFiles>& files : ending_) {
        auto finished = files->finish(complete);
        if (outcome) {
            outcome = std::move(finished);
        }
    }
    return outcome;
}

}  // namespace weft::driver
