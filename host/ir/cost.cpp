// What an expression would cost if nothing were shared: how often it uses every operation and every
// coordinate, so that a remap multiplies the cost of its replacements by their uses. One walk over
// the checked program, each expression, strand and spindle once.
#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <vector>

#include "eval/eval.h"
#include "ir/lower.h"

namespace weft::ir {

namespace {

constexpr double kMost = 1e300;
constexpr double kUnknownTurns = 16;
constexpr double kSampleCost = 8;
constexpr double kNoiseCost = 160;
constexpr std::size_t kOwn = WEFT_FIELD_COUNT;  // all own axes together
constexpr std::uint32_t kMaxDepth = 1500;

struct Cost {
    double operations = 0;
    std::array<double, WEFT_FIELD_COUNT + 1> coordinates{};
    std::vector<double> arguments;  // inside a spindle: uses of each argument

    void add(const Cost& other, double times) {
        const auto sum = [&](double& to, double more) { to = std::min(kMost, to + more * times); };
        sum(operations, other.operations);
        for (std::size_t i = 0; i < coordinates.size(); ++i)
            sum(coordinates[i], other.coordinates[i]);
        if (arguments.size() < other.arguments.size()) arguments.resize(other.arguments.size());
        for (std::size_t i = 0; i < other.arguments.size(); ++i)
            sum(arguments[i], other.arguments[i]);
    }
};

std::size_t slot_of(std::uint32_t field) {
    return field < kOwn ? field : kOwn;
}

class CostWalk {
public:
    explicit CostWalk(const sema::Program& program) : program_(program) {}

    double total(const sema::Expr* expr) {
        const Cost cost = of(expr, {});
        double sum = cost.operations;
        for (const double uses : cost.coordinates) sum += uses;
        return std::min(sum, kMost);
    }

private:
    using Locals = std::vector<Cost>;
    struct BodyCost {
        std::vector<Cost> outputs;
    };

    Cost of(const sema::Expr* expr, const Locals& locals) {
        const bool lasting = locals.empty();
        if (lasting) {
            if (const auto found = exprs_.find(expr); found != exprs_.end()) return found->second;
        }
        Cost cost;
        if (depth_ >= kMaxDepth) {
            cost.operations = kMost;
            return cost;
        }
        ++depth_;
        cost = compute(expr, locals);
        --depth_;
        if (lasting && !expr->args.empty()) exprs_[expr] = cost;
        return cost;
    }

    Cost compute(const sema::Expr* expr, const Locals& locals) {
        Cost cost;
        switch (expr->kind) {
            case sema::ExprKind::number:
            case sema::ExprKind::param: break;
            case sema::ExprKind::field: cost.coordinates[slot_of(expr->index)] = 1; break;
            case sema::ExprKind::own_axis: cost.coordinates[kOwn] = 1; break;
            case sema::ExprKind::strand: return strand(expr->index);
            case sema::ExprKind::local:
                if (expr->index < locals.size()) return locals[expr->index];
                break;
            case sema::ExprKind::argument:
                cost.arguments.resize(expr->index + 1);
                cost.arguments[expr->index] = 1;
                break;
            case sema::ExprKind::op: {
                const weft_op_info* info = weft_op_info_of(expr->index);
                cost.operations = info ? info->cost : 1;
                for (const sema::Expr* arg : expr->args) cost.add(of(arg, locals), 1);
                break;
            }
            case sema::ExprKind::fbm: {
                const sema::Expr* octaves = expr->args[3];
                const double times =
                    octaves->kind == sema::ExprKind::number ? octaves->value : kUnknownTurns;
                cost.operations = kNoiseCost * std::clamp(times, 0.0, kMost);
                for (const sema::Expr* arg : expr->args) cost.add(of(arg, locals), 1);
                break;
            }
            case sema::ExprKind::remap: return remap(expr, locals);
            case sema::ExprKind::call_output: return call(expr, locals);
        }
        return cost;
    }

    Cost remap(const sema::Expr* expr, const Locals& locals) {
        Cost cost = of(expr->args[0], locals);
        const Cost before = cost;
        for (const sema::Replacement& moved : expr->replacements) {
            const std::size_t slot = slot_of(moved.field);
            if (slot != kOwn) cost.coordinates[slot] -= before.coordinates[slot];
        }
        for (const sema::Replacement& moved : expr->replacements) {
            const std::size_t slot = slot_of(moved.field);
            cost.add(of(moved.value, locals), std::max(before.coordinates[slot], 0.0));
        }
        return cost;
    }

    Cost strand(sema::StrandId id) {
        if (const auto found = strands_.find(id); found != strands_.end()) return found->second;
        const sema::Strand& strand = program_.strands[id];
        Cost cost;
        if (program_.instances[strand.instance].kind != sema::InstanceKind::computed) {
            cost.operations = kSampleCost;
            cost.coordinates[WEFT_FIELD_X] = cost.coordinates[WEFT_FIELD_Y] = 1;
        } else if (strand.value != nullptr) {
            cost = of(strand.value, {});
        }
        strands_[id] = cost;
        return cost;
    }

    Cost call(const sema::Expr* expr, const Locals& locals) {
        const BodyCost& body = body_of(expr->call->body);
        Cost cost = body.outputs[expr->index];
        const std::vector<double> uses = std::move(cost.arguments);
        cost.arguments.clear();
        for (std::size_t i = 0; i < uses.size(); ++i) {
            if (uses[i] > 0) cost.add(of(expr->call->args[i], locals), uses[i]);
        }
        return cost;
    }

    const BodyCost& body_of(const sema::Body* body) {
        if (const auto found = bodies_.find(body); found != bodies_.end()) return found->second;
        // One more than there are, so that `locals` is never empty inside a spindle.
        Locals locals(body->local_count + 1);
        run(body->statements, locals);
        BodyCost cost;
        for (const std::uint32_t slot : body->outputs) cost.outputs.push_back(locals[slot]);
        return bodies_.emplace(body, std::move(cost)).first->second;
    }

    void run(const std::vector<sema::Statement>& statements, Locals& locals) {
        for (const sema::Statement& statement : statements) {
            if (statement.kind == sema::StatementKind::set) {
                locals[statement.slot] = of(statement.value, locals);
                continue;
            }
            const double turns = turns_of(statement);
            const Locals before = locals;
            run(statement.body, locals);
            for (const std::uint32_t slot : statement.carried) {
                Cost total = before[slot];
                total.add(locals[slot], turns);
                locals[slot] = std::move(total);
            }
        }
    }

    static double turns_of(const sema::Statement& loop) {
        if (loop.from->kind != sema::ExprKind::number || loop.to->kind != sema::ExprKind::number)
            return kUnknownTurns;
        return std::clamp(std::floor(loop.to->value - loop.from->value) + 1, 0.0, kMost);
    }

    const sema::Program& program_;
    std::unordered_map<const sema::Expr*, Cost> exprs_;
    std::unordered_map<sema::StrandId, Cost> strands_;
    std::unordered_map<const sema::Body*, BodyCost> bodies_;
    std::uint32_t depth_ = 0;
};

}  // namespace

std::vector<double> estimated_costs(const sema::Program& program,
                                    const std::vector<const sema::Expr*>& exprs) {
    CostWalk walk(program);
    std::vector<double> costs;
    costs.reserve(exprs.size());
    for (const sema::Expr* expr : exprs) costs.push_back(walk.total(expr));
    return costs;
}

}  // namespace weft::ir
