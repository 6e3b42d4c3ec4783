// The last step of a plan, once items and their owners are known.
#pragma once

#include <cstdint>

#include "driver/compile/plan.h"

namespace weft::driver {

// Units are numbered so that what is read comes first. Fills Plan::batches and run_up_frames.
void make_batches(const PlanRequest& request, std::uint32_t unit_count, Plan& plan);

}  // namespace weft::driver
