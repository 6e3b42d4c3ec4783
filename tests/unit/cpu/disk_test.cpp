// The cpu back end's code on disk, and what it says of batches that it cannot compile.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/batches/batch.h"
#include "tests/support/temp_dir.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

class CodeOnDisk : public testing::Test {
protected:
    void SetUp() override { host.cache_directory = directory.path(); }

    float render(double factor) {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, 20, 4);
        Ir& ir = kernel.ir;
        const Ir::Id x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
        const Ir::Id y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
        const Ir::Id v = ir.op(WEFT_OP_MUL, {ir.op(WEFT_OP_MUL, {x, y}), ir.constant(factor)});
        kernel.store(batch.picture(20, 4, WEFT_FORMAT_F32, 1, 0), {v});
        Compiled program(host, batch);
        EXPECT_TRUE(program.ok()) << program.error().message;
        std::vector<float> picture(80);
        EXPECT_EQ(program.frame(0, {{picture.data(), 320}}), WEFT_OK);
        return picture[0] / static_cast<float>(factor);
    }

    [[nodiscard]] std::vector<std::filesystem::path> files() const {
        std::vector<std::filesystem::path> list;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            list.push_back(entry.path());
        return list;
    }

    Host host;
    test::TempDir directory;
};

TEST_F(CodeOnDisk, IsFoundByContentAndSurvivesDamage) {
    const float expected = 0.025f * 0.125f;
    EXPECT_NEAR(render(1.0), expected, 1e-7);
    ASSERT_EQ(files().size(), 1u);
    const auto written = std::filesystem::last_write_time(files()[0]);
    EXPECT_NEAR(render(1.0), expected, 1e-7);
    EXPECT_EQ(files().size(), 1u);
    EXPECT_EQ(std::filesystem::last_write_time(files()[0]), written);
    EXPECT_NEAR(render(2.0), expected, 1e-7);
    EXPECT_EQ(files().size(), 2u);
    // Truncated, overwritten and empty files are made again.
    for (const char* damage :
         {"", "weftcpu1", "something else entirely, and longer than a header"}) {
        for (const auto& path : files()) {
            std::ofstream file(path, std::ios::binary | std::ios::trunc);
            file << damage;
        }
        EXPECT_NEAR(render(1.0), expected, 1e-7);
        EXPECT_NEAR(render(2.0), expected, 1e-7);
    }
    for (const auto& path : files()) {
        std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(300);
        file.put('x');
    }
    EXPECT_NEAR(render(1.0), expected, 1e-7);
}

TEST(Errors, AreValuesWithAReason) {
    Host host;
    {
        BatchText batch;
        batch.cache(std::uint64_t{1} << 40, WEFT_TICK_FRAME, 1920, 1080);
        Compiled program(host, batch);
        EXPECT_FALSE(program.ok());
        EXPECT_NE(std::string(program.error().message).find("MB"), std::string::npos)
            << program.error().message;
    }
    {
        // Feedback without a tick between.
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
        const std::uint32_t cache = batch.cache(4, WEFT_TICK_SAMPLE);
        Ir& ir = kernel.ir;
        const Ir::Id back = ir.sample(batch.internal(cache), {ir.constant(4)});
        ir.set_varies(back, kPoint);
        kernel.store(cache, {ir.op(WEFT_OP_ADD, {back, ir.constant(1)})});
        Compiled program(host, batch);
        EXPECT_FALSE(program.ok());
        EXPECT_NE(std::string(program.error().message).find("feedback"), std::string::npos);
    }
}

}  // namespace
}  // namespace weft::batch_test
