// Every pass keeps the value of every root: random expressions, whole kernels, before and after.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/source.h"
#include "builder.h"
#include "ir/emit.h"
#include "ir/lowering.h"
#include "ir/passes.h"
#include "ir/rates.h"
#include "ir/verify.h"

namespace weft::ir::test {
namespace {

class Generator {
public:
    Generator(Builder& builder, std::uint32_t seed) : b_(builder), random_(seed) {
        picture_ = b_.instance("img", sema::InstanceKind::source, nullptr);
        b_.shapes[picture_] = {{{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}}, false};
        b_.program.params.resize(2);
        for (sema::Param& param : b_.program.params) {
            param.low = -2;
            param.high = 2;
        }
    }

    E expression(int depth) {
        if (depth <= 0 || pick(12) == 0) return leaf();
        if (!made_.empty() && pick(4) == 0) return made_[pick(made_.size())];
        const E made = operation(depth);
        made_.push_back(made);
        return made;
    }

private:
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }
    E leaf() {
        static const double numbers[] = {0, -0.0, 1, -1, 2, 0.5, 3, 10, 0.1, -7.25, NAN, INFINITY};
        static const std::uint32_t fields[] = {WEFT_FIELD_X,    WEFT_FIELD_Y, WEFT_FIELD_TIME,
                                               WEFT_FIELD_BEAT, WEFT_FIELD_X, WEFT_FIELD_ABSTIME};
        switch (pick(5)) {
            case 0:
                if (pick(4) == 0)  // a steady beat
                    return b_.op(WEFT_OP_FRACT, {b_.mul(b_.field(WEFT_FIELD_TIME), b_.num(3))});
                return b_.num(numbers[pick(pick(8) ? 10 : 12)]);
            case 1: return b_.param(static_cast<std::uint32_t>(pick(2)));
            default: return b_.field(fields[pick(6)]);
        }
    }
    E operation(int depth) {
        static const std::uint32_t linear[] = {WEFT_OP_ADD, WEFT_OP_SUB, WEFT_OP_MUL, WEFT_OP_ADD};
        const auto next = [&] { return expression(depth - 1); };
        switch (pick(10)) {
            case 0: return b_.op(pick(2) ? WEFT_OP_SIN : WEFT_OP_COS, {next()});
            case 1: return b_.sin(b_.add_(next(), b_.mul(next(), b_.num(2.5))));
            case 2: return b_.remap(b_.strand(picture_), {{WEFT_FIELD_X, next()}});
            case 3: return b_.remap(next(), {{WEFT_FIELD_X, next()}, {WEFT_FIELD_TIME, next()}});
            case 4: {
                static const std::uint32_t ops[] = {WEFT_OP_MIN, WEFT_OP_MAX, WEFT_OP_LT,
                                                    WEFT_OP_AND, WEFT_OP_OR,  WEFT_OP_POW,
                                                    WEFT_OP_DIV, WEFT_OP_MOD};
                const std::uint32_t op = ops[pick(8)];
                return b_.op(op,
                             {next(), op == WEFT_OP_POW ? b_.num(double(pick(6)) - 2) : next()});
            }
            case 5: {
                static const std::uint32_t ops[] = {WEFT_OP_NEG,  WEFT_OP_ABS,   WEFT_OP_NOT,
                                                    WEFT_OP_SQRT, WEFT_OP_FLOOR, WEFT_OP_TANH};
                return b_.op(ops[pick(6)], {next()});
            }
            case 6: return b_.op(WEFT_OP_SELECT, {next(), next(), next()});
            default: return b_.op(linear[pick(4)], {next(), next()});
        }
    }

    Builder& b_;
    std::mt19937 random_;
    sema::StrandId picture_ = 0;
    std::vector<E> made_;
};

bool close(double a, double b, double tolerance) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (std::isinf(a) || std::isinf(b)) return a == b;
    return std::fabs(a - b) <= tolerance * std::max({1.0, std::fabs(a), std::fabs(b)});
}

Point random_point(std::mt19937& random, Domain domain) {
    std::uniform_real_distribution<double> unit(0, 1);
    Point point;
    point.fields[WEFT_FIELD_X] = domain == Domain::stream ? 0.5 : unit(random);
    point.fields[WEFT_FIELD_Y] = domain == Domain::stream ? 0.5 : unit(random);
    point.row_time = std::floor(unit(random) * 1000) / 1000;
    point.column_time = std::floor(unit(random) * 64) / 48000;
    const double time = point.row_time + point.column_time;
    point.fields[WEFT_FIELD_TIME] = point.fields[WEFT_FIELD_ABSTIME] = time;
    point.fields[WEFT_FIELD_BEAT] = time * 2;
    for (double& param : point.params) param = unit(random) * 4 - 2;
    return point;
}

class PassesKeepValues : public testing::TestWithParam<Domain> {};

TEST_P(PassesKeepValues, OfRandomExpressions) {
    const Domain domain = GetParam();
    SourceMap sources;
    std::mt19937 random(7);
    int compared = 0;
    for (std::uint32_t seed = 1; seed <= 1500; ++seed) {
        Builder b;
        Generator generator(b, seed);
        const std::vector<E> roots{generator.expression(6), generator.expression(5)};
        LowerRequest request = b.request(roots, domain);
        Diagnostics diagnostics(&sources);
        const Kernel kernel = lower(request, diagnostics);
        request.raw = true;
        const Kernel plain = lower(request, diagnostics);
        ASSERT_FALSE(diagnostics.has_errors());
        ASSERT_EQ(verify(kernel), "") << dump(kernel.ir);
        ASSERT_EQ(verify(plain), "") << dump(plain.ir);
        for (int i = 0; i < 4; ++i) {
            const Point point = random_point(random, domain);
            const std::vector<double> expected = run(plain, point);
            const std::vector<double> got = run(kernel, point);
            for (std::size_t r = 0; r < roots.size(); ++r) {
                // Products of large numbers magnify roundings; such roots are looked at coarsely.
                const double tolerance = std::fabs(expected[r]) < 1e3 ? 1e-9 : 1e-6;
                EXPECT_TRUE(close(expected[r], got[r], tolerance))
                    << "seed " << seed << " root " << r << ": " << expected[r] << " became "
                    << got[r] << "\n"
                    << dump(plain.ir) << "\n"
                    << dump(kernel.ir) << "host:\n"
                    << dump(kernel.host.ir);
                ++compared;
            }
            if (HasFailure()) return;
        }
    }
    EXPECT_GT(compared, 10000);
}

// The kernel a module stands for, whatever pass it has reached.
Kernel emitted(Module module) {
    if (!module.bound) bind_inputs(module);
    Kernel kernel;
    std::vector<std::uint32_t> numbers;
    const Order order = schedule(module.dag, module.roots);
    kernel.ir = emit(module.dag, order, rates(module), {}, numbers);
    kernel.ir.uniform_count = static_cast<std::uint32_t>(module.uniform_varies.size());
    for (const ValueId root : module.roots) kernel.roots.push_back(numbers[root]);
    const Order host_order = schedule(module.host, module.host_outputs);
    kernel.host.ir = emit(module.host, host_order, host_rates(module), {}, numbers);
    for (const ValueId output : module.host_outputs) kernel.host.outputs.push_back(numbers[output]);
    kernel.uses = module.uses;
    return kernel;
}

TEST_P(PassesKeepValues, EachOfThem) {
    const Domain domain = GetParam();
    SourceMap sources;
    std::mt19937 random(23);
    std::map<std::string_view, int> changes;
    for (std::uint32_t seed = 5000; seed < 5400; ++seed) {
        Builder b;
        Generator generator(b, seed);
        const LowerRequest request = b.request({generator.expression(6)}, domain);
        Diagnostics diagnostics(&sources);
        Module module;
        module.request = &request;
        module.domain = domain;
        Lowering lowering(request, diagnostics, module.dag);
        module.roots = {lowering.root(request.roots[0])};
        ASSERT_FALSE(lowering.failed());
        const Point point = random_point(random, domain);
        double before = run(emitted(module), point)[0];
        for (const Pass& pass : passes()) {
            if (pass.run == nullptr) continue;
            changes[pass.name] += pass.run(module);
            const Kernel kernel = emitted(module);
            ASSERT_EQ(verify(kernel), "") << pass.name;
            const double after = run(kernel, point)[0];
            // Exact passes differ by nothing but roundings of pow.
            const bool exact = pass.name == "fold" || pass.name == "dead_code" ||
                               pass.name == "hoist" || pass.name == "affine" ||
                               pass.name == "precision";
            ASSERT_TRUE(close(before, after, exact ? 1e-12 : 1e-8))
                << pass.name << ", seed " << seed << ": " << before << " became " << after;
            before = after;
        }
    }
    for (const auto& [name, count] : changes) {
        const bool idle =
            (domain == Domain::points && (name == "reduce_periodic" || name == "split_angles" ||
                                          name == "reassociate" || name == "affine")) ||
            (domain != Domain::stream && name == "count_phases");
        EXPECT_EQ(count == 0, idle) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Domains, PassesKeepValues,
                         testing::Values(Domain::raster, Domain::stream, Domain::points));

}  // namespace
}  // namespace weft::ir::test
