// Names that all formats of the graph share. Internal to the formatters.
#pragma once

#include <string>

#include "graph/arrangement.h"

namespace weft::graph {

// "-" for none.
[[nodiscard]] std::string backend_name(const BackendTable& table, std::uint32_t backend);
[[nodiscard]] std::string strand_name(const Graph& graph, sema::StrandId id);
[[nodiscard]] std::string context_list(const std::vector<Tag>& tags);
// The builtin of a source, else the kind.
[[nodiscard]] std::string kind_text(const Graph& graph, const Node& node);

}  // namespace weft::graph
