// Memory that a plugin makes for a trial of memory or of order.
#pragma once

#include <string>

#include "driver/validate/edges.h"

namespace weft::validate {

inline constexpr std::uint64_t kTrialBytes = 4 * 65536;

// Of all words of a trial that was written with `seed`.
[[nodiscard]] inline std::uint64_t sum_of(std::uint32_t seed) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < kTrialBytes / 4; ++i)
        sum += static_cast<std::uint32_t>(seed + i * 2654435761u);
    return sum;
}

// As long as this lives; `trial` is null, with the plugin's reason in `refusal`, where it made
// none.
class TrialMemory {
public:
    TrialMemory(Context& context, const Instance& instance, const weft_memory_api& api,
                std::uint32_t kind, std::uint32_t seed);
    ~TrialMemory();
    TrialMemory(const TrialMemory&) = delete;
    TrialMemory& operator=(const TrialMemory&) = delete;

    weft_handle handle{};
    weft_trial* trial = nullptr;
    std::string refusal;

private:
    Context& context_;
    const Instance& instance_;
    const weft_memory_api& api_;
};

}  // namespace weft::validate
