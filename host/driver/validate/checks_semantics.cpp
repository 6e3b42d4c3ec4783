// What is computed: the list. Each stands in a file of its own, semantics_*.cpp.
#include "driver/validate/semantics.h"

namespace weft::validate {
namespace {

constexpr std::string_view kTable = "ops.def";

constexpr Check kChecks[] = {
    {"semantics.operators", Level::quick,
     "computes every operator that it compiles within the table's bound, at points", kTable,
     check_operators_at_points, 60},
    {"semantics.doubles", Level::standard,
     "computes values of precision F64 within the bound of doubles", "ir.h, WEFT_PRECISION_F64",
     check_operators_in_doubles, 60},
    {"semantics.pictures", Level::quick,
     "computes every operator that it compiles within the table's bound, across a picture", kTable,
     check_operators_across_pictures, 60},
    {"semantics.sampling", Level::standard,
     "reads grids of every format, wrap and filter as the reference does", "grid.h", check_sampling,
     60},
    {"semantics.kernels", Level::standard, "computes kernels made at random as the reference does",
     "ir.h", check_random_kernels, 60},
    {"semantics.programs", Level::quick,
     "computes programs of several kernels, with caches and sound, as the reference does",
     "batch.h, weft_kernel", check_programs, 60},
    {"semantics.run-up", Level::standard,
     "leaves caches after a run-up as frames do that are shown", "frame.h, skip_targets",
     check_run_up, 60},
    {"semantics.determinism", Level::standard,
     "gives the same bytes again, with any number of threads, where it says so",
     "backend.h, WEFT_BACKEND_DETERMINISTIC", check_determinism, 60},
};

}  // namespace

std::span<const Check> semantics_checks() {
    return kChecks;
}

}  // namespace weft::validate
