// A box blur written as a sum of n x m samples reads every pixel n x m times. Where the weights are
// a product of a row's and a column's, the sum over the rows can be made first, for the columns of
// the source, and be read m times instead: n + m reads a pixel, whatever the shape of the kernel.
// The numbers are the same up to the order of the additions.
#include <algorithm>
#include <cmath>
#include <map>

#include "plan.h"

namespace weft::cpu {
namespace {

// Fewer reads than this are not worth a pass of their own.
constexpr std::size_t kLeastReads = 9;
constexpr double kMostPad = 256;
constexpr std::uint64_t kMostColumns = 16384;

struct Term {
    std::uint32_t node = kNoNode;
    std::uint32_t read = kNoNode;  // kNoNode: something else
    double weight = 1.0;
};

class Separator {
public:
    Separator(Plan& plan, const std::vector<InputShape>& inputs) : plan_(plan), inputs_(inputs) {
        uses_.assign(plan.nodes.size(), 0);
        for (const Node& node : plan.nodes)
            for (const std::uint32_t arg : node.args)
                if (arg != kNoNode) ++uses_[arg];
        for (const PlanStore& store : plan.stores)
            for (const std::uint32_t value : store.values) ++uses_[value];
        for (const PlanLoop& loop : plan.loops)
            for (const std::uint32_t next : loop.next) ++uses_[next];
    }

    void run() {
        std::vector<bool> inner(plan_.nodes.size());
        for (std::uint32_t n = 0; n < plan_.nodes.size(); ++n)
            for (const std::uint32_t arg : plan_.nodes[n].args)
                if (arg != kNoNode && is_sum(n) && is_sum(arg) && uses_[arg] == 1)
                    inner[arg] = true;
        const auto count = static_cast<std::uint32_t>(plan_.nodes.size());
        for (std::uint32_t n = 0; n < count; ++n)
            if (is_sum(n) && !inner[n]) sum(n);
        if (plan_.lines.empty()) return;
        put_in_order(plan_);
        plan_.contiguous = false;
        for (const Node& node : plan_.nodes)
            if (node.op == kOpRead && node.contiguous != kNoNode) plan_.contiguous = true;
    }

private:
    [[nodiscard]] bool is_sum(std::uint32_t n) const {
        const Node& node = plan_.nodes[n];
        return node.op == WEFT_OP_ADD && !node.f64 && node.loop == kNoNode &&
               class_of(node) == kPointMask;
    }
    [[nodiscard]] std::uint32_t axis(const Node& read, std::uint32_t field) const {
        const weft_grid& grid = inputs_[read.aux].grid;
        for (std::uint32_t a = 0; a < grid.axis_count; ++a)
            if (grid.axes[a].field == field) return a;
        return kNoNode;
    }
    [[nodiscard]] bool fits(std::uint32_t n) const;
    [[nodiscard]] Term term(std::uint32_t n) const;
    void sum(std::uint32_t root);
    bool separate(const std::vector<Term>& group, std::vector<std::uint32_t>& ends,
                  std::uint32_t root);
    std::uint32_t add(Node node) {
        plan_.nodes.push_back(std::move(node));
        return static_cast<std::uint32_t>(plan_.nodes.size() - 1);
    }
    [[nodiscard]] bool make_line(const std::vector<Term>& group, Line& line,
                                 std::vector<std::uint32_t>& columns,
                                 std::vector<double>& weights) const;

    Plan& plan_;
    const std::vector<InputShape>& inputs_;
    std::vector<std::uint32_t> uses_;
};

// A read of a plane of floats whose row does not vary along it.
bool Separator::fits(std::uint32_t n) const {
    const Node& read = plan_.nodes[n];
    if (read.op != kOpRead || read.loop != kNoNode) return false;
    const weft_grid& grid = inputs_[read.aux].grid;
    const std::uint32_t x = axis(read, WEFT_FIELD_X);
    const std::uint32_t y = axis(read, WEFT_FIELD_Y);
    if (grid.format != WEFT_FORMAT_F32 || grid.axis_count != 2 || x == kNoNode || y == kNoNode ||
        grid.axes[x].stride != 4 || grid.axes[x].count < 32 || grid.axes[x].count > kMostColumns ||
        grid.axes[x].filter != WEFT_FILTER_LINEAR || grid.axes[y].filter != WEFT_FILTER_LINEAR)
        return false;
    if (read.contiguous != kNoNode && read.contiguous != x) return false;
    const auto varies = [&](std::size_t at) {
        return read.args[at] == kNoNode ? 0u : unsigned{plan_.nodes[read.args[at]].varies};
    };
    for (std::size_t i = 0; i < kNodesPerAxis; ++i) {
        if ((varies(y * kNodesPerAxis + i) & WEFT_VARIES_COLUMN) != 0) return false;
        if ((varies(x * kNodesPerAxis + i) & WEFT_VARIES_ROW) != 0) return false;
    }
    // A contiguous read must stay near the line's ends.
    if (read.contiguous == kNoNode) return true;
    const Node& shift = plan_.nodes[read.args[x * kNodesPerAxis]];
    const double beyond =
        static_cast<double>(plan_.width) - static_cast<double>(grid.axes[x].count);
    return shift.op == WEFT_OP_CONST && std::fabs(shift.imm) < kMostPad / 2 &&
           beyond < kMostPad / 2;
}

Term Separator::term(std::uint32_t n) const {
    const Node& node = plan_.nodes[n];
    if (fits(n)) return {n, n, 1.0};
    if (node.op == WEFT_OP_MUL && uses_[n] == 1)
        for (int side = 0; side < 2; ++side) {
            const Node& factor = plan_.nodes[node.args[1 - side]];
            if (factor.op == WEFT_OP_CONST && std::isfinite(factor.imm) && factor.imm != 0.0 &&
                fits(node.args[side]))
                return {n, node.args[side], factor.imm};
        }
    return {n, kNoNode, 1.0};
}

// The matrix of weights over (column, row); true if it is whole and a product.
bool Separator::make_line(const std::vector<Term>& group, Line& line,
                          std::vector<std::uint32_t>& columns, std::vector<double>& weights) const {
    const Node& first = plan_.nodes[group[0].read];
    const std::uint32_t x = axis(first, WEFT_FIELD_X);
    const std::uint32_t y = axis(first, WEFT_FIELD_Y);
    using Key = std::vector<std::uint32_t>;
    const auto key = [&](const Term& t, std::uint32_t a) {
        const Node& read = plan_.nodes[t.read];
        Key made(read.args.begin() + a * kNodesPerAxis,
                 read.args.begin() + (a + 1) * kNodesPerAxis);
        made.push_back(read.contiguous);
        return made;
    };
    std::map<Key, std::size_t> xs, ys;
    std::map<std::pair<std::size_t, std::size_t>, double> cells;
    for (const Term& t : group) {
        const auto [ax, new_x] = xs.try_emplace(key(t, x), xs.size());
        const auto [ay, new_y] = ys.try_emplace(key(t, y), ys.size());
        if (new_x) columns.push_back(t.read);
        if (new_y) {
            const Key& at = ay->first;
            line.terms.push_back({at[0], at[1], at[2], 1.0});
        }
        cells[{ax->second, ay->second}] += t.weight;
    }
    if (xs.size() < 2 || ys.size() < 2 || cells.size() != xs.size() * ys.size()) return false;
    const double corner = cells[{0, 0}];
    for (const auto& [at, weight] : cells) {
        const double product = cells[{at.first, 0}] * cells[{0, at.second}];
        if (std::fabs(weight * corner - product) > 1e-12 * std::fabs(product)) return false;
    }
    for (std::size_t i = 0; i < ys.size(); ++i) line.terms[i].weight = cells[{0, i}];
    for (std::size_t i = 0; i < xs.size(); ++i) weights.push_back(cells[{i, 0}] / corner);
    line.input = first.aux;
    line.x_axis = x;
    return true;
}

// Reads of a line in place of the reads of a group; they join the ends of the sum.
bool Separator::separate(const std::vector<Term>& group, std::vector<std::uint32_t>& ends,
                         std::uint32_t root) {
    Line line;
    std::vector<std::uint32_t> columns;
    std::vector<double> weights;
    if (!make_line(group, line, columns, weights)) return false;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Node read = plan_.nodes[columns[i]];
        Node node;
        node.op = kOpReadLine;
        node.varies = plan_.nodes[root].varies;
        node.aux = static_cast<std::uint32_t>(plan_.lines.size());
        node.contiguous = read.contiguous == kNoNode ? kNoNode : 0;
        node.args.assign(read.args.begin() + line.x_axis * kNodesPerAxis,
                         read.args.begin() + (line.x_axis + 1) * kNodesPerAxis);
        if (read.contiguous != kNoNode) {
            const double shift = plan_.nodes[node.args[0]].imm;
            const auto reach = [](double distance) {
                return static_cast<std::uint32_t>(std::max(0.0, distance));
            };
            line.before = std::max(line.before, reach(-shift));
            line.after = std::max(line.after, reach(shift + 1.0));
        }
        line.anywhere |= read.contiguous == kNoNode;
        ends.push_back(add(node));
        if (weights[i] == 1.0) continue;
        Node constant;
        constant.imm = weights[i];
        Node product = plan_.nodes[root];
        product.op = WEFT_OP_MUL;
        product.args = {ends.back(), add(constant)};
        ends.back() = add(product);
    }
    plan_.lines.push_back(std::move(line));
    return true;
}

void Separator::sum(std::uint32_t root) {
    std::vector<Term> terms;
    std::vector<std::uint32_t> open{root};
    while (!open.empty()) {
        const std::uint32_t n = open.back();
        open.pop_back();
        for (const std::uint32_t arg : plan_.nodes[n].args) {
            if (is_sum(arg) && uses_[arg] == 1) {
                open.push_back(arg);
            } else {
                terms.push_back(term(arg));
            }
        }
    }
    std::map<std::uint32_t, std::vector<Term>> groups;  // by input
    std::vector<std::uint32_t> ends;
    for (const Term& t : terms) {
        if (t.read == kNoNode) {
            ends.push_back(t.node);
        } else {
            groups[plan_.nodes[t.read].aux].push_back(t);
        }
    }
    bool changed = false;
    for (const auto& [input, group] : groups) {
        if (group.size() >= kLeastReads && separate(group, ends, root)) {
            changed = true;
        } else {
            for (const Term& t : group) ends.push_back(t.node);
        }
    }
    if (!changed) return;
    std::uint32_t so_far = ends[0];
    for (std::size_t i = 1; i + 1 < ends.size(); ++i) {
        Node node = plan_.nodes[root];
        node.args = {so_far, ends[i]};
        so_far = add(node);
    }
    plan_.nodes[root].args = {so_far, ends.back()};
}

}  // namespace

void separate_sums(Plan& plan, const std::vector<InputShape>& inputs) {
    // Loops are left alone: their bodies stand where they are.
    if (plan.domain == WEFT_DOMAIN_RASTER && plan.loops.empty()) Separator(plan, inputs).run();
}

}  // namespace weft::cpu
