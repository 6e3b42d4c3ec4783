#include "gpu/text_roll.h"

#include <algorithm>
#include <set>

#include "gpu/rolled_plan.h"

namespace weft::gpu {
namespace {

// Kernels below this, in additions, are compiled quickly enough as they are, and run faster.
constexpr double kLargeKernel = 1500.0;
constexpr std::size_t kFewestTurns = 4;
// The most terms that a turn adds to a sum.
constexpr std::size_t kLongestPeriod = 4;
// What a loop must spare, in additions.
constexpr double kWorthwhile = 150.0;
// Terms larger than this are not compared.
constexpr std::size_t kLargestTerm = 4096;
constexpr std::size_t kDeepestTerm = 1000;
// A value this cheap may be computed sample by sample although it need not.
constexpr double kCheap = 4.0;

// acc = (((init + term) + term) + ...): links are the sums, each with its term.
struct Chain {
    std::vector<std::uint32_t> links, terms;
};

class Finder {
public:
    Finder(const Plan& plan, const std::vector<bool>& recursive, bool recursive_too)
        : plan_(plan), recursive_(recursive), recursive_too_(recursive_too) {}

    // Loops to be made of the plan as it is; none when it is not worth it.
    std::vector<Rolled> run(bool together) {
        std::vector<Rolled> found;
        std::vector<bool> live = live_values(plan_, found);
        double cost = 0.0;
        for (std::uint32_t i = 0; i < live.size(); ++i)
            if (live[i]) cost += plan_.values[i].own_cost;
        if (cost < kLargeKernel) return found;
        count_uses(live);
        for (const std::vector<Chain>& cluster : clusters(chains(live), together)) {
            const bool needed = std::all_of(cluster.begin(), cluster.end(),
                                            [&](const Chain& c) { return live[c.links.back()]; });
            if (needed && add_runs(cluster, found)) live = live_values(plan_, found);
        }
        return found;
    }

private:
    void count_uses(const std::vector<bool>& live) {
        uses_.assign(plan_.values.size(), 0);
        for (std::uint32_t i = 0; i < live.size(); ++i)
            if (live[i])
                for (const std::uint32_t need : plan_.needs(i)) ++uses_[need];
        for (const weft_store& store : plan_.stores)
            for (const std::uint32_t value : plan_.values_of(store)) ++uses_[value];
        for (const auto& [value, slot] : plan_.tables) ++uses_[value];
    }

    [[nodiscard]] bool is_recursive(std::uint32_t value) const {
        return !recursive_.empty() && recursive_[value];
    }

    // Longest first.
    std::vector<Chain> chains(const std::vector<bool>& live) {
        const std::size_t count = plan_.values.size();
        std::vector<std::uint32_t> before(count, kNone), length(count, 0);
        std::vector<bool> inner(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            const PlanValue& value = plan_.values[i];
            if (!live[i] || value.loop != kNone || !chains_up(value.op)) continue;
            length[i] = 1;
            if (value.args[0] == value.args[1]) continue;
            for (const std::uint32_t arg : value.args) {
                const PlanValue& last = plan_.values[arg];
                const bool link = last.op == value.op && uses_[arg] == 1 &&
                                  length[arg] >= length[i] && length[arg] != 0 &&
                                  is_recursive(arg) == is_recursive(i);
                if (!link) continue;
                before[i] = arg;
                length[i] = length[arg] + 1;
            }
            if (before[i] != kNone) inner[before[i]] = true;
        }
        std::vector<Chain> made;
        for (std::uint32_t i = 0; i < count; ++i)
            if (!inner[i] && length[i] >= kFewestTurns) made.push_back(chain_to(i, before));
        std::stable_sort(made.begin(), made.end(), [](const Chain& a, const Chain& b) {
            return a.links.size() > b.links.size();
        });
        return made;
    }

    static bool chains_up(std::uint16_t op) {
        return op == WEFT_OP_ADD || op == WEFT_OP_MUL || op == WEFT_OP_MIN || op == WEFT_OP_MAX;
    }

    Chain chain_to(std::uint32_t head, const std::vector<std::uint32_t>& before) const {
        Chain chain;
        std::size_t place = 1;  // of the term among a link's operands
        for (std::uint32_t i = head; i != kNone; i = before[i]) {
            const PlanValue& link = plan_.values[i];
            if (before[i] != kNone) place = link.args[0] == before[i] ? 1 : 0;
            chain.links.push_back(i);
            chain.terms.push_back(link.args[place]);
        }
        std::reverse(chain.links.begin(), chain.links.end());
        std::reverse(chain.terms.begin(), chain.terms.end());
        return chain;
    }

    // Chains whose terms share something that is no other term's: they become one loop.
    std::vector<std::vector<Chain>> clusters(std::vector<Chain> all, bool together) const {
        std::vector<std::vector<Chain>> made;
        std::map<std::uint32_t, std::size_t> owner;
        for (Chain& chain : all) {
            std::set<std::uint32_t> own;
            if (together) own = own_of_last(chain);
            std::size_t to = made.size();
            for (const std::uint32_t value : own) {
                const auto found = owner.find(value);
                if (found != owner.end() && fits(chain, made[found->second])) to = found->second;
            }
            for (const std::uint32_t value : own) owner.try_emplace(value, to);
            if (to == made.size()) made.emplace_back();
            made[to].push_back(std::move(chain));
        }
        return made;
    }

    [[nodiscard]] bool fits(const Chain& chain, const std::vector<Chain>& cluster) const {
        constexpr std::size_t kRagged = 2;  // first terms may have been folded away
        return std::all_of(cluster.begin(), cluster.end(), [&](const Chain& one) {
            return one.links.size() <= chain.links.size() + kRagged &&
                   !reach(one.terms.back()).contains(chain.links.back()) &&
                   !reach(chain.terms.back()).contains(one.links.back());
        });
    }

    [[nodiscard]] std::set<std::uint32_t> own_of_last(const Chain& chain) const {
        std::set<std::uint32_t> own = reach(chain.terms.back());
        for (const std::uint32_t value : reach(chain.terms[chain.terms.size() - 2]))
            own.erase(value);
        std::erase_if(own, [&](std::uint32_t value) { return plan_.values[value].args.empty(); });
        return own;
    }

    [[nodiscard]] std::set<std::uint32_t> reach(std::uint32_t root) const {
        std::set<std::uint32_t> seen;
        std::vector<std::uint32_t> open{root};
        while (!open.empty() && seen.size() < kLargestTerm) {
            const std::uint32_t value = open.back();
            open.pop_back();
            if (!seen.insert(value).second) continue;
            for (const std::uint32_t need : plan_.needs(value)) open.push_back(need);
        }
        return seen;
    }

    // Whether b computes what a does, of other numbers, and in the same precision.
    bool alike(std::uint32_t a, std::uint32_t b, std::size_t depth = 0) {
        if (a == b) return true;
        if (depth > kDeepestTerm) return false;
        const auto [known, fresh] = compared_.try_emplace({a, b}, false);
        if (!fresh) return known->second;
        const PlanValue& x = plan_.values[a];
        const PlanValue& y = plan_.values[b];
        if (x.op != y.op || x.loop != kNone || y.loop != kNone || x.varies != y.varies)
            return false;
        bool same = x.op == WEFT_OP_CONST
                        ? is_plain(x.imm) && is_plain(y.imm)
                        : x.op == WEFT_OP_UNIFORM || computes_alike(a, b, depth + 1);
        compared_[{a, b}] = same;
        return same;
    }

    bool computes_alike(std::uint32_t a, std::uint32_t b, std::size_t depth) {
        const PlanValue& x = plan_.values[a];
        const PlanValue& y = plan_.values[b];
        const bool loops = x.op >= WEFT_OP_LOOP && x.op <= WEFT_OP_LOOP_RESULT;
        if (loops || x.aux != y.aux || (x.f64 != y.f64 && !any_precision_) ||
            x.args.size() != y.args.size() || x.args.empty() ||
            is_recursive(a) != is_recursive(b) || plan_.tables.contains(a) ||
            plan_.tables.contains(b))
            return false;
        for (std::uint32_t i = 0; i < x.args.size(); ++i) {
            if (!alike(x.args[i], y.args[i], depth)) return false;
            const auto first = plan_.affines.find({a, i});
            const auto second = plan_.affines.find({b, i});
            const bool affine = first != plan_.affines.end();
            if (affine != (second != plan_.affines.end())) return false;
            if (affine && (first->second.field != second->second.field ||
                           first->second.scale != second->second.scale ||
                           !alike(first->second.base, second->second.base, depth)))
                return false;
        }
        return true;
    }

    // Tables hold what has a literal in either precision.
    static bool is_plain(double value) {
        return std::isfinite(value) && std::isfinite(static_cast<float>(value));
    }

    // A part of a chain, in which each turn adds `period` terms.
    struct Run {
        std::size_t begin, end, period;
    };

    // The last `turns` terms of each chain, as far as they are alike; what is left, in the widest
    // precision of those that are alike but for it.
    bool add_runs(const std::vector<Chain>& cluster, std::vector<Rolled>& found) {
        std::size_t turns = cluster.front().terms.size();
        for (const Chain& chain : cluster) turns = std::min(turns, chain.terms.size());
        const std::size_t before = found.size();
        std::vector<Run> left;
        std::size_t done = 0;
        for (const Run& run : runs(cluster, turns, {0, turns, 1}, false)) {
            if (!add_run(cluster, turns, run, found)) continue;
            left.push_back({done, run.begin, 1});
            done = run.end;
        }
        left.push_back({done, turns, 1});
        for (const Run& rest : left)
            for (const Run& run : runs(cluster, turns, rest, true))
                (void)add_run(cluster, turns, run, found);
        return found.size() != before;
    }

    std::vector<Run> runs(const std::vector<Chain>& cluster, std::size_t turns, Run within,
                          bool any_precision) {
        if (any_precision != any_precision_) compared_.clear();
        any_precision_ = any_precision;
        const auto term = [&](const Chain& chain, std::size_t turn) {
            return chain.terms[chain.terms.size() - turns + turn];
        };
        std::vector<Run> made;
        for (std::size_t begin = within.begin; begin < within.end;) {
            Run run{begin, begin, 0};
            while (run.end == begin && run.period < kLongestPeriod) {
                std::size_t end = std::min(begin + ++run.period, within.end);
                while (end < within.end &&
                       std::all_of(cluster.begin(), cluster.end(), [&](const Chain& chain) {
                           return alike(term(chain, end - run.period), term(chain, end));
                       }))
                    ++end;
                const std::size_t length = (end - begin) / run.period;
                if (length >= kFewestTurns) run.end = begin + length * run.period;
            }
            if (run.end != begin) made.push_back(run);
            begin = std::max(run.end, begin + 1);
        }
        return made;
    }

    bool add_run(const std::vector<Chain>& cluster, std::size_t turns, Run run,
                 std::vector<Rolled>& found) {
        const std::size_t length = run.end - run.begin;
        const std::size_t loop_turns = length / run.period;
        Rolled rolled(plan_, loop_turns);
        for (const Chain& chain : cluster) {
            const std::size_t first = chain.terms.size() - turns + run.begin;
            const PlanValue& link = plan_.values[chain.links[first]];
            const std::uint32_t term = chain.terms[first];
            const std::uint32_t init = link.args[link.args[1] == term ? 0 : 1];
            const std::size_t last = first + length;
            bool f64 = false;
            for (std::size_t i = first; i < last; ++i)
                f64 = f64 || plan_.values[chain.links[i]].f64;
            rolled.add(std::span(chain.terms).subspan(first, length),
                       {{}, init, chain.links[last - 1], f64});
        }
        if (rolled.cost() * static_cast<double>(loop_turns - 1) < kWorthwhile) return false;
        bool serial = false, parallel = false;
        for (const RolledValue& value : rolled.values()) {
            const bool hangs = is_recursive(value.like);
            serial = serial || hangs;
            parallel = parallel || (!hangs && plan_.values[value.like].cost >= kCheap);
        }
        if (serial && (parallel || !recursive_too_)) return false;
        found.push_back(std::move(rolled));
        return true;
    }

    const Plan& plan_;
    const std::vector<bool>& recursive_;
    const bool recursive_too_;
    std::vector<std::uint32_t> uses_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, bool> compared_;
    bool any_precision_ = false;  // of what is compared
};

}  // namespace

Plan roll(Plan plan, const std::vector<bool>& recursive, bool recursive_too) {
    // Where sums that are computed together hang on each other, they go one by one.
    for (const bool together : {true, false}) {
        const std::vector<Rolled> found = Finder(plan, recursive, recursive_too).run(together);
        if (found.empty()) return plan;
        std::optional<Plan> made = with_loops(plan, found);
        if (made) return std::move(*made);
    }
    return plan;
}

}  // namespace weft::gpu
