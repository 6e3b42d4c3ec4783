// What the plugins of a replay hand to each other: memory and semaphores, by what the trace calls
// them. Of a plugin that is not replayed there is neither.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <weft/grid.h>

#include "replay/trace.h"

namespace weft::replay {

class Exchange {
public:
    // `guests` of the trace are replayed.
    Exchange(const Trace& trace, std::set<std::uint32_t> guests);

    // --- Memory ---
    // `handle` stands for one that had view `recorded`. Its view lives until it is forgotten.
    void give(const weft_view* recorded, const weft_handle& handle);
    void forget(const weft_view* recorded);
    [[nodiscard]] bool has(const weft_view* recorded) const { return views_.contains(recorded); }
    // A handle that has such a view becomes one of this run. False: not in memory of this kind.
    [[nodiscard]] bool take(weft_handle& handle) const;

    // --- Semaphores ---
    // Why the semaphore that `call` (create or import) made cannot be waited for or signalled:
    // whoever has its other end is not replayed. "": it can.
    [[nodiscard]] std::string why_alone(const Call& call) const;
    // The descriptor that such a create gave, and the one that an import is to be given; -1: none.
    void give_semaphore(const Call& create, std::int32_t fd) { fds_[create.head.id] = fd; }
    [[nodiscard]] std::int32_t take_semaphore(const Call& import) const;

private:
    [[nodiscard]] std::string not_replayed(std::uint32_t guest) const;

    const Trace& trace_;
    std::set<std::uint32_t> guests_;
    std::map<const weft_view*, const weft_view*> views_;
    std::map<std::pair<const weft_view*, std::uint32_t>, weft_handle> handles_;  // by kind, too
    // By the numbers of calls: who made what an import is given, and all who use what a create
    // made.
    std::map<std::uint64_t, std::uint64_t> makers_;
    std::map<std::uint64_t, std::set<std::uint32_t>> users_;
    std::map<std::uint64_t, std::int32_t> fds_;
};

}  // namespace weft::replay
