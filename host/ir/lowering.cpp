#include "ir/lowering.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "ir/rates.h"

namespace weft::ir {

namespace {

// Nesting of expressions through strands, calls and remaps. A level takes about 1 KiB of stack,
// with sanitizers 2.
constexpr std::uint32_t kMaxDepth = 2000;
// Steps of lowering per allowed value: what is shared is not evaluated again, so more than this
// means places that differ and values that do not.
constexpr std::size_t kStepsPerValue = 4;
constexpr double kMaxUnrolledOctaves = 24;

}  // namespace

std::size_t Lowering::KeyHash::operator()(const Key& key) const {
    std::uint64_t hash = reinterpret_cast<std::uintptr_t>(key.what) >> 3;
    hash = (hash ^ key.version) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 31) ^ key.environment) * 0xbf58476d1ce4e5b9u;
    return hash ^ (hash >> 29);
}

ValueId Lowering::root(const Root& root) {
    ValueId sum = kNoValue;
    for (const sema::Expr* addend : root.addends) {
        root_ = addend;
        const ValueId value = expression(addend, nullptr, kHere);
        sum = sum == kNoValue ? value : dag_.make(WEFT_OP_ADD, {sum, value});
    }
    if (sum == kNoValue) sum = dag_.constant(0);
    const ValueId zero = dag_.constant(0);
    switch (root.conversion) {
        case Conversion::none: return sum;
        case Conversion::picture: {
            // fmax drops a NaN
            const ValueId positive = dag_.make(WEFT_OP_MAX, {sum, zero});
            return dag_.make(WEFT_OP_MIN, {positive, dag_.constant(1)});
        }
        case Conversion::sound: {
            const ValueId infinity = dag_.constant(std::numeric_limits<double>::infinity());
            const ValueId magnitude = dag_.make(WEFT_OP_ABS, {sum});
            const ValueId finite = dag_.make(WEFT_OP_LT, {magnitude, infinity});
            const ValueId above = dag_.make(WEFT_OP_MAX, {sum, dag_.constant(-1)});
            const ValueId within = dag_.make(WEFT_OP_MIN, {above, dag_.constant(1)});
            return dag_.make(WEFT_OP_SELECT, {finite, within, zero});
        }
    }
    return sum;
}

// Counts work and depth; on the first excess says so and stops everything.
bool Lowering::allowed(const sema::Expr* expr) {
    if (failed_) return false;
    if (depth_ > kMaxDepth) {
        failed_ = true;
        diagnostics_.add(Code::expansion_too_deep, expr->span, {std::to_string(kMaxDepth)})
            .suggest("materialise a strand on the way with cache(strand, 1)");
        return false;
    }
    if (++steps_ > kStepsPerValue * request_.max_values || dag_.size() > request_.max_values) {
        failed_ = true;
        const double cost = estimated_costs(*request_.program, {root_}).front();
        diagnostics_
            .add(Code::expansion_too_large, root_->span,
                 {std::to_string(request_.max_values), fmt::format("{:.3g}", cost)})
            .suggest("materialise a strand that is read at many places with cache(strand, 1)");
        return false;
    }
    return true;
}

ValueId Lowering::expression(const sema::Expr* expr, const Frame* frame, EnvironmentId at) {
    if (expr->kind == sema::ExprKind::number) return dag_.constant(expr->value);
    if (expr->kind == sema::ExprKind::field) return coordinate({expr->index, sema::kNone}, at);
    if (expr->kind == sema::ExprKind::local) return frame->locals[expr->index];
    const Key key = key_of(expr, frame, at);
    if (const auto found = done_.find(key); found != done_.end()) return found->second;
    if (!allowed(expr)) return dag_.constant(0);
    ++depth_;
    const ValueId value = evaluate(expr, frame, at);
    --depth_;
    done_.emplace(key, value);
    return value;
}

ValueId Lowering::evaluate(const sema::Expr* expr, const Frame* frame, EnvironmentId at) {
    switch (expr->kind) {
        case sema::ExprKind::number: return dag_.constant(expr->value);
        case sema::ExprKind::field: return coordinate({expr->index, sema::kNone}, at);
        case sema::ExprKind::own_axis: return coordinate({WEFT_FIELD_OWN, expr->index}, at);
        case sema::ExprKind::param: return param(expr->index);
        case sema::ExprKind::strand: return strand(expr->index, at, expr->span);
        case sema::ExprKind::op: return operation(expr, frame, at);
        case sema::ExprKind::remap: return remap(expr, frame, at);
        case sema::ExprKind::local: return frame->locals[expr->index];
        case sema::ExprKind::argument:
            return expression(frame->call->args[expr->index], frame->caller, at);
        case sema::ExprKind::call_output: return call(expr->call, frame, at)[expr->index];
        case sema::ExprKind::fbm: return fbm(expr, frame, at);
    }
    return dag_.constant(0);
}

ValueId Lowering::operation(const sema::Expr* expr, const Frame* frame, EnvironmentId at) {
    std::array<ValueId, 3> args{};
    const std::size_t count = std::min(expr->args.size(), args.size());
    for (std::size_t i = 0; i < count; ++i) args[i] = expression(expr->args[i], frame, at);
    return dag_.make(static_cast<std::uint16_t>(expr->index), {args.data(), count});
}

ValueId Lowering::remap(const sema::Expr* expr, const Frame* frame, EnvironmentId at) {
    std::vector<Environments::Entry> changes;
    for (const sema::Replacement& replacement : expr->replacements) {
        const Coordinate moved{replacement.field, replacement.instance};
        const ValueId value = expression(replacement.value, frame, at);
        const bool unmoved = value == coordinate(moved, kHere);
        changes.emplace_back(moved, unmoved ? kNoValue : value);
    }
    return expression(expr->args[0], frame, environments_.replace(at, changes));
}

ValueId Lowering::coordinate(Coordinate coordinate, EnvironmentId at) {
    const ValueId replaced = environments_.find(at, coordinate);
    if (replaced != kNoValue) return replaced;
    if (coordinate.field == WEFT_FIELD_OWN) return dag_.constant(0);
    const std::uint32_t field_class = field_class_of(coordinate.field);
    if (request_.domain != Domain::points && field_class == WEFT_FIELD_CLASS_SETTING)
        return dag_.constant(request_.program->settings[coordinate.field]);
    if (request_.domain == Domain::stream && field_class == WEFT_FIELD_CLASS_SPACE)
        return dag_.constant(0.5);
    const ValueId beat = beats(coordinate.field);
    return beat != kNoValue ? beat : dag_.field(coordinate.field);
}

ValueId Lowering::fbm_octave(const ValueId* xyt, ValueId scale) {
    std::array<ValueId, 3> place{};
    for (std::size_t i = 0; i < place.size(); ++i)
        place[i] = dag_.make(WEFT_OP_MUL, {xyt[i], scale});
    const ValueId noise = dag_.make(WEFT_OP_NOISE, place);
    return dag_.make(WEFT_OP_DIV, {noise, scale});
}

// sum of 2^-i noise(2^i x, 2^i y, 2^i t) over the sum of 2^-i, for i below floor(octaves).
ValueId Lowering::fbm(const sema::Expr* expr, const Frame* frame, EnvironmentId at) {
    std::array<ValueId, 3> xyt{};
    for (std::size_t i = 0; i < xyt.size(); ++i) xyt[i] = expression(expr->args[i], frame, at);
    const ValueId octaves = expression(expr->args[3], frame, at);
    const ValueId zero = dag_.constant(0);
    const ValueId one = dag_.constant(1);
    if (dag_[octaves].known && !(dag_[octaves].imm > kMaxUnrolledOctaves)) {
        const double count = std::floor(dag_[octaves].imm);
        ValueId sum = zero;
        double weights = 0;
        for (double i = 0; i < count; ++i) {
            const double scale = std::exp2(i);
            sum = dag_.make(WEFT_OP_ADD, {sum, fbm_octave(xyt.data(), dag_.constant(scale))});
            weights += 1 / scale;
        }
        return weights > 0 ? dag_.make(WEFT_OP_DIV, {sum, dag_.constant(weights)}) : zero;
    }
    const std::uint32_t loop = dag_.open_loop();
    const ValueId sum = dag_.loop_carried(loop, 0);
    const ValueId weights = dag_.loop_carried(loop, 1);
    const ValueId scale = dag_.loop_carried(loop, 2);
    const ValueId whole = dag_.make(WEFT_OP_FLOOR, {octaves});
    const std::array<ValueId, 8> operands = {
        one,
        whole,
        zero,
        zero,
        one,
        dag_.make(WEFT_OP_ADD, {sum, fbm_octave(xyt.data(), scale)}),
        dag_.make(WEFT_OP_ADD, {weights, dag_.make(WEFT_OP_DIV, {one, scale})}),
        dag_.make(WEFT_OP_MUL, {scale, dag_.constant(2)}),
    };
    const ValueId closed = dag_.close_loop(loop, operands);
    // Without a turn both are 0, and so is 0 / 1.
    const ValueId divisor = dag_.make(WEFT_OP_MAX, {dag_.loop_result(closed, 1), one});
    return dag_.make(WEFT_OP_DIV, {dag_.loop_result(closed, 0), divisor});
}

}  // namespace weft::ir
