#include "ir/passes.h"

#include <array>

namespace weft::ir {

std::span<const Pass> passes() {
    static constexpr std::array kPasses = {
        Pass{"lower", "remaps substituted, spindles expanded, loops unrolled or kept", nullptr},
        Pass{"fold", "numbers become constants; identities of IEEE arithmetic", fold},
        Pass{"simplify", "cheaper operators for the same value", simplify},
        Pass{"count_phases", "phases of steady beats in whole samples", count_phases},
        Pass{"reduce_periodic", "growing addends of periodic functions modulo a turn",
             reduce_periodic},
        Pass{"split_angles", "sines of row plus column become row and column sines", split_angles},
        Pass{"reassociate", "sums and products regrouped by rate", reassociate},
        Pass{"dead_code", "what no root needs is dropped", dead_code},
        Pass{"hoist", "what does not vary within a frame is computed by the host", hoist},
        Pass{"affine", "samples that walk their grid at a constant step", affine},
        Pass{"precision", "which values need f64", precision},
    };
    return kPasses;
}

}  // namespace weft::ir
