// What a frame does with each step is the same in every frame: it is found out once, and again when
// steps change.
#include "runtime/show.h"

#include <algorithm>

#include "base/trace.h"
#include "plugin/whereabouts.h"

namespace weft::runtime {

void Show::enable_step(std::uint32_t step, bool enabled) {
    steps[step].disabled = !enabled;
    forget_plans();
}

void Show::forget_plans() {
    for (Plan& plan : plans_) {
        plan = {};
    }
    planned_ = nullptr;
}

bool Show::runs(const Step& step, bool skip_targets) const {
    return !step.of_sound && !step.disabled && (!skip_targets || step.captures);
}

// It is called, and that is all.
bool Show::is_plain(const Step& step) const {
    const auto waits = [&](std::uint32_t other) {
        return static_cast<bool>(steps[other].timeline);
    };
    const auto computes = [](const HostStage& stage) {
        return stage.uniform_count != 0 || !stage.program.outputs.empty();
    };
    return !step.timeline && step.execution == nullptr && step.films.empty() &&
           std::none_of(step.stages.begin(), step.stages.end(), computes) &&
           std::none_of(step.before_host.begin(), step.before_host.end(), waits) &&
           std::none_of(step.before_run.begin(), step.before_run.end(), waits);
}

// Whose threads compute a layer of nothing but plain steps; null: it is none.
ResourceGroup* Show::plain_group(std::size_t begin, std::size_t end) const {
    ResourceGroup* group = nullptr;
    for (std::size_t s = begin; s < end; ++s) {
        const Step& step = steps[s];
        if (!step.runs) {
            continue;
        }
        if (!is_plain(step) || (group != nullptr && group != step.backend.group)) {
            return nullptr;
        }
        group = step.backend.group;
    }
    return group;
}

const Show::Plan& Show::plan(const FrameRequest& request) {
    Plan& plan = plans_[request.skip_targets ? 1 : 0];
    if (planned_ == &plan) {
        return plan;
    }
    timed_.clear();
    for (std::uint32_t s = 0; s < steps.size(); ++s) {
        steps[s].runs = runs(steps[s], request.skip_targets);
        if (steps[s].timeline) {
            timed_.push_back(s);
        }
    }
    planned_ = &plan;
    if (plan.settled) {
        return plan;
    }
    for (std::size_t begin = 0, end = 0; begin < steps.size(); begin = end) {
        for (end = begin + 1; end < steps.size() && steps[end].layer == steps[begin].layer;) {
            ++end;
        }
        ResourceGroup* const group = plain_group(begin, end);
        if (plan.sections.empty() || plan.sections.back().group != group) {
            plan.sections.emplace_back().begin = begin;
        }
        Section& section = plan.sections.back();
        section.end = end;
        section.group = group;
        for (std::size_t s = begin; s < end && group != nullptr; ++s) {
            if (steps[s].runs) {
                section.stretch.add(static_cast<std::uint32_t>(s), *steps[s].program,
                                    steps[s].uniforms.data(), steps[s].name);
            }
        }
    }
    for (Section& section : plan.sections) {
        section.stretch.settle();
    }
    plan.settled = true;
    return plan;
}

weft_frame Show::frame_for(const FrameRequest& request) const {
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.fields = fields_.data();
    frame.params = request.params;
    frame.targets = request.targets;
    frame.target_count = static_cast<std::uint32_t>(targets.size());
    frame.first_sample = sample_;
    frame.left_out = request.left_out;
    frame.sample_count = request.sound ? static_cast<std::uint64_t>(next_sample_ - sample_) : 0;
    frame.capture = request.capture ? 1 : 0;
    frame.skip_targets = request.skip_targets ? 1 : 0;
    frame.cancel = reinterpret_cast<const volatile std::uint32_t*>(&cancel_);
    return frame;
}

// What is traced or watched is told of step by step.
Result<void> Show::run_section(const Section& section, const FrameRequest& request) {
    if (section.group != nullptr && section.group->on_own_thread() && !trace::on() &&
        plugin::t_here.told == nullptr) {
        auto failure = section.stretch.run(frame_);
        if (!failure) {
            return {};
        }
        steps[failure->step].outcome = failure->error;
        return std::move(failure->error);
    }
    for (std::size_t begin = section.begin, end = 0; begin < section.end; begin = end) {
        for (end = begin + 1; end < section.end && steps[end].layer == steps[begin].layer;) {
            ++end;
        }
        if (auto done = run_layer(begin, end, request); !done) {
            return done;
        }
    }
    return {};
}

}  // namespace weft::runtime
