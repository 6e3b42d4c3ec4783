// Frames of a program that asks getters: in parts, between which the host puts the questions that a
// kernel has written down and leaves the answers where the next one reads them.
#include <algorithm>
#include <limits>
#include <numeric>

#include "gpu/program_impl.h"

namespace weft::gpu {

void BatchProgram::add_answers(const SplitBatch& split) {
    const weft_batch& batch = split.batch();
    if (!device_.info().text.f64)
        throw cpp::Failure(WEFT_UNSUPPORTED, inputs_.front().name +
                                                 " can only be asked point by point, for which " +
                                                 device_.info().name + " lacks double precision");
    for (std::size_t o = outputs_.size(); o < batch.output_count; ++o) {
        Output& output = outputs_.emplace_back();
        output.name = "questions of " + name_;
        output.kind = WEFT_OUTPUT_TARGET;
        output.target = kNoTarget;
        output.grid = batch.outputs[o].grid;
    }
    for (const weft_grid& grid : split.answers()) {
        Input& input = inputs_.emplace_back();
        input.name = "answers to " + name_;
        input.grid = grid;
        const auto bytes = static_cast<std::uint64_t>(grid.channel_stride);
        const bool unified = device_.info().unified;
        input.copy = device_.pool.take(bytes, unified ? Place::host : Place::device, input.name);
        if (!unified) input.staging = device_.pool.take(bytes, Place::upload, input.name);
        input.slice = {input.copy.get(), 0};
    }
    asks_ = true;
}

// A cache is asked at the tick at which it would be read here. What a getter fails to answer is
// NaN.
void BatchProgram::ask(const Question& question, const Flight& flight, std::uint32_t output,
                       bool stream, std::uint64_t count, double* values) {
    const weft_binding& binding = inputs_[question.input].getter;
    const Output& coordinates = outputs_[output];
    const char* planes = flight.readback[output]->host;
    std::array<const double*, WEFT_FIELD_COUNT> fields{};
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = count;
    points.fields = fields.data();
    std::array<double, WEFT_FIELD_COUNT> constants = fields_;
    constants[WEFT_FIELD_ABSFRAME] = static_cast<double>(flight.numbers.frame);
    constants[WEFT_FIELD_ABSSAMPLE] = static_cast<double>(flight.numbers.sample);
    points.constants = constants.data();
    points.params = flight.numbers.params;
    for (std::uint32_t a = 0; a < std::min(question.operands, WEFT_MAX_AXES); ++a) {
        const std::uint32_t field = binding.handle.grid.axes[a].field;
        const auto* plane = reinterpret_cast<const double*>(
            planes +
            (question.plane + a) * static_cast<std::uint64_t>(coordinates.grid.channel_stride));
        (field < WEFT_FIELD_COUNT ? fields[field] : points.own) = plane;
    }
    const weft_axis* ring = ring_of(binding.handle.grid);
    if (stream && ring != nullptr && ring->tick == WEFT_TICK_SAMPLE) {
        ticks_.resize(count);
        std::iota(ticks_.begin(), ticks_.end(), static_cast<double>(flight.numbers.first_sample));
        fields[WEFT_FIELD_ABSSAMPLE] = ticks_.data();
    }
    weft_error error{};
    error.struct_size = sizeof error;
    if (binding.get_values(binding.getter, &points, values, &error) != WEFT_OK)
        std::fill_n(values, count, std::numeric_limits<double>::quiet_NaN());
}

void BatchProgram::answer(const Kernel& kernel, const Flight& flight) {
    const bool stream = kernel.domain == WEFT_DOMAIN_STREAM;
    const std::uint64_t count = stream ? flight.numbers.sample_count : kernel.width * kernel.height;
    for (const Question& question : kernel.asking.questions) {
        Input& input = inputs_[question.answer];
        Buffer& seen = input.staging != nullptr ? *input.staging : *input.copy;
        auto* values = reinterpret_cast<double*>(seen.host);
        if (stream) {
            answers_.resize(count);
            ask(question, flight, kernel.asking.output, true, count, answers_.data());
            for (std::uint64_t n = 0; n < count; ++n)
                values[slot_of(input.grid, flight.numbers.first_sample +
                                               static_cast<std::int64_t>(n))] = answers_[n];
        } else {
            ask(question, flight, kernel.asking.output, false, count, values);
        }
        if (input.staging != nullptr)
            counters_.uploaded += static_cast<std::uint64_t>(input.grid.channel_stride);
    }
}

// Takes what was answered to where kernels read it.
void BatchProgram::record_answers(Recorder& recorder, const Kernel& kernel) const {
    for (const Question& question : kernel.asking.questions) {
        const Input& input = inputs_[question.answer];
        if (input.staging != nullptr)
            recorder.copy({input.staging.get(), 0}, {input.copy.get(), 0},
                          static_cast<std::uint64_t>(input.grid.channel_stride));
    }
}

// All parts but the last, each complete and answered before the next.
void BatchProgram::run_parts(const Recording& recording, const Flight& flight) {
    auto part = recording.parts.begin();
    for (const Kernel& kernel : kernels_) {
        if (!runs(kernel, flight.numbers) || kernel.asking.questions.empty()) continue;
        last_value_ = device_.queue.submit(**part++);
        (void)device_.queue.wait(last_value_);
        if (flight.cancelled()) throw cpp::Failure(WEFT_CANCELLED, "cancelled");
        answer(kernel, flight);
    }
}

}  // namespace weft::gpu
