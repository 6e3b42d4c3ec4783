// What back ends can really share. A capability query proves nothing: before an edge is promised a
// kind of memory, one side makes such memory and writes a pattern into it, the other imports it and
// reads the pattern back. Each pair is tried once for each kind; what held is remembered, also on
// disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "driver/compile/trial_records.h"
#include "plugin/extensions.h"
#include "runtime/memory_pool.h"

namespace weft::driver {

// One side of an edge. A back end without "weft.memory/1" works in host memory, like the host.
struct MemorySide {
    MemorySide();  // the host's
    explicit MemorySide(plugin::Backend& backend);

    [[nodiscard]] bool exports(std::uint32_t kind) const { return (caps.exports >> kind & 1) != 0; }
    [[nodiscard]] bool imports(std::uint32_t kind) const { return (caps.imports >> kind & 1) != 0; }
    [[nodiscard]] bool unified() const { return (caps.flags & WEFT_MEMORY_UNIFIED) != 0; }

    plugin::SharedMemory memory;
    weft_memory_caps caps{};
};

struct Trial {
    std::string refusal;               // why the kind is not promised; empty: it holds
    std::optional<Measured> measured;  // one import and reading of kTrialBytes, where it was tried
};
inline constexpr std::uint64_t kTrialBytes = 1u << 18;

class EdgeTrials {
public:
    // The pool, the set and its back ends outlive the object.
    EdgeTrials(runtime::MemoryPool& pool, const plugin::PluginSet& plugins, TrialRecords records)
        : pool_(pool), plugins_(plugins), records_(std::move(records)) {}

    [[nodiscard]] const MemorySide& side(plugin::Backend& backend);
    // Memory of at least `size` bytes for another back end to live in; it outlives the programs
    // that use it, and goes before its back end.
    using Lent = std::shared_ptr<plugin::SharedMemory::Trial>;
    [[nodiscard]] Result<Lent> lend(plugin::Backend& lender, std::uint32_t kind,
                                    std::uint64_t size);
    // Whether what `producer` makes of a kind (WEFT_HANDLE_*) can be used in place by `consumer`.
    [[nodiscard]] const Trial& prove(plugin::Backend& producer, plugin::Backend& consumer,
                                     std::uint32_t kind);

    // Whether host memory that `producer` fills is what the host, and whoever copies it, reads.
    [[nodiscard]] const Trial& prove_readable(plugin::Backend& producer);

    // Whether `consumer` uses memory of the host itself in place.
    [[nodiscard]] const Trial& prove_host(plugin::Backend& consumer);

    // What is remembered, and a question about two back ends, or about one and the host.
    [[nodiscard]] const TrialRecords& records() const { return records_; }
    [[nodiscard]] TrialRecords::Question question(const std::string& trial,
                                                  plugin::Backend& producer,
                                                  plugin::Backend* consumer);

private:
    using Key = std::tuple<plugin::Backend*, plugin::Backend*, std::uint32_t>;

    [[nodiscard]] Trial attempt(plugin::Backend& producer, plugin::Backend& consumer,
                                std::uint32_t kind);
    // What is remembered of a trial, else what `run` finds.
    template <class Run>
    [[nodiscard]] Trial remember(const TrialRecords::Question& question, const Run& run) const;
    [[nodiscard]] Trial read(const MemorySide& consumer, const std::string& name,
                             const weft_handle& handle, std::uint32_t seed) const;
    [[nodiscard]] Trial read_pool(const MemorySide& consumer, const std::string& name,
                                  std::uint32_t seed) const;

    runtime::MemoryPool& pool_;
    const plugin::PluginSet& plugins_;
    TrialRecords records_;
    std::map<plugin::Backend*, std::unique_ptr<MemorySide>> sides_;
    std::map<Key, Trial> tried_;
};

// The sum of the 32-bit words of a trial's kTrialBytes.
[[nodiscard]] std::uint64_t trial_sum(std::uint32_t seed);
// Why two sides cannot share what one driver keeps on one device; empty: they may.
[[nodiscard]] std::string device_refusal(const std::string& one, const std::uint8_t (&device)[16],
                                         const std::string& other,
                                         const std::uint8_t (&other_device)[16]);

// "opaque fd": a kind of memory in words.
[[nodiscard]] std::string kind_name(std::uint32_t kind);

}  // namespace weft::driver
