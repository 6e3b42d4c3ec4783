// Recursions that are alike are computed together, a voice in each lane: each must sound, to the
// bit, as it does alone in a program, where it has nobody to share a vector with.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <utility>

#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
constexpr std::uint8_t kRowTime = WEFT_VARIES_FRAME | WEFT_VARIES_ROW;
constexpr std::int64_t kStart = 48000 * 7 + 21;

enum Kind { kBiquad, kSaturated, kCrossed, kModulated, kLongWay, kBeside, kKinds };

// A voice's parts of a kernel.
class Builder {
public:
    explicit Builder(BatchText& batch) : batch_(batch), kernel_(batch.kernel(WEFT_DOMAIN_STREAM)) {
        now_ = ir().field(WEFT_FIELD_ABSSAMPLE, kPoint, true);
        const Ir::Id slow = times(now_, 0.001);
        wobble_ = ir().op(WEFT_OP_SIN, {slow}, true);
    }

    // What it sounds like goes to the next target.
    void add(Kind kind, int number) {
        const Ir::Id in = source(number);
        const double own = 0.01 * number;
        Ir::Id sound = 0;
        const std::uint32_t cache = ring();
        const std::uint32_t past = batch_.internal(cache);
        const Ir::Id one = back(past, 1);
        switch (kind) {
            case kBiquad: {
                const Ir::Id w = minus(plus(in, times(one, 1.5 - own)), times(back(past, 2), 0.8));
                kernel_.store(cache, {w});
                sound = plus(plus(w, times(one, 2)), back(past, 2));
                break;
            }
            case kSaturated: {
                Ir::Id w = ir().op(WEFT_OP_TANH, {plus(in, times(one, 1.9 + own))}, true);
                // Half of them have a limit of their own.
                const double most = number % 2 == 0 ? 0.8 : 0.7 + own;
                w = ir().op(WEFT_OP_MIN, {w, ir().constant(most)}, true);
                kernel_.store(cache, {w});
                sound = times(w, 0.5);
                break;
            }
            case kCrossed: {
                const std::uint32_t other = ring();
                const std::uint32_t there = batch_.internal(other);
                const Ir::Id a = plus(in, times(back(there, 1), 0.7));
                const Ir::Id b = minus(times(back(past, 2), 0.6 + own), times(a, 0.25));
                kernel_.store(cache, {a});
                kernel_.store(other, {b});
                sound = minus(a, b);
                break;
            }
            case kModulated: {
                // One modulation for all, a coefficient that holds for a row, an angle that is the
                // recursion's own, and a value inside it that is heard.
                const Ir::Id row = ir().field(WEFT_FIELD_ROW_TIME, kRowTime, true);
                const Ir::Id slope = times(row, 1e-6 * (1 + number));
                const Ir::Id turned =
                    ir().op(WEFT_OP_SIN,
                            {plus(times(one, 3), ir().op(WEFT_OP_MUL, {slope, one}, true))}, true);
                const Ir::Id w = plus(in, ir().op(WEFT_OP_MUL, {wobble_, turned}, true));
                kernel_.store(cache, {w});
                sound = plus(w, turned);
                break;
            }
            case kLongWay: {
                // Some too far back for registers, too near for a vector of samples.
                const Ir::Id w = plus(in, times(back(past, number % 4 == 3 ? 7 : 3), 0.5));
                kernel_.store(cache, {w});
                sound = plus(w, times(one, 0.1));
                break;
            }
            default: {
                // A second recursion over what a first one made.
                const Ir::Id w = plus(in, times(one, 0.9));
                kernel_.store(cache, {w});
                const std::uint32_t second = ring();
                const std::uint32_t there = batch_.internal(second);
                const Ir::Id v =
                    minus(plus(w, times(back(past, 2), own)), times(back(there, 2), 0.7));
                kernel_.store(second, {v});
                sound = plus(v, one);
                break;
            }
        }
        const std::uint32_t out = batch_.sound(targets_++);
        batch_.outputs[out].grid.format = WEFT_FORMAT_F64;
        batch_.outputs[out].grid.axes[0].stride = 8;
        kernel_.store(out, {sound});
    }

private:
    Ir& ir() { return kernel_.ir; }
    Ir::Id plus(Ir::Id a, Ir::Id b) { return ir().op(WEFT_OP_ADD, {a, b}, true); }
    Ir::Id minus(Ir::Id a, Ir::Id b) { return ir().op(WEFT_OP_SUB, {a, b}, true); }
    Ir::Id times(Ir::Id a, double b) { return ir().op(WEFT_OP_MUL, {a, ir().constant(b)}, true); }
    std::uint32_t ring() { return batch_.cache(9, WEFT_TICK_SAMPLE); }
    Ir::Id back(std::uint32_t past, int distance) {
        const Ir::Id read = ir().sample(past, {ir().constant(distance)}, true);
        ir().set_varies(read, kPoint);
        return read;
    }
    // In singles or doubles, so that vectors of either are turned.
    Ir::Id source(int number) {
        const bool f64 = number % 3 == 0;
        const Ir::Id phase = ir().op(WEFT_OP_FRACT, {times(now_, 0.003 + 0.001 * number)}, f64);
        return ir().op(WEFT_OP_SUB, {phase, ir().constant(0.5)}, f64);
    }

    BatchText& batch_;
    KernelText& kernel_;
    Ir::Id now_ = 0;
    Ir::Id wobble_ = 0;
    std::uint32_t targets_ = 0;
};

using Voice = std::pair<Kind, int>;
using Sound = std::vector<double>;

class Voices : public OnPlace {
protected:
    // What each of the voices sounds like, in calls of the given sizes in turn.
    std::vector<Sound> play(const std::vector<Voice>& voices, std::size_t count,
                            const std::vector<std::size_t>& blocks) {
        BatchText batch;
        Builder builder(batch);
        for (const auto& [kind, number] : voices) builder.add(kind, number);
        Host host;
        Compiled program(host, batch, GetParam());
        EXPECT_TRUE(program.ok()) << program.error().message;
        std::vector<Sound> sound(voices.size(), Sound(count));
        if (!program.ok()) return sound;
        std::size_t at = 0;
        for (std::size_t b = 0; at < count; ++b) {
            const std::size_t size = std::min(blocks[b % blocks.size()], count - at);
            std::vector<std::pair<void*, std::uint64_t>> targets;
            for (Sound& one : sound) targets.emplace_back(one.data() + at, size * 8);
            const std::int64_t first = kStart + static_cast<std::int64_t>(at);
            // A call that leaves the caches as they are changes nothing.
            for (const std::uint32_t capture : {0u, 1u}) {
                program.capture = capture;
                EXPECT_EQ(program.frame(first / 800, targets, first, size), WEFT_OK);
            }
            at += size;
        }
        return sound;
    }

    void check(const std::vector<Voice>& voices, std::size_t count,
               const std::vector<std::size_t>& blocks) {
        const std::vector<Sound> together = play(voices, count, blocks);
        for (std::size_t i = 0; i < voices.size(); ++i) {
            Sound& alone = alone_[voices[i]];
            if (alone.empty()) alone = play({voices[i]}, kLongest, {800})[0];
            EXPECT_EQ(std::memcmp(together[i].data(), alone.data(), count * 8), 0)
                << "kind " << voices[i].first << " number " << voices[i].second << " of "
                << voices.size() << ", blocks of " << blocks[0];
        }
    }

    static constexpr std::size_t kLongest = 2500;
    std::map<Voice, Sound> alone_;
};

TEST_P(Voices, OfOneKind) {
    for (int kind = 0; kind < kKinds; ++kind)
        for (const int count : {2, 5, 9, 13}) {
            std::vector<Voice> voices;
            for (int i = 0; i < count; ++i) voices.emplace_back(Kind(kind), i);
            check(voices, kLongest, {800});
        }
}

TEST_P(Voices, MoreThanOneLoopTakes) {
    std::vector<Voice> voices;
    for (int i = 0; i < 35; ++i) voices.emplace_back(kBiquad, i);
    check(voices, kLongest, {800});
}

TEST_P(Voices, OfManyKindsInBlocksOfAnySize) {
    std::vector<Voice> voices;
    for (int i = 0; i < 54; ++i) voices.emplace_back(Kind(i * 5 % kKinds), i / kKinds);
    check(voices, 300, {1});
    check(voices, 1000, {7});
    check(voices, kLongest, {64});
    check(voices, kLongest, {800});
    check(voices, kLongest, {1, 17, 256, 63, 5, 800});
}

INSTANTIATE_TEST_SUITE_P(Widths, Voices, testing::Values(Place{"cpu", 8}, Place{"cpu", 16}),
                         [](const auto& chosen) { return chosen.param.name(); });

}  // namespace
}  // namespace weft::batch_test
