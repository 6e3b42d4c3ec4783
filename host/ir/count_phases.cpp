// The phase of a steady beat, fract(2 * time), counted in samples. At `rate` samples a second the
// phase of a frequency of p/q turns a sample is (n*p mod q)/q: whole numbers, which a row knows of
// its first sample and a table of each column. What a point has left to do is one sum of singles,
// less q where it is more.
//
// Only where this jumps at the very sample at which the clock as it is written does: time is
// rounded, and so is its product with a frequency. With one of one or two bits (1, 2, 0.25, 3, 10)
// both roundings together give back every whole number of turns (D. Goldberg, What every computer
// scientist should know about floating-point arithmetic, theorem 7); between them the phase is
// never nearer to the next turn than 1/q. And only where nothing that jumps is computed from the
// phase: floor(3 * fract(time)) would see a third where the clock as it is written has not quite
// one.
#include <bit>
#include <cmath>
#include <numeric>
#include <optional>

#include "ir/fold.h"
#include "ir/jumps.h"
#include "ir/passes.h"

namespace weft::ir {

namespace {

// Sums of two turns, and the steps of a row, are whole numbers that singles hold.
constexpr std::uint64_t kMostTurn = 1u << 22;
constexpr std::uint64_t kMostSteps = 1u << 16;

// Turns a sample, in lowest terms.
struct Phase {
    std::uint64_t p = 0;
    std::uint64_t q = 1;
};

class Counter {
public:
    explicit Counter(const Module& module)
        : wraps_(module.request->program->settings[WEFT_FIELD_LOOP] > 0),
          rate_(module.request->program->settings[WEFT_FIELD_RATE]) {}

    // Of the argument of a fract; nothing where it is not the clock, or no such multiple of it.
    [[nodiscard]] std::optional<Phase> of(const Dag& dag, ValueId id) const {
        const Value& value = dag[id];
        if (is_clock(value)) return of_frequency(1);
        if (value.op != WEFT_OP_MUL && value.op != WEFT_OP_DIV) return {};
        const Value& a = dag[dag.arg(id, 0)];
        const Value& b = dag[dag.arg(id, 1)];
        if (value.op == WEFT_OP_MUL && a.known && is_clock(b)) return of_frequency(a.imm);
        if (!b.known || !is_clock(a)) return {};
        if (value.op == WEFT_OP_MUL) return of_frequency(b.imm);
        int exponent = 0;
        const bool exact = std::frexp(b.imm, &exponent) == 0.5;  // a quotient is a product then
        return exact ? of_frequency(1 / b.imm) : std::nullopt;
    }

    [[nodiscard]] ValueId counted(Dag& dag, const Phase& phase) const {
        // In units of which a turn has less than one half, so that a point's values are small.
        int exponent = 0;
        const double turn = std::frexp(static_cast<double>(phase.q), &exponent) / 2;
        const ValueId unit = dag.constant(std::ldexp(0.5, -exponent));
        const auto part = [&](std::uint32_t field) {
            const ValueId samples =
                folded(dag, WEFT_OP_MUL, {dag.field(field), dag.constant(rate_)});
            const ValueId steps = folded(dag, WEFT_OP_MUL,
                                         {folded(dag, WEFT_OP_ROUND, {samples}),
                                          dag.constant(static_cast<double>(phase.p))});
            const ValueId whole = dag.constant(static_cast<double>(phase.q));
            return folded(dag, WEFT_OP_MUL, {folded(dag, WEFT_OP_MOD, {steps, whole}), unit});
        };
        const ValueId row = part(WEFT_FIELD_ROW_TIME);
        const ValueId sum = folded(dag, WEFT_OP_ADD, {row, part(WEFT_FIELD_COLUMN_TIME)});
        const ValueId limit = dag.constant(turn);
        const ValueId over = folded(dag, WEFT_OP_GE, {sum, limit});
        const ValueId less = folded(dag, WEFT_OP_SUB, {sum, limit});
        return folded(dag, WEFT_OP_DIV, {folded(dag, WEFT_OP_SELECT, {over, less, sum}), limit});
    }

private:
    [[nodiscard]] bool is_clock(const Value& value) const {
        if (value.op != WEFT_OP_FIELD) return false;
        return value.aux == WEFT_FIELD_ABSTIME || (value.aux == WEFT_FIELD_TIME && !wraps_);
    }
    [[nodiscard]] std::optional<Phase> of_frequency(double frequency) const;

    bool wraps_;
    double rate_;
};

std::optional<Phase> Counter::of_frequency(double frequency) const {
    if (!(rate_ >= 1 && rate_ <= kMostTurn) || rate_ != std::floor(rate_)) return {};
    if (!(frequency > 0x1p-20 && frequency < 0x1p20)) return {};
    // frequency = bits * 2^-20
    const double scaled = std::ldexp(frequency, 20);
    if (scaled != std::floor(scaled)) return {};
    const auto bits = static_cast<std::uint64_t>(scaled);
    if (std::popcount(bits) > 2) return {};
    const std::uint64_t whole = static_cast<std::uint64_t>(rate_) << 20;
    const std::uint64_t common = std::gcd(bits, whole);
    const Phase phase{bits / common, whole / common};
    if (phase.q > kMostTurn || phase.p > kMostSteps) return {};
    return phase;
}

}  // namespace

bool count_phases(Module& module) {
    if (module.domain != Domain::stream) return false;
    const Counter counter(module);
    const std::vector<bool> is_seen = feeds_jumps(module);
    bool counted = false;
    (void)rebuild(module,
                  [&](Dag& dag, ValueId old, const Value& value, std::span<const ValueId> args) {
                      if (value.op != WEFT_OP_FRACT || is_seen[old])
                          return copy_value(dag, value, args);
                      const std::optional<Phase> phase = counter.of(dag, args[0]);
                      if (!phase) return copy_value(dag, value, args);
                      counted = true;
                      return counter.counted(dag, *phase);
                  });
    return counted;
}

}  // namespace weft::ir
