// Which loops of sound are computed and remembered in f32: those that lose what is in them.
#include <gtest/gtest.h>

#include <algorithm>

#include "builder.h"

namespace weft::ir::test {
namespace {

class FeedbackTest : public testing::Test {
protected:
    // A cache of sound that this kernel stores; what it stores is told later.
    sema::StrandId cache(const std::string& name) {
        const sema::StrandId strand = b.instance(name, sema::InstanceKind::cache, nullptr, 1000);
        b.shapes[strand].axes = {{WEFT_FIELD_OWN, b.program.strands[strand].instance}};
        caches.push_back(strand);
        return strand;
    }
    E past(sema::StrandId strand, double samples) {
        return b.own(b.strand(strand), b.program.strands[strand].instance, b.num(samples));
    }
    void store(sema::StrandId strand, E value) { b.program.strands[strand].value = value; }
    // A tone, between -1 and 1.
    E tone() { return b.sin(b.mul(b.field(WEFT_FIELD_BEATPHASE), b.num(6))); }

    // By cache, then by what else is heard: whether what is stored is f64.
    std::vector<bool> exact(const std::vector<E>& heard = {}) {
        std::vector<E> roots;
        for (const sema::StrandId strand : caches) roots.push_back(b.program.strands[strand].value);
        roots.insert(roots.end(), heard.begin(), heard.end());
        LowerRequest request = b.request(roots, Domain::stream);
        request.stored_here = [this](sema::StrandId strand) {
            return std::find(caches.begin(), caches.end(), strand) != caches.end();
        };
        SourceMap sources;
        Diagnostics diagnostics(&sources);
        const Kernel kernel = lower(request, diagnostics);
        std::vector<bool> exact;
        for (const std::uint32_t root : kernel.roots)
            exact.push_back(kernel.ir.values[root].precision == WEFT_PRECISION_F64);
        return exact;
    }
    // Of one cache that stores a tone and, from 100 samples ago, `level` of itself.
    bool echo_is_exact(E level, double samples = 100) {
        caches.clear();
        const sema::StrandId line = cache("line");
        store(line, b.add_(tone(), b.mul(past(line, samples), level)));
        return exact()[0];
    }

    Builder b;
    std::vector<sema::StrandId> caches;
};

TEST_F(FeedbackTest, AnEchoThatLosesAnEighth) {
    EXPECT_FALSE(echo_is_exact(b.num(0.875)));
    EXPECT_FALSE(echo_is_exact(b.num(-0.5)));
    EXPECT_TRUE(echo_is_exact(b.num(0.88)));
    EXPECT_TRUE(echo_is_exact(b.num(-1)));
}

TEST_F(FeedbackTest, LevelsAddUp) {
    const auto with = [&](double a, double c) {
        caches.clear();
        const sema::StrandId line = cache("line");
        const E echoes = b.add_(b.mul(past(line, 100), b.num(a)), b.mul(past(line, 300), b.num(c)));
        store(line, b.add_(tone(), echoes));
        return bool{exact()[0]};
    };
    EXPECT_FALSE(with(0.4, -0.4));
    EXPECT_TRUE(with(0.6, 0.6));
}

// Sample by sample singles are no faster, and poles near the unit circle want all bits.
TEST_F(FeedbackTest, AFilterIsExact) {
    EXPECT_TRUE(echo_is_exact(b.num(0.5), 1));
    EXPECT_TRUE(echo_is_exact(b.num(0.5), 63));
    EXPECT_FALSE(echo_is_exact(b.num(0.5), 64));
    EXPECT_TRUE(echo_is_exact(b.num(0.5), 1001)) << "which is one sample ago";
}

TEST_F(FeedbackTest, ALevelThatMovesIsBoundByWhatItCanBe) {
    EXPECT_FALSE(echo_is_exact(b.mul(tone(), b.num(0.8))));
    EXPECT_TRUE(echo_is_exact(b.mul(tone(), b.num(1.1))));
    EXPECT_TRUE(echo_is_exact(b.field(WEFT_FIELD_ABSSAMPLE)));
    // Its range may be edited, and the echo goes on in the same memory.
    b.program.params.resize(1);
    b.program.params[0].high = 0.5;
    EXPECT_TRUE(echo_is_exact(b.param(0)));
    EXPECT_TRUE(echo_is_exact(b.mul(b.param(0), b.num(0.1))));
}

TEST_F(FeedbackTest, WhatBendsTheSound) {
    const auto through = [&](auto&& bend) {
        caches.clear();
        const sema::StrandId line = cache("line");
        store(line, b.add_(tone(), b.mul(b.num(0.7), bend(past(line, 100)))));
        return bool{exact()[0]};
    };
    EXPECT_FALSE(through([&](E x) { return b.op(WEFT_OP_TANH, {x}); }));
    EXPECT_FALSE(through([&](E x) { return b.op(WEFT_OP_MIN, {x, b.num(1)}); }));
    EXPECT_FALSE(through([&](E x) {
        return b.op(WEFT_OP_SELECT, {b.field(WEFT_FIELD_BEATPHASE), x, b.num(0)});
    }));
    EXPECT_TRUE(through([&](E x) {
        return b.op(WEFT_OP_SELECT, {b.op(WEFT_OP_GT, {x, b.num(0)}), b.num(1), b.num(0)});
    }));
    EXPECT_TRUE(through([&](E x) { return b.mul(x, x); })) << "nothing bounds it";
    EXPECT_TRUE(through([&](E x) { return b.op(WEFT_OP_FLOOR, {x}); }));
}

TEST_F(FeedbackTest, LoopsOfSeveral) {
    const auto pair = [&](double there, double back) {
        caches.clear();
        const sema::StrandId left = cache("left");
        const sema::StrandId right = cache("right");
        store(left, b.add_(tone(), b.mul(past(right, 100), b.num(there))));
        store(right, b.mul(past(left, 200), b.num(back)));
        return exact();
    };
    EXPECT_EQ(pair(0.8, 0.7), (std::vector{false, false}));
    EXPECT_EQ(pair(0.8, 1.2), (std::vector{true, true}));
}

// What stands beside an echo, before it or behind it says nothing of its memory.
TEST_F(FeedbackTest, EachLoopByItself) {
    const sema::StrandId filter = cache("filter");
    const sema::StrandId line = cache("line");
    const sema::StrandId delay = cache("delay");
    const E filtered = b.add_(tone(), b.mul(past(filter, 1), b.num(0.99)));
    store(filter, filtered);
    store(line, b.add_(filtered, b.mul(past(line, 100), b.num(0.7))));
    store(delay, past(line, 100));
    const E heard = b.add_(past(delay, 300), past(line, 400));
    EXPECT_EQ(exact({heard}), (std::vector{true, false, false, false}));
    // An output that makes its smallest differences heard is another matter.
    const E loud = b.mul(b.num(1e6), b.op(WEFT_OP_SUB, {past(line, 400), past(line, 401)}));
    EXPECT_EQ(exact({loud})[1], true);
}

}  // namespace
}  // namespace weft::ir::test
