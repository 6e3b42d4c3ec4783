// What back ends can really share. A capability query proves nothing: before an edge is promised a
// kind of memory, one side makes such memory and writes a pattern into it, the other imports it and
// reads the pattern back. Each pair is tried once for each kind, and remembered for the session.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

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
    std::string refusal;            // why the kind is not promised; empty: it holds
    std::optional<double> seconds;  // one import and reading of kTrialBytes, where it was tried
};
inline constexpr std::uint64_t kTrialBytes = 1u << 18;

class EdgeTrials {
public:
    // The pool and the back ends outlive the object.
    explicit EdgeTrials(runtime::MemoryPool& pool) : pool_(pool) {}

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

private:
    using Key = std::tuple<plugin::Backend*, plugin::Backend*, std::uint32_t>;

    [[nodiscard]] Trial attempt(plugin::Backend& producer, plugin::Backend& consumer,
                                std::uint32_t kind);
    [[nodiscard]] Trial read(const MemorySide& consumer, const std::string& name,
                             const weft_handle& handle, std::uint32_t seed) const;
    [[nodiscard]] Trial read_pool(const MemorySide& consumer, const std::string& name,
                                  std::uint32_t seed) const;

    runtime::MemoryPool& pool_;
    std::map<plugin::Backend*, std::unique_ptr<MemorySide>> sides_;
    std::map<Key, Trial> tried_;
};

// "opaque fd": a kind of memory in words.
[[nodiscard]] std::string kind_name(std::uint32_t kind);

}  // namespace weft::driver
