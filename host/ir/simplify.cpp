// Cheaper operators for the same value: powers by small whole exponents, division by powers of two,
// signs moved outwards, bounds that cannot bind. Products instead of pow differ by roundings of
// f64, far below any back end's bound.
#include <algorithm>
#include <cmath>

#include "ir/fold.h"
#include "ir/passes.h"
#include "ir/ranges.h"

namespace weft::ir {

namespace {

// f32 holds its bounds.
bool is_exact(std::uint16_t op) {
    return is_truth(op) || op == WEFT_OP_FIELD || op == WEFT_OP_HASH || op == WEFT_OP_SIGN;
}

class Simplify {
public:
    Simplify(Dag& dag, Ranges& ranges) : dag_(dag), ranges_(ranges) {}

    ValueId make(std::uint16_t op, std::span<const ValueId> args) {
        const ValueId simpler = simpler_form(op, args);
        return simpler != kNoValue ? simpler : folded(dag_, op, args);
    }

private:
    [[nodiscard]] ValueId fold(std::uint16_t op, std::initializer_list<ValueId> args) {
        return folded(dag_, op, args);
    }
    [[nodiscard]] bool is(ValueId id, std::uint16_t op) const { return dag_[id].op == op; }
    [[nodiscard]] ValueId inner(ValueId id, std::uint32_t i = 0) const { return dag_.arg(id, i); }

    ValueId simpler_form(std::uint16_t op, std::span<const ValueId> args) {
        const ValueId a = args[0];
        const ValueId b = args.size() > 1 ? args[1] : a;
        switch (op) {
            case WEFT_OP_ADD:
                if (is(b, WEFT_OP_NEG)) return fold(WEFT_OP_SUB, {a, inner(b)});
                if (is(a, WEFT_OP_NEG)) return fold(WEFT_OP_SUB, {b, inner(a)});
                break;
            case WEFT_OP_SUB:
                if (is(b, WEFT_OP_NEG)) return fold(WEFT_OP_ADD, {a, inner(b)});
                // one operator for what adds a number
                if (dag_[b].known) return fold(WEFT_OP_ADD, {a, dag_.constant(-dag_[b].imm)});
                break;
            case WEFT_OP_MUL: return product(a, b);
            case WEFT_OP_DIV: return quotient(a, b);
            case WEFT_OP_POW: return power(a, b);
            case WEFT_OP_SIN:
                if (is(a, WEFT_OP_NEG)) return fold(WEFT_OP_NEG, {fold(WEFT_OP_SIN, {inner(a)})});
                break;
            case WEFT_OP_COS:
            case WEFT_OP_ABS:
                if (is(a, WEFT_OP_NEG)) return fold(op, {inner(a)});
                break;
            case WEFT_OP_MIN:
            case WEFT_OP_MAX: return bound(op, a, b);
            case WEFT_OP_SELECT:
                if (is(a, WEFT_OP_NOT)) return fold(op, {inner(a), args[2], b});
                break;
            default: break;
        }
        return kNoValue;
    }

    ValueId product(ValueId a, ValueId b) {
        if (is(a, WEFT_OP_NEG) && is(b, WEFT_OP_NEG))
            return fold(WEFT_OP_MUL, {inner(a), inner(b)});
        if (dag_[a].known) std::swap(a, b);
        if (dag_[b].known && is(a, WEFT_OP_NEG))
            return fold(WEFT_OP_MUL, {inner(a), dag_.constant(-dag_[b].imm)});
        if (dag_.is_constant(b, -1.0)) return fold(WEFT_OP_NEG, {a});
        return kNoValue;
    }

    ValueId quotient(ValueId a, ValueId b) {
        if (!dag_[b].known) return kNoValue;
        int exponent = 0;
        const double mantissa = std::frexp(dag_[b].imm, &exponent);
        const bool exact = std::fabs(mantissa) == 0.5 && std::abs(exponent) < 120;
        if (!exact) return kNoValue;
        return fold(WEFT_OP_MUL, {a, dag_.constant(1 / dag_[b].imm)});
    }

    ValueId power(ValueId a, ValueId b) {
        if (!dag_[b].known) return kNoValue;
        const double exponent = dag_[b].imm;
        const auto squared = [&] { return fold(WEFT_OP_MUL, {a, a}); };
        const ValueId one = dag_.constant(1);
        if (exponent == 2) return squared();
        if (exponent == 3) return fold(WEFT_OP_MUL, {squared(), a});
        if (exponent == 4) return fold(WEFT_OP_MUL, {squared(), squared()});
        if (exponent == -1) return fold(WEFT_OP_DIV, {one, a});
        if (exponent == -2) return fold(WEFT_OP_DIV, {one, squared()});
        const Range& range = ranges_.of(dag_, a);
        if (exponent == 0.5 && range.low > 0) return fold(WEFT_OP_SQRT, {a});
        return kNoValue;
    }

    ValueId bound(std::uint16_t op, ValueId a, ValueId b) {
        if (dag_[a].known) std::swap(a, b);
        if (!dag_[b].known || std::isnan(dag_[b].imm)) return kNoValue;
        const double limit = dag_[b].imm;
        const Range& range = ranges_.of(dag_, a);
        // A back end that computes in f32 may leave the range by its roundings, and then the bound
        // must bind; 0 and -0 are equal but not the same.
        const double margin =
            is_exact(dag_[a].op) && limit != 0 ? 0 : 1e-5 * (1 + std::fabs(limit));
        const bool idle =
            op == WEFT_OP_MIN ? range.high <= limit - margin : range.low >= limit + margin;
        if (!range.nan && idle) return a;
        if (op == WEFT_OP_MAX && limit == 0 && is_truth(dag_[a].op)) return a;
        if (!is(a, op) || !dag_[inner(a, 1)].known) return kNoValue;
        const double other = dag_[inner(a, 1)].imm;
        if (std::isnan(other)) return kNoValue;
        const double both = op == WEFT_OP_MIN ? std::min(limit, other) : std::max(limit, other);
        return fold(op, {inner(a), dag_.constant(both)});
    }

    Dag& dag_;
    Ranges& ranges_;
};

}  // namespace

bool simplify(Module& module) {
    Ranges ranges(module);
    return rebuild(module,
                   [&](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
                       if (!is_operator(value.op)) return copy_value(dag, value, args);
                       return Simplify(dag, ranges).make(value.op, args);
                   });
}

}  // namespace weft::ir
