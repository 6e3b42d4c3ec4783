// The graph as a picture: columns by how much must be there before, rows in the order of the
// program; a colour a back end, dashed lines for the past.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/contexts.h"
#include "graph/format.h"

namespace weft::graph {
namespace {

constexpr int kWidth = 150, kHeight = 44, kGapX = 70, kGapY = 18, kMargin = 20;
constexpr std::string_view kColours[] = {"#cfe2f3", "#f9d5b5", "#d5e8d4", "#e8d5e8",
                                         "#fff2b3", "#d9ead3", "#f4cccc", "#d0e0e3"};

struct Box {
    int x = 0, y = 0;
};

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else
            result += c;
    }
    return result;
}

// How many nodes, at most, come before a node, by node, then sinks.
std::vector<std::uint32_t> columns_of(const Graph& graph, const Arrangement& arrangement) {
    std::vector<std::uint32_t> column(graph.nodes.size() + graph.sinks.size(), 0);
    const auto after = [&](const std::vector<NodeId>& needs) {
        std::uint32_t result = 0;
        for (const NodeId need : needs) result = std::max(result, column[need] + 1);
        return result;
    };
    for (const Batch& batch : arrangement.batches)
        for (const Task& task : batch.tasks)
            column[task.node] = after(graph.nodes[task.node].needs);
    std::uint32_t last = 1;
    for (const std::uint32_t c : column) last = std::max(last, c + 1);
    for (std::size_t i = 0; i < graph.sinks.size(); ++i) column[graph.nodes.size() + i] = last;
    return column;
}

std::string box(const Box& at, std::string_view colour, int radius, const std::string& title,
                const std::string& detail) {
    return fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{}\" "
        "stroke=\"#555\"/>\n"
        "<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>\n"
        "<text x=\"{}\" y=\"{}\">{}</text>\n",
        at.x, at.y, kWidth, kHeight, radius, colour, at.x + kWidth / 2, at.y + 18, escaped(title),
        at.x + kWidth / 2, at.y + 35, escaped(detail));
}

std::string line(const Box& from, const Box& to, bool past) {
    const int x0 = from.x + kWidth, y0 = from.y + kHeight / 2;
    const int x1 = to.x, y1 = to.y + kHeight / 2;
    const int bend = std::max(30, std::abs(x1 - x0) / 2);
    return fmt::format(
        "<path d=\"M{} {} C{} {} {} {} {} {}\" fill=\"none\" stroke=\"#555\"{} "
        "marker-end=\"url(#arrow)\"/>\n",
        x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1, past ? " stroke-dasharray=\"5 4\"" : "");
}

}  // namespace

std::string format_svg(const Graph& graph, const BackendTable& table,
                       const Arrangement& arrangement) {
    const std::vector<std::uint32_t> columns = columns_of(graph, arrangement);
    std::vector<Box> boxes(columns.size());
    std::vector<int> rows;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] >= rows.size()) rows.resize(columns[i] + 1, 0);
        boxes[i].x = kMargin + static_cast<int>(columns[i]) * (kWidth + kGapX);
        boxes[i].y = kMargin + rows[columns[i]]++ * (kHeight + kGapY);
    }
    int bottom = 1;
    for (const int row : rows) bottom = std::max(bottom, row);
    const int width = 2 * kMargin + static_cast<int>(rows.size()) * (kWidth + kGapX) - kGapX;
    const int height = 2 * kMargin + bottom * (kHeight + kGapY) - kGapY;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
        "{1}\" font-family=\"sans-serif\" font-size=\"12\" text-anchor=\"middle\">\n"
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
        "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#555\"/></marker>"
        "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        std::max(width, 2 * kMargin), std::max(height, 2 * kMargin));
    const auto lines = [&](const std::vector<Read>& reads, const Box& to) {
        std::set<std::pair<NodeId, bool>> drawn;
        for (const Read& read : reads)
            if (drawn.emplace(read.node, read.past).second)
                out += line(boxes[read.node], to, read.past);
    };
    for (NodeId id = 0; id < graph.nodes.size(); ++id) lines(graph.nodes[id].reads, boxes[id]);
    for (std::size_t i = 0; i < graph.sinks.size(); ++i)
        lines(graph.sinks[i].reads, boxes[graph.nodes.size() + i]);
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
        const std::uint32_t owner = arrangement.owners[id];
        std::string detail = kind_text(graph, graph.nodes[id]);
        if (owner != kNone) detail += " in " + backend_name(table, owner);
        for (const std::uint32_t copy : arrangement.copies[id])
            detail += ", " + backend_name(table, copy);
        out += box(boxes[id], owner == kNone ? "#eeeeee" : kColours[owner % std::size(kColours)], 8,
                   graph.nodes[id].name, detail);
    }
    for (std::size_t i = 0; i < graph.sinks.size(); ++i)
        out += box(boxes[graph.nodes.size() + i], "#ffffff", kHeight / 2, graph.sinks[i].name,
                   std::string(context_name(graph.sinks[i].context)));
    return out + "</svg>\n";
}

}  // namespace weft::graph
