// Strands met while lowering: computed ones are substituted, all others are sampled.
#include <algorithm>
#include <array>
#include <cmath>

#include "eval/eval.h"
#include "ir/lowering.h"

namespace weft::ir {

const InputShape* Lowering::shape_of(sema::StrandId strand) {
    const auto [at, fresh] = shapes_.try_emplace(strand, nullptr);
    if (fresh && request_.input) at->second = request_.input(strand);
    return at->second;
}

ValueId Lowering::strand(sema::StrandId strand, EnvironmentId at, Span span) {
    const sema::Strand& info = request_.program->strands[strand];
    switch (request_.program->instances[info.instance].kind) {
        case sema::InstanceKind::parameter: return param(info.param);
        case sema::InstanceKind::computed:
            if (shape_of(strand) == nullptr) return computed(strand, at);
            break;
        case sema::InstanceKind::source:
        case sema::InstanceKind::cache: break;
    }
    if (const InputShape* shape = shape_of(strand)) return sample(strand, *shape, at);
    if (!failed_) {
        failed_ = true;
        diagnostics_.add(Code::unreadable_strand, span,
                         {request_.program->instances[info.instance].name, info.name});
    }
    return dag_.constant(0);
}

// Strands that the expression reads without moving, so that they can be evaluated before it.
const std::vector<sema::StrandId>& Lowering::references(sema::StrandId strand) {
    const auto [at, fresh] = references_.try_emplace(strand);
    if (!fresh) return at->second;
    std::unordered_set<const sema::Expr*> seen;
    std::vector<const sema::Expr*> open{request_.program->strands[strand].value};
    const auto push = [&](const sema::Expr* expr) {
        if (seen.insert(expr).second) open.push_back(expr);
    };
    while (!open.empty()) {
        const sema::Expr* expr = open.back();
        open.pop_back();
        if (expr->kind == sema::ExprKind::strand) {
            const sema::Strand& other = request_.program->strands[expr->index];
            const bool is_computed =
                request_.program->instances[other.instance].kind == sema::InstanceKind::computed;
            if (is_computed && shape_of(expr->index) == nullptr) at->second.push_back(expr->index);
        } else if (expr->kind == sema::ExprKind::remap) {
            for (const sema::Replacement& moved : expr->replacements) push(moved.value);
        } else if (expr->kind == sema::ExprKind::call_output) {
            for (const sema::Expr* argument : expr->call->args) push(argument);
        } else {
            for (const sema::Expr* argument : expr->args) push(argument);
        }
    }
    return at->second;
}

std::vector<sema::StrandId> Lowering::substituted() const {
    std::vector<sema::StrandId> strands;
    for (const auto& [strand, shape] : shapes_) {
        const sema::Strand& info = request_.program->strands[strand];
        if (shape == nullptr &&
            request_.program->instances[info.instance].kind == sema::InstanceKind::computed)
            strands.push_back(strand);
    }
    std::sort(strands.begin(), strands.end());
    return strands;
}

// Evaluates what the strand reads before the strand itself, without recursion, so that a chain of
// any number of strands takes no stack.
ValueId Lowering::computed(sema::StrandId strand, EnvironmentId at) {
    struct Open {
        sema::StrandId strand;
        bool entered;
    };
    const auto key = [&](sema::StrandId id) {
        return key_of(&request_.program->strands[id], nullptr, at);
    };
    std::unordered_set<sema::StrandId> entered;
    std::vector<Open> open{{strand, false}};
    while (!open.empty() && !failed_) {
        const sema::StrandId current = open.back().strand;
        if (done_.contains(key(current))) {
            open.pop_back();
        } else if (open.back().entered || !entered.insert(current).second) {
            open.pop_back();
            const sema::Expr* value = request_.program->strands[current].value;
            const ValueId result = expression(value, nullptr, at);
            done_.emplace(key(current), result);
        } else {
            open.back().entered = true;
            for (const sema::StrandId other : references(current)) {
                if (!done_.contains(key(other)) && !entered.contains(other))
                    open.push_back({other, false});
            }
        }
    }
    const auto found = done_.find(key(strand));
    return found == done_.end() ? dag_.constant(0) : found->second;
}

ValueId Lowering::sample(sema::StrandId strand, const InputShape& shape, EnvironmentId at) {
    if (shape.heard != 0) return heard(strand, shape, at);
    std::vector<ValueId> coordinates;
    coordinates.reserve(shape.axes.size());
    for (const InputShape::Axis& axis : shape.axes) {
        if (axis.field == WEFT_FIELD_ABSSAMPLE && shape.period != 0)
            coordinates.push_back(moment(shape.period));
        else
            coordinates.push_back(coordinate({axis.field, axis.instance}, at));
    }
    if (is_stored_value(strand, shape, coordinates))
        return expression(request_.program->strands[strand].value, nullptr, kHere);
    const ValueId held = dag_.make(WEFT_OP_SAMPLE, coordinates, strand);
    if (!is_smooth_picture(strand)) return held;
    const ValueId slope = dag_.make(WEFT_OP_SAMPLE, std::array{held}, kSlope);
    return on_its_way(held, slope, request_.live->first);
}

// A cache of this kernel, read at this very tick and point. Replaced clocks do not reach inside a
// cache, so they do not matter.
bool Lowering::is_stored_value(sema::StrandId strand, const InputShape& shape,
                               const std::vector<ValueId>& coordinates) {
    const sema::Strand& info = request_.program->strands[strand];
    const sema::Instance& instance = request_.program->instances[info.instance];
    if (instance.kind != sema::InstanceKind::cache) return false;
    if (!request_.stored_here || !request_.stored_here(strand)) return false;
    for (std::size_t i = 0; i < shape.axes.size(); ++i) {
        const InputShape::Axis& axis = shape.axes[i];
        if (axis.field != WEFT_FIELD_OWN) {
            if (coordinates[i] != coordinate({axis.field, axis.instance}, kHere)) return false;
            continue;
        }
        const Value& k = dag_[coordinates[i]];
        const auto ticks = static_cast<double>(instance.ticks);
        if (!k.known || !(weft_eval_mod(std::floor(k.imm), ticks) == 0)) return false;
    }
    return true;
}

}  // namespace weft::ir
