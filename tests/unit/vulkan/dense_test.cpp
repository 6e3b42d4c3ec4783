// Texts for hardware (gpu::TextOptions::dense), on whatever device there is.
#include <cstring>

#include "gpu/kernel_text.h"
#include "tests/support/ir_builder.h"
#include "tests/unit/vulkan/support.h"

namespace weft::vulkan {
namespace {

constexpr std::uint32_t kWidth = 61, kHeight = 50;

class VulkanDense : public DeviceTest {
protected:
    // Sines of moderate and of huge angles, side by side and one below the other.
    [[nodiscard]] gpu::KernelText waves(bool dense) {
        test::IrBuilder ir;
        const auto x = ir.field(WEFT_FIELD_X);
        const auto y = ir.field(WEFT_FIELD_Y);
        const auto angle = ir.op(WEFT_OP_MUL, {ir.op(WEFT_OP_MUL, {x, y}), ir.constant(3e5)});
        const auto wave = ir.op(WEFT_OP_SIN, {angle});
        weft_grid grid{};
        grid.format = WEFT_FORMAT_F32;
        grid.channels = 1;
        grid.axis_count = 2;
        grid.axes[0].field = WEFT_FIELD_X;
        grid.axes[0].count = kWidth;
        grid.axes[0].stride = 4;
        grid.axes[1].field = WEFT_FIELD_Y;
        grid.axes[1].count = kHeight;
        grid.axes[1].stride = 4 * kWidth;
        const weft_store store{0, 0, 1, ir.list({wave})};
        weft_kernel kernel{};
        kernel.domain = WEFT_DOMAIN_RASTER;
        kernel.width = kWidth;
        kernel.height = kHeight;
        kernel.ir = ir.view();
        kernel.stores = &store;
        kernel.store_count = 1;
        weft_batch batch{};
        batch.struct_size = sizeof batch;
        batch.kernels = &kernel;
        batch.kernel_count = 1;
        const std::vector<gpu::TextInput> inputs;
        const std::vector<gpu::TextOutput> outputs{{WEFT_OUTPUT_TARGET, grid}};
        gpu::TextOptions options = device().info().text;
        options.lanes = 1;
        options.rows = dense ? 4 : 1;
        options.threads = 64;
        options.dense = dense;
        return gpu::write_kernel({&batch, 0, &inputs, &outputs, options});
    }

    [[nodiscard]] std::vector<float> picture_of(const gpu::KernelText& text) {
        const auto pipeline = device().build({&text, "waves"});
        const auto args = device().allocate(4096, gpu::Place::upload);
        const auto word = device().allocate(4096, gpu::Place::upload);
        const auto out = device().allocate(4 * kWidth * kHeight, gpu::Place::readback);
        std::memset(args->host, 0, 4096);
        std::memset(word->host, 0, 4096);
        gpu::Command command;
        command.kind = gpu::Command::Kind::launch;
        command.launch.pipeline = pipeline.get();
        for (const gpu::Parameter& parameter : text.parameters) {
            const bool output = parameter.use == gpu::Use::output;
            gpu::Buffer* const buffer = output                            ? out.get()
                                        : parameter.use == gpu::Use::args ? args.get()
                                                                          : word.get();
            command.launch.parameters.push_back({buffer, 0});
        }
        const auto [threads_x, threads_y] = threads_of(text, gpu::Over::raster, kWidth, kHeight);
        const std::uint32_t group = device().info().text.group;
        command.launch.groups = {static_cast<std::uint32_t>((threads_x + group - 1) / group),
                                 static_cast<std::uint32_t>(threads_y)};
        command.launch.constants = {0, 0, static_cast<std::uint32_t>(threads_x),
                                    static_cast<std::uint32_t>(threads_y)};
        const auto work = device().record({command});
        EXPECT_TRUE(device().wait(device().submit(*work), 10'000'000'000));
        std::vector<float> picture(std::size_t{kWidth} * kHeight);
        std::memcpy(picture.data(), out->host, picture.size() * 4);
        return picture;
    }
};

TEST_F(VulkanDense, RarePathsAreTakenByASecondTurnOfTheThread) {
    const gpu::KernelText dense = waves(true);
    EXPECT_NE(dense.source.find("if (w_doubt)"), std::string::npos);
    EXPECT_EQ(dense.points_of_thread[1], 4u);
    const gpu::KernelText plain = waves(false);
    EXPECT_EQ(plain.source.find("if (w_doubt)"), std::string::npos);
    const std::vector<float> due = picture_of(plain), got = picture_of(dense);
    EXPECT_EQ(std::memcmp(got.data(), due.data(), due.size() * 4), 0);
}

}  // namespace
}  // namespace weft::vulkan
