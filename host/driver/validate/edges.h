// The checks of edges, in the files edges_*.cpp: memory and order between back ends.
#pragma once

#include "driver/validate/drive.h"

#include <weft/memory.h>

namespace weft::validate {

// edges_kinds.cpp
void check_kinds(Context& context);
void check_gather(Context& context);
void check_inherit(Context& context);
// edges_inputs.cpp
void check_getter(Context& context);
void check_late_producer(Context& context);
void check_bad_handles(Context& context);
// edges_order.cpp
void check_memory_trials(Context& context);
void check_order(Context& context);
// edges_semaphores.cpp
void check_semaphores(Context& context);
void check_imported_semaphores(Context& context);
void check_bad_semaphores(Context& context);
void check_semaphore_descriptors(Context& context);

// What the plugin says of memory; host memory in and out where it says nothing. False, and failed:
// it cannot say.
[[nodiscard]] bool caps_of(Context& context, const Instance& instance, weft_memory_caps& caps);
// "host memory", "an opaque descriptor".
[[nodiscard]] std::string kind_name(std::uint32_t kind);

// A cache of kWidth x kHeight numbers that others may read as `kinds`; pixel (x, y) of frame n is
// kept_value(x, y, n).
struct Kept {
    static constexpr std::uint64_t kWidth = 16, kHeight = 8;
    Work work;
    std::uint32_t output = 0;

    Kept(std::uint32_t context, std::uint32_t kinds);
    [[nodiscard]] static float value(std::uint64_t x, std::uint64_t y, std::int64_t frame);
};

// A picture of what `binding` gives, pixel by pixel, at the tick of its frame.
[[nodiscard]] Work shown(std::uint32_t context, const weft_binding& binding, bool ring);
// The first pixel of a frame of shown() that is not Kept's, in words; "": all are.
[[nodiscard]] std::string unlike_kept(const Frame& frame, std::int64_t number);

}  // namespace weft::validate
