// The last edge of every picture, sound and table: from the back end that computes it to the host,
// which shows, plays or writes it. Nobody chooses between ways here, so that these stand beside the
// ledger of edges and not in it; whether a way copies is a matter of the back end.
#pragma once

#include <vector>

#include "driver/compile/build_show.h"

namespace weft::driver {

[[nodiscard]] std::vector<EdgeRecord> deliveries(Session& session, const sema::Program& program,
                                                 const BuiltShow& built);

}  // namespace weft::driver
