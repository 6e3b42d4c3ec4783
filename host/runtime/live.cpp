#include "runtime/live.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <weft/clock.h>

#include "base/trace.h"
#include "plugin/whereabouts.h"

namespace weft::runtime {
namespace {

// A value that reads what frames make: in a loop, the results of the whole loop do.
std::vector<std::uint32_t> crossing_values(HostStage& stage) {
    std::vector<std::uint32_t> values;
    auto& all = stage.program.ir.values;
    const auto crosses = [&](const weft_ir_value& value) {
        return value.op == WEFT_OP_SAMPLE && value.aux != ir::kSlope &&
               stage.inputs[value.aux].crosses;
    };
    for (std::uint32_t v = 0; v < all.size(); ++v) {
        if (crosses(all[v])) {
            values.push_back(v);
        }
        if (all[v].op != WEFT_OP_LOOP) {
            continue;
        }
        const std::uint32_t end = v + 1 + stage.program.ir.loops[all[v].aux].body_count;
        if (std::none_of(all.begin() + v + 1, all.begin() + end, crosses)) {
            continue;
        }
        const std::uint32_t loop = v;
        for (v = end; v < all.size() && all[v].op == WEFT_OP_LOOP_RESULT &&
                      stage.program.ir.args[all[v].args] == loop;
             ++v) {
            values.push_back(v);
        }
        --v;
    }
    return values;
}

void replace(weft_ir_value& value, std::uint16_t op, std::uint32_t aux) {
    value.op = op;
    value.arg_count = 0;
    value.aux = aux;
    value.imm = 0;
}

bool is_slope(const weft_ir_value& value) {
    return value.op == WEFT_OP_SAMPLE && value.aux == ir::kSlope;
}

void hold_all(HostStage& stage) {
    for (weft_ir_value& value : stage.program.ir.values) {
        if (is_slope(value)) {
            replace(value, WEFT_OP_CONST, 0);
        }
    }
}

// What is left to the sound's part of a stage: values that cross are given to it, and loops that
// only they needed are gone.
void give_values(HostStage& stage, const std::vector<std::uint32_t>& values, std::uint32_t first) {
    auto& all = stage.program.ir.values;
    for (const std::uint32_t v : values) {
        const std::uint32_t loop = stage.program.ir.args[all[v].args];
        if (all[v].op == WEFT_OP_LOOP_RESULT && all[loop].op == WEFT_OP_LOOP) {
            const std::uint32_t body = stage.program.ir.loops[all[loop].aux].body_count;
            for (std::uint32_t inside = loop; inside <= loop + body; ++inside) {
                replace(all[inside], WEFT_OP_CONST, 0);
            }
        }
        replace(all[v], WEFT_OP_UNIFORM, first++);
    }
}

}  // namespace

Live::Live(Show& show)
    : show_(show),
      max_samples_(show.max_samples),
      reads_frames_(show.sound_reads_frames),
      kept_(show.targets.size()) {
    for (std::uint32_t s = 0; s < show.steps.size(); ++s) {
        if (!show.steps[s].of_sound) {
            continue;
        }
        steps_.push_back(std::make_unique<SoundStep>());
        steps_.back()->step = &show.steps[s];
        steps_.back()->number = s;
        for (std::uint32_t n = 0; n < show.steps[s].stages.size(); ++n) {
            split(s, n);
        }
    }
    const std::uint32_t numbers =
        crossings_.empty() ? 0 : crossings_.back().first + crossings_.back().count;
    within_.fields = show.settings;
    within_.fields[WEFT_FIELD_X] = within_.fields[WEFT_FIELD_Y] = 0.5;
    slot_ = std::make_unique<Slot<Crossed>>(Crossed{-1, -1, std::vector<double>(numbers)});
    for (const TargetLayout& layout : show.targets) {
        const bool sound = layout.kind == TargetKind::sound;
        memory_.emplace_back(sound ? layout.bytes / sizeof(float) : 0);
        targets_.push_back({memory_.back().data(), sound ? layout.bytes : 0});
        auto& channels = channels_.emplace_back();
        for (std::uint32_t c = 0; sound && c < layout.channels; ++c) {
            channels.push_back(memory_.back().data() + c * layout.plane_bytes / sizeof(float));
        }
    }
}

// Takes the frames' part out of a stage of sound.
void Live::split(std::uint32_t step, std::uint32_t number) {
    HostStage& stage = show_.steps[step].stages[number];
    Crossing crossing;
    crossing.values = crossing_values(stage);
    const bool films = std::any_of(show_.steps[step].films.begin(), show_.steps[step].films.end(),
                                   [&](const FilmTime& film) { return film.stage == number; });
    if (crossing.values.empty() && stage.gathers.empty() && !films) {
        hold_all(stage);
        return;
    }
    crossing.stage = stage;
    hold_all(crossing.stage);
    crossing.step = step;
    crossing.number = number;
    crossing.first = crossings_.empty() ? 0 : crossings_.back().first + crossings_.back().count;
    crossing.count = static_cast<std::uint32_t>(stage.gathered.size() + crossing.values.size());
    give_values(stage, crossing.values, static_cast<std::uint32_t>(stage.gathered.size()));
    give_slopes(stage, crossing);
    stage.gathers.clear();
    stage.gathered.resize(crossing.count + crossing.slopes.size());
    crossings_.push_back(std::move(crossing));
}

// Numbers that cross change over a block where they are wanted to; others do not.
void Live::give_slopes(HostStage& stage, Crossing& crossing) {
    auto& ir = stage.program.ir;
    for (weft_ir_value& value : ir.values) {
        if (!is_slope(value)) {
            continue;
        }
        const weft_ir_value& number = ir.values[ir.args[value.args]];
        if (number.op == WEFT_OP_UNIFORM) {
            const auto to = crossing.count + static_cast<std::uint32_t>(crossing.slopes.size());
            crossing.slopes.push_back({number.aux, to});
            replace(value, WEFT_OP_UNIFORM, to);
        }
    }
    hold_all(stage);
}

// --- frames --------------------------------------------------------------------------------------

// What is heard is written ahead of what is computed from it.
std::int64_t Live::readable() const {
    if (has_sound()) {
        return samples_done();
    }
    std::int64_t done = INT64_MAX;
    for (const SoundInput& input : show_.sound_inputs) {
        const std::int64_t newest = input.ring->newest();
        done = newest < 0 ? done : std::min(done, newest + 1);
    }
    return done;
}

Result<void> Live::frame(FrameRequest request) {
    request.sound = false;
    if (request.samples_done == INT64_MAX) {
        request.samples_done = readable();
    }
    if (has_sound()) {
        const trace::Span span(trace::What::wait, "wait for a block's end");
        gate_->write(request.absframe - request.left_out);
    }
    Result<void> done = show_.run(request);
    if (done) {
        done = cross(request);
    }
    if (done) {
        newest_tick_.store(request.absframe - request.left_out, std::memory_order_release);
    }
    return done;
}

void Live::follow(const Live& before) {
    newest_tick_.store(before.newest_tick(), std::memory_order_release);
    done_.store(before.samples_done(), std::memory_order_release);
    gate_ = before.gate_;
    reader_ = (before.reader_ + 1) % TickGate::kReaders;
}

Result<void> Live::cross(const FrameRequest& request) {
    const trace::Span span(trace::What::stage, "numbers for sound");
    std::array<double, WEFT_FIELD_COUNT> fields = show_.settings;
    fields[WEFT_FIELD_X] = fields[WEFT_FIELD_Y] = 0.5;
    weft_clock_at_frame(show_.settings.data(), request.absframe, fields.data());
    const std::int64_t sample =
        std::min(show_.first_sample(request.absframe), request.samples_done - 1);
    const StageMoment moment{fields.data(), request.params, request.absframe - request.left_out,
                             sample, nullptr};
    slot_->next().frame = request.absframe;
    slot_->next().tick = request.absframe - request.left_out;
    std::vector<double>& numbers = slot_->next().numbers;
    for (Crossing& crossing : crossings_) {
        HostStage& stage = crossing.stage;
        const Step& step = show_.steps[crossing.step];
        take_gathers(stage);
        if (auto done = evaluate(stage, moment, step.name); !done) {
            return done;
        }
        for (const FilmTime& film : step.films) {
            if (film.stage != crossing.number) {
                continue;
            }
            const double time = stage.scratch[stage.program.outputs[film.output]];
            if (auto done = show_.set_film(film, time, request); !done) {
                return done;
            }
        }
        auto to = std::copy(stage.gathered.begin(), stage.gathered.end(),
                            numbers.begin() + crossing.first);
        for (const std::uint32_t value : crossing.values) {
            *to++ = stage.scratch[value];
        }
    }
    show_.keep_pictures(slot_->next().tick);
    slot_->publish();
    return {};
}

// --- sound ---------------------------------------------------------------------------------------

// From where the block before ended to where the number is now. What was no number, or is none, is
// no way to go.
void Live::Slope::begin(double now, std::uint64_t count, std::vector<double>& gathered) noexcept {
    const double change = (now - before) / static_cast<double>(count);
    const bool moves = std::isfinite(change);
    gathered[of] = moves ? before : now;
    gathered[to] = moves ? change : 0;
    before = now;
}

void Live::go_on(const Live& before) noexcept {
    if (crossings_.size() != before.crossings_.size()) {
        return;
    }
    for (std::size_t c = 0; c < crossings_.size(); ++c) {
        std::vector<Slope>& slopes = crossings_[c].slopes;
        const std::vector<Slope>& ended = before.crossings_[c].slopes;
        for (std::size_t s = 0; s < std::min(slopes.size(), ended.size()); ++s) {
            slopes[s].before = ended[s].before;
        }
    }
}

std::int64_t Live::take(std::uint64_t count) noexcept {
    const bool fresh = slot_->take();
    const Crossed& crossed = slot_->value();
    for (Crossing& crossing : crossings_) {
        HostStage& stage = show_.steps[crossing.step].stages[crossing.number];
        const double* numbers = crossed.numbers.data() + crossing.first;
        if (fresh) {
            std::copy_n(numbers, crossing.count, stage.gathered.begin());
        }
        for (Slope& slope : crossing.slopes) {
            slope.begin(numbers[slope.of], count, stage.gathered);
        }
    }
    // Who reads no pictures in place holds nobody up, and need not wait until it is known.
    tick_ = reads_frames_ ? gate_->enter(reader_, crossed.tick) : crossed.tick;
    return crossed.frame;
}

void Live::keep_nothing() noexcept {
    for (std::atomic<Ring*>& ring : kept_) {
        ring.store(nullptr, std::memory_order_relaxed);
    }
}

void Live::enter_frame(std::int64_t sample) noexcept {
    // Nearly always the next one, which begins where the last one ended.
    if (sample == within_.end) {
        ++within_.frame;
        within_.begin = within_.end;
        within_.end = show_.first_sample(within_.frame + 1);
    }
    if (sample < within_.begin || sample >= within_.end) [[unlikely]] {
        within_.frame = show_.frame_of(sample);
        within_.begin = show_.first_sample(within_.frame);
        within_.end = show_.first_sample(within_.frame + 1);
    }
    weft_clock_at_frame(show_.settings.data(), within_.frame, within_.fields.data());
}

std::uint64_t Live::piece(std::int64_t first, std::uint64_t count, const double* params) noexcept {
    if (first < within_.begin || first >= within_.end) [[unlikely]] {
        enter_frame(first);
    }
    count = std::min({count, static_cast<std::uint64_t>(within_.end - first), max_samples_});
    const auto* cancel = reinterpret_cast<const volatile std::uint32_t*>(&cancel_);
    const StageMoment moment{within_.fields.data(), params, tick_, first, cancel};
    weft_frame call{};
    call.struct_size = sizeof call;
    call.fields = within_.fields.data();
    call.left_out = within_.frame - tick_;
    call.params = params;
    call.targets = targets_.data();
    call.target_count = static_cast<std::uint32_t>(targets_.size());
    call.first_sample = first;
    call.sample_count = count;
    call.capture = 1;
    call.cancel = cancel;
    for (const std::unique_ptr<SoundStep>& sound : steps_) {
        run(*sound, call, moment);
    }
    for (std::size_t t = 0; t < kept_.size(); ++t) {
        if (Ring* ring = kept_[t].load(std::memory_order_acquire)) {
            ring->write(first, channels_[t].data(), static_cast<std::uint32_t>(channels_[t].size()),
                        count);
        }
    }
    done_.store(first + static_cast<std::int64_t>(count), std::memory_order_release);
    return count;
}

void Live::run(SoundStep& sound, weft_frame& frame, const StageMoment& moment) noexcept {
    if (sound.failed.load(std::memory_order_acquire) ||
        sound.given_up.load(std::memory_order_acquire)) [[unlikely]] {
        return;
    }
    Step& step = *sound.step;
    const plugin::ForPart part(step.name);
    const trace::Span span(trace::What::sound, step.label);
    frame.uniforms = step.uniforms.data();
    for (HostStage& stage : step.stages) {
        if (stage.program.outputs.empty()) {
            continue;
        }
        const trace::Span evaluates(trace::What::stage);
        if (auto done = evaluate(stage, moment, step.name); !done) [[unlikely]] {
            fail(sound, std::move(done));
            return;
        }
        for (std::uint32_t u = 0; u < stage.uniform_count; ++u) {
            step.uniforms[stage.first_uniform + u] = stage.scratch[stage.program.outputs[u]];
        }
    }
    sound.runs.store(true, std::memory_order_relaxed);
    auto done = step.program->execute(frame);
    sound.runs.store(false, std::memory_order_release);
    if (!done) [[unlikely]] {
        fail(sound, std::move(done));
    } else if (sound.given_up.load(std::memory_order_relaxed)) [[unlikely]] {
        silence();
    }
}

void Live::fail(SoundStep& sound, Result<void> outcome) noexcept {
    silence();
    sound.outcome = std::move(outcome);
    sound.failed.store(true, std::memory_order_release);
}

// What a step left that ended early is not to be heard again and again.
void Live::silence() noexcept {
    for (std::vector<float>& memory : memory_) {
        std::fill(memory.begin(), memory.end(), 0.0F);
    }
}

std::optional<Live::Failure> Live::take_failure() {
    for (const std::unique_ptr<SoundStep>& sound : steps_) {
        if (!sound->told && sound->failed.load(std::memory_order_acquire)) {
            sound->told = true;
            return Failure{sound->number, sound->outcome.error()};
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> Live::give_up() {
    for (const std::unique_ptr<SoundStep>& sound : steps_) {
        if (sound->runs.load(std::memory_order_relaxed)) {
            sound->given_up.store(true, std::memory_order_release);
            return sound->number;
        }
    }
    return std::nullopt;
}

bool Live::try_again(std::uint32_t step) {
    for (const std::unique_ptr<SoundStep>& sound : steps_) {
        if (sound->number != step) {
            continue;
        }
        if (sound->runs.load(std::memory_order_acquire) &&
            sound->given_up.load(std::memory_order_relaxed)) {
            return false;
        }
        sound->told = false;
        sound->failed.store(false, std::memory_order_release);
        sound->given_up.store(false, std::memory_order_release);
    }
    return true;
}

void Live::cancel() {
    cancel_.store(1, std::memory_order_relaxed);
    show_.cancel();
}

}  // namespace weft::runtime
