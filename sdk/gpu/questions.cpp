#include "gpu/questions.h"

#include <algorithm>

#include <weft/cpp/sized.hpp>
#include <weft/cpp/text.hpp>

namespace weft::gpu {
namespace {

std::uint8_t point_mask(std::uint32_t domain) {
    return domain == WEFT_DOMAIN_RASTER
               ? WEFT_VARIES_FRAME | WEFT_VARIES_POINT
               : WEFT_VARIES_PROGRAM | WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
}

// A copy of a kernel's values behind those that say where a point reads its own answer.
MadeKernel copy_of(const weft_kernel& from) {
    MadeKernel made;
    const weft_ir& ir = from.ir;
    if (from.domain == WEFT_DOMAIN_RASTER) {
        weft_ir_value x{};
        x.op = WEFT_OP_FIELD;
        x.aux = WEFT_FIELD_X;
        x.varies = WEFT_VARIES_COLUMN;
        weft_ir_value y = x;
        y.aux = WEFT_FIELD_Y;
        y.varies = WEFT_VARIES_ROW;
        made.values = {x, y};
    } else {
        weft_ir_value zero{};
        zero.op = WEFT_OP_CONST;
        made.values = {zero};
    }
    const auto shift = static_cast<std::uint32_t>(made.values.size());
    made.values.insert(made.values.end(), ir.values, ir.values + ir.value_count);
    made.args.assign(ir.args, ir.args + ir.arg_count);
    for (std::uint32_t& arg : made.args) arg += shift;
    made.loops.assign(ir.loops, ir.loops + ir.loop_count);
    for (weft_ir_loop& loop : made.loops) loop.value += shift;
    made.affines.assign(ir.affines, ir.affines + ir.affine_count);
    for (weft_ir_affine& affine : made.affines) {
        affine.value += shift;
        affine.base += shift;
    }
    made.stores.assign(from.stores, from.stores + from.store_count);
    return made;
}

// Calls `use` with every operand of values [first, last).
template <class Use>
void for_operands(const MadeKernel& made, std::uint32_t first, std::uint32_t last, Use&& use) {
    for (std::uint32_t v = first; v < last; ++v)
        for (std::uint32_t a = 0; a < made.values[v].arg_count; ++a)
            use(made.args[made.values[v].args + a]);
}

std::uint32_t end_of(const MadeKernel& made, std::uint32_t loop) {
    return loop + 1 + made.loops[made.values[loop].aux].body_count;
}

// How many answers, one hanging on another, each value hangs on.
std::vector<std::uint32_t> depths_of(const MadeKernel& made, const weft_batch& batch,
                                     const std::vector<bool>& getter) {
    std::vector<std::uint32_t> depths(made.values.size());
    for (std::uint32_t v = 0; v < depths.size(); ++v) {
        const weft_ir_value& value = made.values[v];
        std::uint32_t& depth = depths[v];
        const std::uint32_t last = value.op == WEFT_OP_LOOP ? end_of(made, v) : v + 1;
        for_operands(made, v, last, [&](std::uint32_t operand) {
            if (operand < v) depth = std::max(depth, depths[operand]);
        });
        if (value.op == WEFT_OP_SAMPLE && getter[value.aux]) ++depth;
        if (value.op != WEFT_OP_LOOP) continue;
        for (std::uint32_t b = v + 1; b < last; ++b) {
            const weft_ir_value& inner = made.values[b];
            if (inner.op == WEFT_OP_SAMPLE && getter[inner.aux])
                throw cpp::Failure(
                    WEFT_UNSUPPORTED,
                    std::string(cpp::view(batch.inputs[inner.aux].node)) + "@" +
                        std::string(cpp::view(batch.inputs[inner.aux].strand)) +
                        " can only be asked point by point, which no loop of a kernel can do",
                    std::string(cpp::view(batch.inputs[inner.aux].node)));
            depths[b] = depth;
        }
        v = last - 1;
    }
    return depths;
}

// What hangs on an answer varies with the point.
void spread_varies(MadeKernel& made) {
    for (std::uint32_t v = 0; v < made.values.size(); ++v) {
        weft_ir_value& value = made.values[v];
        const std::uint32_t last = value.op == WEFT_OP_LOOP ? end_of(made, v) : v + 1;
        std::uint8_t varies = value.varies;
        for_operands(made, v, last, [&](std::uint32_t operand) {
            if (operand < v) varies |= made.values[operand].varies;
        });
        value.varies = varies;
    }
}

// Reads answer `input` where the question was.
void read_answer(MadeKernel& made, std::uint32_t value, std::uint32_t input, std::uint32_t domain) {
    weft_ir_value& sample = made.values[value];
    sample.aux = input;
    sample.varies = point_mask(domain);
    sample.args = static_cast<std::uint32_t>(made.args.size());
    sample.arg_count = domain == WEFT_DOMAIN_RASTER ? 2 : 1;
    for (std::uint32_t a = 0; a < sample.arg_count; ++a) made.args.push_back(a);
    std::erase_if(made.affines, [&](const weft_ir_affine& a) { return a.value == value; });
}

weft_axis axis_of(std::uint32_t field, std::uint64_t count, std::int64_t stride) {
    weft_axis axis{};
    axis.field = field;
    axis.filter = WEFT_FILTER_FLOOR;
    axis.count = count;
    axis.step = 1.0 / static_cast<double>(count);
    axis.stride = stride;
    return axis;
}

weft_grid plane_grid(const weft_kernel& kernel, std::uint64_t block) {
    weft_grid grid{};
    grid.format = WEFT_FORMAT_F64;
    grid.channels = 1;
    if (kernel.domain == WEFT_DOMAIN_STREAM) {
        grid.axis_count = 1;
        grid.axes[0] = axis_of(WEFT_FIELD_SAMPLE, block, sizeof(double));
        grid.channel_stride = static_cast<std::int64_t>(block * sizeof(double));
        return grid;
    }
    const std::uint64_t row = kernel.width * sizeof(double);
    grid.axis_count = 2;
    grid.axes[0] = axis_of(WEFT_FIELD_X, kernel.width, sizeof(double));
    grid.axes[1] = axis_of(WEFT_FIELD_Y, kernel.height, static_cast<std::int64_t>(row));
    grid.channel_stride = static_cast<std::int64_t>(row * kernel.height);
    return grid;
}

}  // namespace

SplitBatch::SplitBatch(const weft_batch& batch, const std::vector<bool>& getter,
                       std::uint64_t block)
    : from_(batch),
      getter_(getter),
      block_(block),
      batch_(cpp::known_part(batch)),
      inputs_(batch.inputs, batch.inputs + batch.input_count),
      outputs_(batch.outputs, batch.outputs + batch.output_count) {
    for (const weft_kernel& kernel : cpp::list(batch.kernels, batch.kernel_count)) split(kernel);
    batch_.kernels = kernels_.data();
    batch_.kernel_count = static_cast<std::uint32_t>(kernels_.size());
    batch_.inputs = inputs_.data();
    batch_.input_count = static_cast<std::uint32_t>(inputs_.size());
    batch_.outputs = outputs_.data();
    batch_.output_count = static_cast<std::uint32_t>(outputs_.size());
}

std::uint32_t SplitBatch::add_coordinates(const weft_kernel& kernel, std::uint32_t planes) {
    weft_output output{};
    output.node = from_.name;
    output.kind = WEFT_OUTPUT_TARGET;
    output.target = kNoTarget;
    output.grid = plane_grid(kernel, block_);
    output.grid.channels = planes;
    outputs_.push_back(output);
    return static_cast<std::uint32_t>(outputs_.size() - 1);
}

std::uint32_t SplitBatch::add_answer(const weft_kernel& kernel, const weft_input& asked) {
    weft_grid grid = plane_grid(kernel, block_);
    if (kernel.domain == WEFT_DOMAIN_STREAM) {
        // A sample finds its answer by its tick.
        weft_axis& ring = grid.axes[0];
        ring.field = WEFT_FIELD_OWN;
        ring.wrap = WEFT_WRAP_RING;
        ring.tick = WEFT_TICK_SAMPLE;
        ring.capacity = ring.count;
        ring.count = 1;
        ring.step = 1;
    }
    answers_.push_back(grid);
    inputs_.push_back(asked);
    inputs_.back().channel = 0;
    inputs_.back().internal_output = WEFT_NOT_INTERNAL;
    return static_cast<std::uint32_t>(inputs_.size() - 1);
}

void SplitBatch::add(const weft_kernel& from, MadeKernel made, Asking asking) {
    spread_varies(made);
    const MadeKernel& kept = made_.emplace_back(std::move(made));
    weft_kernel& kernel = kernels_.emplace_back(from);
    kernel.ir.values = kept.values.data();
    kernel.ir.value_count = static_cast<std::uint32_t>(kept.values.size());
    kernel.ir.args = kept.args.data();
    kernel.ir.arg_count = static_cast<std::uint32_t>(kept.args.size());
    kernel.ir.loops = kept.loops.data();
    kernel.ir.affines = kept.affines.data();
    kernel.ir.affine_count = static_cast<std::uint32_t>(kept.affines.size());
    kernel.stores = kept.stores.data();
    kernel.store_count = static_cast<std::uint32_t>(kept.stores.size());
    askings_.push_back(std::move(asking));
}

void SplitBatch::split(const weft_kernel& kernel) {
    const auto values = cpp::list(kernel.ir.values, kernel.ir.value_count);
    const bool asks = std::any_of(values.begin(), values.end(), [&](const weft_ir_value& v) {
        return v.op == WEFT_OP_SAMPLE && getter_[v.aux];
    });
    if (!asks || kernel.domain == WEFT_DOMAIN_POINTS) {
        kernels_.push_back(kernel);
        askings_.emplace_back();
        return;
    }
    MadeKernel made = copy_of(kernel);
    const std::vector<std::uint32_t> depths = depths_of(made, from_, getter_);
    const std::vector<weft_store> stores = std::exchange(made.stores, {});
    const std::uint32_t turns = *std::max_element(depths.begin(), depths.end());
    for (std::uint32_t turn = 1; turn <= turns; ++turn) {
        std::vector<std::uint32_t> asked;
        std::vector<std::uint32_t> operands;
        Asking asking;
        for (std::uint32_t v = 0; v < depths.size(); ++v) {
            const weft_ir_value& value = made.values[v];
            if (depths[v] != turn || value.op != WEFT_OP_SAMPLE || value.aux >= getter_.size() ||
                !getter_[value.aux])
                continue;
            asked.push_back(v);
            asking.questions.push_back({value.aux, add_answer(kernel, from_.inputs[value.aux]),
                                        static_cast<std::uint32_t>(operands.size()),
                                        value.arg_count});
            for (std::uint32_t a = 0; a < value.arg_count; ++a)
                operands.push_back(made.args[value.args + a]);
        }
        asking.output = add_coordinates(kernel, static_cast<std::uint32_t>(operands.size()));
        // Before the answers are there, questions that hang on them are not computed.
        MadeKernel before = made;
        for (std::uint32_t v = 0; v < depths.size(); ++v) {
            weft_ir_value& value = before.values[v];
            if (value.op != WEFT_OP_SAMPLE || value.aux >= getter_.size() || !getter_[value.aux])
                continue;
            value.op = WEFT_OP_CONST;
            value.arg_count = 0;
            value.varies = 0;
        }
        before.affines.clear();
        const weft_store store{asking.output, 0, static_cast<std::uint32_t>(operands.size()),
                               static_cast<std::uint32_t>(before.args.size())};
        before.args.insert(before.args.end(), operands.begin(), operands.end());
        before.stores = {store};
        for (std::size_t q = 0; q < asked.size(); ++q)
            read_answer(made, asked[q], asking.questions[q].answer, kernel.domain);
        add(kernel, std::move(before), std::move(asking));
    }
    made.stores = stores;
    add(kernel, std::move(made), {});
}

}  // namespace weft::gpu
