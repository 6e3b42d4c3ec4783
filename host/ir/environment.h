// Places of evaluation: which coordinates a remap has replaced, and by what. Interned, so that a
// place is one number and lowering can remember what it has already evaluated there.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "ir/dag.h"
#include "sema/program.h"

namespace weft::ir {

// A field of me, or the own axis of an instance.
struct Coordinate {
    std::uint32_t field = 0;
    sema::InstanceId instance = sema::kNone;
    friend auto operator<=>(const Coordinate&, const Coordinate&) = default;
};

using EnvironmentId = std::uint32_t;
inline constexpr EnvironmentId kHere = 0;  // nothing replaced

class Environments {
public:
    using Entry = std::pair<Coordinate, ValueId>;

    Environments() : entries_(1) { ids_[{}] = kHere; }

    // What stands for the coordinate, or kNoValue where it is not replaced.
    [[nodiscard]] ValueId find(EnvironmentId environment, Coordinate coordinate) const {
        for (const Entry& entry : entries_[environment]) {
            if (entry.first == coordinate) return entry.second;
        }
        return kNoValue;
    }

    // `changes`: a value of kNoValue takes the replacement back.
    [[nodiscard]] EnvironmentId replace(EnvironmentId environment,
                                        const std::vector<Entry>& changes) {
        std::map<Coordinate, ValueId> all(entries_[environment].begin(),
                                          entries_[environment].end());
        for (const auto& [coordinate, value] : changes) all[coordinate] = value;
        std::vector<Entry> sorted;
        for (const auto& [coordinate, value] : all) {
            if (value != kNoValue) sorted.emplace_back(coordinate, value);
        }
        const auto [at, fresh] =
            ids_.try_emplace(std::move(sorted), EnvironmentId(entries_.size()));
        if (fresh) entries_.push_back(at->first);
        return at->second;
    }

private:
    std::vector<std::vector<Entry>> entries_;  // by environment, sorted
    std::map<std::vector<Entry>, EnvironmentId> ids_;
};

}  // namespace weft::ir
