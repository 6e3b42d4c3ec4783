// Builds one batch of a plan: lowers its kernels, describes inputs and outputs to the back end,
// binds the edges, compiles.
//
// lower() is done for all batches before the first compile(), so that where memory lives can be
// settled from what is really read; compile() is done anew when an edge was refused and settled
// otherwise.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "driver/compile/edges.h"
#include "driver/compile/heritage.h"
#include "driver/compile/plan.h"
#include "driver/compile/source_set.h"
#include "runtime/show.h"

namespace weft::driver {

// Caches of batches that are already compiled: who answers for them.
struct Producer {
    plugin::Program* program = nullptr;
    std::uint32_t output = 0;
    std::uint32_t batch = 0;
};

// What the builders of one show share.
struct BuildContext {
    Session& session;
    const sema::Program& program;
    const Plan& plan;
    const ir::LiveParams& live;
    SourceSet& sources;
    runtime::Show& show;
    const std::vector<runtime::BackendRef>& backends;
    const std::map<std::uint32_t, std::uint32_t>& target_of;   // item -> target
    const std::map<sema::StrandId, std::uint32_t>& stored_in;  // cache's strand -> batch
    Negotiation& negotiation;
    std::map<sema::StrandId, Producer> producers;
    std::map<std::uint32_t, std::uint32_t> made_in;  // item of an analysis -> batch
    std::map<std::uint32_t, Producer> analyses;      // by item
    CachePlaces heirs;  // caches whose place in an older program is theirs to take
};

class BatchBuilder {
public:
    enum class Outcome : std::uint8_t {
        built,
        refused,  // an edge was; settle and compile again
        failed,   // the diagnostics say why
    };

    BatchBuilder(BuildContext& build, std::uint32_t number)
        : build_(build),
          number_(number),
          planned_(build.plan.batches[number]),
          backend_(build.backends[planned_.backend]) {}

    // Kernels, sources and outputs. False on failure; the diagnostics say why.
    [[nodiscard]] bool lower();
    // Says which caches of other batches are read here, and how.
    void announce() const;
    [[nodiscard]] Outcome compile();

    // After compile().
    [[nodiscard]] runtime::Step take_step() { return std::move(step_); }
    [[nodiscard]] std::vector<EdgeRecord> take_records() { return std::move(records_); }
    [[nodiscard]] const std::map<sema::StrandId, std::uint32_t>& cache_outputs() const {
        return cache_outputs_;
    }
    // Where its caches are, and which of them took the place of an older one.
    [[nodiscard]] CachePlaces cache_places() const;
    [[nodiscard]] bool goes_on(sema::StrandId cache) const;
    [[nodiscard]] const std::map<std::uint32_t, std::uint32_t>& analysis_outputs() const {
        return analysis_outputs_;
    }
    [[nodiscard]] const std::vector<std::uint32_t>& values_outputs() const {
        return values_outputs_;
    }
    // Strands that are computed here, wherever else they are.
    [[nodiscard]] std::vector<sema::StrandId> computed() const;
    // Batches whose caches are read here.
    [[nodiscard]] std::vector<std::uint32_t> needs() const;

private:
    // How a strand of a source is read by one kernel.
    struct SourceUse {
        OpenStrand open;
        bool by_points = false;  // every point may ask for another moment
        bool is_kept = false;    // its pictures are kept for sound
    };
    // One strand that a kernel reads.
    struct Use {
        sema::StrandId strand = sema::kNone;
        std::uint32_t input = WEFT_NOT_INTERNAL;  // of the batch, where the kernel samples it
        bool on_host = false;                     // the host's part samples it
        bool in_sound = false;                    // the kernel computes samples
        bool smooth = false;                      // the host interpolates what it samples
        std::optional<SourceUse> source;
        std::uint32_t analysis = sema::kNone;  // the item that makes it
    };
    // The strand that an analysis is made of.
    struct Analysed {
        std::uint32_t item = 0;
        Use use;
    };
    // One kernel between lowering and the ABI's description; its arrays stay where they are.
    struct Piece {
        ir::Kernel ir;
        std::vector<weft_store> stores;
        std::vector<Use> uses;
        std::uint32_t first_uniform = 0;
        std::uint64_t width = 1;
        std::uint64_t height = 1;
    };

    // batch_lower.cpp
    void announce(const Use& use) const;
    void add_outputs();
    [[nodiscard]] bool crosses(const Item& cache) const;
    [[nodiscard]] std::uint64_t room(const Item& cache) const;
    void add_cache_output(const Item& item);
    void add_target_output(std::uint32_t item);
    void add_values_outputs(const Item& item);
    [[nodiscard]] weft_span asked_at(const Item& item) const;
    [[nodiscard]] bool add_kernel(const PlannedKernel& planned);
    [[nodiscard]] bool add_uses(Piece& piece);
    [[nodiscard]] bool is_scanned(const Use& use) const;
    [[nodiscard]] bool open_source(const Piece& piece, const ir::InputUse& use, Use& bound);
    [[nodiscard]] const ir::InputShape* shape(sema::StrandId strand);
    [[nodiscard]] bool is_inside(sema::StrandId strand) const;
    [[nodiscard]] std::string batch_name() const;

    // A batch whose cache is read here.
    struct Awaited {
        std::size_t record = 0;  // the edge's
        std::uint32_t batch = 0;
        plugin::Backend* producer = nullptr;
        Sync sync = Sync::host_waits;
        bool producer_makes = false;
    };

    // batch_analysis.cpp
    [[nodiscard]] bool makes_analyses() const;
    void add_analysis(std::uint32_t item);
    void describe_analyses(std::vector<weft_source>& sources,
                           std::deque<std::vector<weft_arg>>& arguments) const;
    [[nodiscard]] bool bind_analysis(const Use& use, weft_binding& binding, EdgeRecord& edge);
    void bind_host_analysis(std::uint32_t use, const Piece& piece, runtime::HostStage& stage);

    // batch_bind.cpp
    [[nodiscard]] bool bind_input(const Use& use);
    void bind_source(const Use& use, weft_binding& binding, EdgeRecord& edge);
    void bind_kept(const Use& use, weft_binding& binding, EdgeRecord& edge);
    [[nodiscard]] bool bind_cache(const Use& use, weft_binding& binding, EdgeRecord& edge);
    void settle_order();
    [[nodiscard]] bool join_to(const Awaited& awaited, EdgeRecord& edge);
    void describe(const Route& route, const weft_grid& grid, EdgeRecord& edge) const;
    void bind_host(const Piece& piece, runtime::HostStage& stage);
    void bind_host_cache(std::uint32_t use, const Piece& piece, runtime::HostStage& stage);
    [[nodiscard]] bool gather(const Producer& producer, std::uint32_t use,
                              runtime::HostStage& stage, EdgeRecord& edge) const;
    [[nodiscard]] weft_binding points_of(const Producer& producer, sema::StrandId strand);
    [[nodiscard]] EdgeRecord record(sema::StrandId strand) const;
    [[nodiscard]] std::string crossing(const Use& use, bool by_host) const;
    void record_params(const Piece& piece);
    [[nodiscard]] std::string strand_name(sema::StrandId strand) const;

    // batch_builder.cpp
    [[nodiscard]] bool prepare_outputs();
    void prepare_inheritance();
    void keep_lent_memory();
    [[nodiscard]] bool step_down(const weft_error& detail, const std::string& reason);
    [[nodiscard]] bool refuse_input(const weft_input& input, const std::string& reason);
    void report(const weft_error& detail, const Error& error);
    [[nodiscard]] Span only_statement() const;

    BuildContext& build_;
    std::uint32_t number_;
    const PlannedBatch& planned_;
    const runtime::BackendRef& backend_;

    // From lower() on.
    std::deque<Piece> pieces_;
    std::vector<weft_output> outputs_;
    std::vector<weft_span> spans_;  // by output
    std::vector<weft_input> inputs_;
    std::vector<sema::StrandId> input_strands_;
    std::vector<runtime::FilmTime> film_times_;
    std::uint32_t uniforms_ = 0;
    std::map<std::uint32_t, std::uint32_t> output_of_item_;
    std::map<sema::StrandId, std::uint32_t> cache_outputs_;
    std::vector<std::uint32_t> values_outputs_;
    std::map<std::uint32_t, std::uint32_t> analysis_outputs_;  // by item
    std::vector<Analysed> analysed_;                           // in the order of the inputs
    // Films opened for one moment: by instance and the host value that gives the time.
    std::map<std::tuple<sema::InstanceId, std::uint32_t, std::uint32_t>, std::vector<OpenStrand>>
        films_;

    // Of one compile().
    plugin::Edges edges_;
    std::vector<const weft_handle*> homes_;  // by output, as the following
    std::vector<std::shared_ptr<plugin::SharedMemory::Trial>> lent_;
    std::vector<weft_inherit> inherit_;
    std::vector<EdgeRecord> records_;
    std::vector<Awaited> awaited_;
    runtime::Step step_;
    std::string first_refusal_;
};

}  // namespace weft::driver
