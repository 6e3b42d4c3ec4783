// Regroups sums and products of points so that what varies less is computed less often:
// 100 * ((x - a)^2 + (y - b)^2) + 1 becomes a column value plus a row value, and a factor goes to
// the rarer part of a product; w * a * b and w * a * c, the two sides of a tap, become two products
// of w. Roundings move, by amounts far below f32; so arguments of functions
// that jump stay as they were written.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <unordered_map>

#include "ir/fold.h"
#include "ir/jumps.h"
#include "ir/passes.h"
#include "ir/ranges.h"
#include "ir/rates.h"

namespace weft::ir {

namespace {

constexpr std::size_t kMaxTerms = 16;

// coefficient * row * column * point; kNoValue is 1. `negative`: subtracted.
struct Term {
    ValueId uniform = kNoValue;
    ValueId row = kNoValue;
    ValueId column = kNoValue;
    ValueId point = kNoValue;
    // One more factor of the point: a sum that is not built yet, because a uniform factor can
    // still go into its terms.
    std::shared_ptr<const std::vector<Term>> lazy;
    bool negative = false;

    [[nodiscard]] bool has_point() const { return point != kNoValue || lazy != nullptr; }
    [[nodiscard]] bool absorbs() const {
        return row != kNoValue || column != kNoValue || lazy != nullptr;
    }
    // A uniform factor joins another one that is not of the point.
    [[nodiscard]] bool takes_factor() const {
        return !has_point() || absorbs() || uniform != kNoValue;
    }
};

// scale * (sum of the terms), and what it cost so far in operations a point.
struct Sum {
    ValueId scale = kNoValue;
    std::vector<Term> terms;
    int plain_cost = 0;  // as written
    int inner_cost = 0;  // of the points among the factors
};

// Division by a number counts as a product: where its reciprocal joins another factor.
bool is_linear(const Dag& dag, ValueId id) {
    const std::uint16_t op = dag[id].op;
    if (op == WEFT_OP_DIV) {
        const Value& divisor = dag[dag.arg(id, 1)];
        return divisor.known && divisor.imm != 0 && std::isfinite(1 / divisor.imm);
    }
    return op == WEFT_OP_ADD || op == WEFT_OP_SUB || op == WEFT_OP_NEG || op == WEFT_OP_MUL;
}

class Reassociate {
public:
    explicit Reassociate(Module& module)
        : rates_(module), ranges_(module), old_rates_(rates(module)) {
        find_uses(module);
    }

    bool run(Module& module) {
        bool changed = false;
        (void)rebuild(module, [&](Dag& dag, ValueId old, Value value,
                                  std::span<const ValueId> args) {
            dag_ = &dag;
            const bool point = (old_rates_[old] & WEFT_VARIES_POINT) == WEFT_VARIES_POINT;
            if (!linear_[old] || value.known || !point || jump_[old])
                return copy_value(dag, value, args);
            const Scaled scaled = scaled_by(value, args);
            std::array<ValueId, 2> joined{};
            if (scaled.value != kNoValue && scaled.value != args[0] && scaled.value != args[1]) {
                joined = {scaled.value, dag.constant(scaled.factor)};
                value.op = WEFT_OP_MUL;
                args = joined;
                changed = true;
            }
            const ValueId plain = copy_value(dag, value, args);
            if (scaled.value != kNoValue) scaled_[plain] = scaled;
            Sum sum = combine(value, args);
            if (inner_[old]) {
                sums_[plain] = std::move(sum);
                return plain;
            }
            bool distributed = false;
            const int regrouped = cost(sum, distributed) - (may_share(sum) ? 1 : 0);
            if (regrouped >= sum.plain_cost) return plain;
            changed = true;
            return build(sum, distributed);
        });
        return changed;
    }

private:
    // inner_: a linear operation whose only user is one as well, so that it may be taken apart.
    void find_uses(const Module& module) {
        const Dag& dag = module.dag;
        const std::vector<bool> live = live_values(dag, module.roots);
        std::vector<std::uint32_t> uses(dag.size());
        inner_.assign(dag.size(), false);
        jump_.assign(dag.size(), false);
        for (ValueId id = 0; id < dag.size(); ++id)
            linear_.push_back(is_linear(dag, id) && !ranges_.is_smoothed(dag, id));
        for (ValueId id = 0; id < dag.size(); ++id) {
            if (!live[id]) continue;
            for (const ValueId arg : dag.args(id)) {
                ++uses[arg];
                if (linear_[id]) inner_[arg] = linear_[arg];
                if (jumps(dag[id].op)) jump_[arg] = true;
            }
        }
        for (const ValueId root : module.roots) uses[root] += 2;
        for (ValueId id = dag.size(); id-- > 0;) {
            inner_[id] = inner_[id] && uses[id] == 1;
            if (!jump_[id] || !linear_[id]) continue;
            for (const ValueId arg : dag.args(id)) jump_[arg] = true;
        }
    }

    // A value times a number.
    struct Scaled {
        ValueId value = kNoValue;
        double factor = 1;
    };

    // A product with a number, of what may be such a product itself: also of one that others use as
    // well, as it takes one product either way.
    [[nodiscard]] Scaled scaled_by(const Value& value, std::span<const ValueId> args) const {
        const auto number = [&](std::size_t i) { return (*dag_)[args[i]].imm; };
        Scaled result;
        if (value.op == WEFT_OP_DIV) {
            result = {args[0], 1 / number(1)};
        } else if (value.op == WEFT_OP_MUL && (*dag_)[args[1]].known) {
            result = {args[0], number(1)};
        } else if (value.op == WEFT_OP_MUL && (*dag_)[args[0]].known) {
            result = {args[1], number(0)};
        }
        const auto inner = scaled_.find(result.value);
        if (inner == scaled_.end()) return result;
        const double both = result.factor * inner->second.factor;
        return std::isnormal(both) ? Scaled{inner->second.value, both} : result;
    }

    [[nodiscard]] ValueId times(ValueId a, ValueId b) {
        if (a == kNoValue) return b;
        if (b == kNoValue) return a;
        return folded(*dag_, WEFT_OP_MUL, {a, b});
    }

    [[nodiscard]] Sum of(ValueId id) {
        if (const auto found = sums_.find(id); found != sums_.end()) return found->second;
        Sum sum;
        sum.terms.resize(1);
        const std::uint8_t mask = rates_.of(*dag_, id) & ~kUniform;
        (mask == 0                    ? sum.terms[0].uniform
         : mask == WEFT_VARIES_ROW    ? sum.terms[0].row
         : mask == WEFT_VARIES_COLUMN ? sum.terms[0].column
                                      : sum.terms[0].point) = id;
        return sum;
    }

    // Makes a sum whose terms lose by being scaled into one factor.
    void settle(Sum& sum) {
        if (sum.scale == kNoValue && sum.terms.size() <= kMaxTerms) return;
        std::size_t heavy = 0;
        for (const Term& term : sum.terms) heavy += !term.takes_factor();
        if (heavy <= 1 && sum.terms.size() <= kMaxTerms && is_finite(sum.scale)) {
            for (Term& term : sum.terms) term.uniform = times(term.uniform, sum.scale);
            sum.scale = kNoValue;
            return;
        }
        as_factor(sum);
    }

    void as_factor(Sum& sum) {
        Term term;
        term.uniform = sum.scale;
        sum.scale = kNoValue;
        sum.inner_cost += terms_cost(sum.terms);
        const bool takes = std::all_of(sum.terms.begin(), sum.terms.end(), [](const Term& each) {
            return each.takes_factor() && each.lazy == nullptr;
        });
        if (takes) {
            term.lazy = std::make_shared<const std::vector<Term>>(std::move(sum.terms));
        } else {
            term.point = build_terms(sum.terms);
        }
        sum.terms = {term};
    }

    [[nodiscard]] Sum combine(const Value& value, std::span<const ValueId> args) {
        Sum left = of(args[0]);
        if (value.op == WEFT_OP_NEG) {
            for (Term& term : left.terms) term.negative = !term.negative;
            ++left.plain_cost;
            return left;
        }
        if (value.op == WEFT_OP_DIV) {
            const double divisor = (*dag_)[args[1]].imm;
            left.scale = times(left.scale, dag_->constant(1 / divisor));
            ++left.plain_cost;
            return left;
        }
        Sum right = of(args[1]);
        const int plain_cost = left.plain_cost + right.plain_cost + 1;
        Sum result;
        if (value.op == WEFT_OP_MUL) {
            result = product(left, right);
        } else {
            settle(left);
            settle(right);
            result = left;
            for (Term term : right.terms) {
                term.negative = term.negative != (value.op == WEFT_OP_SUB);
                result.terms.push_back(term);
            }
            result.inner_cost = left.inner_cost + right.inner_cost;
        }
        result.plain_cost = plain_cost;
        return result;
    }

    [[nodiscard]] static bool is_uniform(const Sum& sum) {
        return sum.scale == kNoValue && sum.terms.size() == 1 && !sum.terms[0].has_point() &&
               !sum.terms[0].absorbs() && !sum.terms[0].negative;
    }

    [[nodiscard]] Sum product(Sum left, Sum right) {
        if (is_uniform(right)) std::swap(left, right);
        if (is_uniform(left)) {
            right.scale = times(right.scale, left.terms[0].uniform);
            return right;
        }
        if (left.terms.size() > 1) as_factor(left);
        if (right.terms.size() > 1) as_factor(right);
        settle(left);
        settle(right);
        Term term = left.terms[0];
        const Term& other = right.terms[0];
        const bool two_points = term.has_point() && other.has_point();
        term.uniform = times(term.uniform, other.uniform);
        term.row = times(term.row, other.row);
        term.column = times(term.column, other.column);
        term.point = times(term.point, other.point);
        if (term.lazy != nullptr && other.lazy != nullptr) {
            term.point = times(term.point, build_terms(*other.lazy));
        } else if (other.lazy != nullptr) {
            term.lazy = other.lazy;
        }
        term.negative = term.negative != other.negative;
        left.terms[0] = term;
        left.inner_cost += right.inner_cost + (two_points ? 1 : 0);
        return left;
    }

    // Infinity times a sum is not the sum of infinity times its terms.
    [[nodiscard]] bool is_finite(ValueId factor) {
        if (factor == kNoValue) return true;
        const Range& range = ranges_.of(*dag_, factor);
        return !range.nan && (range.bounded() || range.clock);
    }

    // Operations a point of adding the terms up; what is not of the point costs nothing.
    [[nodiscard]] int terms_cost(const std::vector<Term>& terms) const {
        bool row = false;
        bool column = false;
        int cost = 0;
        int addends = 0;
        for (const Term& term : terms) {
            const bool free =
                !term.has_point() && (term.row == kNoValue || term.column == kNoValue);
            if (free) {
                (term.column != kNoValue ? column : row) = true;
                continue;
            }
            const int factors = (term.row != kNoValue) + (term.column != kNoValue) +
                                (term.point != kNoValue) + (term.lazy != nullptr) +
                                (term.uniform != kNoValue && !term.absorbs() ? 1 : 0);
            cost += factors - 1;
            ++addends;
        }
        addends += row + column;
        return cost + std::max(addends - 1, 0);
    }

    // Something that stands alone, a slower part, and more: other sums may begin alike.
    [[nodiscard]] static bool may_share(const Sum& sum) {
        bool alone = false;
        bool slow = false;
        for (const Term& term : sum.terms) {
            alone |= term.has_point() && !term.absorbs() && term.uniform == kNoValue;
            slow |= !term.has_point() && (term.row == kNoValue || term.column == kNoValue);
        }
        return alone && slow && sum.terms.size() > 2 && sum.scale == kNoValue;
    }

    [[nodiscard]] int cost(const Sum& sum, bool& distributed) {
        const int factored = terms_cost(sum.terms) + (sum.scale != kNoValue ? 1 : 0);
        distributed = false;
        if (sum.scale == kNoValue || !is_finite(sum.scale)) return sum.inner_cost + factored;
        std::vector<Term> scaled = sum.terms;
        for (Term& term : scaled) {
            if (term.uniform == kNoValue) term.uniform = sum.scale;
        }
        const int spread = terms_cost(scaled);
        distributed = spread < factored;
        return sum.inner_cost + std::min(spread, factored);
    }

    [[nodiscard]] ValueId build(Sum& sum, bool distributed) {
        if (!distributed) return times(build_terms(sum.terms), sum.scale);
        for (Term& term : sum.terms) term.uniform = times(term.uniform, sum.scale);
        return build_terms(sum.terms);
    }

    struct Total {
        ValueId value = kNoValue;
        bool negative = false;
    };

    void add(Total& total, ValueId value, bool negative) {
        if (total.value == kNoValue) {
            total = {value, negative};
        } else if (total.negative == negative) {
            total.value = folded(*dag_, WEFT_OP_ADD, {total.value, value});
        } else if (total.negative) {
            total = {folded(*dag_, WEFT_OP_SUB, {value, total.value}), false};
        } else {
            total.value = folded(*dag_, WEFT_OP_SUB, {total.value, value});
        }
    }

    [[nodiscard]] ValueId build_terms(const std::vector<Term>& terms) {
        std::array<Total, 3> slow;  // uniform, row, column
        Total total;
        for (const Term& term : terms) {
            if (term.has_point() || (term.row != kNoValue && term.column != kNoValue)) continue;
            Total& into = slow[term.column != kNoValue ? 2 : term.row != kNoValue ? 1 : 0];
            add(into, times(times(term.row, term.column), term.uniform), term.negative);
        }
        // What stands alone first, then what is slower: several sums that share both share the
        // addition too.
        const auto is_product = [](const Term& term) {
            return term.absorbs()
                       ? term.has_point() || (term.row != kNoValue && term.column != kNoValue)
                       : term.has_point() && term.uniform != kNoValue;
        };
        for (const Term& term : terms) {
            if (term.point != kNoValue && !is_product(term)) add(total, term.point, term.negative);
        }
        // The uniform part joins a slower one, if there is one.
        Total& home = slow[1].value != kNoValue ? slow[1] : slow[2];
        if (slow[0].value != kNoValue) add(home, slow[0].value, slow[0].negative);
        if (slow[1].value != kNoValue) add(total, slow[1].value, slow[1].negative);
        if (slow[2].value != kNoValue) add(total, slow[2].value, slow[2].negative);
        for (const Term& term : terms) {
            if (!is_product(term)) continue;
            add(total, product_of(term), term.negative);
        }
        return total.negative ? folded(*dag_, WEFT_OP_NEG, {total.value}) : total.value;
    }

    [[nodiscard]] ValueId product_of(Term term) {
        ValueId unbuilt = kNoValue;
        ValueId* home = term.row != kNoValue ? &term.row : &term.column;
        if (*home == kNoValue) home = &term.point;
        if (term.lazy != nullptr) {
            std::vector<Term> terms = *term.lazy;
            if (home == &term.point && is_finite(term.uniform)) {
                for (Term& each : terms) each.uniform = times(each.uniform, term.uniform);
                term.uniform = kNoValue;
            }
            unbuilt = build_terms(terms);
        }
        if (home == &term.point && *home == kNoValue) std::swap(*home, unbuilt);
        *home = times(*home, term.uniform);
        return times(times(times(term.row, term.column), term.point), unbuilt);
    }

    Rates rates_;
    Ranges ranges_;
    std::vector<std::uint8_t> old_rates_;
    std::vector<bool> linear_;
    std::vector<bool> inner_;
    std::vector<bool> jump_;
    std::unordered_map<ValueId, Sum> sums_;       // of inner values, by new number
    std::unordered_map<ValueId, Scaled> scaled_;  // the same, of products with numbers
    Dag* dag_ = nullptr;
};

}  // namespace

bool reassociate(Module& module) {
    if (module.domain == Domain::points) return false;
    bool changed = false;
    // A value that several sums shared may now belong to one.
    for (int turn = 0; turn < 2; ++turn) {
        if (!Reassociate(module).run(module)) break;
        changed = true;
    }
    return changed;
}

}  // namespace weft::ir
