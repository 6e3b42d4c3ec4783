// Builds one batch of a plan: lowers its kernels, describes inputs and outputs to the back end,
// binds the edges, compiles.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "driver/build_show.h"
#include "driver/source_set.h"

namespace weft::driver {

// Caches of batches that are already compiled: who answers for them.
struct Producer {
    plugin::Program* program = nullptr;
    std::uint32_t output = 0;
};
using Producers = std::map<sema::StrandId, Producer>;

class BatchBuilder {
public:
    BatchBuilder(Session& session, const sema::Program& program, const Plan& plan,
                 SourceSet& sources, const Producers& producers,
                 const std::map<std::uint32_t, std::uint32_t>& target_of, runtime::Show& show)
        : session_(session),
          program_(program),
          plan_(plan),
          sources_(sources),
          producers_(producers),
          target_of_(target_of),
          show_(show) {}

    // Nothing on failure; the diagnostics say why.
    [[nodiscard]] std::optional<runtime::Step> build(const PlannedBatch& planned,
                                                     const runtime::BackendRef& backend,
                                                     std::vector<EdgeRecord>& edges);
    // Outputs of the built batch.
    [[nodiscard]] const std::map<sema::StrandId, std::uint32_t>& cache_outputs() const {
        return cache_outputs_;
    }
    [[nodiscard]] const std::vector<std::uint32_t>& values_outputs() const {
        return values_outputs_;
    }

private:
    // One kernel between lowering and the ABI's description; its arrays stay where they are.
    struct Piece {
        ir::Kernel ir;
        std::vector<weft_store> stores;
        std::uint32_t first_input = 0;  // SAMPLE aux i of the kernel is input first_input + i
        std::uint32_t first_uniform = 0;
        std::uint64_t width = 1;
        std::uint64_t height = 1;
    };

    void add_outputs(const PlannedBatch& planned);
    void add_cache_output(const Item& item);
    bool add_kernel(const PlannedKernel& planned);
    bool add_inputs(Piece& piece, runtime::Step& step, std::uint32_t stage,
                    std::vector<EdgeRecord>& edges);
    bool bind_source(const Piece& piece, const ir::InputUse& use, runtime::Step& step,
                     std::uint32_t stage, weft_input& input, EdgeRecord& edge);
    bool bind_cache(const ir::InputUse& use, weft_input& input, EdgeRecord& edge);
    [[nodiscard]] const ir::InputShape* shape(sema::StrandId strand);
    bool bind_host_inputs(runtime::Step& step, std::uint32_t stage, const Piece& piece);
    [[nodiscard]] std::string strand_name(sema::StrandId strand) const;

    Session& session_;
    const sema::Program& program_;
    const Plan& plan_;
    SourceSet& sources_;
    const Producers& producers_;
    const std::map<std::uint32_t, std::uint32_t>& target_of_;
    runtime::Show& show_;
    const runtime::BackendRef* backend_ = nullptr;

    std::deque<Piece> pieces_;
    std::vector<weft_output> outputs_;
    std::vector<weft_input> inputs_;
    std::map<std::uint32_t, std::uint32_t> output_of_item_;
    std::map<sema::StrandId, std::uint32_t> cache_outputs_;
    std::vector<std::uint32_t> values_outputs_;
    plugin::Edges edges_;
    // Films opened for one moment: by instance and the host value that gives the time.
    std::map<std::tuple<sema::InstanceId, std::uint32_t, std::uint32_t>, std::vector<OpenStrand>>
        films_;
};

}  // namespace weft::driver
