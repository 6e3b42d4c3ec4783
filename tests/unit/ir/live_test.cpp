// What lowering makes of sound that is heard, of knobs that are smoothed, of tempo from outside.
#include <gtest/gtest.h>

#include <weft/clock.h>

#include <cmath>

#include "base/source.h"
#include "builder.h"

namespace weft::ir::test {
namespace {

constexpr std::int64_t kCount = 1000;  // samples kept

// A ring in which sample n is signal(n), as the reference reads it.
double signal(std::int64_t n) {
    return n < 0 ? 0.0 : std::sin(0.3 * static_cast<double>(n)) + 0.001 * static_cast<double>(n);
}

struct Heard {
    std::int64_t now = 0;
    static double read(void* user, std::uint32_t, const double* coords, std::uint32_t) {
        if (!std::isfinite(coords[0])) return 0;
        const double k = std::floor(coords[0]);
        EXPECT_GE(k, 0);
        EXPECT_LT(k, kCount);
        return signal(static_cast<Heard*>(user)->now - static_cast<std::int64_t>(k));
    }
};

struct LiveTest : testing::Test {
    Builder b;
    SourceMap sources;
    Diagnostics diagnostics{&sources};
    sema::StrandId mic = b.instance("mic", sema::InstanceKind::source, nullptr);
    LiveParams live;

    LiveTest() {
        b.shapes[mic].axes = {{WEFT_FIELD_OWN, b.program.strands[mic].instance}};
        b.shapes[mic].heard = kCount;
    }

    Kernel lowered(E expr, Domain domain, bool raw) {
        LowerRequest request = b.request({expr}, domain);
        request.raw = raw;
        request.live = &live;
        Kernel kernel = lower(request, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render(false);
        return kernel;
    }

    // The same with and without passes.
    double at(E expr, Domain domain, const Point& point, std::int64_t now) {
        double values[2] = {0, 0};
        for (const bool raw : {false, true}) {
            const Kernel kernel = lowered(expr, domain, raw);
            Heard heard{now};
            weft_eval_env env = environment(kernel, point);
            env.sample = Heard::read;
            env.sample_user = &heard;
            const std::vector<double> uniforms = host_values(kernel, env);
            env.uniforms = uniforms.data();
            const weft_ir ir = kernel.ir.view();
            std::vector<double> scratch(weft_eval_scratch(&ir) + 1);
            EXPECT_EQ(weft_eval_ir(&ir, &env, scratch.data()), WEFT_OK);
            values[raw ? 1 : 0] = scratch[kernel.roots[0]];
        }
        const double near = 1e-9 * std::max(1.0, std::fabs(values[1]));
        EXPECT_TRUE(std::fabs(values[0] - values[1]) <= near ||
                    (std::isnan(values[0]) && std::isnan(values[1])))
            << values[0] << " " << values[1];
        return values[0];
    }

    [[nodiscard]] Point at_sample(std::int64_t sample) const {
        Point point;
        weft_clock_at_sample(b.program.settings.data(), sample, point.fields.data());
        constexpr std::int64_t kRow = 64;
        const double rate = b.program.settings[WEFT_FIELD_RATE];
        point.row_time = static_cast<double>(sample / kRow * kRow) / rate;
        point.column_time = static_cast<double>(sample % kRow) / rate;
        return point;
    }
    // The newest sample of a picture is the frame's first.
    [[nodiscard]] Point at_frame(std::int64_t frame, double x, std::int64_t& now) const {
        Point point;
        weft_clock_at_frame(b.program.settings.data(), frame, point.fields.data());
        point.fields[WEFT_FIELD_X] = x;
        now = weft_clock_first_sample(b.program.settings.data(), frame);
        return point;
    }
    E time() { return b.field(WEFT_FIELD_TIME); }
    E seconds_ago(E seconds) {
        return b.remap(b.strand(mic), {{WEFT_FIELD_TIME, b.op(WEFT_OP_SUB, {time(), seconds})}});
    }
};

TEST_F(LiveTest, SoundHearsTheSampleItself) {
    for (const std::int64_t n : {0, 1, 77, 123456}) {
        EXPECT_EQ(at(b.strand(mic), Domain::stream, at_sample(n), n), signal(n));
    }
}

TEST_F(LiveTest, WholeSamplesAreExactHoweverLateItIs) {
    const double rate = 48000;
    const std::int64_t month = std::int64_t{30} * 86400 * 48000;
    for (const std::int64_t n : {std::int64_t{5}, std::int64_t{4800}, month + 17}) {
        for (const int k : {0, 1, 3, 500, 997}) {
            const E value = seconds_ago(b.num(k / rate));
            EXPECT_EQ(at(value, Domain::stream, at_sample(n), n), signal(n - k)) << n << " " << k;
            // A moment that is written as such.
            const E then = b.remap(b.strand(mic),
                                   {{WEFT_FIELD_TIME, b.num(static_cast<double>(n - k) / rate)}});
            EXPECT_EQ(at(then, Domain::stream, at_sample(n), n), signal(n - k)) << n << " " << k;
        }
    }
}

TEST_F(LiveTest, StraightBetweenSamplesHeldBeyondTheEnds) {
    const std::int64_t n = 40000;
    const auto ago = [&](double samples) {
        return at(seconds_ago(b.num(samples / 48000)), Domain::stream, at_sample(n), n);
    };
    EXPECT_NEAR(ago(2.25), 0.75 * signal(n - 2) + 0.25 * signal(n - 3), 1e-9);
    EXPECT_EQ(ago(-1), signal(n));
    EXPECT_EQ(ago(-1e9), signal(n));
    EXPECT_EQ(ago(-INFINITY), signal(n));
    EXPECT_EQ(ago(kCount - 2), signal(n - kCount + 2));
    EXPECT_EQ(ago(kCount - 1), signal(n - kCount + 2));
    EXPECT_EQ(ago(1e9), signal(n - kCount + 2));
    EXPECT_EQ(ago(INFINITY), signal(n - kCount + 2));
    EXPECT_TRUE(std::isnan(ago(NAN)));
    EXPECT_EQ(at(seconds_ago(b.num(1)), Domain::stream, at_sample(100), 100), 0) << "the start";
}

TEST_F(LiveTest, PicturesReadAtTheirOwnMoment) {
    for (const double fps : {60.0, 25.0, 23.976}) {
        b.program.settings[WEFT_FIELD_FPS] = fps;
        for (const std::int64_t frame : {0, 1, 1001, 100003}) {
            std::int64_t now = 0;
            const Point point = at_frame(frame, 0.25, now);
            const double moment = point.fields[WEFT_FIELD_ABSTIME] * 48000;
            const auto expected = [&](double position) {
                const double low = std::floor(position);
                const auto n = static_cast<std::int64_t>(low);
                return signal(n) + (signal(n + 1) - signal(n)) * (position - low);
            };
            EXPECT_NEAR(at(b.strand(mic), Domain::raster, point, now), expected(moment), 2e-4);
            const E swept = seconds_ago(b.mul(b.field(WEFT_FIELD_X), b.num(0.01)));
            EXPECT_NEAR(at(swept, Domain::raster, point, now),
                        moment < 120 ? 0 : expected(moment - 120), 2e-4);
        }
    }
}

// `time` starts again with every loop; what was heard a second ago was heard a second ago.
TEST_F(LiveTest, LoopsDoNotMoveThePast) {
    b.program.settings[WEFT_FIELD_LOOP] = 30;
    const std::int64_t n = 24000 * 5 + 100;
    EXPECT_EQ(at(seconds_ago(b.num(0.001)), Domain::stream, at_sample(n), n), signal(n - 48));
    std::int64_t now = 0;
    const Point point = at_frame(151, 0.5, now);
    EXPECT_EQ(at(seconds_ago(b.num(0.001)), Domain::raster, point, now), signal(now - 48));
}

TEST_F(LiveTest, KnobsAreSmoothInSoundAlone) {
    b.program.params.resize(2);
    live.smooth = {{0, 3, 2}};  // slope, first
    live.count = 4;
    const E knob = b.param(0);
    Point point = at_sample(1000 + 16);
    point.params = {0.5, 7, 1000, 0.01};
    EXPECT_NEAR(at(knob, Domain::stream, point, 0), 0.66, 1e-12);
    EXPECT_EQ(at(b.param(1), Domain::stream, point, 0), 7);
    EXPECT_EQ(at(knob, Domain::raster, point, 0), 0.5);
    // Wherever a remap looks, it is now.
    const E moved = b.remap(knob, {{WEFT_FIELD_TIME, b.num(0)}, {WEFT_FIELD_ABSSAMPLE, b.num(0)}});
    EXPECT_NEAR(at(moved, Domain::stream, point, 0), 0.66, 1e-12);
    // A month later as well, and what it is multiplied with may still be f32.
    const std::int64_t late = std::int64_t{30} * 86400 * 48000;
    point.fields[WEFT_FIELD_ABSSAMPLE] = static_cast<double>(late + 3);
    point.params[2] = static_cast<double>(late);
    EXPECT_NEAR(at(knob, Domain::stream, point, 0), 0.53, 1e-12);
    const Kernel kernel = lowered(b.mul(knob, b.num(0.5)), Domain::stream, false);
    EXPECT_EQ(kernel.ir.values[kernel.roots[0]].precision, WEFT_PRECISION_F32) << dump(kernel.ir);
}

// A number of a picture at a place that stands still is on its way as a knob is; a picture that is
// scanned is held, and so is everything where nothing runs live.
TEST_F(LiveTest, NumbersOfPicturesAreSmoothInSoundAlone) {
    const sema::StrandId film = b.instance("film", sema::InstanceKind::source, nullptr);
    b.shapes[film].axes = {{WEFT_FIELD_X}, {WEFT_FIELD_Y}, {WEFT_FIELD_TIME}};
    b.program.instances[b.program.strands[film].instance].smooth = true;
    const auto value = [&](E expr, Domain domain, bool raw) {
        const Kernel kernel = lowered(expr, domain, raw);
        Point point = at_sample(1000 + 16);
        point.params = {0, 0, 1000};
        weft_eval_env env = environment(kernel, point);
        env.sample = [](void*, std::uint32_t input, const double* coords, std::uint32_t count) {
            if (input == kSlope) return count == 1 && coords[0] == 0.5 ? 0.01 : NAN;
            return 2 * coords[0];
        };
        const std::vector<double> uniforms = host_values(kernel, env);
        env.uniforms = uniforms.data();
        const weft_ir ir = kernel.ir.view();
        std::vector<double> scratch(weft_eval_scratch(&ir) + 1);
        EXPECT_EQ(weft_eval_ir(&ir, &env, scratch.data()), WEFT_OK);
        return scratch[kernel.roots[0]];
    };
    const E still = b.remap(
        b.strand(film),
        {{WEFT_FIELD_X, b.num(0.25)}, {WEFT_FIELD_Y, b.num(0.5)}, {WEFT_FIELD_TIME, b.num(0)}});
    const E scanned = b.remap(b.strand(film), {{WEFT_FIELD_X, b.mul(time(), b.num(10))},
                                               {WEFT_FIELD_Y, b.num(0.5)},
                                               {WEFT_FIELD_TIME, b.num(0)}});
    const double place = 10 * 1016.0 / 48000;
    EXPECT_EQ(value(still, Domain::stream, false), 0.5);
    live.first = 2;
    EXPECT_NEAR(value(still, Domain::stream, false), 0.66, 1e-12);
    EXPECT_EQ(value(still, Domain::raster, false), 0.5);
    EXPECT_EQ(value(still, Domain::stream, true), 0.5) << "nothing is computed ahead";
    EXPECT_NEAR(value(scanned, Domain::stream, false), 2 * place, 1e-9);
    // What it is multiplied with may still be f32.
    const Kernel kernel = lowered(b.mul(still, b.num(0.5)), Domain::stream, false);
    EXPECT_EQ(kernel.ir.values[kernel.roots[0]].precision, WEFT_PRECISION_F32) << dump(kernel.ir);
}

// The bounds of an input are what is usual; its clamps stay.
TEST_F(LiveTest, InputsAreNotBound) {
    sema::Param& param = b.program.params.emplace_back();
    param.kind = "input";
    Point point;
    point.params = {5};
    const E held = b.op(WEFT_OP_MIN, {b.param(0), b.num(1)});
    EXPECT_EQ(at(held, Domain::raster, point, 0), 1);
    LowerRequest request = b.request({}, Domain::raster);
    request.roots = {{{b.param(0)}, Conversion::picture}};
    const Kernel kernel = lower(request, diagnostics);
    EXPECT_EQ(run(kernel, point)[0], 1);
}

TEST_F(LiveTest, TempoComesFromOutside) {
    b.program.settings[WEFT_FIELD_TIMESIG_NUM] = 3;
    const std::uint32_t fields[] = {WEFT_FIELD_BEAT, WEFT_FIELD_MEASURE, WEFT_FIELD_BEATPHASE,
                                    WEFT_FIELD_MEASUREPHASE};
    live.tempo = 1;
    live.count = 4;
    for (const Domain domain : {Domain::raster, Domain::stream, Domain::points}) {
        Point point = at_sample(48000 * 10);
        point.params = {0, 100.5, 8, 90};  // beat, since, bpm
        const double beat = 100.5 + 2 * 1.5;
        const double expected[] = {beat, beat / 3, 0.5, beat / 3 - 34};
        for (std::size_t i = 0; i < std::size(fields); ++i)
            EXPECT_NEAR(at(b.field(fields[i]), domain, point, 0), expected[i], 1e-9) << i;
        // Each is a coordinate of its own.
        const E moved = b.remap(b.field(WEFT_FIELD_BEAT), {{WEFT_FIELD_ABSTIME, b.num(3)}});
        EXPECT_NEAR(at(moved, domain, point, 0), beat, 1e-9);
        const E other = b.remap(b.field(WEFT_FIELD_BEATPHASE), {{WEFT_FIELD_BEAT, b.num(3)}});
        EXPECT_NEAR(at(other, domain, point, 0), 0.5, 1e-9);
        const E set = b.remap(b.field(WEFT_FIELD_BEAT), {{WEFT_FIELD_BEAT, b.num(3)}});
        EXPECT_EQ(at(set, domain, point, 0), 3);
    }
}

TEST_F(LiveTest, NothingChangesWhereNobodyAsks) {
    b.program.params.resize(1);
    b.program.params[0].smooth = true;
    const E expr = b.add_(b.param(0), b.field(WEFT_FIELD_BEAT));
    const std::string with = dump(lowered(expr, Domain::stream, false).ir);
    LowerRequest request = b.request({expr}, Domain::stream);
    EXPECT_EQ(with, dump(lower(request, diagnostics).ir));
}

}  // namespace
}  // namespace weft::ir::test
