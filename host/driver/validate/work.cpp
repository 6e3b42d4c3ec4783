#include "driver/validate/work.h"

#include <fmt/format.h>
#include <weft/clock.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <weft/cpp/text.hpp>

namespace weft::validate {
namespace {

// What targets hold before a frame. As a float it is a number that nothing computes.
constexpr std::byte kPattern{0xa5};

std::uint64_t bytes_of(const weft_grid& grid) {
    return static_cast<std::uint64_t>(grid.channel_stride) * std::max(1u, grid.channels);
}

// A getter over a picture in memory: the point at which it is asked, as SAMPLE would read it.
weft_status read_picture(void* getter, const weft_points* points, double* values, weft_error*) {
    const auto& picture = *static_cast<const kit::Picture*>(getter);
    for (std::uint64_t n = 0; n < points->count; ++n) {
        std::uint64_t index[2];
        for (std::uint32_t a = 0; a < 2; ++a) {
            const weft_axis& axis = picture.handle.grid.axes[a];
            const double* const list = points->fields[axis.field];
            const double at = list ? list[n] : points->constants[axis.field];
            const double last = static_cast<double>(axis.count - 1);
            const double place = (at - axis.origin) / axis.step;
            index[a] = static_cast<std::uint64_t>(std::clamp(place + 0.5, 0.0, last));
        }
        values[n] = static_cast<double>(
            picture.data[index[1] * picture.handle.grid.axes[0].count + index[0]]);
    }
    return WEFT_OK;
}

}  // namespace

Work::Work(std::string name, std::uint32_t context) : name_(std::move(name)), context_(context) {}

weft_str Work::keep(std::string text) {
    return cpp::to_str(texts_.emplace_back(std::move(text)));
}

std::uint32_t Work::target_picture(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                                   std::uint32_t channels) {
    const auto target = static_cast<std::uint32_t>(targets_.size());
    const std::uint32_t output = picture(width, height, format, channels, target);
    targets_.push_back(bytes_of(outputs[output].grid));
    return output;
}

std::uint32_t Work::target_sound(std::uint64_t samples) {
    const auto target = static_cast<std::uint32_t>(targets_.size());
    const std::uint32_t output = sound(target);
    samples_ = samples;
    targets_.push_back(samples * sizeof(float));
    return output;
}

std::uint32_t Work::shared_cache(std::uint64_t ticks, std::uint64_t width, std::uint64_t height,
                                 std::uint32_t kinds) {
    const std::uint32_t output = cache(ticks, WEFT_TICK_FRAME, width, height);
    outputs[output].shared = 1;
    outputs[output].kinds = kinds;
    outputs[output].id = 1000 + output;
    return output;
}

std::uint64_t Work::host_picture(std::uint64_t width, std::uint64_t height, bool getter) {
    kit::Picture& picture = pictures_.emplace_back(width, height);
    for (std::uint64_t y = 0; y < height; ++y)
        for (std::uint64_t x = 0; x < width; ++x)
            picture.at(x, y) = static_cast<float>(x) + 100.0f * static_cast<float>(y);
    picture.view.generation = 1;
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.handle = picture.handle;
    binding.get_values = read_picture;
    binding.getter = &picture;
    binding.kind = getter ? WEFT_HANDLE_NONE : WEFT_HANDLE_HOST;
    if (getter) {
        binding.handle = {};
        binding.handle.struct_size = sizeof binding.handle;
        binding.handle.memory_fd = -1;
        binding.handle.grid.axis_count = 2;
        for (std::uint32_t a = 0; a < 2; ++a)
            binding.handle.grid.axes[a].field = picture.handle.grid.axes[a].field;
    }
    const std::uint64_t id = 500 + pictures_.size();
    bindings[id] = binding;
    return id;
}

void Work::source(const std::string& builtin, std::vector<weft_arg> args, std::uint32_t strands) {
    weft_source made{};
    made.node = keep("source" + std::to_string(sources.size()));
    made.builtin = keep(builtin);
    made.args = args_.emplace_back(std::move(args)).data();
    made.arg_count = static_cast<std::uint32_t>(args_.back().size());
    made.first_output = static_cast<std::uint32_t>(outputs.size());
    made.output_count = strands;
    made.span = {WEFT_NO_FILE, 0, 0};
    for (std::uint32_t i = 0; i < strands; ++i) {
        weft_output output{};
        output.node = made.node;
        output.strand = keep(std::to_string(i));
        output.kind = WEFT_OUTPUT_SOURCE;
        output.id = 2000 + outputs.size();
        output.shared = 1;
        outputs.push_back(output);
    }
    sources.push_back(made);
}

weft_batch Work::batch() {
    assembled_ = std::make_unique<kit::BatchView>(*this);
    weft_batch made = assembled_->batch;
    made.name = cpp::to_str(name_);
    made.context = context_;
    made.sources = sources.data();
    made.source_count = static_cast<std::uint32_t>(sources.size());
    made.param_count = static_cast<std::uint32_t>(params.size());
    return made;
}

// --- Frames --------------------------------------------------------------------------------------

Frame::Frame(const Work& work, std::int64_t number)
    : params_(work.params), uniforms_(work.uniforms) {
    std::copy(work.settings.begin(), work.settings.end(), fields);
    weft_clock_at_frame(work.settings.data(), number, fields);
    for (const std::uint64_t bytes : work.targets_) {
        const std::string name = fmt::format("target {} of {} bytes", targets.size(), bytes);
        const Guarded& target = targets.emplace_back(name, bytes);
        std::memset(target.data(), static_cast<int>(kPattern), bytes);
        table_.push_back({target.data(), bytes});
    }
    view.struct_size = sizeof view;
    view.target_count = static_cast<std::uint32_t>(table_.size());
    view.fields = fields;
    view.params = params_.data();
    view.uniforms = uniforms_.data();
    view.targets = table_.data();
    view.first_sample = weft_clock_first_sample(work.settings.data(), number);
    view.sample_count = work.samples_;
    view.capture = 1;
    view.cancel = &cancel;
}

bool Frame::untouched(std::size_t target) const {
    const auto* const bytes = targets[target].as<const std::byte>();
    return std::all_of(bytes, bytes + targets[target].size(),
                       [](std::byte b) { return b == kPattern; });
}

}  // namespace weft::validate
