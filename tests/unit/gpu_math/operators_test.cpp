// The functions of kernel texts, run here at speed: every operator within the table's bound over
// special operands and random ones, in each way in which devices compute.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "eval/bound.h"
#include "kit/operands.h"
#include "tests/unit/gpu_math/functions.h"

namespace {

using namespace weft;
using test::Functions;

using Chosen = std::tuple<const Functions*, std::uint32_t>;

// What a back end may compute of these operands.
weft_bound allowed(std::uint32_t op, const double* operands, std::uint32_t precision) {
    const weft_op_info& info = *weft_op_info_of(op);
    weft_bound_operand given[3] = {};
    for (int i = 0; i < 3; ++i) {
        given[i].value = operands[i];
        given[i].bound = weft_bound_round(weft_bound_point(operands[i]), 0.5, precision);
    }
    weft_bound exact = weft_bound_op(op, given);
    const bool wide = precision == WEFT_PRECISION_F64;
    if (op == WEFT_OP_NOISE && exact.nan != WEFT_NAN_ALWAYS) {
        // Mixed from numbers up to 1, so its error is in units of those.
        const double e = info.ulp * std::ldexp(1.0, wide ? -53 : -24);
        exact.low = std::fmin(exact.low, std::fmax(exact.low - e, -e));
        exact.high += e;
    }
    // sdk/eval/bound.h: what a power may lose in double.
    const double ulp = info.ulp + (wide && op == WEFT_OP_POW ? 768.0 : 0.0);
    weft_bound bound = weft_bound_round(exact, ulp, precision);
    const double reference = weft_eval_op(op, operands);
    const weft_bound own = weft_bound_point(reference);
    if (!weft_bound_holds(&bound, reference)) bound = weft_bound_join(&bound, &own);
    return bound;
}

class Operators : public testing::TestWithParam<Chosen> {
protected:
    static constexpr int kRandom = 50000;
    const Functions& functions_ = *std::get<0>(GetParam());
    const std::uint32_t op_ = std::get<1>(GetParam());
    const weft_op_info& info_ = *weft_op_info_of(op_);
    int told_ = 0;

    void check(const double* operands, double got, std::uint32_t precision) {
        const weft_bound bound = allowed(op_, operands, precision);
        if (weft_bound_holds(&bound, got) || ++told_ > 5) return;
        ADD_FAILURE() << info_.id << "(" << operands[0] << ", " << operands[1] << ", "
                      << operands[2] << ") is " << got << ", the reference "
                      << weft_eval_op(op_, operands) << ", allowed " << bound.low << " to "
                      << bound.high << (bound.nan ? " and NaN" : "");
    }

    // All combinations of the special operands, then random ones.
    template <class Body>
    void each_operands(const Body& body) {
        const std::vector<double> special = kit::special_operands();
        const std::size_t step = info_.arity == 3 ? 5 : 1;
        double x[3];
        for (const double a : special)
            for (std::size_t j = 0; j < (info_.arity > 1 ? special.size() : 1); j += step)
                for (std::size_t k = 0; k < (info_.arity > 2 ? special.size() : 1); k += step) {
                    x[0] = a;
                    x[1] = info_.arity > 1 ? special[j] : 0.0;
                    x[2] = info_.arity > 2 ? special[k] : 0.0;
                    body(x);
                }
        kit::RandomOperands random(op_ + 1);
        for (int i = 0; i < kRandom; ++i) {
            for (double& number : x) number = random.next();
            body(x);
        }
    }
};

TEST_P(Operators, InSingle) {
    ASSERT_NE(functions_.singles[op_], nullptr);
    each_operands([&](const double* x) {
        float operands[3];
        for (int i = 0; i < 3; ++i) operands[i] = static_cast<float>(x[i]);
        check(x, static_cast<double>(functions_.singles[op_](operands)), WEFT_PRECISION_F32);
    });
    EXPECT_LE(told_, 5) << told_ << " operands fail";
}

TEST_P(Operators, InDouble) {
    if (!functions_.doubles[op_]) GTEST_SKIP() << functions_.name << ": no doubles";
    std::uint64_t bits = 0x9e3779b97f4a7c15ULL;
    each_operands([&](const double* x) {
        check(x, functions_.doubles[op_](x), WEFT_PRECISION_F64);
        // The same with all the bits that a double has.
        double wide[3];
        for (int i = 0; i < 3; ++i) {
            bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
            wide[i] = x[i] * (1.0 + std::ldexp(static_cast<double>(bits >> 40), -48));
        }
        check(wide, functions_.doubles[op_](wide), WEFT_PRECISION_F64);
    });
    EXPECT_LE(told_, 5) << told_ << " operands fail";
}

std::vector<std::uint32_t> all_operators() {
    std::vector<std::uint32_t> list;
    for (std::uint32_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op)
        if (weft_op_info_of(op)) list.push_back(op);
    return list;
}

INSTANTIATE_TEST_SUITE_P(All, Operators,
                         testing::Combine(testing::Values(&test::plain_functions(),
                                                          &test::fused_functions(),
                                                          &test::single_functions()),
                                          testing::ValuesIn(all_operators())),
                         [](const auto& chosen) {
                             return std::string(std::get<0>(chosen.param)->name) + "_" +
                                    weft_op_info_of(std::get<1>(chosen.param))->id;
                         });

TEST(SinCos, KeepsTheBoundsOfBoth) {
    kit::RandomOperands random(3);
    std::vector<double> angles = {0.0,       -0.0,       1e-40,     0.78539816, 0.7853982,
                                  1.5707964, -1.5707963, 3.1415927, 355.0,      65535.9,
                                  65536.1,   1e30,       INFINITY,  NAN};
    for (int i = 0; i < 200000; ++i) angles.push_back(random.next());
    int told = 0;
    for (const double angle : angles) {
        const double operands[3] = {static_cast<double>(static_cast<float>(angle)), 0, 0};
        float cosine = 0;
        const float sine = test::sin_cos(static_cast<float>(operands[0]), &cosine);
        for (const auto& [op, got] :
             {std::pair(WEFT_OP_SIN, sine), std::pair(WEFT_OP_COS, cosine)}) {
            const weft_bound bound = allowed(op, operands, WEFT_PRECISION_F32);
            if (weft_bound_holds(&bound, static_cast<double>(got)) || ++told > 5) continue;
            ADD_FAILURE() << weft_op_info_of(op)->id << "(" << operands[0] << ") is " << got;
        }
    }
    EXPECT_LE(told, 5);
    float cosine = 0;
    const float nought = -0.0f;
    EXPECT_TRUE(std::signbit(test::sin_cos(nought, &cosine)));
    for (const Functions* functions : {&test::plain_functions(), &test::fused_functions()})
        EXPECT_TRUE(std::signbit(functions->singles[WEFT_OP_SIN](&nought))) << functions->name;
}

// Of all back ends the same bits.
TEST(Random, HashAndNoiseAreTheReference) {
    kit::RandomOperands random(7);
    for (int i = 0; i < 300000; ++i) {
        double x[3];
        float f[3];
        for (int k = 0; k < 3; ++k) {
            x[k] = random.next();
            f[k] = static_cast<float>(x[k]);
        }
        for (const Functions* functions : {&test::plain_functions(), &test::fused_functions()})
            for (const std::uint32_t op : {WEFT_OP_HASH, WEFT_OP_NOISE}) {
                const double reference = weft_eval_op(op, x);
                const float single = functions->singles[op](f);
                if (std::isnan(reference)) {
                    ASSERT_TRUE(std::isnan(single));
                    continue;
                }
                ASSERT_EQ(functions->doubles[op](x), reference);
                ASSERT_EQ(single, static_cast<float>(reference));
            }
    }
}

}  // namespace
