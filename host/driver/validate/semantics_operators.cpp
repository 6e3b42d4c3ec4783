// Every operator of the table that a plugin compiles, against the evaluator and within the table's
// bound: at the operands at which operators go wrong, at random ones, and across a picture, which
// is the path of vectors, tables and tiles.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "driver/validate/drive.h"
#include "driver/validate/semantics.h"
#include "eval/eval.h"
#include "kit/operands.h"

namespace weft::validate {
namespace {

using Ir = kit::Ir;
using Operators = std::vector<std::uint32_t>;
using Make = Work (*)(std::uint32_t context, const Operators& ops, bool f64);

Operators all_operators() {
    Operators list;
    for (std::uint32_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op)
        if (weft_op_info_of(op)) list.push_back(op);
    return list;
}

Ir::Id apply(Ir& ir, std::uint32_t op, const std::array<Ir::Id, 3>& operands, bool f64) {
    const auto arity = static_cast<std::ptrdiff_t>(weft_op_info_of(op)->arity);
    return ir.op(static_cast<std::uint16_t>(op), {operands.begin(), operands.begin() + arity}, f64);
}

// x, y and time, free at every point.
std::array<Ir::Id, 3> free_operands(Ir& ir, bool f64) {
    constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
    return {ir.field(WEFT_FIELD_X, kPoint, f64), ir.field(WEFT_FIELD_Y, kPoint, f64),
            ir.field(WEFT_FIELD_TIME, kPoint, f64)};
}

// One kernel, an output for each operator.
Work at_points(std::uint32_t context, const Operators& ops, bool f64) {
    Work work("operators at points", context);
    Ir ir;
    const auto operands = free_operands(ir, f64);
    std::vector<Ir::Id> results;
    results.reserve(ops.size());
    for (const std::uint32_t op : ops) results.push_back(apply(ir, op, operands, f64));
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_POINTS);
    kernel.ir = ir;
    for (const Ir::Id result : results) kernel.store(work.values(), {result});
    return work;
}

constexpr std::uint64_t kWidth = 67, kHeight = 9;  // no multiple of any vector

// Two lines across the picture, by uniforms, and their product.
std::array<Ir::Id, 3> lines(Ir& ir) {
    const auto line = [&](Ir::Id field, std::uint32_t uniform) {
        const Ir::Id slope = ir.op(WEFT_OP_MUL, {field, ir.uniform(uniform)});
        return ir.op(WEFT_OP_ADD, {slope, ir.uniform(uniform + 1)});
    };
    const Ir::Id x = line(ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN), 0);
    const Ir::Id y = line(ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW), 2);
    return {x, y, ir.op(WEFT_OP_MUL, {x, y})};
}

// One kernel, a plane for each operator.
Work across_a_picture(std::uint32_t context, const Operators& ops, bool) {
    Work work("operators across a picture", context);
    Ir ir;
    const auto operands = lines(ir);
    std::vector<Ir::Id> results;
    for (const std::uint32_t op : ops) results.push_back(apply(ir, op, operands, false));
    const std::uint32_t picture = work.target_picture(kWidth, kHeight, WEFT_FORMAT_F32,
                                                      static_cast<std::uint32_t>(ops.size()));
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    kernel.ir = ir;
    kernel.store(picture, results);
    work.uniforms.resize(4);
    return work;
}

// Those of `ops` that the plugin compiles: at once where it takes all, else one by one.
Operators supported(Context& context, const Instance& instance, std::uint32_t of, Make make,
                    bool f64) {
    Operators all = all_operators();
    Work whole = make(of, all, f64);
    if (Driven(context, instance, whole).ok() || context.ended()) return all;
    Operators some;
    for (const std::uint32_t op : all) {
        Work single = make(of, {op}, f64);
        if (Driven(context, instance, single).ok()) some.push_back(op);
        if (context.ended()) break;
    }
    return some;
}

// Combinations of the special operands, of fewer where there are three, then random ones.
using Operands = std::array<std::vector<double>, 3>;
Operands operands_of(const weft_op_info& info, Level level, std::uint32_t seed) {
    Operands lists;
    const std::vector<double> special = kit::special_operands();
    const std::size_t step = info.arity == 3 ? 7 : 1;
    const auto add = [&](double a, double b, double c) {
        lists[0].push_back(a);
        lists[1].push_back(b);
        lists[2].push_back(c);
    };
    const auto each = [&](std::uint32_t which, const auto& body) {
        if (info.arity <= which) return body(0.0);
        for (std::size_t i = 0; i < special.size(); i += step) body(special[i]);
    };
    for (std::size_t i = 0; i < special.size(); i += step)
        each(1, [&](double b) { each(2, [&](double c) { add(special[i], b, c); }); });
    kit::RandomOperands random(seed);
    const int more = level == Level::strict ? 3000 : 600;
    for (int i = 0; i < more; ++i) {
        const double a = random.next();
        const double b = random.next();
        add(a, b, random.next());
    }
    return lists;
}

// What is wrong where: "atan2(1, nan)".
std::string application(const weft_op_info& info, const double* operands) {
    std::string text = fmt::format("{}(", info.id);
    for (std::uint32_t i = 0; i < info.arity; ++i) text += (i ? ", " : "") + number(operands[i]);
    return text + ")";
}

void check_points(Context& context, Driven& program, std::uint32_t op, std::uint32_t output,
                  bool f64, Verdict& verdict) {
    const weft_op_info& info = *weft_op_info_of(op);
    const auto seed = static_cast<std::uint32_t>(context.seed() + op);
    const Operands lists = operands_of(info, context.level(), seed);
    kit::Points points;
    points.set(WEFT_FIELD_X, lists[0]);
    points.set(WEFT_FIELD_Y, lists[1]);
    points.set(WEFT_FIELD_TIME, lists[2]);
    std::vector<double> got(lists[0].size(), -12345.0);
    if (!program.values(output, points.view, got.data())) return;
    kit::KernelText kernel;
    const Ir::Id result = apply(kernel.ir, op, free_operands(kernel.ir, f64), f64);
    kit::Judge judge;
    judge.kernel = &kernel;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double operands[3] = {lists[0][i], lists[1][i], lists[2][i]};
        judge.fields[WEFT_FIELD_X] = operands[0];
        judge.fields[WEFT_FIELD_Y] = operands[1];
        judge.fields[WEFT_FIELD_TIME] = operands[2];
        const auto opinion = judge.opinion(0);
        verdict.judge(opinion.bounds[result], opinion.values[result], got[i],
                      [&] { return application(info, operands); });
    }
}

void check_all_points(Context& context, bool f64) {
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_COMPUTE);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    const Operators ops = supported(context, instance, of, at_points, f64);
    if (context.ended()) return;
    if (ops.empty()) return context.skip("it compiles no operator for points");
    Work work = at_points(of, ops, f64);
    Driven program(context, instance, work);
    if (!program.ok()) return context.fail("operators compile alone but not together");
    for (std::uint32_t i = 0; i < ops.size() && !context.ended(); ++i) {
        Verdict verdict;
        check_points(context, program, ops[i], i, f64, verdict);
        verdict.report(context, fmt::format("operator '{}'", weft_op_info_of(ops[i])->id));
    }
}

void check_planes(Context& context, const Operators& ops, const Work& work, const Frame& frame) {
    const auto* const picture = frame.targets[0].as<const float>();
    kit::Judge judge;
    judge.kernel = &work.kernels.back();
    judge.uniforms = work.uniforms;
    judge.fields = work.settings;
    // The planes are the last values of the kernel, in their order.
    const auto first = judge.kernel->ir.view().value_count - static_cast<std::uint32_t>(ops.size());
    std::vector<Verdict> verdicts(ops.size());
    for (std::uint64_t y = 0; y < kHeight; ++y)
        for (std::uint64_t x = 0; x < kWidth; ++x) {
            judge.fields[WEFT_FIELD_X] = (static_cast<double>(x) + 0.5) / kWidth;
            judge.fields[WEFT_FIELD_Y] = (static_cast<double>(y) + 0.5) / kHeight;
            const auto opinion = judge.opinion(1);
            for (std::uint32_t i = 0; i < ops.size(); ++i) {
                // A picture of singles rounds once more.
                const weft_bound stored =
                    weft_bound_round(opinion.bounds[first + i], 0.5, WEFT_PRECISION_F32);
                const float got = picture[(i * kHeight + y) * kWidth + x];
                verdicts[i].judge(stored, opinion.values[first + i], static_cast<double>(got),
                                  [&] { return fmt::format("pixel {}, {}", x, y); });
            }
        }
    for (std::uint32_t i = 0; i < ops.size(); ++i)
        verdicts[i].report(context,
                           fmt::format("operator '{}' in a picture", weft_op_info_of(ops[i])->id));
}

}  // namespace

void check_operators_at_points(Context& context) {
    check_all_points(context, false);
}

void check_operators_in_doubles(Context& context) {
    check_all_points(context, true);
}

void check_operators_across_pictures(Context& context) {
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    const Operators ops = supported(context, instance, of, across_a_picture, false);
    if (context.ended()) return;
    if (ops.empty()) return context.skip("it compiles no operator for pictures");
    Work work = across_a_picture(of, ops, false);
    Driven program(context, instance, work);
    if (!program.ok()) return context.fail("operators compile alone but not together");
    std::int64_t number = 0;
    for (const double scale : {1.0, 8.0, 1000.0, 1e7}) {
        work.uniforms = {scale, -0.3 * scale, 3.0, -1.0};
        Frame frame(work, number++);
        if (!program.run(frame)) return;
        check_planes(context, ops, work, frame);
        if (context.ended()) return;
    }
}

}  // namespace weft::validate
