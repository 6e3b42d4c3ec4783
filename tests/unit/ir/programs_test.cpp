// What the passes are for: the work per point of known programs, and their accuracy after a month.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/source.h"
#include "builder.h"
#include "ir/verify.h"

namespace weft::ir::test {
namespace {

constexpr double kMonth = 30 * 86400;

struct ProgramsTest : testing::Test {
    Builder b;
    SourceMap sources;
    Diagnostics diagnostics{&sources};

    E x() { return b.field(WEFT_FIELD_X); }
    E y() { return b.field(WEFT_FIELD_Y); }
    E time() { return b.field(WEFT_FIELD_TIME); }
    E cos(E a) { return b.op(WEFT_OP_COS, {a}); }
    E sub(E a, E c) { return b.op(WEFT_OP_SUB, {a, c}); }
    E div(E a, double c) { return b.op(WEFT_OP_DIV, {a, b.num(c)}); }
    E scaled(double c, E a) { return b.mul(b.num(c), a); }
    E squared(E a) { return b.op(WEFT_OP_POW, {a, b.num(2)}); }

    std::vector<E> plasma() {
        const E t = time();
        const E waves = b.sin(b.add_(scaled(10, x()), t));
        const E turning = b.add_(b.mul(x(), b.sin(div(t, 2))), b.mul(y(), cos(div(t, 3))));
        const E second = b.sin(b.add_(scaled(10, turning), t));
        const E px = sub(b.add_(x(), scaled(0.5, b.sin(div(t, 5)))), b.num(0.5));
        const E py = sub(b.add_(y(), scaled(0.5, cos(div(t, 3)))), b.num(0.5));
        const E square = b.add_(squared(px), squared(py));
        const E root = b.op(WEFT_OP_SQRT, {b.add_(scaled(100, square), b.num(1))});
        const E v = b.add_(b.add_(waves, second), b.sin(b.add_(root, t)));
        const E product = b.mul(scaled(0.5, b.sin(b.add_(scaled(10, x()), t))),
                                cos(b.add_(scaled(10, y()), scaled(1.3, t))));
        const E base = b.add_(b.num(0.5), product);
        std::vector<E> channels;
        for (const double phase : {0.0, 2.094, 4.188}) {
            const E angle = b.add_(b.mul(v, b.num(3.141592653589793)), b.num(phase));
            channels.push_back(
                b.add_(b.add_(scaled(0.5, base), scaled(0.25, b.sin(angle))), b.num(0.25)));
        }
        return channels;
    }

    // 64 harmonics whose amplitudes swell slowly
    E partials() {
        E sum = b.num(0);
        for (int k = 1; k <= 64; ++k) {
            const E slow = b.mul(scaled(6.283185307179586, time()), b.num(0.02 + 0.0007 * k));
            const E swell = b.add_(b.num(0.5), scaled(0.5, b.sin(b.add_(slow, b.num(2.4 * k)))));
            const E tone = b.sin(b.mul(b.num(6.283185307179586 * 55 * k), time()));
            sum = b.add_(sum, div(b.mul(swell, tone), k));
        }
        return b.mul(b.num(0.4), sum);
    }

    static bool is_point(const weft_ir_value& value) {
        return (value.varies & WEFT_VARIES_POINT) == WEFT_VARIES_POINT;
    }

    static std::map<std::uint16_t, int> operations(const Kernel& kernel, std::uint8_t rate) {
        std::map<std::uint16_t, int> counts;
        for (const weft_ir_value& value : kernel.ir.values) {
            if (value.op >= WEFT_OP_ADD && (value.varies & WEFT_VARIES_POINT) == rate)
                ++counts[value.op];
        }
        return counts;
    }
};

TEST_F(ProgramsTest, PlasmaFallsToAHandfulOfOperations) {
    LowerRequest request = b.request(plasma());
    for (Root& root : request.roots) root.conversion = Conversion::picture;
    const Kernel kernel = lower(request, diagnostics);
    ASSERT_EQ(verify(kernel), "");
    const std::map<std::uint16_t, int> point = operations(kernel, WEFT_VARIES_POINT);
    std::string shown = dump(kernel.ir) + "host\n" + dump(kernel.host.ir);
    std::map<std::uint16_t, int> counts = point;
    EXPECT_EQ(counts[WEFT_OP_SQRT], 1) << shown;
    EXPECT_EQ(counts[WEFT_OP_SIN] + counts[WEFT_OP_COS], 3) << shown;
    EXPECT_LE(counts[WEFT_OP_ADD] + counts[WEFT_OP_SUB] + counts[WEFT_OP_MUL], 20) << shown;
    EXPECT_EQ(counts[WEFT_OP_MIN] + counts[WEFT_OP_MAX], 6) << shown;
    EXPECT_EQ(counts.size(), 8u) << shown;
    for (const weft_ir_value& value : kernel.ir.values) {
        if (is_point(value)) {
            EXPECT_EQ(value.precision, WEFT_PRECISION_F32) << shown;
        }
    }
}

TEST_F(ProgramsTest, PlasmaIsExactAfterAMonth) {
    const std::vector<E> channels = plasma();
    const Kernel kernel = lower(b.request(channels), diagnostics);
    LowerRequest request = b.request(channels);
    request.raw = true;
    const Kernel plain = lower(request, diagnostics);
    double worst = 0;
    for (int i = 0; i < 500; ++i) {
        Point point;
        point.fields[WEFT_FIELD_X] = (i * 37 % 100 + 0.5) / 100;
        point.fields[WEFT_FIELD_Y] = (i * 61 % 100 + 0.5) / 100;
        point.fields[WEFT_FIELD_TIME] = kMonth + i / 60.0;
        const std::vector<double> expected = run(plain, point);
        const std::vector<double> got = run_rounded(kernel, point);
        for (std::size_t c = 0; c < 3; ++c)
            worst = std::max(worst, std::fabs(expected[c] - got[c]));
    }
    EXPECT_LT(worst, 4e-6);
}

TEST_F(ProgramsTest, PartialsAreTablesAndMultiplyAdds) {
    const E sound = partials();
    const Kernel kernel = lower(b.request({sound}, Domain::stream), diagnostics);
    ASSERT_EQ(verify(kernel), "");
    std::map<std::uint16_t, int> counts = operations(kernel, WEFT_VARIES_POINT);
    EXPECT_EQ(counts[WEFT_OP_SIN] + counts[WEFT_OP_COS], 0) << dump(kernel.ir);
    EXPECT_LE(counts[WEFT_OP_ADD] + counts[WEFT_OP_MUL] + counts[WEFT_OP_SUB], 64 * 9 + 1)
        << dump(kernel.ir);
    // column tables are the same for every row of the program
    for (const weft_ir_value& value : kernel.ir.values) {
        if ((value.varies & WEFT_VARIES_POINT) == WEFT_VARIES_COLUMN) {
            EXPECT_EQ(value.varies, WEFT_VARIES_COLUMN);
        }
        if (is_point(value)) {
            EXPECT_EQ(value.precision, WEFT_PRECISION_F32);
        }
    }
}

TEST_F(ProgramsTest, PartialsAreExactInTheFirstSecondAndAfterAMonth) {
    const E sound = partials();
    const Kernel kernel = lower(b.request({sound}, Domain::stream), diagnostics);
    LowerRequest request = b.request({sound}, Domain::stream);
    request.raw = true;
    const Kernel plain = lower(request, diagnostics);
    for (const double start : {0.0, kMonth}) {
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < 2000; ++i) {
            const double sample = start * 48000 + i * 7;
            Point point;
            point.fields[WEFT_FIELD_X] = point.fields[WEFT_FIELD_Y] = 0.5;
            point.fields[WEFT_FIELD_TIME] = point.fields[WEFT_FIELD_ABSTIME] = sample / 48000;
            const double row = std::floor(sample / 128) * 128;
            point.row_time = row / 48000;
            point.column_time = (sample - row) / 48000;
            const double expected = run(plain, point)[0];
            const double got = run_rounded(kernel, point)[0];
            signal += expected * expected;
            noise += (expected - got) * (expected - got);
        }
        EXPECT_GT(10 * std::log10(signal / noise), 110) << "from second " << start;
    }
}

// At the very samples at which the clock as it is written jumps, in the first second and after a
// month.
TEST_F(ProgramsTest, SteadyBeatsAreCountedInSamples) {
    for (const double rate : {48000.0, 44100.0, 96000.0})
        for (const double frequency : {1.0, 2.0, 0.25, 3.0, 10.0, 0.375, 40.0, 1024.0}) {
            b.program.settings[WEFT_FIELD_RATE] = rate;
            const E phase = b.op(WEFT_OP_FRACT, {b.mul(time(), b.num(frequency))});
            const Kernel kernel = lower(b.request({phase}, Domain::stream), diagnostics);
            ASSERT_EQ(verify(kernel), "");
            EXPECT_EQ(operations(kernel, WEFT_VARIES_POINT)[WEFT_OP_FRACT], 0) << frequency;
            for (const weft_ir_value& value : kernel.ir.values)
                EXPECT_TRUE(!is_point(value) || value.precision == WEFT_PRECISION_F32);
            LowerRequest request = b.request({phase}, Domain::stream);
            request.raw = true;
            const Kernel plain = lower(request, diagnostics);
            for (const double start : {0.0, kMonth, 24 * kMonth})
                for (int turn = 1; turn < 200; ++turn)
                    for (const double beside : {-1, 0, 1}) {
                        const double next = (std::floor(start * frequency) + turn) / frequency;
                        const double sample = std::round(next * rate) + beside;
                        Point point;
                        point.fields[WEFT_FIELD_TIME] = sample / rate;
                        const double row = std::floor(sample / 128) * 128;
                        point.row_time = row / rate;
                        point.column_time = (sample - row) / rate;
                        // As written it has few bits left after two years.
                        const double tolerance = 1e-7 + 4e-16 * frequency * sample / rate;
                        ASSERT_NEAR(run_rounded(kernel, point)[0],
                                    static_cast<float>(run(plain, point)[0]), tolerance)
                            << frequency << " at sample " << sample << " of " << rate;
                    }
        }
}

TEST_F(ProgramsTest, OtherBeatsStayAsTheyWereWritten) {
    const auto is_counted = [&](double frequency) {
        const E phase = b.op(WEFT_OP_FRACT, {b.mul(time(), b.num(frequency))});
        const Kernel kernel = lower(b.request({phase}, Domain::stream), diagnostics);
        return operations(kernel, WEFT_VARIES_POINT)[WEFT_OP_FRACT] == 0;
    };
    EXPECT_TRUE(is_counted(2));
    // Three bits and more round to the sample before a jump now and then.
    for (const double frequency : {7.0, 55.0, 0.1, 440.0, -2.0, 0.0})
        EXPECT_FALSE(is_counted(frequency));
    b.program.settings[WEFT_FIELD_RATE] = 44100.5;
    EXPECT_FALSE(is_counted(2));
    b.program.settings[WEFT_FIELD_RATE] = 48000;
    // Three steps in each beat, told from it.
    const E beat = b.op(WEFT_OP_FRACT, {b.mul(time(), b.num(2))});
    const E step = b.op(WEFT_OP_FLOOR, {b.mul(beat, b.num(3))});
    const Kernel kernel = lower(b.request({b.add_(beat, step)}, Domain::stream), diagnostics);
    EXPECT_EQ(operations(kernel, WEFT_VARIES_POINT)[WEFT_OP_FRACT], 1);
    b.program.settings[WEFT_FIELD_LOOP] = 90;
    EXPECT_FALSE(is_counted(2));
}

}  // namespace
}  // namespace weft::ir::test
