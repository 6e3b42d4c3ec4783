// The cost of an edge without the cost of computing: a producer whose large cache gets only a
// corner written in a frame, and a consumer whose kernel reads only a corner. What a frame takes
// longer with the large memory shared than without is what crossing costs.
#pragma once

#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "driver/compile/session.h"
#include "plugin/extensions.h"
#include "tests/support/ir_builder.h"

namespace weft::bench {

constexpr std::uint64_t kCorner = 64;  // columns that are written and read
constexpr std::uint32_t kPlanes = 4;

inline weft_axis axis_of(std::uint32_t field, std::uint64_t count) {
    weft_axis axis{};
    axis.field = field;
    axis.count = count;
    axis.step = 1.0 / static_cast<double>(count);
    axis.origin = 0.5 * axis.step;
    return axis;
}

// A compiled batch of one kernel, and the frame it runs.
class Corner {
public:
    // Keeps a picture of four planes; `kinds` as weft_output.kinds, 0: for itself.
    static Corner producer(plugin::Backend& backend, std::uint64_t width, std::uint64_t height,
                           std::uint32_t kinds) {
        test::IrBuilder ir;
        const auto x = ir.field(WEFT_FIELD_X);
        return {backend, ir, {x, x, x, x}, width, height, kinds, {}};
    }
    // Reads a corner of each plane, and keeps it.
    static Corner consumer(plugin::Backend& backend, const std::vector<weft_handle>& handles) {
        test::IrBuilder ir;
        const auto zero = ir.constant(0);
        const auto x = ir.op(WEFT_OP_MUL, {ir.field(WEFT_FIELD_X), ir.constant(0.01)});
        std::vector<std::uint32_t> planes;
        for (std::uint32_t c = 0; c < kPlanes; ++c) planes.push_back(ir.sample(c, {x, x, zero}));
        return {backend, ir, planes, kCorner, 1, 0, handles};
    }

    [[nodiscard]] plugin::Program& program() { return *program_; }
    [[nodiscard]] std::vector<weft_handle> handles(std::uint32_t kind) {
        std::vector<weft_handle> list;
        for (std::uint32_t c = 0; c < kPlanes; ++c) {
            auto found = program_->get_handle(c, kind);
            if (!found) fail(found.error());
            list.push_back(*found);
        }
        return list;
    }
    void run() {
        weft_frame frame{};
        frame.struct_size = sizeof frame;
        frame.fields = settings_.data();
        frame.capture = 1;
        frame.skip_targets = 1;
        if (const auto ran = program_->execute(frame); !ran) fail(ran.error());
    }

private:
    [[noreturn]] static void fail(const Error& error) {
        std::fprintf(stderr, "%s\n", error.message.c_str());
        std::exit(1);
    }

    static weft_output cache(std::uint64_t width, std::uint64_t height, std::uint32_t kinds) {
        weft_output output{};
        output.node = {"kept", 4};
        output.kind = WEFT_OUTPUT_CACHE;
        output.ticks = 1;
        output.shared = kinds != 0;
        output.kinds = kinds;
        output.grid.axis_count = 3;
        output.grid.format = WEFT_FORMAT_F32;
        output.grid.channels = 1;
        output.grid.axes[0] = axis_of(WEFT_FIELD_X, width);
        output.grid.axes[1] = axis_of(WEFT_FIELD_Y, height);
        weft_axis& ring = output.grid.axes[2];
        ring.field = WEFT_FIELD_OWN;
        ring.filter = WEFT_FILTER_FLOOR;
        ring.wrap = WEFT_WRAP_RING;
        ring.count = 1;
        ring.step = 1;
        return output;
    }

    Corner(plugin::Backend& backend, const test::IrBuilder& built,
           const std::vector<std::uint32_t>& planes, std::uint64_t width, std::uint64_t height,
           std::uint32_t kinds, const std::vector<weft_handle>& read) {
        test::IrBuilder ir = built;
        settings_[WEFT_FIELD_WIDTH] = static_cast<double>(width);
        settings_[WEFT_FIELD_HEIGHT] = static_cast<double>(height);
        settings_[WEFT_FIELD_FPS] = 60;
        settings_[WEFT_FIELD_RATE] = 48000;
        std::array<weft_output, kPlanes> outputs{};
        std::array<weft_store, kPlanes> stores{};
        for (std::uint32_t c = 0; c < kPlanes; ++c) {
            outputs[c] = cache(width, height, kinds);
            outputs[c].id = 1 + c;
            stores[c] = {c, 0, 1, ir.list({planes[c]})};
        }
        weft_kernel kernel{};
        kernel.domain = WEFT_DOMAIN_RASTER;
        kernel.width = kCorner;
        kernel.height = 1;
        kernel.ir = ir.view();
        kernel.stores = stores.data();
        kernel.store_count = kPlanes;
        std::vector<weft_input> inputs;
        for (const weft_handle& handle : read) {
            const std::uint64_t id = 100 + inputs.size();
            inputs.push_back({{"kept", 4}, {"v", 1}, WEFT_NOT_INTERNAL, 0, id});
            weft_binding binding{};
            binding.struct_size = sizeof binding;
            binding.kind = handle.kind;
            binding.handle = handle;
            edges_.inputs[id] = binding;
        }
        weft_batch batch{};
        batch.struct_size = sizeof batch;
        batch.context = WEFT_CONTEXT_VISUAL;
        batch.name = {"corner", 6};
        batch.kernels = &kernel;
        batch.kernel_count = 1;
        batch.inputs = inputs.data();
        batch.input_count = static_cast<std::uint32_t>(inputs.size());
        batch.outputs = outputs.data();
        batch.output_count = kPlanes;
        batch.settings = settings_.data();
        auto compiled = backend.compile(batch, edges_);
        if (!compiled) fail(compiled.error());
        program_ = std::move(*compiled);
    }

    std::array<double, WEFT_FIELD_COUNT> settings_{};
    plugin::Edges edges_;
    std::unique_ptr<plugin::Program> program_;
};

// Memory that both sides can use in place: of the device, else of the host; NONE where there is
// none.
inline std::uint32_t common_kind(plugin::Backend& producer, plugin::Backend& consumer) {
    const auto caps_of = [](plugin::Backend& backend) {
        weft_memory_caps host{};
        host.exports = host.imports = 1u << WEFT_HANDLE_HOST;
        host.flags = WEFT_MEMORY_UNIFIED;
        const plugin::SharedMemory memory(backend);
        const auto caps = memory ? memory.caps() : Result<weft_memory_caps>(host);
        return caps ? *caps : host;
    };
    const weft_memory_caps from = caps_of(producer), to = caps_of(consumer);
    const std::uint32_t both = from.exports & to.imports;
    const bool same_device =
        std::equal(std::begin(from.device_uuid), std::end(from.device_uuid), to.device_uuid);
    if ((both >> WEFT_HANDLE_OPAQUE_FD & 1u) && same_device) return WEFT_HANDLE_OPAQUE_FD;
    const bool unified = (from.flags & to.flags & WEFT_MEMORY_UNIFIED) != 0;
    return unified && (both >> WEFT_HANDLE_HOST & 1u) ? WEFT_HANDLE_HOST : WEFT_HANDLE_NONE;
}

}  // namespace weft::bench
