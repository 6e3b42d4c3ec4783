#include "runtime/show.h"

#include <algorithm>

#include <weft/clock.h>

#include "eval/eval.h"

namespace weft::runtime {
namespace {

// What a SAMPLE of a host stage needs to know, handed through the evaluator.
struct SampleContext {
    const HostStage* stage;
    const double* fields;
    const double* params;
    std::int64_t frame;
    std::int64_t sample;
    weft_status status = WEFT_OK;
    weft_error error{};
};

double sample(void* user, std::uint32_t input, const double* coords, std::uint32_t count) {
    auto& context = *static_cast<SampleContext*>(user);
    const HostInput& from = context.stage->inputs[input];
    const weft_binding& binding = from.binding;
    if (binding.kind == WEFT_HANDLE_HOST) {
        const weft_grid& grid = binding.handle.grid;
        const weft_view& view = *binding.handle.view;
        const bool ticks_in_samples = grid.axis_count > 0 &&
                                      grid.axes[grid.axis_count - 1].wrap == WEFT_WRAP_RING &&
                                      grid.axes[grid.axis_count - 1].tick == WEFT_TICK_SAMPLE;
        return weft_grid_read(&grid, view.data, ticks_in_samples ? context.sample : context.frame,
                              from.channel, coords);
    }
    std::array<double, WEFT_FIELD_COUNT> place;
    std::copy_n(context.fields, WEFT_FIELD_COUNT, place.begin());
    double own = 0;
    for (std::uint32_t a = 0; a < count && a < from.axes.size(); ++a) {
        if (from.axes[a].field == WEFT_FIELD_OWN) {
            own = coords[a];
        } else {
            place[from.axes[a].field] = coords[a];
        }
    }
    const std::array<const double*, WEFT_FIELD_COUNT> fields{};
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = 1;
    points.fields = fields.data();
    points.constants = place.data();
    points.own = &own;
    points.params = context.params;
    double value = 0;
    context.error.struct_size = sizeof context.error;
    const weft_status status = binding.get_values(binding.getter, &points, &value, &context.error);
    if (status != WEFT_OK) {
        context.status = status;
    }
    return value;
}

// After a failure, how long the rest of the frame may take to notice that it shall stop.
constexpr std::uint64_t kGraceNs = 2'000'000'000;

}  // namespace

void Show::clear_steps() {
    (void)complete_all(kGraceNs).ok();  // what hangs even now is the back end's to end
    while (!steps.empty()) {
        steps.pop_back();
    }
    lent.clear();
}

void Show::release_programs() {
    clear_steps();
    sources.clear();
    getters.clear();
}

void Show::adopt_programs(Show& again) {
    steps = std::move(again.steps);
    sources = std::move(again.sources);
    lent = std::move(again.lent);
    getters = std::move(again.getters);
    again.steps.clear();
}

std::int64_t Show::first_sample(std::int64_t absframe) const {
    return weft_clock_first_sample(settings.data(), absframe);
}

Result<void> Show::run(const FrameRequest& request) {
    // Update and extract: the clock of this frame; parameters are the caller's snapshot.
    fields_ = settings;
    fields_[WEFT_FIELD_X] = fields_[WEFT_FIELD_Y] = 0.5;
    weft_clock_at_frame(settings.data(), request.absframe, fields_.data());
    sample_ = first_sample(request.absframe);
    // Work that outlived a deadline must be gone before its memory is used again.
    if (auto done = complete_all(kGraceNs); !done) {
        return done;
    }
    cancel_.store(0, std::memory_order_relaxed);

    Result<void> outcome = run_steps(request);
    if (outcome) {
        outcome = complete_all(deadline_ns);
    }
    if (!outcome) {
        cancel();
        (void)complete_all(kGraceNs).ok();  // the first failure is the one to tell
    }
    return outcome;
}

Result<void> Show::run_steps(const FrameRequest& request) {
    for (Source& source : sources) {
        if (source.follows_time) {
            if (auto done = execute_source(source, fields_.data(), request); !done) {
                return done;
            }
        }
    }
    for (std::size_t begin = 0; begin < steps.size();) {
        std::size_t end = begin + 1;
        while (end < steps.size() && steps[end].layer == steps[begin].layer) {
            ++end;
        }
        if (auto done = run_layer(begin, end, request); !done) {
            return done;
        }
        begin = end;
    }
    return {};
}

// Steps of a layer: those that run beside the host are submitted first, so
// that the others compute while they do.
Result<void> Show::run_layer(std::size_t begin, std::size_t end, const FrameRequest& request) {
    std::size_t here = begin;
    for (std::size_t s = begin; s < end; ++s) {
        Step& step = steps[s];
        step.runs = !request.skip_targets || step.captures;
        if (!step.runs) {
            continue;
        }
        if (auto done = complete(step.before_host); !done) {
            return done;
        }
        if (auto done = prepare(step, request); !done) {
            return done;
        }
        if (auto done = complete(step.before_run); !done) {
            return done;
        }
        if (step.timeline) {
            execute_here(step, request);
            if (!step.outcome) {
                return step.outcome;
            }
            here = s + 1;
        }
    }
    return run_beside(here, end, request);
}

// Executes steps, each group of threads beside the others. Whoever asks others for values at points
// runs alone: a program answers one thread at a time.
Result<void> Show::run_beside(std::size_t begin, std::size_t end, const FrameRequest& request) {
    Result<void> first;
    const auto run = [&](Step& step) {
        execute_here(step, request);
        if (!step.outcome && first) {
            first = step.outcome;
        }
    };
    std::size_t alone = 0;
    ResourceGroup* other = nullptr;
    for (std::size_t s = begin; s < end; ++s) {
        if (!steps[s].runs) {
            continue;
        }
        alone += steps[s].asks_points ? 1 : 0;
        if (other == nullptr && !steps[s].backend.group->on_own_thread()) {
            other = steps[s].backend.group;
        }
    }
    if (other == nullptr || alone != 0 || end - begin < 2) {
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
                execute_here(steps[s], request);
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
    other->finish(errand);
    for (std::size_t s = begin; s < end && first; ++s) {
        if (steps[s].runs) {
            first = steps[s].outcome;
        }
    }
    return first;
}

Result<void> Show::complete(Step& step, std::uint64_t timeout_ns) {
    if (!step.pending) {
        return {};
    }
    Result<void> done = step.timeline.wait(step.value, timeout_ns);
    if (!done && done.error().status == WEFT_TIMEOUT) {
        return Error{WEFT_TIMEOUT, step.name + " was not done after " +
                                       std::to_string(timeout_ns / 1'000'000) + " ms"};
    }
    step.pending = false;
    if (!done) {
        return Error{done.error().status, step.name + ": " + done.error().message};
    }
    return {};
}

Result<void> Show::complete(const std::vector<std::uint32_t>& which) {
    for (const std::uint32_t step : which) {
        if (auto done = complete(steps[step], deadline_ns); !done) {
            return done;
        }
    }
    return {};
}

Result<void> Show::complete_all(std::uint64_t timeout_ns) {
    Result<void> first;
    for (Step& step : steps) {
        if (auto done = complete(step, timeout_ns); !done && first) {
            first = std::move(done);
        }
    }
    return first;
}

void Show::cancel() {
    cancel_.store(1, std::memory_order_relaxed);
    for (const Step& step : steps) {
        step.program->cancel();
    }
}

Result<void> Show::prepare(Step& step, const FrameRequest& request) {
    // Films first: the time they must show may itself be computed from other strands. Where the
    // stage reads a film as well, its second evaluation sees the film at that time.
    const bool twice = !step.films.empty();
    for (int pass = twice ? 0 : 1; pass < 2; ++pass) {
        for (HostStage& stage : step.stages) {
            if (stage.program.outputs.empty()) {
                continue;
            }
            for (const Gather& gather : stage.gathers) {
                std::copy_n(gather.values, gather.count, stage.gathered.begin() + gather.first);
            }
            SampleContext context{&stage, fields_.data(), request.params, request.absframe,
                                  sample_};
            weft_eval_env env{};
            env.fields = fields_.data();
            env.params = request.params;
            env.uniforms = stage.gathered.data();
            env.sample = sample;
            env.sample_user = &context;
            env.cancel = reinterpret_cast<const volatile std::uint32_t*>(&cancel_);
            const weft_ir ir = stage.program.ir.view();
            const weft_status status = weft_eval_ir(&ir, &env, stage.scratch.data());
            if (status != WEFT_OK || context.status != WEFT_OK) {
                return Error{status != WEFT_OK ? status : context.status,
                             step.name + ": " + context.error.message};
            }
            for (std::uint32_t u = 0; u < stage.uniform_count; ++u) {
                step.uniforms[stage.first_uniform + u] = stage.scratch[stage.program.outputs[u]];
            }
        }
        if (pass == 1) {
            break;
        }
        for (const FilmTime& film : step.films) {
            std::array<double, WEFT_FIELD_COUNT> fields = fields_;
            const HostStage& stage = step.stages[film.stage];
            fields[WEFT_FIELD_TIME] = stage.scratch[stage.program.outputs[film.output]];
            if (auto done = execute_source(sources[film.source], fields.data(), request); !done) {
                return done;
            }
        }
    }
    return {};
}

Result<void> Show::execute_source(Source& source, const double* fields,
                                  const FrameRequest& request) {
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.fields = fields;
    frame.params = request.params;
    frame.cancel = reinterpret_cast<const volatile std::uint32_t*>(&cancel_);
    frame.first_sample = sample_;
    Result<void> done;
    source.backend.group->run([&] { done = source.program->execute(frame); });
    return done;
}

// Leaves what came of it in the step.
void Show::execute_here(Step& step, const FrameRequest& request) {
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.fields = fields_.data();
    frame.params = request.params;
    frame.uniforms = step.uniforms.data();
    frame.targets = request.targets;
    frame.target_count = static_cast<std::uint32_t>(targets.size());
    frame.first_sample = sample_;
    frame.sample_count =
        request.sound ? static_cast<std::uint64_t>(first_sample(request.absframe + 1) - sample_)
                      : 0;
    frame.capture = request.capture ? 1 : 0;
    frame.skip_targets = request.skip_targets ? 1 : 0;
    frame.cancel = reinterpret_cast<const volatile std::uint32_t*>(&cancel_);
    auto task = [&] {
        if (!step.timeline) {
            step.outcome = step.program->execute(frame);
            return;
        }
        auto submitted = step.timeline.submit(*step.program, frame);
        if (submitted) {
            step.value = *submitted;
            step.pending = true;
            step.outcome = {};
        } else {
            step.outcome = std::move(submitted).error();
        }
    };
    step.backend.group->run(task);
}

Result<void> Show::values(std::uint32_t which, const weft_points& points, double* values) const {
    return steps[values_step].program->get_values(values_outputs[which], points, values);
}

}  // namespace weft::runtime
