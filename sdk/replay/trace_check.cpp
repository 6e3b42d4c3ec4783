// Whether a batch can be given to a plugin: every index leads to something that is there. Plugins
// trust the host in this, and a trace is not the host.
#include <algorithm>
#include <iterator>

#include "replay/trace.h"

namespace weft::replay {
namespace {

constexpr std::uint64_t kMostExtent = 1u << 24;  // of a picture, in pixels
constexpr std::uint64_t kMostPoints = 1u << 22;
constexpr std::uint32_t kMostTargets = 1u << 16;

template <class T>
bool is_list(const T* items, std::uint64_t count) {
    return count == 0 || items != nullptr;
}

bool is_within(std::uint64_t first, std::uint64_t count, std::uint64_t all) {
    return first <= all && count <= all - first;
}

bool is_field(std::uint32_t field) {
    return field < WEFT_FIELD_COUNT || field == WEFT_FIELD_ROW_TIME ||
           field == WEFT_FIELD_COLUMN_TIME || field == WEFT_FIELD_OWN;
}

struct Operator {
    std::uint32_t number;
    std::uint32_t arity;
};
constexpr Operator kOperators[] = {
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) {number, arity},
#include <weft/ops.def>
};

// Whether it can be computed of so many operands.
bool is_operator(std::uint32_t op, std::uint32_t operands) {
    if (op <= WEFT_OP_LOOP_RESULT) return true;
    return std::any_of(std::begin(kOperators), std::end(kOperators), [&](const Operator& known) {
        return known.number == op && operands >= known.arity;
    });
}

// A value that belongs to a loop: its operand is the loop, which has so many carried values.
bool is_of_loop(const weft_ir& ir, const weft_ir_value& value) {
    if (value.arg_count == 0) return false;
    const weft_ir_value& loop = ir.values[ir.args[value.args]];
    if (loop.op != WEFT_OP_LOOP || loop.aux >= ir.loop_count) return false;
    return value.op == WEFT_OP_LOOP_INDEX || value.aux < ir.loops[loop.aux].carried_count;
}

std::string wrong_with_value(const weft_batch& batch, const weft_ir& ir, std::uint32_t i) {
    const weft_ir_value& value = ir.values[i];
    if (!is_within(value.args, value.arg_count, ir.arg_count)) return "operands that are missing";
    if (!is_operator(value.op, value.arg_count)) return "an operator that there is not";
    for (std::uint32_t a = 0; a < value.arg_count; ++a)
        if (ir.args[value.args + a] >= i) return "an operand that comes later";
    switch (value.op) {
        case WEFT_OP_FIELD: return is_field(value.aux) ? "" : "a field that there is not";
        case WEFT_OP_PARAM: return value.aux < batch.param_count ? "" : "a missing parameter";
        case WEFT_OP_UNIFORM: return value.aux < ir.uniform_count ? "" : "a missing uniform";
        case WEFT_OP_SAMPLE: return value.aux < batch.input_count ? "" : "a missing input";
        case WEFT_OP_LOOP: return value.aux < ir.loop_count ? "" : "a missing loop";
        case WEFT_OP_LOOP_INDEX:
        case WEFT_OP_LOOP_CARRIED:
        case WEFT_OP_LOOP_RESULT: return is_of_loop(ir, value) ? "" : "a value of no loop";
        default: return "";
    }
}

std::string wrong_with_ir(const weft_batch& batch, const weft_ir& ir) {
    if (!is_list(ir.values, ir.value_count) || !is_list(ir.args, ir.arg_count) ||
        !is_list(ir.loops, ir.loop_count) || !is_list(ir.affines, ir.affine_count))
        return "a list that is missing";
    for (std::uint32_t i = 0; i < ir.value_count; ++i)
        if (std::string wrong = wrong_with_value(batch, ir, i); !wrong.empty()) return wrong;
    for (std::uint32_t i = 0; i < ir.loop_count; ++i) {
        const weft_ir_loop& loop = ir.loops[i];
        if (loop.value >= ir.value_count ||
            !is_within(std::uint64_t{loop.value} + 1, loop.body_count, ir.value_count) ||
            !is_within(loop.next, loop.carried_count, ir.arg_count) ||
            ir.values[loop.value].arg_count != std::uint64_t{loop.carried_count} + 2)
            return "a loop that leads nowhere";
        for (std::uint32_t c = 0; c < loop.carried_count; ++c)
            if (ir.args[loop.next + c] >= ir.value_count) return "a loop that leads nowhere";
    }
    for (std::uint32_t i = 0; i < ir.affine_count; ++i) {
        const weft_ir_affine& affine = ir.affines[i];
        if (affine.value >= ir.value_count || affine.arg >= ir.values[affine.value].arg_count ||
            (affine.field != WEFT_NOT_AFFINE && affine.base >= ir.value_count))
            return "an affine operand that is missing";
    }
    return "";
}

std::string wrong_with_kernel(const weft_batch& batch, const weft_kernel& kernel) {
    if (kernel.domain > WEFT_DOMAIN_POINTS) return "a domain that there is not";
    if (kernel.width > kMostExtent || kernel.height > kMostExtent ||
        kernel.width * kernel.height > kMostExtent * 16)
        return "more pixels than are replayed";
    if (std::string wrong = wrong_with_ir(batch, kernel.ir); !wrong.empty()) return wrong;
    if (!is_list(kernel.stores, kernel.store_count)) return "a list that is missing";
    for (std::uint32_t i = 0; i < kernel.store_count; ++i) {
        const weft_store& store = kernel.stores[i];
        if (store.output >= batch.output_count ||
            !is_within(store.values, store.value_count, kernel.ir.arg_count))
            return "a store into nothing";
        for (std::uint32_t v = 0; v < store.value_count; ++v)
            if (kernel.ir.args[store.values + v] >= kernel.ir.value_count)
                return "a store of nothing";
    }
    return "";
}

std::string wrong_with_source(const weft_batch& batch, const weft_source& source) {
    if (!is_list(source.args, source.arg_count)) return "arguments that are missing";
    if (!is_within(source.first_output, source.output_count, batch.output_count))
        return "outputs that are missing";
    return "";
}

}  // namespace

std::string wrong_with(const weft_batch& batch) {
    if (!is_list(batch.sources, batch.source_count) ||
        !is_list(batch.kernels, batch.kernel_count) || !is_list(batch.inputs, batch.input_count) ||
        !is_list(batch.outputs, batch.output_count) || batch.settings == nullptr)
        return "its batch has a list that is missing";
    for (std::uint32_t i = 0; i < batch.input_count; ++i)
        if (const std::uint32_t output = batch.inputs[i].internal_output;
            output != WEFT_NOT_INTERNAL && output >= batch.output_count)
            return "its batch has an input that leads nowhere";
    for (std::uint32_t i = 0; i < batch.output_count; ++i) {
        const weft_output& output = batch.outputs[i];
        if (output.kind > WEFT_OUTPUT_VALUES || output.grid.axis_count > WEFT_MAX_AXES ||
            (output.kind == WEFT_OUTPUT_TARGET && output.target >= kMostTargets))
            return "its batch has an output that makes no sense";
    }
    for (std::uint32_t i = 0; i < batch.source_count; ++i)
        if (std::string wrong = wrong_with_source(batch, batch.sources[i]); !wrong.empty())
            return "its batch has a source with " + wrong;
    for (std::uint32_t i = 0; i < batch.kernel_count; ++i)
        if (std::string wrong = wrong_with_kernel(batch, batch.kernels[i]); !wrong.empty())
            return "its batch has a kernel with " + wrong;
    return "";
}

std::string wrong_with(const weft_points& points) {
    if (points.count > kMostPoints) return "more points than are replayed";
    if (points.fields == nullptr) return "its points have no coordinates";
    for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
        if (points.fields[f] == nullptr && points.constants == nullptr)
            return "its points have no coordinates";
    return "";
}

std::string wrong_with(const PictureCall& call) {
    const weft_window_picture& picture = call.picture;
    if (picture.width > kMostExtent || picture.height > kMostExtent ||
        call.size != extent_of(picture))
        return "its picture makes no sense";
    if (picture.memory_fd >= 0 && !is_within(call.offset, call.size, picture.memory_size))
        return "its picture does not lie in its memory";
    return "";
}

std::string wrong_with(const weft_audio_wish& wish) {
    constexpr std::uint32_t kMostChannels = 4096;
    if (wish.output_channels > kMostChannels || wish.input_channels > kMostChannels)
        return "more channels than are replayed";
    return "";
}

}  // namespace weft::replay
