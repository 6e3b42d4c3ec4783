// From a checked program to its graph.
#include "graph/graph.h"

#include <algorithm>

#include "base/strong_components.h"
#include "sema/reads.h"

namespace weft::graph {
namespace {

// What strands read, by strand: as written, and what must be there before.
class StrandReads {
public:
    explicit StrandReads(const sema::Program& program)
        : reader_(program), as_written_(program.strands.size()), needs_(program.strands.size()) {
        for (sema::StrandId id = 0; id < program.strands.size(); ++id) {
            as_written_[id] = reader_.reads_of_strand(id, 0);
            needs_[id] = needs_of(as_written_[id]);
        }
    }

    [[nodiscard]] std::vector<sema::Read> of(const sema::Expr* expr) {
        return reader_.reads_of(expr, 0);
    }
    [[nodiscard]] const std::vector<sema::Read>& of(sema::StrandId id) const {
        return as_written_[id];
    }
    [[nodiscard]] const std::vector<sema::StrandId>& needs(sema::StrandId id) const {
        return needs_[id];
    }

    // A strand that is read with an axis replaced is not needed as such, but what it reads then is.
    [[nodiscard]] std::vector<sema::StrandId> needs_of(const std::vector<sema::Read>& reads) {
        std::vector<sema::StrandId> result;
        std::vector<sema::Read> open(reads.rbegin(), reads.rend());
        std::set<std::pair<sema::StrandId, std::uint32_t>> seen;
        while (!open.empty()) {
            const sema::Read read = open.back();
            open.pop_back();
            if (read.past) continue;
            if (read.axes == 0) {
                result.push_back(read.strand);
                continue;
            }
            if (!seen.emplace(read.strand, read.axes).second) continue;
            const std::vector<sema::Read> inner = reader_.reads_of_strand(read.strand, read.axes);
            open.insert(open.end(), inner.rbegin(), inner.rend());
        }
        return result;
    }

private:
    sema::Reader reader_;
    std::vector<std::vector<sema::Read>> as_written_;
    std::vector<std::vector<sema::StrandId>> needs_;
};

// Instances that depend on themselves, strand by strand legally: they are taken apart.
std::vector<char> entangled(const sema::Program& program, const StrandReads& reads) {
    const auto count = static_cast<std::uint32_t>(program.instances.size());
    std::vector<std::vector<sema::InstanceId>> needs(count);
    for (sema::StrandId id = 0; id < program.strands.size(); ++id)
        for (const sema::StrandId need : reads.needs(id))
            needs[program.strands[id].instance].push_back(program.strands[need].instance);
    const StrongComponents components = strong_components(needs);
    std::vector<char> result(count, 0);
    for (sema::InstanceId id = 0; id < count; ++id)
        result[id] = components.circular[components.of[id]];
    return result;
}

void sort_unique(std::vector<NodeId>& nodes) {
    std::sort(nodes.begin(), nodes.end());
    nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
}

void add_reads(const Graph& graph, const std::vector<sema::Read>& reads, std::vector<Read>& into) {
    for (const sema::Read& read : reads) {
        const Read found{read.strand, graph.node_of[read.strand], read.past};
        const bool known =
            into.size() < 64 && std::any_of(into.begin(), into.end(), [&](const Read& other) {
                return other.strand == found.strand && other.past == found.past;
            });
        if (!known) into.push_back(found);
    }
}

}  // namespace

std::string_view name_of(sema::SinkKind kind) {
    switch (kind) {
        case sema::SinkKind::display: return "display";
        case sema::SinkKind::render: return "render";
        case sema::SinkKind::play: return "play";
        case sema::SinkKind::osc: return "osc";
        case sema::SinkKind::midi: return "midi";
        case sema::SinkKind::export_file: return "export";
        case sema::SinkKind::data: return "data";
        case sema::SinkKind::compute: return "compute";
    }
    return "";
}

std::string_view name_of(sema::InstanceKind kind) {
    switch (kind) {
        case sema::InstanceKind::computed: return "computed";
        case sema::InstanceKind::source: return "source";
        case sema::InstanceKind::cache: return "cache";
        case sema::InstanceKind::parameter: return "parameter";
    }
    return "";
}

Graph build(const sema::Program& program) {
    Graph graph;
    graph.program = &program;
    graph.node_of.assign(program.strands.size(), kNone);
    StrandReads reads(program);
    const std::vector<char> split = entangled(program, reads);

    std::vector<sema::InstanceId> instances(program.instances.size());
    for (sema::InstanceId id = 0; id < instances.size(); ++id) instances[id] = id;
    std::stable_sort(instances.begin(), instances.end(), [&](auto a, auto b) {
        return program.instances[a].order < program.instances[b].order;
    });
    for (const sema::InstanceId id : instances) {
        const sema::Instance& instance = program.instances[id];
        const bool apart = split[id] != 0 && instance.strands.size() > 1;
        const std::size_t parts = apart ? instance.strands.size() : 1;
        for (std::size_t i = 0; i < parts; ++i) {
            Node node;
            node.instance = id;
            node.kind = instance.kind;
            node.order = instance.order;
            node.name = instance.name;
            if (apart) {
                node.strands = {instance.strands[i]};
                node.name += "@" + program.strands[instance.strands[i]].name;
            } else {
                node.strands = instance.strands;
            }
            for (const sema::StrandId strand : node.strands)
                graph.node_of[strand] = static_cast<NodeId>(graph.nodes.size());
            graph.nodes.push_back(std::move(node));
        }
    }
    for (NodeId id = 0; id < graph.nodes.size(); ++id) {
        Node& node = graph.nodes[id];
        for (const sema::StrandId strand : node.strands) {
            add_reads(graph, reads.of(strand), node.reads);
            for (const sema::StrandId need : reads.needs(strand))
                if (graph.node_of[need] != id) node.needs.push_back(graph.node_of[need]);
        }
        sort_unique(node.needs);
    }
    for (std::uint32_t i = 0; i < program.sinks.size(); ++i) {
        const sema::Sink& sink = program.sinks[i];
        SinkNode node;
        node.name = name_of(sink.kind);
        node.sink = i;
        node.context = sink.context;
        node.order = sink.order;
        for (const sema::Expr* value : sink.values) {
            const std::vector<sema::Read> found = reads.of(value);
            add_reads(graph, found, node.reads);
            for (const sema::StrandId need : reads.needs_of(found))
                node.needs.push_back(graph.node_of[need]);
        }
        sort_unique(node.needs);
        graph.sinks.push_back(std::move(node));
    }
    return graph;
}

}  // namespace weft::graph
