// A frame while it is run.
#pragma once

#include <weft/frame.h>

#include <cstdint>

namespace weft::cpp {

// [any-thread] Whether who called execute wants it to end early; null: never. The word is written
// by another thread.
[[nodiscard]] inline bool is_cancelled(const volatile std::uint32_t* word) noexcept {
    return word != nullptr && __atomic_load_n(word, __ATOMIC_RELAXED) != 0;
}

}  // namespace weft::cpp
