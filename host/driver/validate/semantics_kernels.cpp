// Kernels made at random: operators on operators, loops in them, parameters and hoisted values, in
// singles and doubles. Each shows several of its values as planes of a picture.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "driver/validate/drive.h"
#include "driver/validate/semantics.h"
#include "eval/eval.h"

namespace weft::validate {
namespace {

using Ir = kit::Ir;
constexpr std::uint64_t kWidth = 19, kHeight = 6;
constexpr std::uint32_t kPlanes = 6;

class Maker {
public:
    explicit Maker(std::mt19937_64& random) : random_(random) {}

    // Values to choose from, in the kernel's order; the newest are chosen most.
    Ir ir;
    std::vector<Ir::Id> values;

    void leaves() {
        static constexpr double kConstants[] = {0,    1,  -1,   2,   0.5,   0.1, 3.7,
                                                -2.2, 10, 1e-3, 100, 1e-30, 1e30};
        values.push_back(ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN));
        values.push_back(ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW));
        values.push_back(ir.uniform(0));
        values.push_back(ir.uniform(1));
        values.push_back(ir.param(0));
        for (int i = 0; i < 3; ++i)
            values.push_back(ir.constant(kConstants[pick(std::size(kConstants))]));
    }
    void operators(int count) {
        for (int i = 0; i < count; ++i) {
            const auto op = static_cast<std::uint16_t>(
                WEFT_OP_ADD + pick(WEFT_OP_LIMIT - static_cast<std::uint32_t>(WEFT_OP_ADD)));
            const weft_op_info* const info = weft_op_info_of(op);
            if (!info) continue;
            // Nothing that a point does not change, nor a number beside itself: the host has folded
            // or hoisted that.
            std::vector<Ir::Id> operands = {varying()};
            while (operands.size() < info->arity) {
                const Ir::Id other = recent();
                if (std::find(operands.begin(), operands.end(), other) == operands.end())
                    operands.push_back(other);
            }
            std::swap(operands.front(), operands[pick(operands.size())]);
            values.push_back(ir.op(op, operands, pick(4) == 0));
        }
    }
    // A few turns over what is there; its results are values, what is inside is not. The second one
    // counts the turns.
    void loop() {
        const std::vector<Ir::Id> outside = values;
        const Ir::Id one = ir.constant(1);
        const Ir::Id to = ir.op(WEFT_OP_ADD, {ir.uniform(2), one});
        const Ir::Id made =
            ir.begin_loop(ir.constant(0), to, {recent(), ir.constant(0)},
                          WEFT_VARIES_PROGRAM | WEFT_VARIES_FRAME | WEFT_VARIES_POINT);
        const Ir::Id counted = ir.op(WEFT_OP_ADD, {ir.carried(made, 1), one});
        values.push_back(ir.index(made));
        values.push_back(ir.carried(made, 0));
        values.push_back(counted);
        operators(4);
        const std::vector<Ir::Id> next = {recent(), counted};
        ir.end_loop(made, next);
        values = outside;
        values.push_back(ir.result(made, 0));
        values.push_back(ir.result(made, 1));
        turns = values.back();
    }
    std::optional<Ir::Id> turns;
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }

private:
    Ir::Id recent() {
        return values[values.size() - 1 - pick(std::min<std::size_t>(values.size(), 8))];
    }
    // One of the coordinates at first, later mostly what was made of them.
    Ir::Id varying() {
        while (true) {
            const Ir::Id id = recent();
            if ((ir.view().values[id].varies & WEFT_VARIES_POINT) != 0) return id;
            if (pick(4) == 0) return values[pick(2)];
        }
    }
    std::mt19937_64& random_;
};

struct Made {
    Work work;
    std::vector<Ir::Id> shown;
};

Made make(std::uint32_t context, std::mt19937_64& random, int number) {
    Made made{Work(fmt::format("random kernel {}", number), context), {}};
    Maker maker(random);
    maker.leaves();
    maker.operators(10);
    if (number % 2 == 1) maker.loop();
    maker.operators(10);
    made.shown.assign(maker.values.end() - kPlanes, maker.values.end());
    if (maker.turns) made.shown.front() = *maker.turns;
    const std::uint32_t picture =
        made.work.target_picture(kWidth, kHeight, WEFT_FORMAT_F32, kPlanes);
    kit::KernelText& kernel = made.work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    kernel.ir = maker.ir;
    kernel.store(picture, made.shown);
    std::uniform_real_distribution<double> number_of(-3, 3);
    made.work.uniforms = {number_of(random), number_of(random), static_cast<double>(maker.pick(3))};
    made.work.params = {number_of(random)};
    return made;
}

// The kernel, line by line, for whoever looks for what went wrong.
std::string listing(const weft_ir& ir) {
    std::string text;
    for (std::uint32_t i = 0; i < ir.value_count; ++i) {
        const weft_ir_value& value = ir.values[i];
        text += fmt::format("v{} = {}", i, weft_op_info_of(value.op)->id);
        for (std::uint32_t a = 0; a < value.arg_count; ++a)
            text += fmt::format("{}v{}", a ? ", " : " of ", ir.args[value.args + a]);
        if (value.op == WEFT_OP_CONST) text += fmt::format(" {}", number(value.imm));
        if (value.op == WEFT_OP_FIELD || value.op == WEFT_OP_UNIFORM || value.op == WEFT_OP_PARAM)
            text += fmt::format(" {}", value.aux);
        text += value.precision == WEFT_PRECISION_F64 ? ", f64\n" : "\n";
    }
    return text;
}

void check_kernel(Context& context, const Made& made, const Frame& frame) {
    const auto* const picture = frame.targets[0].as<const float>();
    kit::Judge judge;
    judge.kernel = &made.work.kernels.front();
    judge.uniforms = made.work.uniforms;
    judge.params = made.work.params;
    judge.fields = made.work.settings;
    Verdict verdict;
    for (std::uint64_t y = 0; y < kHeight; ++y)
        for (std::uint64_t x = 0; x < kWidth; ++x) {
            judge.fields[WEFT_FIELD_X] = (static_cast<double>(x) + 0.5) / kWidth;
            judge.fields[WEFT_FIELD_Y] = (static_cast<double>(y) + 0.5) / kHeight;
            const auto opinion = judge.opinion(1);
            for (std::uint32_t p = 0; p < kPlanes; ++p) {
                const Ir::Id id = made.shown[p];
                const weft_bound stored =
                    weft_bound_round(opinion.bounds[id], 0.5, WEFT_PRECISION_F32);
                verdict.judge(stored, opinion.values[id],
                              static_cast<double>(picture[(p * kHeight + y) * kWidth + x]), [&] {
                                  return fmt::format(
                                      "value {} ({}) at pixel {}, {}", id,
                                      weft_op_info_of(judge.kernel->ir.view().values[id].op)->id, x,
                                      y);
                              });
            }
        }
    verdict.report(context, made.work.name());
    if (verdict.wrong == 0) return;
    std::fputs(listing(judge.kernel->ir.view()).c_str(), stderr);
    for (std::size_t i = 0; i < judge.uniforms.size(); ++i)
        std::fprintf(stderr, "uniform %zu: %.17g\n", i, judge.uniforms[i]);
    std::fprintf(stderr, "param 0: %.17g\n", judge.params[0]);
}

}  // namespace

void check_random_kernels(Context& context) {
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    const int count = context.level() == Level::strict ? 16 : 6;
    int compiled = 0;
    for (int i = 0; i < count && !context.ended(); ++i) {
        Made made = make(of, context.random(), i);
        Driven program(context, instance, made.work);
        if (!program.ok()) continue;
        ++compiled;
        Frame frame(made.work, i);
        if (program.run(frame)) check_kernel(context, made, frame);
    }
    if (compiled == 0) context.skip("it compiles none of the random kernels");
}

}  // namespace weft::validate
