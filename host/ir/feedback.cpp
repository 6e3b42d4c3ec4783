// Which feedback settles: the gain of a loop is bounded by the derivatives of what is in it. Where
// all that is remembered is off by e, what is stored next is off by gain * e at most; below 1 a
// rounding dies out, and all of them together come to 1 / (1 - gain) of one.
#include "ir/feedback.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "eval/eval.h"

namespace weft::ir {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();
// What loses an eighth each time round comes to no more than eight roundings of one sample.
constexpr double kMostGain = 0.875;
// Samples. What comes back sooner is computed one after the other, where singles are no faster.
constexpr double kLeastWay = 64;

class Loops {
public:
    Loops(const Module& module, std::span<const Range> ranges)
        : module_(module), dag_(module.dag), ranges_(ranges) {}

    Feedback find() {
        Feedback found;
        found.adds_up.assign(dag_.size(), false);
        if (module_.domain != Domain::stream || !module_.request->stored_here) return found;
        find_caches();
        find_knobs();
        for (std::size_t c = 0; c < caches_.size(); ++c) look_at(c, found);
        for (ValueId id = 0; id < dag_.size(); ++id)
            for (const ValueId arg : dag_.args(id))
                found.adds_up[id] = found.adds_up[id] || found.adds_up[arg];
        return found;
    }

private:
    struct Cache {
        sema::StrandId strand = sema::kNone;
        ValueId root = kNoValue;  // none: what it stores is not told from something else
        std::vector<ValueId> samples;
        std::vector<bool> needs;    // by cache: what it stores depends on its past
        std::vector<ValueId> cone;  // what the root needs, in order
    };

    // Those that this kernel both stores and reads.
    void find_caches() {
        std::map<sema::StrandId, std::size_t> number;
        cache_of_.assign(dag_.size(), kNoValue);
        for (ValueId id = 0; id < dag_.size(); ++id) {
            const Value& value = dag_[id];
            if (value.op != WEFT_OP_SAMPLE || value.aux == kSlope) continue;
            const sema::StrandId strand = module_.strand_of(value);
            if (!module_.request->stored_here(strand)) continue;
            const auto [at, fresh] = number.try_emplace(strand, caches_.size());
            if (fresh) caches_.push_back({strand, root_of(strand), {}, {}, {}});
            caches_[at->second].samples.push_back(id);
            cache_of_[id] = static_cast<std::uint32_t>(at->second);
        }
        for (Cache& cache : caches_) {
            cache.needs.assign(caches_.size(), cache.root == kNoValue);
            if (cache.root == kNoValue) continue;
            const std::vector<bool> live = live_values(dag_, std::span(&cache.root, 1));
            for (ValueId id = 0; id < dag_.size(); ++id) {
                if (!live[id]) continue;
                cache.cone.push_back(id);
                if (cache_of_[id] != kNoValue) cache.needs[cache_of_[id]] = true;
            }
        }
        for (std::size_t by = 0; by < caches_.size(); ++by)
            for (Cache& cache : caches_)
                for (std::size_t c = 0; cache.needs[by] && c < caches_.size(); ++c)
                    if (caches_[by].needs[c]) cache.needs[c] = true;
    }

    [[nodiscard]] ValueId root_of(sema::StrandId strand) const {
        const sema::Expr* const stored = module_.request->program->strands[strand].value;
        const std::vector<Root>& roots = module_.request->roots;
        for (std::size_t r = 0; r < roots.size(); ++r)
            if (roots[r].addends.size() == 1 && roots[r].addends[0] == stored)
                return module_.roots[r];
        return kNoValue;
    }

    // A knob may be given another range while it stays what it is: it bounds nothing.
    void find_knobs() {
        const auto mark = [](const Dag& dag, auto&& is_knob) {
            std::vector<bool> knobs(dag.size());
            for (ValueId id = 0; id < dag.size(); ++id) {
                knobs[id] = dag[id].op == WEFT_OP_PARAM || is_knob(dag[id]);
                for (const ValueId arg : dag.args(id)) knobs[id] = knobs[id] || knobs[arg];
            }
            return knobs;
        };
        const std::vector<bool> host = mark(module_.host, [](const Value&) { return false; });
        knobs_ = mark(dag_, [&](const Value& value) {
            return value.op == WEFT_OP_UNIFORM && host[module_.host_outputs[value.aux]];
        });
    }

    [[nodiscard]] bool is_in_loop_with(std::size_t a, std::size_t b) const {
        return caches_[a].needs[b] && caches_[b].needs[a];
    }

    void look_at(std::size_t number, Feedback& found) {
        const Cache& cache = caches_[number];
        if (!cache.needs[number]) return;  // a delay, no loop
        double gain = 0;
        for (std::size_t c = 0; c < caches_.size(); ++c) {
            if (!is_in_loop_with(number, c)) continue;
            const auto is_far = [&](ValueId sample) { return way_of(sample) >= kLeastWay; };
            const Cache& other = caches_[c];
            const bool far = std::all_of(other.samples.begin(), other.samples.end(), is_far);
            gain = std::max(gain, far ? gain_of(c) : kUnknown);
        }
        if (gain <= kMostGain) {
            found.settled.push_back({cache.root, cache.samples});
            found.gain = std::max(found.gain, 1 / (1 - gain));
        } else {
            for (const ValueId sample : cache.samples) found.adds_up[sample] = true;
        }
    }

    // How many samples ago that is; 0 where it is not known.
    [[nodiscard]] double way_of(ValueId sample) const {
        const sema::StrandId strand = module_.strand_of(dag_[sample]);
        const sema::Program& program = *module_.request->program;
        const auto ticks =
            static_cast<double>(program.instances[program.strands[strand].instance].ticks);
        const InputShape* const shape = module_.request->input(strand);
        for (std::size_t i = 0; shape != nullptr && i < shape->axes.size(); ++i) {
            const Value& k = dag_[dag_.arg(sample, static_cast<std::uint32_t>(i))];
            if (shape->axes[i].field == WEFT_FIELD_OWN && k.known && std::isfinite(k.imm))
                return weft_eval_mod(std::floor(k.imm), ticks);
        }
        return 0;
    }

    // Of what a cache stores, by what is remembered in its loop.
    [[nodiscard]] double gain_of(std::size_t number) {
        const Cache& cache = caches_[number];
        if (cache.root == kNoValue) return kUnknown;
        gains_.resize(dag_.size());
        for (const ValueId id : cache.cone) {
            const bool in_loop =
                cache_of_[id] != kNoValue && is_in_loop_with(number, cache_of_[id]);
            gains_[id] = in_loop ? 1 : 0;
            const std::span<const ValueId> args = dag_.args(id);
            if (std::any_of(args.begin(), args.end(), [&](ValueId arg) { return gains_[arg] > 0; }))
                gains_[id] = operation(id, args);
        }
        return gains_[cache.root];
    }

    [[nodiscard]] double operation(ValueId id, std::span<const ValueId> args) const {
        const auto gain = [&](std::size_t i) { return gains_[args[i]]; };
        // What does not change adds nothing, however large the other factor.
        const auto scaled = [&](std::size_t i, std::size_t by) {
            if (gain(i) == 0) return 0.0;
            return knobs_[args[by]] ? kUnknown : gain(i) * ranges_[args[by]].magnitude();
        };
        switch (dag_[id].op) {
            case WEFT_OP_ADD:
            case WEFT_OP_SUB: return gain(0) + gain(1);
            case WEFT_OP_MUL: return scaled(0, 1) + scaled(1, 0);
            case WEFT_OP_DIV: {
                const Range& by = ranges_[args[1]];
                const double least = std::max(by.low, -by.high);
                const bool bounded = gain(1) == 0 && least > 0 && !knobs_[args[1]];
                return bounded ? gain(0) / least : kUnknown;
            }
            case WEFT_OP_NEG:
            case WEFT_OP_ABS:
            case WEFT_OP_SIN:
            case WEFT_OP_COS:
            case WEFT_OP_TANH:
            case WEFT_OP_ATAN: return gain(0);
            case WEFT_OP_MIN:
            case WEFT_OP_MAX: return std::max(gain(0), gain(1));
            case WEFT_OP_SELECT: return gain(0) == 0 ? std::max(gain(1), gain(2)) : kUnknown;
            default: return kUnknown;
        }
    }

    const Module& module_;
    const Dag& dag_;
    std::span<const Range> ranges_;
    std::vector<Cache> caches_;
    std::vector<std::uint32_t> cache_of_;  // by value: of which cache it is a sample, or kNoValue
    std::vector<bool> knobs_;              // by value: a knob is part of it
    std::vector<double> gains_;
};

}  // namespace

Feedback feedback_of(const Module& module, std::span<const Range> ranges) {
    return Loops(module, ranges).find();
}

}  // namespace weft::ir
