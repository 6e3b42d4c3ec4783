// Edges between back ends: the list. Each stands in a file of its own, edges_*.cpp.
#include "driver/validate/edges.h"

namespace weft::validate {
namespace {

constexpr Check kChecks[] = {
    {"edges.kinds", Level::standard,
     "gives the same values through every kind of memory that it exports, alone and together, as "
     "through its getter",
     "batch.h, weft_output.kinds", check_kinds, 60},
    {"edges.getter", Level::standard, "reads the same of others by a getter as by a handle",
     "host.h, weft_binding", check_getter},
    {"edges.late-producer", Level::quick,
     "reads what others make when its frame begins, and not before", "grid.h, weft_view",
     check_late_producer},
    {"edges.bad-handles", Level::standard, "refuses memory that it cannot reach, and works on",
     "host.h, weft_binding", check_bad_handles},
    {"edges.gather", Level::standard, "gathers the values that get_values answers", "gather.h",
     check_gather},
    {"edges.inherit", Level::standard,
     "takes the place of an older program's cache as it stands, or begins empty and says so",
     "batch.h, weft_inherit", check_inherit},
    {"edges.memory-trials", Level::standard,
     "makes and reads every kind of memory that it says it does", "memory.h", check_memory_trials},
    {"edges.order", Level::standard,
     "completes works in the order of their submission, and needs nothing of a frame but its "
     "targets "
     "after submit",
     "async.h", check_order},
    {"edges.semaphores", Level::standard,
     "waits for a semaphore, and sees behind it all that was written before its signal",
     "semaphore.h", check_semaphores},
    {"edges.imported-semaphores", Level::standard,
     "waits for semaphores of others, and signals them, as its own", "semaphore.h, import",
     check_imported_semaphores},
    {"edges.bad-semaphores", Level::standard,
     "refuses descriptors that are no semaphores, and works on", "semaphore.h, import",
     check_bad_semaphores},
    {"edges.semaphore-descriptors", Level::standard,
     "leaves the descriptor of a semaphore to whoever gave it, and keeps none",
     "semaphore.h, import", check_semaphore_descriptors},
};

}  // namespace

std::span<const Check> edge_checks() {
    return kChecks;
}

}  // namespace weft::validate
