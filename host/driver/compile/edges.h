// Edges between back ends: memory, layout and synchronisation of every strand that one batch makes
// and another reads, settled before anything is compiled. What a reader or a producer refuses is
// taken from the options and everything is settled again, so that a program gets the best that all
// its back ends agree to; options only ever become fewer, and the last one always works.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "driver/compile/order_trials.h"
#include "sema/program.h"

namespace weft::driver {

// How one strand goes from who makes it to who reads it: a line of the ledger.
struct EdgeRecord {
    std::string strand;    // "img@r"
    std::string producer;  // back end
    std::string consumer;
    std::string path;                  // "duplicate", "internal", "handle", "getter"
    std::string memory;                // what of it: "opaque fd", "pinned copy", "gather"
    std::string lender;                // whose memory it is, if not the producer's
    std::string layout;                // "f32 1280x720, 2 ticks"
    std::string sync;                  // "same queue", "semaphore", "host waits"
    std::vector<std::string> refused;  // better paths, each with side and reason
    std::uint64_t bytes = 0;           // that the edge makes readable, at one moment
    std::uint64_t copied = 0;          // bytes copied a frame for it
    double predicted = 0;              // seconds a frame
    std::optional<Measured> measured;  // the trial: import and reading of kTrialBytes
    std::string latency;               // of values at points
    std::string crossing;              // between pictures and sound: "ring", "slot, held"

    bool operator==(const EdgeRecord&) const = default;
};

inline constexpr const char* kGather = "gather";

// Who sees to it that a strand is there when it is read.
enum class Sync : std::uint8_t {
    same_queue,  // one back end completes its works in their order
    semaphore,   // between two
    host_waits,  // before the reader is submitted
    on_return,   // of execute
};
[[nodiscard]] std::string sync_name(Sync sync);

// How one reader is given a strand.
struct Route {
    std::uint32_t kind = WEFT_HANDLE_NONE;  // of the handle; NONE: values at points
    bool mirrored = false;                  // the producer copies it to host memory
    bool uploaded = false;                  // the consumer copies it from there
    std::uint64_t copied = 0;               // bytes a frame
    double predicted = 0;                   // seconds a frame
    std::optional<Measured> measured;
    Sync sync = Sync::host_waits;
    bool producer_makes = false;  // the semaphore
    std::vector<std::string> refused;
};

// A cache that is read outside its batch.
struct SharedCache {
    struct Reader {
        plugin::Backend* backend = nullptr;
        Route route;
    };
    plugin::Backend* producer = nullptr;
    std::uint64_t tick_bytes = 0;  // what a frame adds to it
    std::uint64_t all_bytes = 0;
    bool read_inside = false;           // by kernels of its own batch
    bool read_by_host = false;          // values that the host computes sample it
    std::vector<Reader> readers;        // whose kernels sample it
    std::uint64_t lent_bytes = 0;       // enough for it in any layout
    std::uint32_t kinds = 0;            // weft_output.kinds
    plugin::Backend* lender = nullptr;  // the reader in whose memory it lives, if it does
};

class Negotiation {
public:
    Negotiation(EdgeTrials& trials, OrderTrials& orders) : trials_(trials), orders_(orders) {}

    // Nobody outside its batch reads a cache that was not asked for here.
    SharedCache& cache(sema::StrandId strand) { return caches_[strand]; }
    [[nodiscard]] const SharedCache* find(sema::StrandId strand) const;
    void add_reader(sema::StrandId strand, plugin::Backend& backend);

    // Decides kinds and routes of all caches from what was not refused so far.
    void settle();

    // How the reader of a cache is given it; after settle().
    [[nodiscard]] const Route& route(sema::StrandId strand, const plugin::Backend& reader) const;
    // How a reader is given what a source keeps in host memory. `bytes`: what a frame may change.
    [[nodiscard]] Route source_route(sema::StrandId strand, plugin::Backend& producer,
                                     plugin::Backend& reader, std::uint64_t bytes);
    // How a reader is given what the host itself keeps and writes, `bytes` of it.
    [[nodiscard]] Route host_route(plugin::Backend& reader, std::uint64_t bytes);
    // The same of what the host copies for it in every frame.
    [[nodiscard]] Route kept_route(plugin::Backend& reader, std::uint64_t bytes);
    // Memory that `reader` cannot use where it lies (alignment) is copied by it.
    void check_place(Route& route, plugin::Backend& producer, plugin::Backend& reader,
                     const weft_handle& handle, std::uint64_t bytes);

    // Takes the kind from the options of an edge. False if it was not among them.
    bool refuse(sema::StrandId strand, const plugin::Backend& reader, std::uint32_t kind,
                const std::string& reason);

private:
    struct Plan {
        double cost = 0;
        std::uint64_t copied = 0;
        std::uint32_t kinds = 0;
        plugin::Backend* lender = nullptr;
        std::vector<Route> routes;
    };
    using Edge = std::tuple<sema::StrandId, const plugin::Backend*, std::uint32_t>;

    // `maker`: whose memory the home is, the producer or a reader that lends it.
    [[nodiscard]] Plan plan(sema::StrandId strand, SharedCache& cache, std::uint32_t home,
                            plugin::Backend& maker);
    [[nodiscard]] std::string copy_refusal(sema::StrandId strand, plugin::Backend& producer,
                                           plugin::Backend& reader);
    [[nodiscard]] std::string loan_refusal(sema::StrandId strand, plugin::Backend& producer,
                                           plugin::Backend& reader);
    [[nodiscard]] std::string refusal(sema::StrandId strand, plugin::Backend& producer,
                                      plugin::Backend& reader, std::uint32_t kind);
    void state_refusals(sema::StrandId strand, plugin::Backend& producer, plugin::Backend& reader,
                        Route& route);
    void settle(sema::StrandId strand, SharedCache& cache);
    void settle_order(SharedCache& cache, SharedCache::Reader& reader);

    EdgeTrials& trials_;
    OrderTrials& orders_;
    std::map<sema::StrandId, SharedCache> caches_;
    std::map<Edge, std::string> refused_;
};

// "f32 1280x720, 2 ticks".
[[nodiscard]] std::string layout_text(const weft_grid& grid);
// Bytes of everything a grid describes.
[[nodiscard]] std::uint64_t bytes_of(const weft_grid& grid);

}  // namespace weft::driver
