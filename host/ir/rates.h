// What every value varies with (WEFT_VARIES_*): an analysis that several passes ask for.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/module.h"

namespace weft::ir {

inline constexpr std::uint8_t kUniform = WEFT_VARIES_PROGRAM | WEFT_VARIES_FRAME;

// WEFT_FIELD_CLASS_* of a field of me.
[[nodiscard]] std::uint32_t field_class_of(std::uint32_t field);

// What a coordinate varies with in a domain.
[[nodiscard]] std::uint8_t field_varies(Domain domain, std::uint32_t field);

// What loops vary with, by loop number: all values of a loop's body vary at least with that.
[[nodiscard]] std::vector<std::uint8_t> loop_rates(const Module& module);

// Grows with the graph.
class Rates {
public:
    // Of `module` as it stands; a graph that is rebuilt from it has the same loops.
    explicit Rates(const Module& module) : module_(module), loops_(loop_rates(module)) {}

    // `dag` may have grown since the last question, but not changed.
    [[nodiscard]] std::uint8_t of(const Dag& dag, ValueId id);
    [[nodiscard]] bool is_uniform(const Dag& dag, ValueId id) {
        return (of(dag, id) & ~kUniform) == 0;
    }

private:
    const Module& module_;
    std::vector<std::uint8_t> loops_;
    std::vector<std::uint8_t> masks_;
};

// All values of the module's graph.
[[nodiscard]] std::vector<std::uint8_t> rates(const Module& module);

// The same for the host's part, where everything is constant, a parameter, or of the frame.
[[nodiscard]] std::vector<std::uint8_t> host_rates(const Module& module);

}  // namespace weft::ir
