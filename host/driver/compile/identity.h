// What the parts of a program mean, as numbers that can be compared between two programs: caches
// whose numbers are equal hold the same values at the same ticks, whatever they are called and
// wherever they stand. Found from what is computed, before any optimisation: names of instances,
// places in the text, spindles and the order of statements leave no trace.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "driver/compile/plan.h"
#include "sema/program.h"

namespace weft::driver {

struct Identity {
    std::array<std::uint64_t, 2> words{};
    auto operator<=>(const Identity&) const = default;
};

struct ProgramIdentity {
    std::map<sema::StrandId, Identity> caches;
    Identity pictures;  // what is computed frame by frame
    Identity sound;     // what is computed block by block
    Identity params;    // the live parameters, in their order
    Identity all;       // these, and all that sinks and pragmas say
    bool operator==(const ProgramIdentity& other) const { return all == other.all; }
};

struct IdentifyRequest {
    const PlanRequest* plan = nullptr;  // that `made` was made from
    const Plan* made = nullptr;         // without errors
    // Tells what a file held when a source opened it from what it held before; may be unset.
    std::function<std::string(const sema::Instance&)> stamp;
};

[[nodiscard]] ProgramIdentity identify(const IdentifyRequest& request);

}  // namespace weft::driver
