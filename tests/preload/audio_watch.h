// What the thread that serves a JACK client did inside its process callback that it must not do.
#pragma once

#include <cstdint>

namespace weft::watch {

struct Findings {
    std::uint64_t calls = 0;        // of the callback that were watched
    std::uint64_t allocations = 0;  // and what is freed
    std::uint64_t locks = 0;
    std::uint64_t system_calls = 0;
    std::uint64_t page_faults = 0;
    std::int64_t last_system_call = 0;
    char first[128] = {};  // where the first allocation or lock was asked for
};

// False where nothing can be watched: under a sanitizer, or the kernel has no user dispatch of
// system calls.
[[nodiscard]] bool able();
// Forgets what was found, and leaves out the next `skip` calls, in which code and stacks are
// touched for the first time.
void begin(std::uint64_t skip);
// But for the last few calls before now.
[[nodiscard]] Findings found();

}  // namespace weft::watch
