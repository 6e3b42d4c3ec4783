// The checks of meanings, each in a file of its own: values against the f64 evaluator.
#pragma once

#include "driver/validate/context.h"

namespace weft::validate {

// semantics_operators.cpp: every row of ops.def that the plugin compiles.
void check_operators_at_points(Context& context);
void check_operators_in_doubles(Context& context);
void check_operators_across_pictures(Context& context);

// semantics_sampling.cpp: grids of every form, read inside, between and beyond their points.
void check_sampling(Context& context);

// semantics_kernels.cpp: kernels made at random.
void check_random_kernels(Context& context);

// semantics_programs.cpp: batches of several kernels over several ticks, beside the reference back
// end.
void check_programs(Context& context);
void check_run_up(Context& context);

// semantics_determinism.cpp: what is declared deterministic is.
void check_determinism(Context& context);

}  // namespace weft::validate
