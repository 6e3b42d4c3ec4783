// Each recursion written down as a list of numbers: recursions are alike if their lists are equal.
#include "voices.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace weft::cpu {
namespace {

constexpr double kLongestInRegisters = 4;
// The way into lanes and back costs as much as the work of some voices, which is their operators,
// in additions, and their stores.
constexpr double kWayIntoLanes = 28;
constexpr double kStoreCost = 2;

std::uint64_t bits_of(double number) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    return bits;
}

// Operators that choose their code by a constant operand.
bool looks_at_constants(std::uint16_t op) {
    return op == WEFT_OP_POW || op == WEFT_OP_MIN || op == WEFT_OP_MAX;
}

// In additions; 0: not an operator.
double cost_of(std::uint16_t op) {
    switch (op) {
// clang-format off
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: return cost;
#include <weft/ops.def>
        // clang-format on
        default: return 0;
    }
}

class Writer {
public:
    Writer(const KernelSource& source, const Stages& stages, std::uint32_t stage,
           std::uint32_t recursion)
        : source_(source), plan_(source.plan), stages_(stages), stage_(stage), of_(recursion) {}

    // False if it is not of the kind that can share its code.
    bool write(const std::vector<ShortDelay>& delays);
    std::vector<std::uint64_t> shape;
    Voice voice;
    double cost = 0;

private:
    [[nodiscard]] bool is_member(std::uint32_t node) const {
        return stages_.component_of[node] == of_;
    }
    bool take_stores();
    void take_delays(const std::vector<ShortDelay>& delays);
    bool write_node(std::uint32_t node);
    void write_place(std::uint32_t node);

    const KernelSource& source_;
    const Plan& plan_;
    const Stages& stages_;
    std::uint32_t stage_;
    std::uint32_t of_;
    std::vector<std::uint32_t> found_;                 // nodes in the order in which they are met
    std::map<std::uint32_t, std::uint32_t> place_of_;  // in found_
};

// Writes where a node stands in the order, which it joins when it is new.
void Writer::write_place(std::uint32_t node) {
    const auto [at, fresh] = place_of_.try_emplace(node, static_cast<std::uint32_t>(found_.size()));
    if (fresh) found_.push_back(node);
    shape.push_back(at->second);
}

bool Writer::take_stores() {
    for (const std::uint32_t s : stages_.list[stage_].stores) {
        const PlanStore& store = plan_.stores[s];
        const bool ours = std::any_of(store.values.begin(), store.values.end(),
                                      [&](std::uint32_t value) { return is_member(value); });
        if (!ours) continue;
        const OutputShape& output = source_.outputs[store.output];
        if (output.kind != WEFT_OUTPUT_CACHE || output.grid.format != WEFT_FORMAT_F64) return false;
        voice.stores.push_back(s);
    }
    return true;
}

void Writer::take_delays(const std::vector<ShortDelay>& delays) {
    for (const ShortDelay& delay : delays)
        if (std::find(voice.stores.begin(), voice.stores.end(), delay.store) != voice.stores.end())
            voice.delays.push_back(delay);
}

bool Writer::write_node(std::uint32_t node) {
    const Node& n = plan_.nodes[node];
    shape.push_back(n.op);
    if (!is_member(node)) {
        shape.back() = WEFT_OP_UNIFORM;  // one for all that come from outside
        if (n.loop != kNoNode) return false;
        voice.outer.push_back(node);
        return true;
    }
    for (std::size_t d = 0; d < voice.delays.size(); ++d)
        for (std::size_t j = 0; j < voice.delays[d].reads.size(); ++j) {
            const std::vector<std::uint32_t>& reads = voice.delays[d].reads[j];
            if (std::find(reads.begin(), reads.end(), node) == reads.end()) continue;
            shape.insert(shape.end(), {d, j});
            return true;
        }
    if (cost_of(n.op) == 0 || n.loop != kNoNode) return false;
    cost += cost_of(n.op);
    shape.insert(shape.end(), {n.f64, n.args.size(), plan_.twin(node) != kNoNode});
    for (const std::uint32_t arg : n.args) {
        write_place(arg);
        const Node& operand = plan_.nodes[arg];
        const bool known = operand.op == WEFT_OP_CONST && looks_at_constants(n.op);
        shape.insert(shape.end(), {plan_.used_once(arg), known, known ? bits_of(operand.imm) : 0});
    }
    return true;
}

bool Writer::write(const std::vector<ShortDelay>& delays) {
    if (!take_stores() || voice.stores.empty()) return false;
    take_delays(delays);
    for (const std::uint32_t s : voice.stores) write_place(plan_.stores[s].values[0]);
    for (const ShortDelay& delay : voice.delays) {
        write_place(plan_.stores[delay.store].values[0]);
        shape.push_back(delay.reads.size());
    }
    for (std::size_t next = 0; next < found_.size(); ++next)
        if (!write_node(found_[next])) return false;
    for (const std::uint32_t node : stages_.list[stage_].handed_on)
        if (is_member(node)) voice.handed_on.push_back(node);
    for (const std::uint32_t node : voice.handed_on)
        if (place_of_.count(node) == 0) return false;
    std::sort(voice.handed_on.begin(), voice.handed_on.end(),
              [&](std::uint32_t a, std::uint32_t b) { return place_of_[a] < place_of_[b]; });
    cost += kStoreCost * static_cast<double>(voice.stores.size());
    shape.push_back(found_.size());
    for (const std::uint32_t node : voice.handed_on) write_place(node);
    return true;
}

}  // namespace

std::vector<ShortDelay> short_delays(const KernelSource& source, const Stages& stages,
                                     std::uint32_t stage) {
    const Plan& plan = source.plan;
    std::vector<ShortDelay> list;
    for (const std::uint32_t s : stages.list[stage].stores) {
        ShortDelay delay{s, {}};
        for (std::uint32_t n = 0; n < plan.nodes.size(); ++n) {
            const Node& node = plan.nodes[n];
            if (node.op != kOpRead || stages.of_node[n] != stage || node.loop != kNoNode ||
                node.contiguous == kNoNode || source.inputs[node.aux].own != plan.stores[s].output)
                continue;
            const Node& back = plan.nodes[node.args[node.contiguous * kNodesPerAxis]];
            if (back.op != WEFT_OP_CONST || back.imm < 1 || back.imm > kLongestInRegisters)
                continue;
            const auto distance = static_cast<std::size_t>(back.imm);
            if (delay.reads.size() < distance) delay.reads.resize(distance);
            delay.reads[distance - 1].push_back(n);
        }
        if (!delay.reads.empty()) list.push_back(std::move(delay));
    }
    return list;
}

std::vector<std::vector<Voice>> voices_alike(const KernelSource& source, const Stages& stages,
                                             std::uint32_t stage,
                                             const std::vector<ShortDelay>& delays) {
    std::vector<std::uint32_t> recursions;  // in the order of their stores
    for (const std::uint32_t s : stages.list[stage].stores) {
        const std::uint32_t value = source.plan.stores[s].values[0];
        const std::uint32_t of = stages.component_of[value];
        if (stages.of_node[value] == stage &&
            std::find(recursions.begin(), recursions.end(), of) == recursions.end())
            recursions.push_back(of);
    }
    struct Kind {
        std::vector<Voice> voices;
        double cost = 0;  // of all
    };
    std::map<std::vector<std::uint64_t>, Kind> kinds;
    for (const std::uint32_t recursion : recursions) {
        Writer writer(source, stages, stage, recursion);
        if (!writer.write(delays)) continue;
        Kind& kind = kinds[writer.shape];
        kind.voices.push_back(std::move(writer.voice));
        kind.cost += writer.cost;
    }
    std::vector<std::vector<Voice>> list;
    for (auto& [shape, kind] : kinds)
        if (kind.voices.size() > 1 && kind.cost >= kWayIntoLanes)
            list.push_back(std::move(kind.voices));
    return list;
}

}  // namespace weft::cpu
