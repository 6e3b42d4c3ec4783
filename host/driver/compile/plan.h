// From a checked program to what must be computed: items (a cache's strand, a sink, strands asked
// for at points), where each is evaluated, in which order, and which of them share a kernel. Found
// by lowering every item once without optimisation and looking at what it reads: exact where an
// analysis of the syntax would have to guess.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/diagnostics.h"
#include "ir/lower.h"
#include "sema/program.h"

namespace weft::driver {

enum class ItemKind : std::uint8_t {
    cache,
    sink,
    values,
    // What a source makes of a strand (spectrum). The cache of samples that it reads is an item of
    // the same strand.
    analysis,
};

// One reading of a materialised strand by an item.
struct Read {
    sema::StrandId strand = sema::kNone;
    // Every reading is at a constant lag >= 1: it sees the past only, and orders nothing.
    bool past_only = false;
    bool constant_lag = true;
    bool analysis = false;  // what is made of the strand, not the cache
};

struct Item {
    ItemKind kind = ItemKind::sink;
    sema::StrandId strand = sema::kNone;  // cache, analysis
    std::vector<std::uint32_t> sinks;     // sink: one, or all `play` together
    std::vector<ir::Root> roots;
    std::uint32_t context = 0;  // WEFT_CONTEXT_* of the sink that asked first
    ir::Domain domain = ir::Domain::raster;
    std::uint64_t width = 1;  // raster
    std::uint64_t height = 1;
    bool on_grid = false;  // cache: depends on x or y
    std::vector<Read> reads;
    std::uint32_t backend = 0;  // index into the compilation's back ends
    std::uint32_t unit = 0;     // items of a feedback loop share one
};

// What a cache counts: WEFT_TICK_*.
[[nodiscard]] inline std::uint32_t tick_of(const Item& cache) {
    return cache.domain == ir::Domain::stream ? WEFT_TICK_SAMPLE : WEFT_TICK_FRAME;
}

// Kernels of one batch; items of one kernel are evaluated together.
struct PlannedKernel {
    std::vector<std::uint32_t> items;
};

struct PlannedBatch {
    std::uint32_t backend = 0;
    std::vector<PlannedKernel> kernels;
};

struct PlanRequest {
    const sema::Program* program = nullptr;
    // Shape of a source's strand, after the source was opened.
    std::function<const ir::InputShape*(sema::StrandId)> source_shape;
    // Back end for a context.
    std::array<std::uint32_t, WEFT_CONTEXT_COUNT> backend_of{};
    // Where strands are analysed: for frames, for sound.
    std::array<std::uint32_t, 2> analysed_by{};
    // Owner of a cache, where it was chosen by hand.
    std::map<sema::InstanceId, std::uint32_t> forced_owner;
    std::vector<const sema::Expr*> values;  // to be evaluated at points
    // Sinks whose results nobody takes are left out; they still decide the ticks of caches.
    std::function<bool(std::uint32_t sink)> wanted;
    // Every unit in a batch of its own: what batches cost is measured by it.
    bool apart = false;
    // Whatever is computed by the sample belongs to the back end of sound.
    bool live = false;
};

struct Plan {
    std::vector<Item> items;
    std::vector<PlannedBatch> batches;
    std::map<sema::StrandId, std::uint32_t> cache_item;  // materialised cache strands
    std::map<sema::StrandId, ir::InputShape> cache_shape;
    // Of a strand, for frames and for sound (true).
    std::map<std::pair<sema::StrandId, bool>, std::uint32_t> analysis_item;
    // Ticks of frames that must run before a frame whose picture is wanted; nullopt: all of them,
    // because a feedback loop remembers everything.
    std::optional<std::uint64_t> run_up_frames = 0;
};

// A source that is made from a strand: Instance::ticks samples of it, the newest last.
[[nodiscard]] inline bool is_analysis(const sema::Instance& instance) {
    return instance.kind == sema::InstanceKind::source && instance.ticks != 0;
}

// The item that makes what `reader` reads.
[[nodiscard]] inline std::uint32_t item_of(const Plan& plan, const Item& reader, const Read& read) {
    return read.analysis ? plan.analysis_item.at({read.strand, reader.domain == ir::Domain::stream})
                         : plan.cache_item.at(read.strand);
}

// Errors go to `diagnostics`.
[[nodiscard]] Plan make_plan(const PlanRequest& request, Diagnostics& diagnostics);

}  // namespace weft::driver
