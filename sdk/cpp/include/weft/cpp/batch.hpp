// What a batch says by output, in tables that an older host does not have.
#pragma once

#include <weft/batch.h>

#include <cstdint>
#include <string>

#include "text.hpp"

namespace weft::cpp {

// Whether an operator is of this contract.
[[nodiscard]] constexpr bool is_operator(std::uint32_t op) {
    switch (op) {
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) case number:
#include <weft/ops.def>
        return true;
        default: return op <= WEFT_OP_LOOP_RESULT;
    }
}

// Fails where a batch has a number in it that is of a newer contract than this one.
inline void refuse_unknown(const weft_batch& batch) {
    for (const weft_kernel& kernel : list(batch.kernels, batch.kernel_count)) {
        if (kernel.domain > WEFT_DOMAIN_POINTS)
            throw Failure(WEFT_UNSUPPORTED, "a kernel is of an unknown domain");
        for (const weft_ir_value& value : list(kernel.ir.values, kernel.ir.value_count))
            if (!is_operator(value.op))
                throw Failure(WEFT_UNSUPPORTED,
                              "operator " + std::to_string(value.op) + " is unknown");
    }
    for (const weft_output& output : list(batch.outputs, batch.output_count)) {
        if (output.kind <= WEFT_OUTPUT_VALUES && output.grid.format <= WEFT_FORMAT_RGBA16) continue;
        const char* const what = output.kind > WEFT_OUTPUT_VALUES ? "kind" : "format";
        throw Failure(WEFT_UNSUPPORTED, std::string("an output is of an unknown ") + what,
                      std::string(view(output.node)));
    }
}

// The memory lent for a cache; null: the back end makes its own.
[[nodiscard]] inline const weft_handle* home_of(const weft_batch& batch, std::uint32_t output) {
    const bool told = WEFT_HAS(&batch, weft_batch, homes) && batch.homes != nullptr;
    return told ? batch.homes[output] : nullptr;
}

// Whose place a cache may take; null: nobody's.
[[nodiscard]] inline weft_inherit* inheritance_of(const weft_batch& batch, std::uint32_t output) {
    if (!WEFT_HAS(&batch, weft_batch, inherit) || batch.inherit == nullptr) return nullptr;
    weft_inherit& inherit = batch.inherit[output];
    return inherit.program != nullptr ? &inherit : nullptr;
}

// A cache that was to be laid out as `wanted` can as well live in one laid out as `place`: the same
// points and ticks, and at least as much room. Then `wanted` gets its layout, and keeps how it is
// read between and beyond its points.
[[nodiscard]] inline bool move_into(const weft_grid& place, weft_grid& wanted) {
    if (place.axis_count != wanted.axis_count || place.channels != wanted.channels) return false;
    for (std::uint32_t a = 0; a < place.axis_count; ++a) {
        const weft_axis& is = place.axes[a];
        const weft_axis& due = wanted.axes[a];
        const bool ring = due.wrap == WEFT_WRAP_RING;
        if (is.field != due.field || is.count != due.count || is.origin != due.origin ||
            is.step != due.step || ring != (is.wrap == WEFT_WRAP_RING) ||
            (ring && (is.tick != due.tick || is.capacity < due.capacity)))
            return false;
    }
    wanted.format = place.format;
    wanted.channel_stride = place.channel_stride;
    for (std::uint32_t a = 0; a < place.axis_count; ++a) {
        wanted.axes[a].stride = place.axes[a].stride;
        wanted.axes[a].capacity = place.axes[a].capacity;
    }
    return true;
}

}  // namespace weft::cpp
