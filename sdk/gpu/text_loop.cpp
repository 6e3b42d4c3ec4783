// Loops. A loop's turns are counted before it begins, so that it ends whatever its body computes.
#include <algorithm>
#include <cmath>
#include <optional>

#include "gpu/text_region.h"

namespace weft::gpu {
namespace {

// A driver that stops loops counts the turns of all of a thread's loops together. Where they may
// be many, each turn of the text does several of the program's.
constexpr double kFewTurns = 20000.0;
constexpr double kCheapBody = 40.0;
constexpr double kDearBody = 400.0;

// No loop turns oftener.
constexpr double kMost = 2147483000.0;
// Turns between two looks at whether the launch is still wanted.
constexpr std::int64_t kPolled = 1024;

// The turns of a loop between constants.
std::optional<std::int64_t> known_turns(const Plan& plan, const PlanValue& loop) {
    const PlanValue& first = plan.values[loop.args[0]];
    const PlanValue& last = plan.values[loop.args[1]];
    if (first.op != WEFT_OP_CONST || last.op != WEFT_OP_CONST) return std::nullopt;
    const double from = first.imm, to = last.imm;
    if (!(from <= to)) return 0;
    double k = std::floor(to - from);
    if (from + k > to) {
        k -= 1.0;
    } else if (from + (k + 1.0) <= to) {
        k += 1.0;
    }
    return static_cast<std::int64_t>(std::fmin(k, kMost)) + 1;
}

}  // namespace

// How often a loop turns: the k with from + k <= to, counted in double.
std::string Region::turns(std::uint32_t index) {
    const PlanValue& value = plan.values[index];
    const std::optional<std::int64_t> known = known_turns(plan, value);
    if (known) return "INUM(" + std::to_string(*known) + ")";
    const Real real = w.widest();
    const std::string from = let(real.type(), use(value.args[0], real));
    const std::string to = let(real.type(), use(value.args[1], real));
    std::string k = let(real.type(), "floor(" + to + " - " + from + ")");
    const std::string sel = real.sel();
    const std::string one = w.num(real, 1.0);
    // The difference is rounded; the law is about from + k.
    const std::string less = let(real.type(), k + " - " + one);
    const std::string more = let(real.type(), k + " + " + one);
    k = let(real.type(), sel + "(" + from + " + " + k + " > " + to + ", " + less + ", " + sel +
                             "(" + from + " + " + more + " <= " + to + ", " + more + ", " + k +
                             "))");
    const std::string most = w.num(real, kMost);
    k = let(real.type(), sel + "(" + k + " > " + most + ", " + most + ", " + k + ")");
    return let("I", std::string(real.isel()) + "(" + from + " <= " + to + ", " + real.to_int(k) +
                        " + 1, INUM(0))");
}

// The program's turns in one of the text's.
std::uint32_t Region::turns_at_once(std::uint32_t index) const {
    if (w.options.longest_loop == 0) return 1;
    double turns = 1.0;
    for (std::uint32_t l = plan.values[index].aux; l != kNone; l = plan.loops[l].parent) {
        const PlanValue& loop = plan.values[plan.loops[l].value];
        turns *= static_cast<double>(known_turns(plan, loop).value_or(kFewTurns));
    }
    if (turns < kFewTurns) return 1;
    const PlanLoop& loop = plan.loops[plan.values[index].aux];
    double cost = 0.0;
    for (std::uint32_t i = index + 1; i < loop.end; ++i) {
        if (plan.values[i].op == WEFT_OP_LOOP) return 1;
        cost += plan.values[i].own_cost;
    }
    return cost <= kCheapBody ? 16 : cost <= kDearBody ? 4 : 1;
}

void Region::emit_loop(std::uint32_t index, const std::vector<bool>& needed) {
    const PlanValue& value = plan.values[index];
    const PlanLoop& loop = plan.loops[value.aux];
    LoopText text;
    text.count = turns(index);
    text.from = let(w.widest().type(), use(value.args[0], w.widest()));
    for (std::size_t i = 0; i < loop.next.size(); ++i) {
        text.reals.push_back({exact_ || (w.options.f64 && loop.carried_f64[i])});
        text.carried.push_back("c" + std::to_string(index) + "_" + std::to_string(i));
        w.line(std::string("EXACT ") + text.reals[i].type() + " " + text.carried[i] + " = " +
               use(value.args[2 + i], text.reals[i]) + ";");
    }
    std::string most = text.count;
    const std::optional<std::int64_t> known = known_turns(plan, value);
    text.uniform = w.options.lanes == 1 || known.has_value();
    if (known) {
        most = std::to_string(*known);
    } else if (!text.uniform) {
        most = w.name("n");
        w.line("int " + most + " = w_most(" + text.count + ");");
    }
    text.turn = w.name("k");
    const std::uint32_t at_once = turns_at_once(index);
    const std::string step = std::to_string(at_once);
    w.line("int " + text.turn + " = 0;");
    w.open("for (; " + text.turn + " < " + most + "; " + text.turn + " += " + step + ") {");
    if (known.value_or(kPolled) >= kPolled)
        w.line("if ((" + text.turn + " & " + std::to_string(kPolled - 1) +
               ") >= " + std::to_string(kPolled - at_once) + " && STOPPED) break;");
    for (std::uint32_t t = 0; t < at_once; ++t) {
        if (t != 0) {
            w.line(text.turn + " += 1;");
            w.open("if (" + text.turn + " < " + most + ") {");
        }
        emit_turn(index, needed, text);
        if (t != 0) w.close();
    }
    if (at_once > 1) w.line(text.turn + " -= " + std::to_string(at_once - 1) + ";");
    w.close();
    if (w.options.longest_loop == 0) return;
    // The driver stopped the loop: no result is better than a wrong one.
    w.line("#ifdef WEFT_COMMON");
    w.open("if (!w_doubt) {");
    w.line("#endif");
    w.line("if (" + text.turn + " < " + most + ") STOPPED_SHORT;");
    w.line("#ifdef WEFT_COMMON");
    w.close();
    w.line("#endif");
}

void Region::emit_turn(std::uint32_t index, const std::vector<bool>& needed, const LoopText& text) {
    const PlanLoop& loop = plan.loops[plan.values[index].aux];
    const auto known = known_;
    const auto positions = positions_;
    turn_of_[index] = "[" + text.turn + "]";
    const Real index_real{exact_ || loop.f64};
    const std::string place = w.widest().of_int("INUM(" + text.turn + ")");
    for (std::uint32_t i = index + 1; i < loop.end; ++i) {
        const PlanValue& inner = plan.values[i];
        if (!needed[i] || inner.args.empty() || inner.args[0] != index) continue;
        const std::string begin =
            std::string("EXACT ") + real_of(i).type() + " v" + std::to_string(i) + " = ";
        if (inner.op == WEFT_OP_LOOP_INDEX)
            w.line(begin + Words::convert(text.from + " + " + place, w.widest(), index_real) + ";");
        if (inner.op == WEFT_OP_LOOP_CARRIED) w.line(begin + text.carried[inner.aux] + ";");
    }
    emit(index + 1, loop.end, needed);
    std::vector<std::string> next;
    for (std::size_t i = 0; i < loop.next.size(); ++i)
        next.push_back(let(text.reals[i].type(), use(loop.next[i], text.reals[i])));
    for (std::size_t i = 0; i < loop.next.size(); ++i) {
        std::string made = next[i];
        if (!text.uniform) {
            const std::string active = "INUM(" + text.turn + ") < " + text.count;
            made = std::string(text.reals[i].sel()) + "(" +
                   (text.reals[i].d ? "BD_OF(" + active + ")" : active) + ", " + made + ", " +
                   text.carried[i] + ")";
        }
        w.line(text.carried[i] + " = " + made + ";");
    }
    known_ = known;
    positions_ = positions;
}

}  // namespace weft::gpu
