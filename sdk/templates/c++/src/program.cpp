// A batch is kernels over outputs. Here a kernel is kept as it came and walked again for each
// point, which is right and slow: a back end of your own makes code of it in the constructor, and
// runs that in execute. What is refused in the constructor is refused once, with a place in the
// program; nothing can be refused later, while a show runs.
#include "program.h"

#include <weft/sampling.h>

#include <cstring>
#include <string>

namespace TEMPLATE_NAME_plugin {
namespace {

namespace cpp = weft::cpp;

// --- What is refused

// Throws, with the statement of the program that output `output` is for, where the host says so.
[[noreturn]] void refuse(const weft_batch& batch, std::uint32_t output, const std::string& why) {
    constexpr std::size_t kTold = offsetof(weft_batch, spans) + sizeof batch.spans;
    const bool told = batch.struct_size >= kTold && batch.spans != nullptr;
    throw cpp::Failure(WEFT_UNSUPPORTED, why, std::string(cpp::view(batch.outputs[output].node)),
                       told ? batch.spans[output] : weft_span{WEFT_NO_FILE, 0, 0});
}

bool is_leaf(std::uint32_t op) {
    return op == WEFT_OP_CONST || op == WEFT_OP_FIELD || op == WEFT_OP_UNIFORM ||
           op == WEFT_OP_PARAM;
}

void check_kernel(const weft_batch& batch, const weft_kernel& kernel) {
    const std::uint32_t output = kernel.store_count != 0 ? kernel.stores[0].output : 0;
    if (kernel.domain != WEFT_DOMAIN_RASTER && kernel.domain != WEFT_DOMAIN_POINTS)
        refuse(batch, output, "sound is not computed here");
    for (const weft_ir_value& value : cpp::list(kernel.ir.values, kernel.ir.value_count))
        if (!is_leaf(value.op) && operator_named(value.op) == nullptr)
            refuse(batch, output, std::string("there is no code for ") + operator_word(value.op));
}

void check(const weft_batch& batch) {
    if (batch.source_count != 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, "no sources are opened here",
                           std::string(cpp::view(batch.sources[0].node)), batch.sources[0].span);
    for (std::uint32_t o = 0; o < batch.output_count; ++o) {
        const weft_output& output = batch.outputs[o];
        if (output.kind != WEFT_OUTPUT_TARGET && output.kind != WEFT_OUTPUT_VALUES)
            refuse(batch, o, "nothing is kept here from frame to frame");
        if (output.kind == WEFT_OUTPUT_TARGET && output.grid.format > WEFT_FORMAT_RGBA16)
            refuse(batch, o, "pictures of this format are not written here");
    }
    for (const weft_kernel& kernel : cpp::list(batch.kernels, batch.kernel_count))
        check_kernel(batch, kernel);
}

double pixel_centre(std::uint64_t i, std::uint64_t count) {
    return (static_cast<double>(i) + 0.5) / static_cast<double>(count);
}

}  // namespace

// --- Compile

Kernel::Kernel(const weft_kernel& from)
    : domain(from.domain),
      width(from.width),
      height(from.height),
      first_uniform(from.first_uniform),
      values(from.ir.values, from.ir.values + from.ir.value_count),
      args(from.ir.args, from.ir.args + from.ir.arg_count),
      stores(from.stores, from.stores + from.store_count),
      results(from.ir.value_count) {
    for (const weft_ir_value& value : values) operators.push_back(operator_named(value.op));
}

Program::Program(const weft_batch& batch)
    : outputs_(batch.outputs, batch.outputs + batch.output_count) {
    check(batch);
    for (const weft_kernel& kernel : cpp::list(batch.kernels, batch.kernel_count))
        kernels_.emplace_back(kernel);
}

// --- One point

void Kernel::evaluate(const double* fields, const double* params, const double* uniforms) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const weft_ir_value& v = values[i];
        double operands[3] = {};
        switch (v.op) {
            case WEFT_OP_CONST: results[i] = v.imm; break;
            case WEFT_OP_FIELD: results[i] = fields[v.aux]; break;
            case WEFT_OP_UNIFORM: results[i] = uniforms[v.aux]; break;
            case WEFT_OP_PARAM: results[i] = params[v.aux]; break;
            default:
                for (std::uint32_t a = 0; a < v.arg_count && a < 3; ++a)
                    operands[a] = results[args[v.args + a]];
                results[i] = operators[i](operands);
        }
    }
}

// What the kernel found at pixel x, y. A grid without axes holds one number.
void Program::store(const Kernel& kernel, const weft_frame& frame, std::uint64_t x,
                    std::uint64_t y) {
    const std::uint64_t index[WEFT_MAX_AXES] = {x, y};
    for (const weft_store& store : kernel.stores) {
        const weft_output& output = outputs_[store.output];
        if (output.kind != WEFT_OUTPUT_TARGET || output.target >= frame.target_count) continue;
        for (std::uint32_t c = 0; c < store.value_count; ++c)
            weft_grid_store(&output.grid, frame.targets[output.target].data, store.channel + c,
                            index, kernel.results[kernel.args[store.values + c]]);
    }
}

// --- A frame, and values at points

void Program::execute(const weft_frame& frame) {
    double fields[WEFT_FIELD_COUNT];
    std::memcpy(fields, frame.fields, sizeof fields);
    for (Kernel& kernel : kernels_) {
        if (kernel.domain != WEFT_DOMAIN_RASTER || frame.skip_targets != 0) continue;
        for (std::uint64_t y = 0; y < kernel.height; ++y) {
            if (weft::cpp::is_cancelled(frame.cancel))
                throw cpp::Failure(WEFT_CANCELLED, "cancelled");
            fields[WEFT_FIELD_Y] = pixel_centre(y, kernel.height);
            for (std::uint64_t x = 0; x < kernel.width; ++x) {
                fields[WEFT_FIELD_X] = pixel_centre(x, kernel.width);
                kernel.evaluate(fields, frame.params, frame.uniforms + kernel.first_uniform);
                store(kernel, frame, x, y);
            }
        }
    }
}

void Program::get_values(std::uint32_t output, const weft_points& points, double* values) {
    double fields[WEFT_FIELD_COUNT];
    for (Kernel& kernel : kernels_) {
        for (const weft_store& store : kernel.stores) {
            if (kernel.domain != WEFT_DOMAIN_POINTS || store.output != output) continue;
            for (std::uint64_t n = 0; n < points.count; ++n) {
                for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
                    fields[f] = points.fields != nullptr && points.fields[f] != nullptr
                                    ? points.fields[f][n]
                                    : points.constants[f];
                kernel.evaluate(fields, points.params, nullptr);
                values[n] = kernel.results[kernel.args[store.values]];
            }
            return;
        }
    }
    throw cpp::Failure(WEFT_UNSUPPORTED, "the output has no values at points");
}

}  // namespace TEMPLATE_NAME_plugin
