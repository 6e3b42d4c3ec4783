// The graph in the language of Graphviz: a colour a back end, dashed lines for the past.
#include <fmt/format.h>

#include <set>

#include "graph/format.h"

namespace weft::graph {
namespace {

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

}  // namespace

std::string format_dot(const Graph& graph, const BackendTable& table,
                       const Arrangement& arrangement) {
    std::string out =
        "digraph weft {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", "
        "colorscheme=pastel19, fillcolor=9];\n";
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
        const Node& node = graph.nodes[id];
        const std::uint32_t owner = arrangement.owners[id];
        std::string label = node.name + "\\n" + kind_text(graph, node);
        if (owner != kNone) label += " in " + backend_name(table, owner);
        for (const std::uint32_t copy : arrangement.copies[id])
            label += ", " + backend_name(table, copy);
        std::string name = quoted(label);
        // The line breaks of the label are ours, not to be escaped.
        for (std::size_t at = name.find("\\\\n"); at != std::string::npos;
             at = name.find("\\\\n", at))
            name.erase(at, 1);
        out += fmt::format("  n{} [label={}", id, name);
        if (owner != kNone) out += fmt::format(", fillcolor={}", owner % 8 + 1);
        out += "];\n";
    }
    for (std::size_t i = 0; i < graph.sinks.size(); ++i)
        out += fmt::format("  s{} [label={}, shape=oval];\n", i, quoted(graph.sinks[i].name));
    const auto edges = [&](const std::vector<Read>& reads, const std::string& to) {
        std::set<std::pair<NodeId, bool>> drawn;
        for (const Read& read : reads)
            if (drawn.emplace(read.node, read.past).second)
                out += fmt::format("  n{} -> {}{};\n", read.node, to,
                                   read.past ? " [style=dashed, constraint=false]" : "");
    };
    for (NodeId id = 0; id < graph.nodes.size(); ++id)
        edges(graph.nodes[id].reads, fmt::format("n{}", id));
    for (std::size_t i = 0; i < graph.sinks.size(); ++i)
        edges(graph.sinks[i].reads, fmt::format("s{}", i));
    return out + "}\n";
}

}  // namespace weft::graph
