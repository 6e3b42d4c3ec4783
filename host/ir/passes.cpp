#include "ir/passes.h"

#include <array>

namespace weft::ir {

std::span<const Pass> passes() {
    static constexpr std::array kPasses = {
        Pass{"lower", "remaps substituted, spindles expanded, loops unrolled or kept", nullptr},
        Pass{"hoist", "what does not vary within a frame is computed by the host", hoist},
    };
    return kPasses;
}

}  // namespace weft::ir
