// Texts in every dialect and shape, also those that no driver here asks for, through compilers that
// need no device. What the texts compute is tested on the back ends.
#include <gtest/gtest.h>
#include <weft/cpp/backend.hpp>

#include <weft_paths.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "kernels.h"
#include "tests/support/absent.h"
#include "tests/support/temp_dir.h"

namespace weft::gpu::test {
namespace {

struct Shape {
    const char* name;
    TextOptions options;
    std::string compiler;
};

TextOptions made(Target target, std::uint32_t lanes, bool f64, std::uint32_t longest_loop) {
    TextOptions options;
    options.target = target;
    options.lanes = lanes;
    options.f64 = f64;
    options.fused = lanes == 1;
    options.rows = 4;
    options.dense = target == Target::glsl && longest_loop == 0;
    options.threads = 256;
    options.longest_loop = longest_loop;
    options.carried = lanes == 4 ? 0 : 1024;
    return options;
}

constexpr const char* kOpencl =
    "clang -x cl -cl-std=CL1.2 -Xclang -finclude-default-header -fsyntax-only -w";
const std::string kCuda =
    "clang -x cuda -nocudainc -nocudalib --cuda-gpu-arch=sm_70 --cuda-device-only -fsyntax-only -w "
    "-include " +
    in_source("/tests/unit/gpu/cuda_words.h");
constexpr const char* kGlsl = "glslangValidator --target-env vulkan1.2 -S comp -o /dev/null";

class Texts : public testing::TestWithParam<Shape> {
protected:
    static bool has(const std::string& command) {
        const std::string program = command.substr(0, command.find(' '));
        return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0;
    }

    void add(const KernelText& text, const std::string& name) {
        const bool glsl = GetParam().options.target == Target::glsl;
        for (std::size_t e = 0; e < (glsl ? text.entries.size() : 1); ++e) {
            const std::string file = directory_ / (name + std::to_string(e) + ".txt");
            std::string source = text.source;
            if (glsl)
                source.insert(source.find('\n') + 1,
                              "#define WEFT_ENTRY " + std::to_string(e) + "\n");
            std::ofstream(file, std::ios::binary) << source;
            files_ += " " + file;
        }
    }

    void compile() const {
        if (!has(GetParam().compiler))
            return weft::test::absent(std::string("no ") + GetParam().compiler);
        const std::string log = directory_ / "log";
        const std::string command = "(for file in" + files_ + "; do " + GetParam().compiler +
                                    " $file || exit 1; done) > " + log + " 2>&1";
        if (std::system(command.c_str()) == 0) return;
        std::ostringstream text;
        text << std::ifstream(log).rdbuf();
        FAIL() << text.str();
    }

    weft::test::TempDir directory_;
    std::string files_;
};

TEST_P(Texts, Compile) {
    int number = 0;
    for (const Sample& sample : all_kernels()) {
        const std::string name = sample.name + "-" + std::to_string(number++) + "-";
        if (sample.domain == WEFT_DOMAIN_POINTS && !GetParam().options.f64) {
            EXPECT_THROW((void)sample.write(GetParam().options), cpp::Failure);
            continue;
        }
        bool doubles = false;
        for (const TextInput& input : sample.inputs)
            doubles = doubles || input.grid.format == WEFT_FORMAT_F64;
        for (const TextOutput& output : sample.outputs)
            doubles = doubles || output.grid.format == WEFT_FORMAT_F64;
        if (doubles && !GetParam().options.f64) continue;
        const KernelText text = sample.write(GetParam().options);
        EXPECT_EQ(text.source, sample.write(GetParam().options).source) << name;
        add(text, name);
    }
    compile();
}

TEST_P(Texts, GathersCompile) {
    if (!GetParam().options.f64) GTEST_SKIP() << "points need doubles";
    weft_grid huge = ring(WEFT_TICK_FRAME, 64);
    huge.axes[2].capacity = std::uint64_t{1} << 26;
    const weft_grid grids[] = {picture(WEFT_FORMAT_RGBA16, WEFT_WRAP_MIRROR, WEFT_FILTER_LINEAR),
                               ring(WEFT_TICK_SAMPLE, 0), huge};
    for (std::size_t g = 0; g < std::size(grids); ++g) {
        const KernelText text = write_gather({false, grids[g], 0, false}, GetParam().options);
        EXPECT_EQ(text.entries.size(), 1u);
        EXPECT_EQ(text.point_fields.size(), grids[g].axis_count);
        add(text, "gather-" + std::to_string(g) + "-");
    }
    compile();
}

INSTANTIATE_TEST_SUITE_P(
    All, Texts,
    testing::Values(Shape{"glsl", made(Target::glsl, 1, true, 0), kGlsl},
                    Shape{"glsl_short_loops", made(Target::glsl, 1, true, 32768), kGlsl},
                    Shape{"glsl_singles", made(Target::glsl, 1, false, 0), kGlsl},
                    Shape{"opencl", made(Target::opencl, 1, true, 0), kOpencl},
                    Shape{"opencl_singles", made(Target::opencl, 1, false, 0), kOpencl},
                    Shape{"opencl_4", made(Target::opencl, 4, true, 0), kOpencl},
                    Shape{"opencl_8", made(Target::opencl, 8, true, 0), kOpencl},
                    Shape{"opencl_16", made(Target::opencl, 16, true, 0), kOpencl},
                    Shape{"cuda", made(Target::cuda, 1, true, 0), kCuda}),
    [](const testing::TestParamInfo<Shape>& shape) { return std::string(shape.param.name); });

// An oscillator before a filter is computed for all samples at once, and handed on.
TEST(Sounds, OnlyRecursionGoesSampleBySample) {
    for (const Sample& sample : all_kernels()) {
        if (sample.domain != WEFT_DOMAIN_STREAM) continue;
        const KernelText text = sample.write({});
        ASSERT_FALSE(text.entries.empty());
        EXPECT_EQ(text.entries[0].over, Over::samples);
        const bool recursive = sample.name == "filter";
        EXPECT_EQ(text.entries.size(), recursive ? 2u : 1u);
        EXPECT_EQ(text.entries.back().over, recursive ? Over::serial : Over::samples);
        EXPECT_EQ(text.scratch_bytes != 0, recursive);
    }
}

// Samples that hang on ones far enough back are computed at once, as many as that.
TEST(Sounds, FeedbackFromFarBackGoesManySamplesAtATime) {
    TextOptions options;
    options.least_lag = 16;
    for (const std::uint32_t lag : {15u, 16u, 300u, 3000u}) {
        Sample sample = filter(lag);
        const KernelText text = sample.write(options);
        ASSERT_EQ(text.entries.size(), 2u);
        EXPECT_EQ(text.entries[0].most, 0u);
        const Entry& last = text.entries[1];
        EXPECT_EQ(last.over, lag < 16 ? Over::serial : Over::samples) << lag;
        EXPECT_EQ(last.most, lag < 16 ? 0u : lag);
    }
}

// Where a driver ends long loops, a loop of any length is written so that it notices.
TEST(Loops, AreNotCutShortInSilence) {
    TextOptions options;
    const auto notices = [&](const Sample& sample) {
        const std::string source = sample.write(options).source;
        const std::size_t first = source.find("STOPPED_SHORT");
        return source.find("STOPPED_SHORT", first + 1) != std::string::npos;
    };
    for (const Sample& sample : all_kernels()) {
        if (sample.name != "loops") continue;
        options.longest_loop = 65535;
        EXPECT_TRUE(notices(sample));
        options.longest_loop = 0;
        EXPECT_FALSE(notices(sample));
    }
}

// However many terms a sum has, a text calls each function a few times.
TEST(Sums, AreLoops) {
    const auto calls = [](const std::string& source, const std::string& function) {
        std::size_t count = 0;
        for (std::size_t at = source.find(function); at != std::string::npos;
             at = source.find(function, at + 1))
            ++count;
        return count;
    };
    for (const std::uint32_t domain : {WEFT_DOMAIN_STREAM, WEFT_DOMAIN_RASTER})
        for (const Target target : {Target::glsl, Target::opencl, Target::cuda}) {
            TextOptions options;
            options.target = target;
            const std::string few = sums(domain, 64).write(options).source;
            const std::string many = sums(domain, 640).write(options).source;
            EXPECT_LE(calls(few, "= w_sin_"), 5u);
            EXPECT_LE(calls(few, "GET_F32("), 40u);
            EXPECT_EQ(calls(many, "= w_sin_"), calls(few, "= w_sin_"));
            EXPECT_EQ(calls(many, "GET_F32("), calls(few, "GET_F32("));
            // Such as run faster one after the other stay so.
            const std::string small = sums(domain, 6).write(options).source;
            EXPECT_EQ(small.find("for (int k"), std::string::npos);
            EXPECT_EQ(small.find("; k"), std::string::npos);
        }
}

// Functions that a text calls hundreds of times are not written out at each call; few calls are.
TEST(Functions, AreCalledWhereTheyAreMany) {
    for (const Target target : {Target::opencl, Target::cuda})
        for (const bool many : {false, true}) {
            Sample sample;
            weft::test::IrBuilder& ir = sample.ir;
            const auto x = ir.op(WEFT_OP_MUL, {ir.field(WEFT_FIELD_X), ir.field(WEFT_FIELD_Y)});
            auto y = x;
            for (int i = 0; i < (many ? 300 : 10); ++i)
                y = ir.op(WEFT_OP_SIN, {ir.op(i % 2 == 0 ? WEFT_OP_MUL : WEFT_OP_SUB, {y, x})});
            sample.store(picture(WEFT_FORMAT_F32, 0, 0), WEFT_OUTPUT_TARGET, {y});
            TextOptions options;
            options.target = target;
            const std::string source = sample.write(options).source;
            EXPECT_EQ(source.find("\nFN_APART F w_sin_f(") != std::string::npos, many);
            EXPECT_EQ(source.find("\nFN F w_sin_f(") != std::string::npos, !many);
        }
}

// What is not a kernel is refused, not written.
TEST(IllFormed, KernelsAreRefused) {
    Sample sample;
    const auto x = sample.ir.field(WEFT_FIELD_X);
    sample.store(picture(WEFT_FORMAT_RGBA8, 0, 0), WEFT_OUTPUT_TARGET, {x, x});
    EXPECT_THROW((void)sample.write({}), cpp::Failure);
    Sample missing;
    const auto y = missing.ir.sample(3, {missing.ir.field(WEFT_FIELD_Y)});
    missing.store(picture(WEFT_FORMAT_F32, 0, 0), WEFT_OUTPUT_TARGET, {y});
    EXPECT_THROW((void)missing.write({}), cpp::Failure);
    Sample getter;
    getter.inputs = {{true, {}, 0, false}};
    const auto z = getter.ir.sample(0, {});
    getter.store(picture(WEFT_FORMAT_F32, 0, 0), WEFT_OUTPUT_TARGET, {z});
    EXPECT_THROW((void)getter.write({}), cpp::Failure);
}

}  // namespace
}  // namespace weft::gpu::test
