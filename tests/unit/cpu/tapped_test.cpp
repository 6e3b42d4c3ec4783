// Tapped delay lines: many samples of the past, near and far, summed up in several ways at once.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "eval/eval.h"
#include "plugins/cpu/tapped.h"
#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

struct Tap {
    int ring;
    int distance;
    double weight;
};
using Taps = std::vector<Tap>;

// `count` taps of a ring, `step` samples apart, with weights of both signs.
Taps comb(int ring, int first, int step, int count, double weight) {
    Taps taps;
    for (int i = 0; i < count; ++i)
        taps.push_back({ring, first + i * step, weight * (i % 3 == 1 ? -1.0 : 1.0) / (i + 2)});
    return taps;
}

// Two rings of what comes in and what comes back, and sums of their past, each a target.
class Network {
public:
    Network() : kernel_(batch.kernel(WEFT_DOMAIN_STREAM)) {
        const Ir::Id now = ir().field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
        in_ = minus(ir().op(WEFT_OP_HASH, {now, now, ir().constant(0)}), ir().constant(0.5));
        for (std::uint32_t& ring : rings_) ring = batch.cache(3000, WEFT_TICK_SAMPLE);
    }
    BatchText batch;

    // What goes into a ring: a part of the input and its own past.
    void feed(int ring, double part, const Taps& back) {
        feeds_[ring] = {part, back};
        const Ir::Id in = times(in_, part);
        kernel_.store(rings_[ring], {back.empty() ? in : plus(in, sum(back))});
    }
    void hear(const Taps& taps) { hear(sum(taps), taps); }
    void hear(Ir::Id value, const Taps& taps) {
        kernel_.store(batch.sound(static_cast<std::uint32_t>(heard_.size())), {value});
        heard_.push_back(taps);
    }
    Ir::Id sum(const Taps& taps) {
        Ir::Id all = 0;
        for (std::size_t i = 0; i < taps.size(); ++i) {
            const Ir::Id read = ir().sample(batch.internal(rings_[taps[i].ring]),
                                            {ir().constant(taps[i].distance)});
            ir().set_varies(read, kPoint);
            // As it may be written: a product, a quotient, or taken away.
            const double weight = taps[i].weight;
            if (i == 0)
                all = times(read, weight);
            else if (i % 3 == 0)
                all = minus(all, times(read, -weight));
            else if (i % 3 == 1)
                all = plus(all, ir().op(WEFT_OP_DIV, {read, ir().constant(1 / weight)}));
            else
                all = plus(times(times(read, 0.5), 2 * weight), all);
        }
        return all;
    }
    Ir::Id plus(Ir::Id a, Ir::Id b) { return ir().op(WEFT_OP_ADD, {a, b}); }
    Ir::Id minus(Ir::Id a, Ir::Id b) { return ir().op(WEFT_OP_SUB, {a, b}); }
    Ir::Id times(Ir::Id a, double b) { return ir().op(WEFT_OP_MUL, {a, ir().constant(b)}); }

    // What it should sound like, and what it does in calls of the given sizes in turn.
    [[nodiscard]] std::vector<std::vector<double>> expected(std::size_t count) const;
    std::vector<std::vector<float>> play(const Place& place, std::size_t count,
                                         const std::vector<std::size_t>& blocks);

private:
    Ir& ir() { return kernel_.ir; }
    struct Feed {
        double part = 0;
        Taps back;
    };
    KernelText& kernel_;
    Ir::Id in_ = 0;
    std::uint32_t rings_[2] = {};
    Feed feeds_[2];
    std::vector<Taps> heard_;
};

std::vector<std::vector<double>> Network::expected(std::size_t count) const {
    std::vector<double> rings[2];
    const auto past = [&](const Taps& taps, std::size_t n) {
        double all = 0;
        for (const Tap& tap : taps) {
            const auto distance = static_cast<std::size_t>(tap.distance);
            if (distance <= n) all += tap.weight * rings[tap.ring][n - distance];
        }
        return all;
    };
    std::vector<std::vector<double>> sound(heard_.size());
    for (std::size_t n = 0; n < count; ++n) {
        const auto now = static_cast<double>(n);
        const double args[3] = {now, now, 0};
        const double in = weft_eval_op(WEFT_OP_HASH, args) - 0.5;
        for (int ring = 0; ring < 2; ++ring)
            rings[ring].push_back(feeds_[ring].part * in + past(feeds_[ring].back, n));
        for (std::size_t i = 0; i < heard_.size(); ++i) sound[i].push_back(past(heard_[i], n));
    }
    return sound;
}

std::vector<std::vector<float>> Network::play(const Place& place, std::size_t count,
                                              const std::vector<std::size_t>& blocks) {
    Host host;
    Compiled program(host, batch, place);
    std::vector<std::vector<float>> sound(heard_.size(), std::vector<float>(count));
    EXPECT_TRUE(program.ok()) << program.error().message;
    if (!program.ok()) return sound;
    std::size_t at = 0;
    for (std::size_t b = 0; at < count; ++b) {
        const std::size_t size = std::min(blocks[b % blocks.size()], count - at);
        std::vector<std::pair<void*, std::uint64_t>> targets;
        for (std::vector<float>& one : sound) targets.emplace_back(one.data() + at, size * 4);
        const auto first = static_cast<std::int64_t>(at);
        EXPECT_EQ(program.frame(first / 800, targets, first, size), WEFT_OK);
        at += size;
    }
    return sound;
}

class Tapped : public OnPlace {
protected:
    void check(Network& network, double tolerance = 2e-6) {
        constexpr std::size_t kCount = 7000;  // beyond twice the rings
        const auto expected = network.expected(kCount);
        const auto sound = network.play(GetParam(), kCount, {800});
        for (std::size_t i = 0; i < sound.size(); ++i)
            for (std::size_t n = 0; n < kCount; ++n)
                ASSERT_NEAR(sound[i][n], expected[i][n], tolerance) << "sum " << i << " at " << n;
        for (const auto& blocks : {std::vector<std::size_t>{64}, {1, 17, 256, 63, 5, 800}})
            EXPECT_EQ(network.play(GetParam(), kCount, blocks), sound) << blocks[0];
    }
};

TEST_P(Tapped, NearOnes) {
    Network network;
    network.feed(0, 1, {});
    network.hear(comb(0, 0, 1, 40, 1));
    check(network);
}

TEST_P(Tapped, AcrossTheRowsAndTheRingsEnd) {
    Network network;
    network.feed(0, 1, {});
    network.hear(comb(0, 100, 7, 12, 1));
    network.hear(comb(0, 2850, 13, 12, 1));
    network.hear(comb(0, 127, 1, 9, 1));
    check(network);
}

TEST_P(Tapped, SeveralSumsOfTheSame) {
    Network network;
    network.feed(0, 1, {});
    // More than one loop takes, and one of others.
    for (int i = 1; i <= 6; ++i) network.hear(comb(0, 200, 31, 20, 0.3 * i));
    network.hear(comb(0, 201, 31, 20, 1));
    check(network);
}

TEST_P(Tapped, ThatComeBack) {
    Network network;
    network.feed(0, 1, comb(0, 130, 61, 16, 0.4));
    network.feed(1, 0.5, comb(0, 400, 50, 8, 0.2));
    network.hear(comb(0, 130, 61, 16, 0.4));
    network.hear(comb(1, 150, 40, 16, 0.5));
    check(network);
}

TEST_P(Tapped, ThatComeBackWithinARow) {
    Network network;
    network.feed(0, 1, comb(0, 40, 9, 10, 0.3));
    network.hear(comb(0, 3, 9, 10, 0.3));
    check(network);
}

TEST_P(Tapped, OfTwoRings) {
    Network network;
    network.feed(0, 1, comb(1, 500, 3, 10, 0.1));
    network.feed(1, 0.5, comb(0, 300, 5, 10, 0.1));
    Taps both = comb(0, 140, 21, 10, 0.4);
    for (const Tap& tap : comb(1, 133, 17, 10, 0.7)) both.push_back(tap);
    network.hear(both);
    check(network);
}

// A sum of sums, with a few samples more.
TEST_P(Tapped, OutOfOthers) {
    Network network;
    network.feed(0, 1, {});
    const Taps first = comb(0, 200, 11, 16, 1), second = comb(0, 205, 11, 16, 1);
    const Ir::Id one = network.sum(first), other = network.sum(second);
    network.hear(one, first);
    network.hear(other, second);
    const Taps few = comb(0, 5, 3, 3, 1);
    Taps all = few;
    for (Tap tap : first) all.push_back({tap.ring, tap.distance, 0.5 * tap.weight});
    for (Tap tap : second) all.push_back({tap.ring, tap.distance, -0.5 * tap.weight});
    network.hear(network.plus(network.sum(few), network.times(network.minus(one, other), 0.5)),
                 all);
    check(network);
}

// Each is heard, and is a part of the next.
TEST_P(Tapped, RunningSums) {
    Network network;
    network.feed(0, 1, {});
    Taps all = comb(0, 150, 19, 12, 1);
    Ir::Id sum = network.sum(all);
    network.hear(sum, all);
    for (int part = 1; part < 4; ++part) {
        const Taps more = comb(0, 160 + part, 23, 12, 0.5);
        sum = network.plus(sum, network.sum(more));
        all.insert(all.end(), more.begin(), more.end());
        network.hear(sum, all);
    }
    check(network);
}

INSTANTIATE_TEST_SUITE_P(Widths, Tapped,
                         testing::Values(Place{"cpu", 4}, Place{"cpu", 8}, Place{"cpu", 16}),
                         [](const auto& chosen) { return chosen.param.name(); });

// What the loops are made of.
TEST(TappedSums, AreThoseThatSomethingElseAsksFor) {
    KernelText kernel;
    kernel.domain = WEFT_DOMAIN_STREAM;
    Ir& ir = kernel.ir;
    const auto back = [&](int distance) {
        const Ir::Id read = ir.sample(0, {ir.constant(distance)});
        ir.set_varies(read, kPoint);
        return read;
    };
    const auto weighted = [&](Ir::Id read, double weight) {
        return ir.op(WEFT_OP_MUL, {read, ir.constant(weight)});
    };
    std::vector<Ir::Id> reads;
    for (int i = 0; i < 9; ++i) reads.push_back(back(200 + i));
    Ir::Id left = weighted(reads[0], 2), right = ir.op(WEFT_OP_NEG, {reads[0]});
    for (std::size_t i = 1; i < reads.size(); ++i) {
        const Ir::Id half = weighted(reads[i], 0.5);
        left = ir.op(WEFT_OP_ADD, {left, weighted(half, 4)});
        right = ir.op(WEFT_OP_SUB, {right, ir.op(WEFT_OP_DIV, {half, ir.constant(4)})});
    }
    const Ir::Id in = ir.field(WEFT_FIELD_ABSSAMPLE, kPoint);
    const Ir::Id all = ir.op(WEFT_OP_ADD, {left, right});
    kernel.store(0, {ir.op(WEFT_OP_ADD, {in, all})});
    kernel.store(1, {ir.op(WEFT_OP_ABS, {left})});
    kernel.store(2, {right});
    kernel.store(3, {ir.op(WEFT_OP_ADD, {back(300), back(301)})});

    cpu::InputShape input;
    input.own = 0;
    input.internal = true;
    input.grid.format = WEFT_FORMAT_F32;
    input.grid.axis_count = 1;
    weft_axis& ring = input.grid.axes[0];
    ring.field = WEFT_FIELD_OWN;
    ring.wrap = WEFT_WRAP_RING;
    ring.filter = WEFT_FILTER_FLOOR;
    ring.tick = WEFT_TICK_SAMPLE;
    ring.count = 400;
    ring.capacity = 640;
    ring.step = 1;
    ring.stride = 4;
    weft_kernel text{};
    text.domain = kernel.domain;
    text.ir = ir.view();
    text.stores = kernel.stores.data();
    text.store_count = static_cast<std::uint32_t>(kernel.stores.size());
    cpu::Plan plan;
    ASSERT_EQ(make_plan(text, {input}, plan), "");
    cpu::Stages stages;
    ASSERT_EQ(make_stages(plan, {input}, stages), "");
    // All of it in one pass: what comes back was stored before the row began.
    ASSERT_EQ(stages.list.size(), 1u);
    ASSERT_FALSE(stages.list[0].recursive);

    const auto sums = tapped_sums(plan, {input}, stages, 0);
    ASSERT_EQ(sums.size(), 1u);
    ASSERT_EQ(sums[0].nodes.size(), 2u);
    ASSERT_EQ(sums[0].taps.size(), 9u);
    for (int i = 0; i < 9; ++i) {
        const cpu::TappedSums::Tap& tap = sums[0].taps[static_cast<std::size_t>(i)];
        EXPECT_EQ(tap.distance, 200 + i);
        EXPECT_EQ(tap.weights, (std::vector<double>{2, i == 0 ? -1 : -0.125}));
    }
}

}  // namespace
}  // namespace weft::batch_test
