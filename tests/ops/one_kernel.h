// One kernel on one back end, as the host would run it: a picture of planar f32, or values at
// points.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "plugin/plugin.h"
#include "tests/support/ir_builder.h"

namespace weft::test {

class OneKernel {
public:
    // `results` become planes of a picture, width x height, or outputs at points (domain POINTS).
    OneKernel(plugin::Backend& backend, IrBuilder ir, const std::vector<std::uint32_t>& results,
              std::uint32_t domain, std::uint64_t width = 1, std::uint64_t height = 1)
        : width_(width), height_(height), planes_(results.size()) {
        settings_[WEFT_FIELD_WIDTH] = static_cast<double>(width);
        settings_[WEFT_FIELD_HEIGHT] = static_cast<double>(height);
        settings_[WEFT_FIELD_FPS] = 60;
        settings_[WEFT_FIELD_RATE] = 48000;
        const bool picture = domain == WEFT_DOMAIN_RASTER;
        std::vector<weft_output> outputs(picture ? 1 : results.size());
        std::vector<weft_store> stores;
        if (picture) {
            make_target(outputs[0]);
            stores.push_back({0, 0, static_cast<std::uint32_t>(planes_), ir.list(results)});
        } else {
            for (std::uint32_t i = 0; i < planes_; ++i) {
                outputs[i].kind = WEFT_OUTPUT_VALUES;
                stores.push_back({i, 0, 1, ir.list({results[i]})});
            }
        }
        weft_kernel kernel{};
        kernel.domain = domain;
        kernel.width = width;
        kernel.height = height;
        kernel.ir = ir.view();
        kernel.stores = stores.data();
        kernel.store_count = static_cast<std::uint32_t>(stores.size());
        weft_batch batch{};
        batch.struct_size = sizeof batch;
        batch.context = picture ? WEFT_CONTEXT_VISUAL : WEFT_CONTEXT_COMPUTE;
        batch.name = {"kernel", 6};
        batch.kernels = &kernel;
        batch.kernel_count = 1;
        batch.outputs = outputs.data();
        batch.output_count = static_cast<std::uint32_t>(outputs.size());
        batch.settings = settings_.data();
        auto compiled = backend.compile(batch, edges_);
        EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.error().message);
        if (compiled.ok()) program_ = std::move(compiled).value();
    }

    [[nodiscard]] bool ok() const { return program_ != nullptr; }

    // Plane after plane, row after row.
    std::vector<float> picture() {
        std::vector<float> pixels(width_ * height_ * planes_, -12345.0f);
        const weft_target target = {pixels.data(), pixels.size() * sizeof(float)};
        std::array<double, WEFT_FIELD_COUNT> fields = settings_;
        weft_frame frame{};
        frame.struct_size = sizeof frame;
        frame.fields = fields.data();
        frame.targets = &target;
        frame.target_count = 1;
        frame.capture = 1;
        const auto ran = program_->execute(frame);
        EXPECT_TRUE(ran.ok()) << (ran.ok() ? "" : ran.error().message);
        return pixels;
    }

    // `coordinates`: arrays for the fields x, y, time.
    std::vector<double> points(const std::array<std::vector<double>, 3>& coordinates,
                               std::uint32_t output = 0) {
        std::array<const double*, WEFT_FIELD_COUNT> arrays{};
        for (std::size_t i = 0; i < 3; ++i) arrays[i] = coordinates[i].data();
        weft_points at{};
        at.struct_size = sizeof at;
        at.count = coordinates[0].size();
        at.fields = arrays.data();
        at.constants = settings_.data();
        std::vector<double> values(at.count, -12345.0);
        const auto got = program_->get_values(output, at, values.data());
        EXPECT_TRUE(got.ok()) << (got.ok() ? "" : got.error().message);
        return values;
    }

private:
    void make_target(weft_output& output) const {
        output.kind = WEFT_OUTPUT_TARGET;
        weft_grid& grid = output.grid;
        grid.axis_count = 2;
        grid.format = WEFT_FORMAT_F32;
        grid.channels = static_cast<std::uint32_t>(planes_);
        grid.channel_stride = static_cast<std::int64_t>(width_ * height_ * sizeof(float));
        const std::uint64_t counts[2] = {width_, height_};
        for (std::uint32_t a = 0; a < 2; ++a) {
            weft_axis& axis = grid.axes[a];
            axis.field = a;
            axis.count = counts[a];
            axis.step = 1.0 / static_cast<double>(counts[a]);
            axis.origin = 0.5 * axis.step;
            axis.stride =
                static_cast<std::int64_t>(a == 0 ? sizeof(float) : width_ * sizeof(float));
        }
    }

    std::uint64_t width_;
    std::uint64_t height_;
    std::size_t planes_;
    std::array<double, WEFT_FIELD_COUNT> settings_{};
    plugin::Edges edges_;
    std::unique_ptr<plugin::Program> program_;
};

}  // namespace weft::test
