// Every operator of the table at every width, in f32 and in f64, on ordinary, boundary, huge and
// odd operands, against the reference within the table's bound.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "eval/eval.h"
#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

// Numbers where something happens.
std::vector<float> boundary_numbers() {
    std::vector<float> list = {0.0f,
                               0.5f,
                               1.0f,
                               1.5f,
                               2.0f,
                               3.0f,
                               4.0f,
                               0.25f,
                               0.1f,
                               0.70710677f,
                               0.41421357f,
                               2.4142137f,
                               1.5707964f,
                               3.1415927f,
                               6.2831855f,
                               0.78539819f,
                               1e-3f,
                               1e-6f,
                               1e-20f,
                               1e-38f,
                               1e-40f,
                               1e-45f,
                               10.0f,
                               22.0f,
                               88.0f,
                               88.72f,
                               88.73f,
                               89.0f,
                               103.9f,
                               104.0f,
                               127.0f,
                               128.0f,
                               149.0f,
                               150.0f,
                               1e3f,
                               65535.0f,
                               65536.0f,
                               1e5f,
                               1e6f,
                               8388607.5f,
                               16777216.0f,
                               2147483648.0f,
                               4294967296.0f,
                               1e10f,
                               1e15f,
                               1e20f,
                               1e30f,
                               3.4e38f,
                               kInf,
                               std::nextafter(1.0f, 2.0f),
                               std::nextafter(1.0f, 0.0f),
                               std::nextafter(0.5f, 1.0f),
                               std::nextafter(0.5f, 0.0f),
                               0.49999997f,
                               2.5f,
                               3.5f,
                               0.33333334f};
    const std::size_t count = list.size();
    for (std::size_t i = 0; i < count; ++i) list.push_back(-list[i]);
    list.push_back(std::numeric_limits<float>::quiet_NaN());
    return list;
}

struct Operands {
    std::vector<float> column[3];
};

Operands operands_for(std::uint32_t arity) {
    Operands made;
    const std::vector<float> edge = boundary_numbers();
    std::mt19937 random(arity);
    const auto any = [&] {
        const int kind = static_cast<int>(random() % 4);
        if (kind == 0) return edge[random() % edge.size()];
        if (kind == 1) {
            // Any bit pattern.
            const auto bits = static_cast<std::uint32_t>(random());
            float f;
            std::memcpy(&f, &bits, sizeof f);
            return f;
        }
        const float scale = kind == 2 ? 1.5f : 50.0f;
        return std::uniform_real_distribution<float>(-scale, scale)(random);
    };
    if (arity == 1)
        for (const float v : edge)
            for (auto& column : made.column) column.push_back(v);
    if (arity == 2)
        for (const float v : edge)
            for (const float w : edge) {
                made.column[0].push_back(v);
                made.column[1].push_back(w);
                made.column[2].push_back(0.0f);
            }
    while (made.column[0].size() < 40001)
        for (auto& column : made.column) column.push_back(any());
    return made;
}

// Units in the last place of the f32 nearest to `exact`.
double ulp_of(double exact) {
    const double magnitude = std::fabs(exact);
    int exponent = 0;
    std::frexp(magnitude, &exponent);
    return std::ldexp(1.0, std::max(exponent, -125) - 24);
}

// Empty if `got` is as good as the bound asks.
bool within(double got, double exact, double bound) {
    if (std::isnan(exact)) return std::isnan(got);
    if (std::isnan(got)) return false;
    const double largest = std::numeric_limits<float>::max();
    if (std::isinf(exact) || std::fabs(exact) > largest) {
        // What rounds to infinity may also be the largest number, when the bound allows it.
        if (std::isinf(got)) return (got > 0) == (exact > 0);
        return !std::isinf(exact) && std::fabs(got) >= largest * (1 - bound * 6e-8);
    }
    if (std::isinf(got)) return std::fabs(exact) > largest * (1 - bound * 6e-8);
    // Half a unit is the rounding of the result itself.
    return std::fabs(got - exact) <= std::max(bound, 0.5) * 1.0001 * ulp_of(exact);
}

struct Case {
    std::uint16_t op;
    const char* id;
};

class Operators : public testing::TestWithParam<unsigned> {};

void check(const Case& c, unsigned lanes, bool f64) {
    const weft_op_info* info = weft_op_info_of(c.op);
    const Operands operands = operands_for(info->arity);
    const std::size_t count = operands.column[0].size();
    Host host;
    BatchText batch;
    Picture planes(count, 1, 3);
    // One column a point, read exactly.
    planes.handle.grid.axes[0].origin = 0.0;
    planes.handle.grid.axes[0].filter = WEFT_FILTER_FLOOR;
    for (std::uint32_t p = 0; p < 3; ++p)
        for (std::size_t i = 0; i < count; ++i) planes.at(i, 0, p) = operands.column[p][i];
    host.bind(7, planes.handle);
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, count, 1);
    const Ir::Id x = kernel.ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN, true);
    const Ir::Id y = kernel.ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW, true);
    std::vector<Ir::Id> args;
    for (std::uint32_t a = 0; a < info->arity; ++a)
        args.push_back(kernel.ir.sample(batch.input(7, a), {x, y}));
    const Ir::Id result = kernel.ir.op(c.op, args, f64);
    const std::uint32_t out =
        batch.picture(count, 1, f64 ? WEFT_FORMAT_F64 : WEFT_FORMAT_F32, 1, 0);
    kernel.store(out, {result});
    Compiled program(host, batch, {"cpu", lanes});
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<double> wide(count);
    std::vector<float> narrow(count);
    void* target = f64 ? static_cast<void*>(wide.data()) : static_cast<void*>(narrow.data());
    ASSERT_EQ(program.frame(0, {{target, count * (f64 ? 8u : 4u)}}), WEFT_OK);
    int shown = 0;
    double worst = 0;
    for (std::size_t i = 0; i < count && shown < 5; ++i) {
        const double in[3] = {operands.column[0][i], operands.column[1][i], operands.column[2][i]};
        const double exact = weft_eval_op(c.op, in);
        const double got = f64 ? wide[i] : static_cast<double>(narrow[i]);
        // Noise is a sum that may come near zero: its bound is in units of its range.
        const bool good = c.op == WEFT_OP_NOISE && std::isfinite(exact)
                              ? std::fabs(got - exact) <= 8 * 6e-8
                              : within(got, exact, info->ulp);
        if (std::isfinite(exact) && std::isfinite(got))
            worst = std::max(worst, std::fabs(got - exact) / ulp_of(exact));
        if (!good) {
            ++shown;
            ADD_FAILURE() << c.id << " of " << in[0] << ' ' << in[1] << ' ' << in[2] << ": " << got
                          << ", not " << exact << " (" << (got - exact) / ulp_of(exact)
                          << " units), lanes " << lanes << (f64 ? " f64" : " f32");
        }
    }
    if (lanes == 16)
        testing::Test::RecordProperty(std::string(c.id) + (f64 ? "_f64" : "_f32"),
                                      std::to_string(worst));
}

// A sine and a cosine of one angle are computed together, in other ways than alone.
TEST_P(Operators, SineAndCosineOfOneAngle) {
    const Operands operands = operands_for(1);
    const std::size_t count = operands.column[0].size();
    Host host;
    Picture plane(count, 1, 1);
    plane.handle.grid.axes[0].origin = 0.0;
    plane.handle.grid.axes[0].filter = WEFT_FILTER_FLOOR;
    for (std::size_t i = 0; i < count; ++i) plane.at(i, 0) = operands.column[0][i];
    host.bind(7, plane.handle);
    for (const bool f64 : {false, true}) {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, count, 1);
        Ir& ir = kernel.ir;
        const Ir::Id a =
            ir.sample(batch.input(7), {ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN, true),
                                       ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW, true)});
        const std::uint32_t out =
            batch.picture(count, 1, f64 ? WEFT_FORMAT_F64 : WEFT_FORMAT_F32, 2, 0);
        const Ir::Id sine = ir.op(WEFT_OP_SIN, {a}, f64);
        kernel.store(out, {sine, ir.op(WEFT_OP_COS, {a}, f64)});
        Compiled program(host, batch, {"cpu", GetParam()});
        ASSERT_TRUE(program.ok()) << program.error().message;
        std::vector<double> memory(2 * count);
        ASSERT_EQ(program.frame(0, {{memory.data(), count * 16}}), WEFT_OK);
        const auto* narrow = reinterpret_cast<const float*>(memory.data());
        int shown = 0;
        for (std::size_t i = 0; i < 2 * count && shown < 5; ++i) {
            const double x = operands.column[0][i % count];
            const double exact = i < count ? std::sin(x) : std::cos(x);
            const double got = f64 ? memory[i] : static_cast<double>(narrow[i]);
            if (within(got, exact, 2.0)) continue;
            ++shown;
            ADD_FAILURE() << (i < count ? "sine of " : "cosine of ") << x << ": " << got << ", not "
                          << exact;
        }
    }
}

// Not every quotient by a known number is divided.
TEST_P(Operators, QuotientsByConstants) {
    const Operands operands = operands_for(1);
    const std::size_t count = operands.column[0].size();
    Host host;
    Picture plane(count, 1, 1);
    plane.handle.grid.axes[0].origin = 0.0;
    plane.handle.grid.axes[0].filter = WEFT_FILTER_FLOOR;
    for (std::size_t i = 0; i < count; ++i) plane.at(i, 0) = operands.column[0][i];
    host.bind(7, plane.handle);
    for (const float by : {81.0f, 3.0f, -49.0f, 255.0f, 0.1f, 16777215.0f, 1e-10f, 1e15f, 1e30f,
                           1e-40f, 4.0f, 0.5f, 0.0f, -0.0f, kInf}) {
        BatchText batch;
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, count, 1);
        Ir& ir = kernel.ir;
        const Ir::Id a =
            ir.sample(batch.input(7), {ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN, true),
                                       ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW, true)});
        kernel.store(batch.picture(count, 1, WEFT_FORMAT_F32, 1, 0),
                     {ir.op(WEFT_OP_DIV, {a, ir.constant(static_cast<double>(by))})});
        Compiled program(host, batch, {"cpu", GetParam()});
        ASSERT_TRUE(program.ok()) << program.error().message;
        std::vector<float> made(count);
        ASSERT_EQ(program.frame(0, {{made.data(), count * 4}}), WEFT_OK);
        int shown = 0;
        for (std::size_t i = 0; i < count && shown < 5; ++i) {
            const double x = operands.column[0][i];
            const double exact = x / static_cast<double>(by);
            const bool sign = std::isnan(exact) || std::signbit(made[i]) == std::signbit(exact);
            if (within(made[i], exact, 0.5) && sign) continue;
            ++shown;
            ADD_FAILURE() << x << " / " << by << ": " << made[i] << ", not " << exact << " ("
                          << (made[i] - exact) / ulp_of(exact) << " units)";
        }
    }
}

TEST_P(Operators, AreWithinTheirBounds) {
    const Case cases[] = {
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) {number, #NAME},
#include <weft/ops.def>
    };
    for (const Case& c : cases)
        for (const bool f64 : {false, true}) check(c, GetParam(), f64);
}

INSTANTIATE_TEST_SUITE_P(Widths, Operators, testing::Values(4u, 8u, 16u));

}  // namespace
}  // namespace weft::batch_test
