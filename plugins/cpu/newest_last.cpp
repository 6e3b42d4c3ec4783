// y = x + a*y[-1] - b*y[-2], computed as it is written, is a chain of two operations from sample to
// sample. As (x - b*y[-2]) + a*y[-1] it is one: all but the last is ready when y[-1] comes. So the
// addends of a recursion's sums are sorted by how old the samples are that they need, what comes
// from outside first. Roundings of f64 move; where a function that jumps would see them, nothing is
// changed.
#include <algorithm>
#include <cmath>

#include "plan.h"
#include "stages.h"

namespace weft::cpu {
namespace {

constexpr double kOutside = 1e300;  // samples back, of what no sample of the recursion is part of

struct Addend {
    std::uint32_t node = kNoNode;
    bool negative = false;
};

// Does an operator jump as its operand `which` moves?
bool jumps(std::uint16_t op, std::size_t which) {
    return (op >= WEFT_OP_LT && op <= WEFT_OP_NOT) || op == WEFT_OP_MOD || op == WEFT_OP_SIGN ||
           op == WEFT_OP_FLOOR || op == WEFT_OP_CEIL || op == WEFT_OP_ROUND ||
           op == WEFT_OP_TRUNC || op == WEFT_OP_FRACT || op == WEFT_OP_HASH ||
           (op == WEFT_OP_SELECT && which == 0);
}

bool is_linear(std::uint16_t op) {
    return op == WEFT_OP_ADD || op == WEFT_OP_SUB || op == WEFT_OP_NEG || op == WEFT_OP_MUL ||
           op == WEFT_OP_DIV;
}

class Sorter {
public:
    Sorter(Plan& plan, const std::vector<InputShape>& inputs, const Stages& stages)
        : plan_(plan), inputs_(inputs), recursion_of_(stages.component_of) {}

    void run() {
        find_distances();
        find_uses();
        const auto count = static_cast<std::uint32_t>(plan_.nodes.size());
        for (std::uint32_t n = 0; n < count; ++n)
            if (is_sum(n) && !inner_[n] && !jump_[n]) sort(n);
        if (plan_.nodes.size() != count) put_in_order(plan_);
    }

private:
    [[nodiscard]] bool is_own_read(std::uint32_t n) const {
        const Node& node = plan_.nodes[n];
        return node.op == kOpRead && inputs_[node.aux].own != kNoOutput;
    }
    // A sum that is a part of a recursion.
    [[nodiscard]] bool is_sum(std::uint32_t n) const {
        const Node& node = plan_.nodes[n];
        return (node.op == WEFT_OP_ADD || node.op == WEFT_OP_SUB) && node.f64 &&
               back_[n] != kOutside;
    }
    void find_distances();
    void find_uses();
    void collect(std::uint32_t n, bool negative, std::vector<Addend>& addends) const;
    void sort(std::uint32_t root);

    Plan& plan_;
    const std::vector<InputShape>& inputs_;
    const std::vector<std::uint32_t>& recursion_of_;
    std::vector<double> back_;  // how old the newest sample of its own recursion is that it needs
    std::vector<bool> inner_;   // a sum that is only an addend of a larger one
    std::vector<bool> jump_;    // a function that jumps sees it
};

void Sorter::find_distances() {
    // Reads of what the same recursion stores.
    std::vector<bool> recursive(plan_.nodes.size());
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n)
        for (const PlanStore& store : plan_.stores)
            recursive[n] = recursive[n] ||
                           (is_own_read(n) && store.output == inputs_[plan_.nodes[n].aux].own &&
                            recursion_of_[store.values[0]] == recursion_of_[n]);
    back_.assign(plan_.nodes.size(), kOutside);
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n) {
        const Node& node = plan_.nodes[n];
        if (recursive[n]) {
            back_[n] = plan_.nodes[node.args[node.contiguous * kNodesPerAxis]].imm;
            continue;
        }
        for (const std::uint32_t arg : node.args)
            if (arg != kNoNode && recursion_of_[arg] == recursion_of_[n])
                back_[n] = std::min(back_[n], back_[arg]);
    }
}

void Sorter::find_uses() {
    std::vector<std::uint32_t> uses(plan_.nodes.size());
    inner_.assign(plan_.nodes.size(), false);
    jump_.assign(plan_.nodes.size(), false);
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n) {
        const Node& node = plan_.nodes[n];
        for (std::size_t i = 0; i < node.args.size(); ++i) {
            const std::uint32_t arg = node.args[i];
            if (arg == kNoNode) continue;
            ++uses[arg];
            inner_[arg] = is_sum(n) && is_sum(arg) && recursion_of_[n] == recursion_of_[arg];
            jump_[arg] = jump_[arg] || jumps(node.op, i);
        }
    }
    for (const PlanStore& store : plan_.stores)
        for (const std::uint32_t value : store.values) uses[value] += 2;
    for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n) inner_[n] = inner_[n] && uses[n] == 1;
    // Backwards through what is linear, and from what is read to what was stored.
    for (bool again = true; again;) {
        again = false;
        const auto mark = [&](std::uint32_t node) {
            again = again || !jump_[node];
            jump_[node] = true;
        };
        for (auto n = static_cast<std::uint32_t>(plan_.nodes.size()); n-- > 0;) {
            if (!jump_[n]) continue;
            const Node& node = plan_.nodes[n];
            if (is_linear(node.op))
                for (const std::uint32_t arg : node.args) mark(arg);
            if (!is_own_read(n)) continue;
            for (const PlanStore& store : plan_.stores)
                if (store.output == inputs_[node.aux].own)
                    for (const std::uint32_t value : store.values) mark(value);
        }
    }
}

void Sorter::collect(std::uint32_t n, bool negative, std::vector<Addend>& addends) const {
    for (std::size_t i = 0; i < 2; ++i) {
        const std::uint32_t arg = plan_.nodes[n].args[i];
        const bool minus = negative != (i == 1 && plan_.nodes[n].op == WEFT_OP_SUB);
        if (inner_[arg]) {
            collect(arg, minus, addends);
        } else {
            addends.push_back({arg, minus});
        }
    }
}

void Sorter::sort(std::uint32_t root) {
    std::vector<Addend> addends;
    collect(root, false, addends);
    const auto age = [&](const Addend& addend) {
        const bool ours = recursion_of_[addend.node] == recursion_of_[root];
        return ours ? back_[addend.node] : kOutside;
    };
    const auto older = [&](const Addend& a, const Addend& b) { return age(a) > age(b); };
    if (std::is_sorted(addends.begin(), addends.end(), older)) return;
    std::stable_sort(addends.begin(), addends.end(), older);
    // The chain begins with something to subtract from.
    const auto first = std::find_if(addends.begin(), addends.end(),
                                    [](const Addend& addend) { return !addend.negative; });
    if (first == addends.end() || age(*first) == age(addends.back())) return;
    std::rotate(addends.begin(), first, first + 1);
    std::uint32_t so_far = addends[0].node;
    for (std::size_t i = 1; i < addends.size(); ++i) {
        Node sum = plan_.nodes[root];
        sum.op = addends[i].negative ? WEFT_OP_SUB : WEFT_OP_ADD;
        sum.args = {so_far, addends[i].node};
        if (i + 1 == addends.size()) {
            plan_.nodes[root] = std::move(sum);
        } else {
            plan_.nodes.push_back(std::move(sum));
            so_far = static_cast<std::uint32_t>(plan_.nodes.size() - 1);
        }
    }
}

}  // namespace

void newest_last(Plan& plan, const std::vector<InputShape>& inputs) {
    Stages stages;
    if (plan.domain != WEFT_DOMAIN_STREAM || !plan.loops.empty() ||
        !make_stages(plan, inputs, stages).empty())
        return;
    Sorter(plan, inputs, stages).run();
}

}  // namespace weft::cpu
