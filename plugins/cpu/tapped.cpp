// Finds the tapped delay lines of a stage: sums, differences and multiples by constants of nothing
// but samples at constant distances.
#include "tapped.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <map>
#include <set>

namespace weft::cpu {
namespace {

constexpr std::size_t kFewest = 8;    // taps; fewer are as quick written out
constexpr std::size_t kMostSums = 4;  // that a loop keeps in registers

using Weights = std::map<std::uint32_t, double>;  // by the node that reads the sample

// What single precision cannot hold would be lost where its factors are not.
bool is_single(const Weights::value_type& tap) {
    const double size = std::fabs(tap.second);
    return size == 0 || (size >= FLT_MIN && size <= FLT_MAX);
}

class Finder {
public:
    Finder(const Plan& plan, const std::vector<InputShape>& inputs, const Stages& stages,
           std::uint32_t stage)
        : plan_(plan), inputs_(inputs), of_(stages.of_node), stage_(stage) {}

    std::vector<TappedSums> run() {
        linear_.resize(plan_.nodes.size());
        for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n) linear_[n] = is_linear(n);
        std::map<std::vector<std::uint32_t>, std::vector<std::pair<std::uint32_t, Weights>>> alike;
        for (const std::uint32_t n : asked_for()) {
            Weights all = weights(n, {});
            // A sum of sums is made of these: nothing is added up twice.
            if (all.size() < kFewest || weights(n, sums_).size() < all.size() ||
                !std::all_of(all.begin(), all.end(), is_single))
                continue;
            sums_.insert(n);
            std::vector<std::uint32_t> reads;
            for (const auto& [read, weight] : all) reads.push_back(read);
            alike[reads].emplace_back(n, std::move(all));
        }
        std::vector<TappedSums> list;
        for (const auto& [reads, sums] : alike)
            for (std::size_t first = 0; first < sums.size(); first += kMostSums)
                list.push_back(together(reads, sums, first));
        return list;
    }

private:
    [[nodiscard]] const Node& node(std::uint32_t n) const { return plan_.nodes[n]; }
    [[nodiscard]] bool is_tap(std::uint32_t n) const {
        const Node& read = node(n);
        return read.op == kOpRead && read.contiguous == 0 && inputs_[read.aux].internal &&
               inputs_[read.aux].grid.axis_count == 1 &&
               inputs_[read.aux].grid.format == WEFT_FORMAT_F32 &&
               inputs_[read.aux].grid.axes[0].wrap == WEFT_WRAP_RING &&
               node(read.args[0]).op == WEFT_OP_CONST && node(read.args[0]).imm >= 0;
    }
    [[nodiscard]] bool is_linear(std::uint32_t n) const;
    [[nodiscard]] std::set<std::uint32_t> asked_for() const;
    [[nodiscard]] Weights weights(std::uint32_t sum, const std::set<std::uint32_t>& known) const;
    [[nodiscard]] TappedSums together(const std::vector<std::uint32_t>& reads,
                                      const std::vector<std::pair<std::uint32_t, Weights>>& sums,
                                      std::size_t first) const;

    const Plan& plan_;
    const std::vector<InputShape>& inputs_;
    const std::vector<std::uint32_t>& of_;
    std::uint32_t stage_;
    std::vector<bool> linear_;
    std::set<std::uint32_t> sums_;
};

// In singles, as the loop computes them.
bool Finder::is_linear(std::uint32_t n) const {
    const Node& it = node(n);
    if (of_[n] != stage_ || it.loop != kNoNode || it.f64) return false;
    const auto linear = [&](std::size_t i) { return linear_[it.args[i]]; };
    const auto constant = [&](std::size_t i) { return node(it.args[i]).op == WEFT_OP_CONST; };
    switch (it.op) {
        case kOpRead: return is_tap(n);
        case WEFT_OP_NEG: return linear(0);
        case WEFT_OP_ADD:
        case WEFT_OP_SUB: return linear(0) && linear(1);
        case WEFT_OP_MUL: return (linear(0) && constant(1)) || (constant(0) && linear(1));
        case WEFT_OP_DIV: return linear(0) && constant(1);
        default: return false;
    }
}

// Those that something else than a larger sum asks for.
std::set<std::uint32_t> Finder::asked_for() const {
    std::set<std::uint32_t> list;
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n)
        for (const std::uint32_t arg : node(n).args)
            if (arg != kNoNode && linear_[arg] && !linear_[n]) list.insert(arg);
    for (const PlanLoop& loop : plan_.loops)
        for (const std::uint32_t next : loop.next)
            if (linear_[next]) list.insert(next);
    for (const PlanStore& store : plan_.stores)
        for (const std::uint32_t value : store.values)
            if (linear_[value]) list.insert(value);
    return list;
}

// Of the samples that a sum adds up beside the sums that are known.
Weights Finder::weights(std::uint32_t sum, const std::set<std::uint32_t>& known) const {
    Weights open{{sum, 1.0}}, found;
    while (!open.empty()) {
        // Users stand behind their operands: nothing is added any more to the last one's weight.
        const auto [n, weight] = *open.rbegin();
        open.erase(n);
        const Node& it = node(n);
        if (n != sum && known.count(n) != 0) continue;
        const auto constant = [&](std::size_t i) { return node(it.args[i]).op == WEFT_OP_CONST; };
        switch (it.op) {
            case kOpRead: found[n] += weight; break;
            case WEFT_OP_NEG: open[it.args[0]] -= weight; break;
            case WEFT_OP_ADD:
                open[it.args[0]] += weight;
                open[it.args[1]] += weight;
                break;
            case WEFT_OP_SUB:
                open[it.args[0]] += weight;
                open[it.args[1]] -= weight;
                break;
            case WEFT_OP_DIV: open[it.args[0]] += weight / node(it.args[1]).imm; break;
            default:
                const std::size_t which = constant(1) ? 1 : 0;
                open[it.args[1 - which]] += weight * node(it.args[which]).imm;
        }
    }
    return found;
}

TappedSums Finder::together(const std::vector<std::uint32_t>& reads,
                            const std::vector<std::pair<std::uint32_t, Weights>>& sums,
                            std::size_t first) const {
    TappedSums made;
    const std::size_t end = std::min(first + kMostSums, sums.size());
    for (std::size_t s = first; s < end; ++s) made.nodes.push_back(sums[s].first);
    for (const std::uint32_t read : reads) {
        TappedSums::Tap tap{
            node(read).aux, static_cast<std::int64_t>(node(node(read).args[0]).imm), {}};
        for (std::size_t s = first; s < end; ++s) tap.weights.push_back(sums[s].second.at(read));
        made.taps.push_back(std::move(tap));
    }
    std::stable_sort(
        made.taps.begin(), made.taps.end(),
        [](const TappedSums::Tap& a, const TappedSums::Tap& b) { return a.input < b.input; });
    return made;
}

}  // namespace

std::vector<TappedSums> tapped_sums(const Plan& plan, const std::vector<InputShape>& inputs,
                                    const Stages& stages, std::uint32_t stage) {
    return Finder(plan, inputs, stages, stage).run();
}

}  // namespace weft::cpu
