// Sound: the clock, blocks of any size, caches of samples, recursion.
#include <gtest/gtest.h>
#include <weft/clock.h>

#include <cmath>
#include <cstring>
#include <random>

#include "eval/eval.h"
#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
constexpr std::int64_t kStart = 123457;

class Stream : public OnPlace {
protected:
    Host host;
    BatchText batch;

    // Samples [0, count) of a fresh program from `start` on, in calls of the given sizes in turn.
    std::vector<float> play(std::size_t count, const std::vector<std::size_t>& blocks,
                            std::int64_t start = 0) {
        Compiled program(host, batch, GetParam());
        EXPECT_TRUE(program.ok()) << program.error().message;
        std::vector<float> sound(count);
        if (!program.ok()) return sound;
        std::size_t at = 0;
        for (std::size_t b = 0; at < count; ++b) {
            const std::size_t size = std::min(blocks[b % blocks.size()], count - at);
            const auto first = start + static_cast<std::int64_t>(at);
            const double time = static_cast<double>(first) / batch.settings[WEFT_FIELD_RATE];
            const auto frame =
                static_cast<std::int64_t>(weft_clock_count(time, batch.settings[WEFT_FIELD_FPS]));
            EXPECT_EQ(program.frame(frame, {{sound.data() + at, size * 4}}, first, size), WEFT_OK);
            at += size;
        }
        return sound;
    }
};

// To the last bit: with and without a loop, at rates by which one divides less easily, in the first
// second and after years.
TEST_P(Stream, ClockFields) {
    struct Clock {
        double rate, loop;
        std::int64_t start;
    };
    for (const Clock& clock :
         {Clock{48000, 7, kStart}, Clock{48000, 0, kStart}, Clock{44100, 0, 0},
          Clock{44100, 3, std::int64_t{1} << 43}, Clock{44117, 0, (std::int64_t{1} << 46) + 11},
          Clock{96000, 0, 1}, Clock{999983, 0, (std::int64_t{1} << 50) - 401}, Clock{3, 0, 5}}) {
        if (!exact() && clock.start != kStart) continue;
        for (const std::uint32_t field :
             {WEFT_FIELD_TIME, WEFT_FIELD_ABSTIME, WEFT_FIELD_SAMPLE, WEFT_FIELD_ABSSAMPLE,
              WEFT_FIELD_BEAT, WEFT_FIELD_BEATPHASE, WEFT_FIELD_MEASURE, WEFT_FIELD_MEASUREPHASE}) {
            BatchText text;
            text.settings[WEFT_FIELD_RATE] = clock.rate;
            text.settings[WEFT_FIELD_LOOP] = clock.loop;
            KernelText& kernel = text.kernel(WEFT_DOMAIN_STREAM);
            const std::uint32_t out = text.sound(0);
            text.outputs[out].grid.format = WEFT_FORMAT_F64;
            text.outputs[out].grid.axes[0].stride = 8;
            kernel.store(out, {kernel.ir.field(field, kPoint, true)});
            Compiled program(host, text, GetParam());
            ASSERT_TRUE(program.ok()) << program.error().message;
            std::vector<double> sound(800);
            ASSERT_EQ(program.frame(154, {{sound.data(), 6400}}, clock.start, 800), WEFT_OK);
            for (std::int64_t n = 0; n < 800; ++n) {
                double fields[WEFT_FIELD_COUNT];
                weft_clock_at_sample(text.settings.data(), clock.start + n, fields);
                ASSERT_EQ(sound[static_cast<std::size_t>(n)], fields[field])
                    << field << ' ' << n << " at " << clock.rate;
            }
        }
    }
}

TEST_P(Stream, RowsAndColumnsOfTime) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
    Ir& ir = kernel.ir;
    const Ir::Id row = ir.field(WEFT_FIELD_ROW_TIME, WEFT_VARIES_FRAME | WEFT_VARIES_ROW, true);
    const Ir::Id column = ir.field(WEFT_FIELD_COLUMN_TIME, WEFT_VARIES_COLUMN, true);
    const Ir::Id w = ir.constant(6.283185307179586 * 440);
    const Ir::Id a = ir.op(WEFT_OP_MUL, {w, row}, true);
    const Ir::Id b = ir.op(WEFT_OP_MUL, {w, column}, true);
    const auto product = [&](std::uint16_t f, std::uint16_t g) {
        return ir.op(WEFT_OP_MUL, {ir.op(f, {a}), ir.op(g, {b})});
    };
    kernel.store(batch.sound(0), {ir.op(WEFT_OP_ADD, {product(WEFT_OP_SIN, WEFT_OP_COS),
                                                      product(WEFT_OP_COS, WEFT_OP_SIN)})});
    const std::vector<float> sound = play(5000, {800}, kStart);
    for (std::size_t n = 0; n < sound.size(); ++n) {
        const double t = static_cast<double>(kStart + static_cast<std::int64_t>(n)) / 48000;
        ASSERT_NEAR(sound[n], std::sin(6.283185307179586 * 440 * t), 3e-7) << n;
    }
    const std::vector<float> pieces = play(5000, {1, 17, 256, 63, 5, 800}, kStart);
    EXPECT_EQ(std::memcmp(sound.data(), pieces.data(), sound.size() * 4), 0);
}

// y = saw + 1.6 y[1] - 0.8 y[2], then 0.2 (y + 2 y[1] + y[2]).
TEST_P(Stream, Biquads) {
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
    Ir& ir = kernel.ir;
    Ir::Id left = ir.constant(0.0);
    const double pitch[3] = {55, 82.5, 110.4};
    const Ir::Id t = ir.field(WEFT_FIELD_TIME, kPoint, true);
    for (const double f : pitch) {
        const std::uint32_t cache = batch.cache(3, WEFT_TICK_SAMPLE);
        const std::uint32_t past = batch.internal(cache);
        const Ir::Id phase = ir.op(WEFT_OP_FRACT, {ir.op(WEFT_OP_MUL, {t, ir.constant(f)}, true)});
        const Ir::Id saw =
            ir.op(WEFT_OP_SUB, {ir.op(WEFT_OP_MUL, {phase, ir.constant(2)}), ir.constant(1)});
        const Ir::Id one = ir.sample(past, {ir.constant(1)});
        const Ir::Id two = ir.sample(past, {ir.constant(2)});
        ir.set_varies(one, kPoint);
        ir.set_varies(two, kPoint);
        Ir::Id y = ir.op(WEFT_OP_ADD, {saw, ir.op(WEFT_OP_MUL, {one, ir.constant(1.6)})});
        y = ir.op(WEFT_OP_SUB, {y, ir.op(WEFT_OP_MUL, {two, ir.constant(0.8)})});
        kernel.store(cache, {y});
        Ir::Id v = ir.op(WEFT_OP_ADD, {y, ir.op(WEFT_OP_MUL, {one, ir.constant(2)})});
        v = ir.op(WEFT_OP_MUL, {ir.op(WEFT_OP_ADD, {v, two}), ir.constant(0.2)});
        left = ir.op(WEFT_OP_ADD, {left, v});
    }
    kernel.store(batch.sound(0), {left});
    const std::vector<float> sound = play(20000, {800});
    double y1[3] = {}, y2[3] = {};
    for (std::size_t n = 0; n < sound.size(); ++n) {
        double sum = 0;
        for (int i = 0; i < 3; ++i) {
            const double p = static_cast<double>(n) / 48000 * pitch[i];
            const double y = 2 * (p - std::floor(p)) - 1 + 1.6 * y1[i] - 0.8 * y2[i];
            sum += 0.2 * (y + 2 * y1[i] + y2[i]);
            y2[i] = y1[i];
            y1[i] = y;
        }
        ASSERT_NEAR(sound[n], sum, 2e-5) << n;
    }
    const std::vector<float> pieces = play(20000, {1, 17, 256, 63, 5, 800});
    EXPECT_EQ(std::memcmp(sound.data(), pieces.data(), sound.size() * 4), 0);
}

// Echoes: recursion longer and shorter than a vector, and plain delays, long past the ring's
// length.
TEST_P(Stream, Delays) {
    for (const int delay : {1, 2, 7, 15, 16, 17, 40, 100, 127, 128, 129, 143, 300, 1000}) {
        BatchText text;
        KernelText& kernel = text.kernel(WEFT_DOMAIN_STREAM);
        Ir& ir = kernel.ir;
        const std::uint32_t cache =
            text.cache(static_cast<std::uint64_t>(delay) + 1, WEFT_TICK_SAMPLE);
        const Ir::Id n = ir.field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
        const Ir::Id in = ir.op(WEFT_OP_HASH, {n, n, ir.constant(0)});
        const Ir::Id back = ir.sample(text.internal(cache), {ir.constant(delay)});
        ir.set_varies(back, kPoint);
        const Ir::Id y = ir.op(WEFT_OP_ADD, {in, ir.op(WEFT_OP_MUL, {back, ir.constant(0.5)})});
        kernel.store(cache, {y});
        const std::uint32_t plain =
            text.cache(static_cast<std::uint64_t>(delay) + 1, WEFT_TICK_SAMPLE);
        kernel.store(plain, {in});
        const Ir::Id late = ir.sample(text.internal(plain), {ir.constant(delay)});
        ir.set_varies(late, kPoint);
        const Ir::Id sum = ir.op(WEFT_OP_ADD, {y, ir.op(WEFT_OP_MUL, {late, ir.constant(3)})});
        kernel.store(text.sound(0), {sum});
        batch = text;
        const std::vector<float> sound = play(9000, {800, 3, 129});
        std::vector<double> ins, ys;
        for (std::size_t i = 0; i < sound.size(); ++i) {
            const auto d = static_cast<std::size_t>(delay);
            const double k = static_cast<double>(i);
            const double args[3] = {k, k, 0};
            ins.push_back(weft_eval_op(WEFT_OP_HASH, args));
            ys.push_back(ins[i] + (i >= d ? 0.5 * ys[i - d] : 0.0));
            const double expected = ys[i] + 3 * (i >= d ? ins[i - d] : 0.0);
            ASSERT_NEAR(sound[i], expected, 1e-6) << delay << ' ' << i;
        }
    }
}

// What a loop keeps in doubles is read in doubles, far back and near.
TEST_P(Stream, PastKeepsItsBits) {
    if (!exact()) return;  // keeps singles
    constexpr int kFar = 200;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
    Ir& ir = kernel.ir;
    const std::uint32_t cache = batch.cache(kFar + 1, WEFT_TICK_SAMPLE);
    const auto back = [&](int distance) {
        const Ir::Id read = ir.sample(batch.internal(cache), {ir.constant(distance)}, true);
        ir.set_varies(read, kPoint);
        return read;
    };
    const auto op = [&](std::uint16_t number, Ir::Id a, Ir::Id b) {
        return ir.op(number, {a, b}, true);
    };
    const Ir::Id n = ir.field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
    const Ir::Id in = op(WEFT_OP_ADD, ir.constant(1), op(WEFT_OP_MUL, n, ir.constant(0x1p-40)));
    const Ir::Id echo = op(WEFT_OP_MUL, back(kFar), ir.constant(0.5));
    kernel.store(cache, {op(WEFT_OP_ADD, in, echo)});
    const std::uint32_t out = batch.sound(0);
    batch.outputs[out].grid.format = WEFT_FORMAT_F64;
    batch.outputs[out].grid.axes[0].stride = 8;
    kernel.store(out, {op(WEFT_OP_SUB, back(3), back(kFar))});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<double> sound(800), kept;
    ASSERT_EQ(program.frame(0, {{sound.data(), 6400}}, 0, 800), WEFT_OK);
    const auto past = [&](std::size_t at, std::size_t distance) {
        return at >= distance ? kept[at - distance] : 0.0;
    };
    for (std::size_t i = 0; i < sound.size(); ++i) {
        kept.push_back(1 + static_cast<double>(i) * 0x1p-40 + past(i, kFar) * 0.5);
        ASSERT_EQ(sound[i], past(i, 3) - past(i, kFar)) << i;
    }
}

// A filter of so many coefficients that it becomes a loop, over what it was given and over what
// it has made.
TEST_P(Stream, LongFilters) {
    constexpr std::size_t kTaps = 300;
    for (const bool recursive : {false, true}) {
        BatchText text;
        KernelText& kernel = text.kernel(WEFT_DOMAIN_STREAM);
        Ir& ir = kernel.ir;
        const std::uint32_t cache = text.cache(kTaps + 1, WEFT_TICK_SAMPLE);
        const Ir::Id n = ir.field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
        const Ir::Id in = ir.op(WEFT_OP_HASH, {n, n, ir.constant(0)});
        const std::uint32_t past = text.internal(cache);
        Ir::Id y = ir.op(WEFT_OP_MUL, {in, ir.constant(0.5)});
        std::vector<double> weights;
        for (std::size_t i = 1; i <= kTaps; ++i) {
            const auto k = static_cast<double>(i);
            weights.push_back(std::sin(k) * 0.5 / k);
            const Ir::Id tap = ir.sample(past, {ir.constant(k)});
            ir.set_varies(tap, kPoint);
            const Ir::Id term =
                ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_MUL, {tap, ir.constant(weights.back())})});
            y = ir.op(WEFT_OP_ADD, {y, term});
        }
        kernel.store(cache, {recursive ? y : in});
        kernel.store(text.sound(0), {y});
        batch = text;
        const std::vector<float> sound = play(1500, {800, 3, 129});
        std::vector<double> kept;
        for (std::size_t i = 0; i < sound.size(); ++i) {
            const auto k = static_cast<double>(i);
            const double args[3] = {k, k, 0};
            const double now = weft_eval_op(WEFT_OP_HASH, args);
            double sum = now * 0.5;
            for (std::size_t tap = 1; tap <= kTaps && tap <= i; ++tap)
                sum += std::sin(weights[tap - 1] * kept[i - tap]);
            kept.push_back(recursive ? sum : now);
            ASSERT_NEAR(sound[i], sum, 1e-5) << recursive << ' ' << i;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Stream, testing::ValuesIn(all_places()),
                         [](const auto& chosen) { return chosen.param.name(); });

}  // namespace
}  // namespace weft::batch_test
