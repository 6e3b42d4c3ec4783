#include "kit/batch.h"

#include <algorithm>
#include <weft/cpp/text.hpp>

namespace weft::kit {

BatchText::BatchText() {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) settings[number] = value;
#include <weft/fields.def>
#undef WEFT_FIELD
}

KernelText& BatchText::kernel(std::uint32_t domain, std::uint64_t width, std::uint64_t height) {
    KernelText& made = kernels.emplace_back();
    made.domain = domain;
    made.width = width;
    made.height = height;
    return made;
}

std::uint32_t BatchText::input(std::uint64_t id, std::uint32_t channel) {
    inputs.push_back({cpp::to_str("in"), cpp::to_str("s"), WEFT_NOT_INTERNAL, channel, id});
    return static_cast<std::uint32_t>(inputs.size() - 1);
}

std::uint32_t BatchText::internal(std::uint32_t output) {
    inputs.push_back({cpp::to_str("own"), cpp::to_str("s"), output, 0, 0});
    return static_cast<std::uint32_t>(inputs.size() - 1);
}

namespace {

weft_axis axis_of(std::uint32_t field, std::uint64_t count, double origin, double step,
                  std::int64_t stride) {
    weft_axis axis{};
    axis.field = field;
    axis.count = count;
    axis.origin = origin;
    axis.step = step;
    axis.stride = stride;
    return axis;
}

weft_grid picture_grid(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                       std::uint32_t channels) {
    weft_grid grid{};
    grid.axis_count = 2;
    grid.format = format;
    grid.channels = channels;
    const std::int64_t size = format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
    const auto w = static_cast<double>(width);
    const auto h = static_cast<double>(height);
    const auto row = static_cast<std::int64_t>(width) * size;
    grid.axes[0] = axis_of(WEFT_FIELD_X, width, 0.5 / w, 1.0 / w, size);
    grid.axes[1] = axis_of(WEFT_FIELD_Y, height, 0.5 / h, 1.0 / h, row);
    grid.channel_stride = row * static_cast<std::int64_t>(height);
    return grid;
}

}  // namespace

std::uint32_t BatchText::picture(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                                 std::uint32_t channels, std::uint32_t target) {
    weft_output output{};
    output.node = cpp::to_str("picture");
    output.kind = WEFT_OUTPUT_TARGET;
    output.target = target;
    output.grid = picture_grid(width, height, format, channels);
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

std::uint32_t BatchText::sound(std::uint32_t target) {
    weft_output output{};
    output.node = cpp::to_str("sound");
    output.kind = WEFT_OUTPUT_TARGET;
    output.target = target;
    output.grid.axis_count = 1;
    output.grid.format = WEFT_FORMAT_F32;
    output.grid.channels = 1;
    const double longest = settings[WEFT_FIELD_RATE] / settings[WEFT_FIELD_FPS] + 2.0;
    output.grid.axes[0] = axis_of(WEFT_FIELD_ABSTIME, static_cast<std::uint64_t>(longest), 0.0,
                                  1.0 / settings[WEFT_FIELD_RATE], sizeof(float));
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

std::uint32_t BatchText::values() {
    weft_output output{};
    output.node = cpp::to_str("values");
    output.kind = WEFT_OUTPUT_VALUES;
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

std::uint32_t BatchText::cache(std::uint64_t ticks, std::uint32_t tick, std::uint64_t width,
                               std::uint64_t height, std::uint32_t format) {
    weft_output output{};
    output.node = cpp::to_str("cache");
    output.kind = WEFT_OUTPUT_CACHE;
    output.ticks = ticks;
    if (width != 0) output.grid = picture_grid(width, height, format, 1);
    output.grid.format = format;
    output.grid.channels = 1;
    weft_axis ring = axis_of(WEFT_FIELD_OWN, ticks, 0.0, 1.0, 0);
    ring.filter = WEFT_FILTER_FLOOR;
    ring.wrap = WEFT_WRAP_RING;
    ring.tick = tick;
    output.grid.axes[output.grid.axis_count++] = ring;
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

Picture::Picture(std::uint64_t width, std::uint64_t height, std::uint32_t channels)
    : data(width * height * channels) {
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = picture_grid(width, height, WEFT_FORMAT_F32, channels);
    handle.memory_fd = -1;
    view.data = data.data();
    handle.view = &view;
}

float& Picture::at(std::uint64_t x, std::uint64_t y, std::uint32_t channel) {
    const weft_grid& grid = handle.grid;
    return data[(channel * grid.axes[1].count + y) * grid.axes[0].count + x];
}

BatchView::BatchView(const BatchText& text) {
    for (const KernelText& k : text.kernels) {
        weft_kernel made{};
        made.domain = k.domain;
        made.width = k.width;
        made.height = k.height;
        made.ir = k.ir.view();
        for (std::uint32_t v = 0; v < made.ir.value_count; ++v) {
            const weft_ir_value& value = made.ir.values[v];
            if (value.op == WEFT_OP_UNIFORM)
                made.ir.uniform_count = std::max(made.ir.uniform_count, value.aux + 1);
            if (value.op == WEFT_OP_PARAM)
                batch.param_count = std::max(batch.param_count, value.aux + 1);
        }
        made.stores = k.stores.data();
        made.store_count = static_cast<std::uint32_t>(k.stores.size());
        kernels_.push_back(made);
    }
    batch.struct_size = sizeof batch;
    batch.kernels = kernels_.data();
    batch.kernel_count = static_cast<std::uint32_t>(kernels_.size());
    batch.inputs = text.inputs.data();
    batch.input_count = static_cast<std::uint32_t>(text.inputs.size());
    batch.outputs = text.outputs.data();
    batch.output_count = static_cast<std::uint32_t>(text.outputs.size());
    batch.settings = text.settings.data();
}

Points::Points() {
    view.struct_size = sizeof view;
    view.fields = fields.data();
    view.constants = constants.data();
}

void Points::set(std::uint32_t field, const std::vector<double>& numbers) {
    fields[field] = numbers.data();
    view.count = numbers.size();
}

}  // namespace weft::kit
