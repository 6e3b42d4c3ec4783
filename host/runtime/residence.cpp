#include "runtime/residence.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include <cstddef>

namespace weft::runtime {
namespace {

// With a limit on what may be locked, locking all that is to come would make mappings beyond it
// fail. What is privileged is not held to the limit: that shows where more than the limit can be
// locked.
bool is_unlimited() {
    rlimit limit{};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) {
        return false;
    }
    if (limit.rlim_cur == RLIM_INFINITY) {
        return true;
    }
    const std::size_t size = limit.rlim_cur + 4096;
    void* const place =
        mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED) {
        return false;
    }
    const bool is_locked = mlock2(place, size, MLOCK_ONFAULT) == 0;
    munmap(place, size);
    return is_locked;
}

}  // namespace

bool keep_pages() {
    return is_unlimited() && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

}  // namespace weft::runtime
