#include "ir/verify.h"

#include <fmt/format.h>

#include "eval/eval.h"

namespace weft::ir {

namespace {

class Verifier {
public:
    Verifier(const IrText& ir, std::size_t uses) : ir_(ir), uses_(uses) {}

    std::string run() {
        for (std::uint32_t i = 0; i < ir_.values.size() && problem_.empty(); ++i) {
            while (!open_.empty() && i >= open_.back().end) open_.pop_back();
            region_.push_back(open_.empty() ? kNone : open_.back().loop);
            value(i);
        }
        for (const weft_ir_loop& loop : ir_.loops) check_next(loop);
        for (const weft_ir_affine& affine : ir_.affines) check_affine(affine);
        return problem_;
    }

private:
    static constexpr std::uint32_t kNone = 0xffffffffu;
    struct Open {
        std::uint32_t loop;
        std::uint32_t end;
    };

    void fail(std::uint32_t at, std::string_view what) {
        if (problem_.empty()) problem_ = fmt::format("%{}: {}", at, what);
    }

    // A value can be seen where its own region, or one inside it, is open.
    [[nodiscard]] bool visible(std::uint32_t id) const {
        if (region_[id] == kNone) return true;
        for (const Open& open : open_) {
            if (open.loop == region_[id]) return true;
        }
        return false;
    }

    void value(std::uint32_t at) {
        const weft_ir_value& v = ir_.values[at];
        const weft_op_info* info = weft_op_info_of(v.op);
        if (info == nullptr) return fail(at, "no such operator");
        if (std::size_t{v.args} + v.arg_count > ir_.args.size())
            return fail(at, "operands out of range");
        for (std::uint32_t i = 0; i < v.arg_count; ++i) {
            const std::uint32_t arg = ir_.args[v.args + i];
            if (arg >= at) return fail(at, "operand behind its use");
            if (!visible(arg)) return fail(at, "operand of a closed loop");
            const bool known = v.op >= WEFT_OP_ADD && v.varies == 0;
            if (!known && (ir_.values[arg].varies & ~v.varies) != 0)
                return fail(at, "varies with less than its operand");
        }
        if (v.op >= WEFT_OP_ADD && v.arg_count != info->arity) return fail(at, "wrong arity");
        if (v.op == WEFT_OP_CONST && v.varies != 0) return fail(at, "a constant that varies");
        if (v.op == WEFT_OP_UNIFORM && v.aux >= ir_.uniform_count)
            return fail(at, "no such uniform");
        if (v.op == WEFT_OP_SAMPLE && v.aux >= uses_ && v.aux != kSlope)
            return fail(at, "no such input");
        if (v.op == WEFT_OP_LOOP) open_loop(at, v);
        if (v.op == WEFT_OP_LOOP_INDEX || v.op == WEFT_OP_LOOP_CARRIED ||
            v.op == WEFT_OP_LOOP_RESULT) {
            loop_value(at, v);
        }
    }

    void open_loop(std::uint32_t at, const weft_ir_value& v) {
        if (v.aux >= ir_.loops.size()) return fail(at, "no such loop");
        const weft_ir_loop& loop = ir_.loops[v.aux];
        if (loop.value != at) return fail(at, "the loop names another value");
        if (v.arg_count != 2 + loop.carried_count) return fail(at, "wrong initial values");
        if (std::size_t{at} + loop.body_count >= ir_.values.size())
            return fail(at, "the body ends behind the kernel");
        if (loop.body_count != 0) open_.push_back({v.aux, at + 1 + loop.body_count});
    }

    void loop_value(std::uint32_t at, const weft_ir_value& v) {
        if (v.arg_count != 1) return fail(at, "wrong arity");
        const weft_ir_value& owner = ir_.values[ir_.args[v.args]];
        if (owner.op != WEFT_OP_LOOP) return fail(at, "not of a loop");
        if (v.op != WEFT_OP_LOOP_INDEX && v.aux >= ir_.loops[owner.aux].carried_count)
            return fail(at, "no such carried value");
        const bool inside = region_[at] == owner.aux || within(at, owner.aux);
        if (inside != (v.op != WEFT_OP_LOOP_RESULT)) fail(at, "on the wrong side of its loop");
    }

    [[nodiscard]] bool within(std::uint32_t at, std::uint32_t loop) const {
        const weft_ir_loop& l = ir_.loops[loop];
        return at > l.value && at <= l.value + l.body_count;
    }

    void check_next(const weft_ir_loop& loop) {
        for (std::uint32_t i = 0; i < loop.carried_count; ++i) {
            const std::uint32_t next = ir_.args[loop.next + i];
            if (next > loop.value + loop.body_count) fail(loop.value, "next value behind the body");
        }
    }

    void check_affine(const weft_ir_affine& affine) {
        if (affine.value >= ir_.values.size() || affine.base >= ir_.values.size())
            return fail(affine.value, "affine of nothing");
        const weft_ir_value& sample = ir_.values[affine.value];
        if (sample.op != WEFT_OP_SAMPLE || affine.arg >= sample.arg_count)
            return fail(affine.value, "affine of no operand");
        const std::uint32_t along =
            affine.field == WEFT_FIELD_Y ? WEFT_VARIES_ROW : WEFT_VARIES_COLUMN;
        if ((ir_.values[affine.base].varies & along) != 0)
            fail(affine.value, "the base of an affine varies");
    }

    const IrText& ir_;
    std::size_t uses_;
    std::vector<std::uint32_t> region_;  // innermost open loop of each value
    std::vector<Open> open_;
    std::string problem_;
};

}  // namespace

std::string verify(const Kernel& kernel) {
    std::string problem = Verifier(kernel.ir, kernel.uses.size()).run();
    if (!problem.empty()) return problem;
    for (const std::uint32_t root : kernel.roots) {
        if (root >= kernel.ir.values.size()) return "a root is not there";
    }
    problem = Verifier(kernel.host.ir, kernel.uses.size()).run();
    if (!problem.empty()) return "host: " + problem;
    for (const std::uint32_t output : kernel.host.outputs) {
        if (output >= kernel.host.ir.values.size()) return "an output of the host is not there";
    }
    if (kernel.host.outputs.size() < kernel.ir.uniform_count) return "uniforms are missing";
    for (const InputUse& use : kernel.uses) {
        if (use.time_uniform != sema::kNone && use.time_uniform >= kernel.host.outputs.size())
            return "the time of a film is not there";
    }
    return {};
}

}  // namespace weft::ir
