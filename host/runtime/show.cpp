#include "runtime/show.h"

#include <algorithm>

#include <weft/clock.h>

#include "base/trace.h"
#include "plugin/whereabouts.h"

namespace weft::runtime {
namespace {

// After a failure, how long the rest of the frame may take to notice that it shall stop.
constexpr std::uint64_t kGraceNs = 2'000'000'000;

// ... and one execution, after its deadline.
constexpr std::uint64_t kCancelNs = 200'000'000;

// Runs or submits a step.
Result<void> execute(Step& step, const weft_frame& frame) {
    const plugin::ForPart part(step.name);
    if (!step.timeline) {
        return step.program->execute(frame);
    }
    const bool joined = !step.waits.empty() || !step.signals.empty();
    auto submitted = joined ? step.semaphores.submit(*step.program, frame, step.waits, step.signals)
                            : step.timeline.submit(*step.program, frame);
    if (!submitted) {
        return std::move(submitted).error();
    }
    step.value = *submitted;
    step.pending = true;
    return {};
}

}  // namespace

void Show::limit_executions() {
    forget_plans();
    for (Step& step : steps) {
        if (!step.of_sound) {
            step.execution = std::make_unique<Execution>();
            step.execution->task = [&step](const weft_frame& frame) {
                const trace::Span span(trace::What::work, step.label);
                return execute(step, frame);
            };
        }
    }
    for (Source& source : sources) {
        source.execution = std::make_unique<Execution>();
        source.execution->task = [&source](const weft_frame& frame) {
            const plugin::ForPart part(source.name);
            const trace::Span span(trace::What::work, source.label);
            return source.program->execute(frame);
        };
    }
}

bool Show::hangs() const {
    const auto hangs = [](const auto& part) {
        return part.execution != nullptr && part.execution->hangs &&
               !part.backend.group->finish_within(*part.execution->errand, 0);
    };
    return std::any_of(steps.begin(), steps.end(), hangs) ||
           std::any_of(sources.begin(), sources.end(), hangs);
}

void Show::clear_steps() {
    (void)complete_all(kGraceNs).ok();  // what hangs even now is the back end's to end
    forget_plans();
    timed_.clear();
    while (!steps.empty()) {
        steps.pop_back();
    }
    joins.clear();
    joins_in_doubt_ = false;
    lent.clear();
}

void Show::release_programs() {
    clear_steps();
    sources.clear();
    getters.clear();
}

void Show::adopt_programs(Show& again) {
    again.forget_plans();
    forget_plans();
    timed_.clear();
    steps = std::move(again.steps);
    sources = std::move(again.sources);
    joins = std::move(again.joins);
    lent = std::move(again.lent);
    getters = std::move(again.getters);
    again.steps.clear();
}

std::int64_t Show::first_sample(std::int64_t absframe) const {
    return weft_clock_first_sample(settings.data(), absframe);
}

std::int64_t Show::frame_of(std::int64_t sample) const {
    const double time = static_cast<double>(sample) / settings[WEFT_FIELD_RATE];
    auto frame = static_cast<std::int64_t>(weft_clock_count(time, settings[WEFT_FIELD_FPS]));
    while (first_sample(frame) > sample) {
        --frame;
    }
    while (first_sample(frame + 1) <= sample) {
        ++frame;
    }
    return frame;
}

Result<void> Show::run(const FrameRequest& request) {
    // Update and extract: the clock of this frame; parameters are the caller's snapshot.
    fields_ = settings;
    fields_[WEFT_FIELD_X] = fields_[WEFT_FIELD_Y] = 0.5;
    weft_clock_at_frame(settings.data(), request.absframe, fields_.data());
    const std::int64_t first =
        request.absframe == next_frame_ ? next_sample_ : first_sample(request.absframe);
    sample_ = std::min(first, request.samples_done - 1);
    next_frame_ = request.absframe + 1;
    next_sample_ = first_sample(next_frame_);
    // Work that outlived a deadline must be gone before its memory is used again.
    if (auto done = complete_all(kGraceNs); !done) {
        return done;
    }
    cancel_.store(0, std::memory_order_relaxed);
    if (auto done = renew_joins(); !done) {
        return done;
    }

    culprit_.reset();
    frame_ = frame_for(request);
    Result<void> outcome = run_steps(request);
    if (outcome) {
        outcome = complete_all(deadline_ns);
    }
    for (std::uint32_t s = 0; !outcome && !culprit_ && s < steps.size(); ++s) {
        if (!steps[s].outcome) {
            culprit_ = Culprit{false, s};
        }
    }
    if (!outcome) {
        joins_in_doubt_ = true;
        outcomes_failed_ = true;
        cancel();
        (void)complete_all(kGraceNs).ok();  // the first failure is the one to tell
    }
    return outcome;
}

Result<void> Show::run_steps(const FrameRequest& request) {
    for (Source& source : sources) {
        if (source.follows_time && !source.disabled) {
            if (auto done = execute_source(source, fields_.data(), request); !done) {
                return done;
            }
        }
    }
    if (outcomes_failed_) {
        for (Step& step : steps) {
            step.outcome = {};
        }
        outcomes_failed_ = false;
    }
    for (const Section& section : plan(request).sections) {
        if (auto done = run_section(section, request); !done) {
            return done;
        }
    }
    return {};
}

// Steps of a layer: those that run beside the host are submitted first, so
// that the others compute while they do.
Result<void> Show::run_layer(std::size_t begin, std::size_t end, const FrameRequest& request) {
    std::size_t here = begin;
    for (std::size_t s = begin; s < end; ++s) {
        Step& step = steps[s];
        if (!step.runs) {
            continue;
        }
        if (auto done = complete(step.before_host); !done) {
            return done;
        }
        if (auto done = prepare(step, request); !done) {
            return blame(step, std::move(done));
        }
        if (auto done = complete(step.before_run); !done) {
            return done;
        }
        if (step.timeline) {
            list_semaphores(step);
            execute_here(step, s + 1 < end && follows(step, steps[s + 1]));
            if (!step.outcome) {
                return step.outcome;
            }
            here = s + 1;
        }
    }
    return here < end ? run_beside(here, end) : Result<void>();
}

// Whether `next` is submitted right behind `step`, to the same device.
bool Show::follows(const Step& step, const Step& next) {
    return next.runs && next.timeline && next.backend.backend == step.backend.backend &&
           next.before_host.empty() && next.before_run.empty() && next.films.empty();
}

// Executes steps, each group of threads beside the others. Whoever asks others for values at points
// runs alone: a program answers one thread at a time.
Result<void> Show::run_beside(std::size_t begin, std::size_t end) {
    Result<void> first;
    const auto run = [&](Step& step) {
        execute_here(step);
        if (!step.outcome && first) {
            first = step.outcome;
        }
    };
    std::size_t alone = 0;
    bool limited = false;  // then each is waited for by itself
    ResourceGroup* other = nullptr;
    for (std::size_t s = begin; s < end; ++s) {
        if (!steps[s].runs) {
            continue;
        }
        alone += steps[s].asks_points ? 1 : 0;
        limited |= steps[s].execution != nullptr;
        if (other == nullptr && !steps[s].backend.group->on_own_thread()) {
            other = steps[s].backend.group;
        }
    }
    if (other == nullptr || alone != 0 || end - begin < 2 || limited) {
        for (std::size_t s = begin; s < end; ++s) {
            if (steps[s].runs) {
                run(steps[s]);
            }
        }
        return first;
    }
    // One other group at a time runs beside this thread; there are rarely more than two.
    auto task = [&] {
        for (std::size_t s = begin; s < end; ++s) {
            if (steps[s].runs && steps[s].backend.group == other) {
                execute_here(steps[s]);
            }
        }
    };
    ResourceGroup::Errand errand(task);
    other->start(errand);
    for (std::size_t s = begin; s < end; ++s) {
        if (steps[s].runs && steps[s].backend.group != other) {
            run(steps[s]);
        }
    }
    {
        const trace::Span span(trace::What::wait, "wait for other threads");
        other->finish(errand);
    }
    for (std::size_t s = begin; s < end && first; ++s) {
        if (steps[s].runs) {
            first = steps[s].outcome;
        }
    }
    return first;
}

void Show::cancel() {
    cancel_.store(1, std::memory_order_relaxed);
    for (const Source& source : sources) {
        source.program->cancel();
    }
    for (const Step& step : steps) {
        step.program->cancel();
    }
}

Result<void> Show::prepare(Step& step, const FrameRequest& request) {
    // Films first: the time they must show may itself be computed from other strands. Where the
    // stage reads a film as well, its second evaluation sees the film at that time.
    if (!step.films.empty()) {
        if (auto done = evaluate_stages(step, request); !done) {
            return done;
        }
        if (auto done = set_films(step, request); !done) {
            return done;
        }
    }
    if (auto done = evaluate_stages(step, request); !done) {
        return done;
    }
    for (const HostStage& stage : step.stages) {
        for (std::uint32_t u = 0; u < stage.uniform_count; ++u) {
            step.uniforms[stage.first_uniform + u] = stage.scratch[stage.program.outputs[u]];
        }
    }
    return {};
}

Result<void> Show::evaluate_stages(Step& step, const FrameRequest& request) {
    for (HostStage& stage : step.stages) {
        if (stage.program.outputs.empty()) {
            continue;
        }
        const trace::Span span(trace::What::stage);
        take_gathers(stage);
        const StageMoment moment{fields_.data(), request.params,
                                 request.absframe - request.left_out, sample_,
                                 reinterpret_cast<const volatile std::uint32_t*>(&cancel_)};
        if (auto done = evaluate(stage, moment, step.name); !done) {
            return done;
        }
    }
    return {};
}

// Moves the films of a step to the times that its stages have found.
Result<void> Show::set_films(const Step& step, const FrameRequest& request) {
    for (const FilmTime& film : step.films) {
        const HostStage& stage = step.stages[film.stage];
        const double time = stage.scratch[stage.program.outputs[film.output]];
        if (auto done = set_film(film, time, request); !done) {
            return done;
        }
    }
    return {};
}

Result<void> Show::set_film(const FilmTime& film, double time, const FrameRequest& request) {
    std::array<double, WEFT_FIELD_COUNT> fields = fields_;
    fields[WEFT_FIELD_TIME] = time;
    if (sources[film.source].disabled) {
        return {};
    }
    return execute_source(sources[film.source], fields.data(), request);
}

// One that was given up may be writing its picture.
void Show::keep_pictures(std::int64_t tick) noexcept {
    for (const Source& source : sources) {
        for (const std::shared_ptr<PictureRing>& ring : source.kept) {
            if (ring != nullptr) {
                source.disabled ? ring->repeat(tick) : ring->keep(tick);
            }
        }
    }
}

Result<void> Show::execute_source(Source& source, const double* fields,
                                  const FrameRequest& request) {
    const trace::Span span(trace::What::source, source.label);
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.fields = fields;
    frame.params = request.params;
    frame.cancel = reinterpret_cast<const volatile std::uint32_t*>(&cancel_);
    frame.first_sample = sample_;
    frame.left_out = request.left_out;
    Result<void> done;
    if (source.execution != nullptr) {
        source.execution->frame = frame;
        done =
            execute_within(*source.program, *source.execution, *source.backend.group, source.name);
    } else {
        source.backend.group->run([&] { done = source.program->execute(frame); });
    }
    if (!done) {
        culprit_ = Culprit{true, static_cast<std::uint32_t>(&source - sources.data())};
    }
    return done;
}

// Leaves what came of it in the step.
void Show::execute_here(Step& step, bool more) {
    const trace::Span span(trace::What::step, step.label);
    weft_frame frame = frame_;
    frame.uniforms = step.uniforms.data();
    frame.more = more ? 1 : 0;
    if (step.execution != nullptr) {
        step.execution->frame = frame;
        step.outcome =
            execute_within(*step.program, *step.execution, *step.backend.group, step.name);
    } else {
        step.backend.group->run([&] { step.outcome = execute(step, frame); });
    }
}

// Gives up after the deadline; what does not come back even then keeps its thread.
Result<void> Show::execute_within(plugin::Program& program, Execution& execution,
                                  ResourceGroup& group, const std::string& name) {
    // What another version of the show opened, too, may hang in that one.
    if (program.hangs() || (execution.hangs && !group.finish_within(*execution.errand, 0))) {
        return Error{WEFT_TIMEOUT, name + " has not come back yet"};
    }
    execution.hangs = false;
    // The caller's may be gone when it is given up.
    std::copy_n(execution.frame.fields, WEFT_FIELD_COUNT, execution.fields.begin());
    execution.frame.fields = execution.fields.data();
    execution.errand.emplace(execution);
    group.start(*execution.errand);
    if (group.finish_within(*execution.errand, deadline_ns)) {
        return execution.outcome;
    }
    cancel();
    const bool ends = group.finish_within(*execution.errand, kCancelNs);
    if (!ends) {
        execution.hangs = true;
        program.give_up();
        group.add_thread();
    }
    return Error{WEFT_TIMEOUT, name + " was not done after " +
                                   std::to_string(deadline_ns / 1'000'000) + " ms" +
                                   (ends ? "" : ", and does not end when it is asked to")};
}

Result<void> Show::values(std::uint32_t which, const weft_points& points, double* values) const {
    return steps[values_step].program->get_values(values_outputs[which], points, values);
}

}  // namespace weft::runtime
