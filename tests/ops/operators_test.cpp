// Every operator of the table, on every back end, against the reference and within the table's
// bound.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "eval/bound.h"
#include "kit/operands.h"
#include "tests/ops/one_kernel.h"
#include "tests/support/backends.h"

namespace {

using namespace weft;
using test::IrBuilder;

// Error in units of the last place of a single, for the report.
double in_ulp(double got, double reference) {
    if (!std::isfinite(got) || !std::isfinite(reference)) return 0;
    const double unit =
        std::ldexp(1.0, reference == 0 ? -149 : std::max(std::ilogb(reference) - 23, -149));
    return std::fabs(got - reference) / unit;
}

using Chosen = std::tuple<std::string, std::uint32_t>;

class Operators : public testing::TestWithParam<Chosen> {
protected:
    static constexpr int kRandom = 20000;
    const std::uint32_t op_ = std::get<1>(GetParam());
    const weft_op_info& info_ = *weft_op_info_of(op_);
    plugin::Backend* backend_ = nullptr;
    int told_ = 0;  // failures printed

    void SetUp() override {
        std::string why;
        backend_ = test::Backends::all().get(std::get<0>(GetParam()), why);
        if (!backend_) return test::absent(why);
    }

    // All combinations of the special operands (of fewer, for more operands), then random ones.
    [[nodiscard]] std::array<std::vector<double>, 3> operands() const {
        std::array<std::vector<double>, 3> lists;
        const std::vector<double> special = kit::special_operands();
        const std::size_t step = info_.arity == 3 ? 5 : 1;
        const auto each = [&](std::uint32_t which, const auto& body) {
            if (info_.arity <= which) return body(0.0);
            for (std::size_t i = 0; i < special.size(); i += step) body(special[i]);
        };
        const auto add = [&](double a, double b, double c) {
            lists[0].push_back(a);
            lists[1].push_back(b);
            lists[2].push_back(c);
        };
        for (const double a : special)
            each(1, [&](double b) { each(2, [&](double c) { add(a, b, c); }); });
        kit::RandomOperands random(op_);
        for (int i = 0; i < kRandom; ++i) {
            const double a = random.next(), b = random.next(), c = random.next();
            add(a, b, c);
        }
        return lists;
    }

    void check(const weft_bound& bound, double got, double reference, const double* at) {
        if (weft_bound_holds(&bound, got) || ++told_ > 5) return;
        ADD_FAILURE() << info_.id << "(" << at[0] << ", " << at[1] << ", " << at[2] << ") is "
                      << got << ", the reference " << reference << ", allowed " << bound.low
                      << " to " << bound.high << (bound.nan ? " and NaN" : "") << "; off by "
                      << in_ulp(got, reference) << " units of a single";
    }

    void at_points(std::uint8_t precision) {
        IrBuilder ir;
        ir.domain = WEFT_DOMAIN_POINTS;
        ir.precision = precision;
        const std::uint32_t fields[3] = {ir.field(0), ir.field(1), ir.field(2)};
        const std::uint32_t result =
            ir.op(op_, std::vector<std::uint32_t>(fields, fields + info_.arity));
        test::OneKernel kernel(*backend_, ir, {result}, WEFT_DOMAIN_POINTS);
        if (!kernel.ok()) return;
        const auto lists = operands();
        const std::vector<double> got = kernel.points(lists);
        const weft_ir view = ir.view();
        std::vector<double> values(weft_eval_scratch(&view));
        std::vector<weft_bound> bounds(values.size());
        std::vector<double> at(WEFT_FIELD_COUNT);
        weft_bound_env env{};
        env.point.fields = at.data();
        double worst = 0;
        int silent = 0;
        for (std::size_t i = 0; i < got.size(); ++i) {
            for (std::size_t f = 0; f < 3; ++f) at[f] = lists[f][i];
            ASSERT_EQ(weft_eval_bound(&view, &env, values.data(), bounds.data()), WEFT_OK);
            check(bounds[result], got[i], values[result], at.data());
            if (std::isinf(weft_bound_error(&bounds[result], values[result]))) {
                ++silent;
            } else {
                worst = std::fmax(worst, in_ulp(got[i], values[result]));
            }
        }
        EXPECT_LE(told_, 5) << told_ << " of " << got.size() << " points fail";
        RecordProperty("worst_ulp", std::to_string(worst));
        RecordProperty("silent", silent);
        // Single operators on exact operands leave little in doubt: overflow and denormals.
        EXPECT_LT(silent, static_cast<int>(got.size() / 5));
    }
};

TEST_P(Operators, AtPoints) {
    at_points(WEFT_PRECISION_F32);
}
TEST_P(Operators, AtPointsInDouble) {
    at_points(WEFT_PRECISION_F64);
}

// Operands that move across a picture: the path of vectors, tables and tiles.
TEST_P(Operators, AcrossAPicture) {
    constexpr std::uint64_t kWidth = 67, kHeight = 9;  // no multiple of any vector
    for (const double scale : {1.0, 8.0, 1000.0, 1e7}) {
        IrBuilder ir;
        const auto line = [&](std::uint32_t field, double slope, double start) {
            return ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {ir.field(field), ir.constant(slope)}),
                                       ir.constant(start)});
        };
        const std::uint32_t x = line(WEFT_FIELD_X, scale, -0.3 * scale);
        const std::uint32_t y = line(WEFT_FIELD_Y, 3.0, -1.0);
        const std::uint32_t z = ir.op(WEFT_OP_MUL, {x, y});
        const std::uint32_t operands[3] = {x, y, z};
        const std::uint32_t result =
            ir.op(op_, std::vector<std::uint32_t>(operands, operands + info_.arity));
        test::OneKernel kernel(*backend_, ir, {result}, WEFT_DOMAIN_RASTER, kWidth, kHeight);
        if (!kernel.ok()) return;
        const std::vector<float> got = kernel.picture();
        const weft_ir view = ir.view();
        std::vector<double> values(weft_eval_scratch(&view));
        std::vector<weft_bound> bounds(values.size());
        std::vector<double> at(WEFT_FIELD_COUNT);
        weft_bound_env env{};
        env.point.fields = at.data();
        env.coordinate_ulp = 1;
        for (std::uint64_t j = 0; j < kHeight; ++j)
            for (std::uint64_t i = 0; i < kWidth; ++i) {
                at[WEFT_FIELD_X] = (static_cast<double>(i) + 0.5) / kWidth;
                at[WEFT_FIELD_Y] = (static_cast<double>(j) + 0.5) / kHeight;
                ASSERT_EQ(weft_eval_bound(&view, &env, values.data(), bounds.data()), WEFT_OK);
                // A picture of singles rounds once more.
                const weft_bound stored = weft_bound_round(bounds[result], 0.5, WEFT_PRECISION_F32);
                const double args[3] = {values[x], values[y], values[z]};
                check(stored, static_cast<double>(got[j * kWidth + i]), values[result], args);
            }
    }
    EXPECT_LE(told_, 5) << told_ << " points fail";
}

std::vector<std::uint32_t> all_operators() {
    std::vector<std::uint32_t> list;
    for (std::uint32_t op = 0; op < WEFT_OP_LIMIT; ++op)
        if (weft_op_info_of(op) && weft_op_info_of(op)->cost > 0 && op >= WEFT_OP_ADD)
            list.push_back(op);
    return list;
}

INSTANTIATE_TEST_SUITE_P(All, Operators,
                         testing::Combine(testing::ValuesIn(test::tested_backends()),
                                          testing::ValuesIn(all_operators())),
                         [](const auto& chosen) {
                             return std::get<0>(chosen.param) + "_" +
                                    weft_op_info_of(std::get<1>(chosen.param))->id;
                         });

}  // namespace
