// Sound: what is computed for all samples of a call at once, and what goes from sample to sample.
#pragma once

#include <map>
#include <vector>

#include "gpu/text_region.h"

namespace weft::gpu {

// One entry point over the samples of a call.
struct StreamPass {
    bool feedback = false;   // it hangs on samples that it stores
    bool serial = false;     // one thread walks them
    std::uint32_t most = 0;  // as Entry::most
    std::vector<std::uint32_t> stores;
    std::map<std::uint32_t, std::uint64_t> handed_on;  // values, by their place in Use::scratch
    std::map<std::uint32_t, std::uint64_t> taken;
};

// Which values hang on samples that the kernel stores. A loop and its body go together.
[[nodiscard]] std::vector<bool> find_recursive(const Plan& plan,
                                               const std::vector<TextInput>& inputs);

// How many samples back, at the least, a kernel reads what it stores itself: as many may be
// computed at once. The greatest number where it reads nothing of the kind.
[[nodiscard]] std::uint64_t feedback_lag(const Plan& plan, const std::vector<TextInput>& inputs);

// What hangs on samples that the kernel itself stores goes from sample to sample, or as many at a
// time as it reads back; all else is computed before, and handed on in rows of `block` numbers, the
// most samples of a call.
[[nodiscard]] std::vector<StreamPass> stream_passes(const Plan& plan,
                                                    const std::vector<TextInput>& inputs,
                                                    const TextOptions& options,
                                                    std::uint64_t block);

void write_stream_pass(Words& words, const Plan& plan, const std::vector<TextInput>& inputs,
                       const std::vector<TextOutput>& outputs, const StreamPass& pass);

}  // namespace weft::gpu
