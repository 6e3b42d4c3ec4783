// The exact look at cycles: from strand to strand, following every call with its own arguments and
// every cache with the k at which it is read. A cache read at k >= 1 gives the past and closes
// legal feedback; any other way back is an error that prints the way.
#include "sema/cycles.h"

#include <cmath>
#include <map>
#include <set>

#include "sema/checker.h"
#include "sema/slices.h"

namespace weft::sema {
namespace {

constexpr std::size_t kMaxSteps = 4'000'000;

// The caches' axes as they are replaced where an expression is read; no value: not constant.
using Axes = std::map<InstanceId, std::optional<double>>;

struct Context {  // the call that is being expanded
    const Call* call = nullptr;
    const Context* parent = nullptr;
};

struct Place {  // a strand, read where caches are read at these k
    StrandId strand = kNone;
    std::uint32_t axes = 0;
    friend bool operator<(const Place& a, const Place& b) {
        return std::pair(a.strand, a.axes) < std::pair(b.strand, b.axes);
    }
};

struct Step {
    Place to;
    Span read;         // where it is read
    bool cache = false;
    bool constant = true;
};

class Judge {
public:
    Judge(const Program& program, Checker& checker, Diagnostics& diagnostics)
        : program_(program), checker_(checker), diagnostics_(diagnostics),
          parts_(circular_parts(program)) {
        axes_.emplace_back();
        axes_numbers_.emplace(Axes{}, 0);
    }

    void run() {
        for (StrandId id = 0; id < program_.strands.size(); ++id) {
            const Expr* const value = program_.strands[id].value;
            const std::uint32_t part = value == nullptr ? 0 : parts_[value->id];
            if (part == 0 || reported_.count(part) != 0) continue;
            part_ = part;
            if (steps_ > kMaxSteps || !search({id, 0})) reported_.insert(part);
        }
    }

private:
    // Depth first from one strand; false when a cycle was reported.
    bool search(Place from) {
        struct Frame {
            Place place;
            std::vector<Step> steps;
            std::size_t next = 0;
        };
        if (state_.count(from) != 0) return true;
        std::vector<Frame> path;
        path.push_back({from, steps_of(from)});
        state_[from] = 1;
        while (!path.empty()) {
            if (steps_ > kMaxSteps) {
                diagnostics_.add(Code::cycle_too_complex, program_.strands[from.strand].span,
                                 {name_of(from.strand)});
                return false;
            }
            Frame& frame = path.back();
            if (frame.next == frame.steps.size()) {
                state_[frame.place] = 2;
                path.pop_back();
                continue;
            }
            const Step step = frame.steps[frame.next++];
            char& state = state_[step.to];
            if (state == 2) continue;
            if (state == 0) {
                state = 1;
                path.push_back({step.to, steps_of(step.to)});
                continue;
            }
            std::size_t first = 0;
            while (path[first].place.strand != step.to.strand ||
                   path[first].place.axes != step.to.axes)
                ++first;
            std::vector<std::pair<StrandId, Step>> cycle;
            for (; first < path.size(); ++first)
                cycle.emplace_back(path[first].place.strand,
                                   path[first].steps[path[first].next - 1]);
            report(cycle);
            return false;
        }
        return true;
    }

    void report(const std::vector<std::pair<StrandId, Step>>& cycle) {
        const StrandId start = cycle.front().first;
        Diagnostic& error =
            diagnostics_.add(Code::cycle, program_.strands[start].span, {name_of(start)});
        bool cache = false;
        bool constant = true;
        constexpr std::size_t kShown = 24;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const auto& [from, step] = cycle[i];
            cache = cache || step.cache;
            constant = constant && step.constant;
            if (i >= kShown && i + 1 < cycle.size()) continue;
            std::string text = "'" + name_of(from) + "' reads '" + name_of(step.to.strand) + "'";
            if (step.cache)
                text += step.constant ? " at k = 0, which is now" : " at a k that is not constant";
            if (i + 1 == kShown && i + 2 < cycle.size())
                text += ", and on by " + counted(cycle.size() - kShown - 1, "step");
            error.note(step.read, text);
        }
        if (!constant) error.suggest("inside a cycle k must be a constant, 1 or more");
        else if (cache) error.suggest("read the cache in the past, as in c[c@k ~ 1]");
        else error.suggest("feedback goes through a cache: c = cache(x, 2), read as c[c@k ~ 1]");
    }

    [[nodiscard]] std::string name_of(StrandId id) const {
        const Strand& strand = program_.strands[id];
        const std::string& instance = program_.instances[strand.instance].name;
        return strand.name.empty() ? instance : instance + "@" + strand.name;
    }

    std::uint32_t number_of(const Axes& axes) {
        const auto [at, is_new] =
            axes_numbers_.emplace(axes, static_cast<std::uint32_t>(axes_.size()));
        if (is_new) axes_.push_back(axes);
        return at->second;
    }

    // What a strand needs at once, of those that may be part of the cycle.
    std::vector<Step> steps_of(Place place) {
        std::vector<Step> result;
        std::set<Place> found;
        struct Task {
            const Expr* expr;
            const Context* context;
            std::uint32_t axes;
        };
        std::vector<Task> tasks{{program_.strands[place.strand].value, nullptr, place.axes}};
        std::set<std::tuple<const Expr*, const Context*, std::uint32_t>> seen;
        while (!tasks.empty() && ++steps_ <= kMaxSteps) {
            const auto [expr, context, axes] = tasks.back();
            tasks.pop_back();
            if (expr == nullptr || (context == nullptr && parts_[expr->id] != part_)) continue;
            if (!seen.emplace(expr, context, axes).second) continue;
            switch (expr->kind) {
                case ExprKind::strand: add_step(*expr, axes, found, result); break;
                case ExprKind::argument:
                    tasks.push_back({context->call->args[expr->index], context->parent, axes});
                    break;
                case ExprKind::call_output: {
                    const Context* const inner = context_of(expr->call, context);
                    const std::uint32_t slot = expr->call->body->outputs[expr->index];
                    for (const Expr* part : slices_.of(*expr->call->body, slot))
                        tasks.push_back({part, inner, axes});
                    break;
                }
                case ExprKind::remap: {
                    Axes moved = axes_[axes];
                    for (const Replacement& replacement : expr->replacements) {
                        tasks.push_back({replacement.value, context, axes});
                        if (replacement.field == WEFT_FIELD_OWN)
                            moved[replacement.instance] =
                                constant(replacement.value, context, axes, 0);
                    }
                    tasks.push_back({expr->args[0], context, number_of(moved)});
                    break;
                }
                default:
                    for (const Expr* arg : expr->args) tasks.push_back({arg, context, axes});
                    break;
            }
        }
        return result;
    }

    void add_step(const Expr& read, std::uint32_t axes, std::set<Place>& found,
                  std::vector<Step>& result) {
        const Strand& target = program_.strands[read.index];
        if (target.value == nullptr || parts_[target.value->id] != part_) return;
        Step step{{read.index, axes}, read.span};
        const Instance& instance = program_.instances[target.instance];
        if (instance.kind == InstanceKind::cache) {
            const auto k = axes_[axes].find(target.instance);
            step.cache = true;
            step.to.axes = 0;  // its source sees every axis as 0
            if (k != axes_[axes].end()) {
                step.constant = k->second.has_value();
                if (step.constant && !std::isfinite(*k->second)) return;  // reads 0
                const double ticks = static_cast<double>(instance.ticks);
                const double floored = std::floor(k->second.value_or(0));
                if (floored - ticks * std::floor(floored / ticks) >= 1) return;  // the past
            }
        }
        if (found.insert(step.to).second) result.push_back(step);
    }

    const Context* context_of(const Call* call, const Context* parent) {
        const auto [at, is_new] = context_numbers_.emplace(std::pair(call, parent), nullptr);
        if (is_new) at->second = &contexts_.emplace_back(Context{call, parent});
        return at->second;
    }

    // The value of a k where it stands: constants, through arguments and plain locals.
    std::optional<double> constant(const Expr* expr, const Context* context, std::uint32_t axes,
                                   int depth) {
        constexpr int kMaxDepth = 200;
        if (expr == nullptr || depth > kMaxDepth) return std::nullopt;
        switch (expr->kind) {
            case ExprKind::argument:
                return constant(context->call->args[expr->index], context->parent, axes, depth + 1);
            case ExprKind::local: {
                const Expr* const only = slices_.only_value(*context->call->body, expr->index);
                return constant(only, context, axes, depth + 1);
            }
            case ExprKind::own_axis: {
                const auto k = axes_[axes].find(expr->index);
                return k == axes_[axes].end() ? std::optional(0.0) : k->second;
            }
            case ExprKind::op: {
                Expr copy;
                copy.kind = ExprKind::op;
                copy.index = expr->index;
                std::deque<Expr> numbers;
                for (const Expr* arg : expr->args) {
                    const auto value = constant(arg, context, axes, depth + 1);
                    if (!value) return std::nullopt;
                    numbers.emplace_back().value = *value;
                    copy.args.push_back(&numbers.back());
                }
                return checker_.fold(&copy);
            }
            default: return checker_.fold(expr);
        }
    }

    const Program& program_;
    Checker& checker_;
    Diagnostics& diagnostics_;
    std::vector<std::uint32_t> parts_;
    std::uint32_t part_ = 0;
    std::size_t steps_ = 0;
    std::set<std::uint32_t> reported_;
    std::map<Place, char> state_;  // 1 on the path, 2 done
    std::deque<Axes> axes_;
    std::map<Axes, std::uint32_t> axes_numbers_;
    std::deque<Context> contexts_;
    std::map<std::pair<const Call*, const Context*>, const Context*> context_numbers_;
    Slices slices_;
};

}  // namespace

void check_cycles(const Program& program, Checker& checker, Diagnostics& diagnostics) {
    Judge(program, checker, diagnostics).run();
}

}  // namespace weft::sema
