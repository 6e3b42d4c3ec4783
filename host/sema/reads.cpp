// Walking expressions for what they read.
#include "sema/reads.h"

#include <cmath>

namespace weft::sema {

Reader::Reader(const Program& program) : program_(program), constants_(program) {
    axes_.emplace_back();
    axes_numbers_.emplace(Axes{}, 0);
}

void Reader::only(const std::vector<std::uint32_t>* parts, std::uint32_t part) {
    parts_ = parts;
    part_ = part;
}

std::vector<Read> Reader::reads_of_strand(StrandId strand, std::uint32_t axes) {
    const Strand& target = program_.strands[strand];
    const bool computed = program_.instances[target.instance].kind == InstanceKind::computed;
    return reads_of(target.value, computed ? axes : 0);
}

std::vector<Read> Reader::reads_of(const Expr* root, std::uint32_t axes) {
    std::vector<Read> result;
    plain_seen_.resize(program_.exprs.size(), 0);
    ++root_;
    other_seen_.clear();
    found_.clear();
    contexts_.clear();
    context_numbers_.clear();
    steps_ = 0;
    tasks_.push_back({root, nullptr, axes});
    while (!tasks_.empty()) {
        const Task task = tasks_.back();
        tasks_.pop_back();
        if (task.expr == nullptr || seen(task)) continue;
        const bool elsewhere = parts_ != nullptr && (*parts_)[task.expr->id] != part_;
        if (elsewhere && task.context == nullptr) continue;
        ++steps_;
        ++all_steps_;
        switch (task.expr->kind) {
            case ExprKind::strand: add(*task.expr, task.axes, result); break;
            case ExprKind::argument:
                if (task.context != nullptr)
                    tasks_.push_back({task.context->call->args[task.expr->index],
                                      task.context->parent, task.axes});
                break;
            case ExprKind::call_output: visit_call(task); break;
            case ExprKind::remap: visit_remap(task); break;
            default:
                for (auto arg = task.expr->args.rbegin(); arg != task.expr->args.rend(); ++arg)
                    tasks_.push_back({*arg, task.context, task.axes});
                break;
        }
    }
    return result;
}

bool Reader::seen(const Task& task) {
    if (task.context == nullptr && task.axes == 0) {
        if (plain_seen_[task.expr->id] == root_) return true;
        plain_seen_[task.expr->id] = root_;
        return false;
    }
    return !other_seen_.emplace(task.expr, task.context, task.axes).second;
}

void Reader::visit_call(const Task& task) {
    const Call& call = *task.expr->call;
    const std::uint32_t slot = call.body->outputs[task.expr->index];
    if (const Slices::Leaves* leaves = slices_.leaves_of(*call.body, slot)) {
        for (const Expr* strand : leaves->strands)
            tasks_.push_back({strand, context_of(&call, task.context), task.axes});
        for (const std::uint32_t argument : leaves->arguments)
            tasks_.push_back({call.args[argument], task.context, task.axes});
        return;
    }
    const std::size_t most = all_steps_ > kMaxAllSteps ? kMaxSteps / 100 : kMaxSteps;
    if (steps_ > most) {
        gave_up_ = true;
        for (const Expr* arg : call.args) tasks_.push_back({arg, task.context, 0});
        for (const Expr* part : slices_.of(*call.body, slot)) tasks_.push_back({part, nullptr, 0});
        return;
    }
    const Context* const inner = context_of(&call, task.context);
    for (const Expr* part : slices_.of(*call.body, slot))
        tasks_.push_back({part, inner, task.axes});
}

void Reader::visit_remap(const Task& task) {
    // Of two replacements of one axis, one inside the other, the inner one is seen last and wins.
    std::uint32_t axes = task.axes;
    bool moves = false;
    const std::vector<Replacement>& replacements = task.expr->replacements;
    for (auto replacement = replacements.rbegin(); replacement != replacements.rend();
         ++replacement) {
        tasks_.push_back({replacement->value, task.context, task.axes});
        moves = moves || replacement->field == WEFT_FIELD_OWN;
    }
    if (moves) {
        Axes moved = axes_[task.axes];
        for (const Replacement& replacement : task.expr->replacements)
            if (replacement.field == WEFT_FIELD_OWN)
                moved[replacement.instance] =
                    constant(replacement.value, task.context, task.axes, 0);
        axes = number_of(moved);
    }
    tasks_.push_back({task.expr->args[0], task.context, axes});
}

void Reader::add(const Expr& expr, std::uint32_t axes, std::vector<Read>& result) {
    Read read;
    read.strand = expr.index;
    read.axes = axes;
    read.span = expr.span;
    const Strand& target = program_.strands[expr.index];
    const Instance& instance = program_.instances[target.instance];
    if (instance.kind != InstanceKind::computed) read.axes = 0;
    if (instance.kind == InstanceKind::cache) {
        read.cache = true;
        const auto k = axes_[axes].find(target.instance);
        if (k != axes_[axes].end()) {
            read.constant = k->second.has_value();
            const double ticks = static_cast<double>(instance.ticks);
            const double floored = std::floor(k->second.value_or(0));
            const double back = floored - ticks * std::floor(floored / ticks);
            read.past = read.constant && (!std::isfinite(floored) || back >= 1);
        }
    }
    if (found_.emplace(read.strand, read.axes, read.past).second) result.push_back(read);
}

const Reader::Context* Reader::context_of(const Call* call, const Context* parent) {
    const auto [at, is_new] = context_numbers_.emplace(std::pair(call, parent), nullptr);
    if (is_new) at->second = &contexts_.emplace_back(Context{call, parent});
    return at->second;
}

std::uint32_t Reader::number_of(const Axes& axes) {
    const auto [at, is_new] = axes_numbers_.emplace(axes, static_cast<std::uint32_t>(axes_.size()));
    if (is_new) axes_.push_back(axes);
    return at->second;
}

// The value of a k where it stands: constants, also through arguments and plain locals.
std::optional<double> Reader::constant(const Expr* expr, const Context* context, std::uint32_t axes,
                                       int depth) {
    constexpr int kMaxDepth = 200;
    if (expr == nullptr || depth > kMaxDepth) return std::nullopt;
    switch (expr->kind) {
        case ExprKind::argument:
            if (context == nullptr) return std::nullopt;
            return constant(context->call->args[expr->index], context->parent, axes, depth + 1);
        case ExprKind::local:
            if (context == nullptr) return std::nullopt;
            return constant(slices_.only_value(*context->call->body, expr->index), context, axes,
                            depth + 1);
        case ExprKind::own_axis: {
            const auto k = axes_[axes].find(expr->index);
            return k == axes_[axes].end() ? std::optional(0.0) : k->second;
        }
        case ExprKind::op: {
            double operands[3] = {0, 0, 0};
            for (std::size_t i = 0; i < expr->args.size() && i < std::size(operands); ++i) {
                const auto value = constant(expr->args[i], context, axes, depth + 1);
                if (!value) return std::nullopt;
                operands[i] = *value;
            }
            return Constants::apply(expr->index, operands);
        }
        default: return constants_.fold(expr);
    }
}

}  // namespace weft::sema
