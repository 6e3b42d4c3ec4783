// Sound: what is computed for all samples of a call at once, and what goes from sample to sample.
#pragma once

#include <map>
#include <vector>

#include "gpu/text_region.h"

namespace weft::gpu {

// One entry point over the samples of a call.
struct StreamPass {
    bool serial = false;  // one thread walks them
    std::vector<std::uint32_t> stores;
    std::map<std::uint32_t, std::uint64_t> handed_on;  // values, by their place in Use::scratch
    std::map<std::uint32_t, std::uint64_t> taken;
};

// What hangs on samples that the kernel itself stores goes from sample to sample; all else is
// computed before, and handed on in rows of `block` numbers, the most samples of a call.
[[nodiscard]] std::vector<StreamPass> stream_passes(const Plan& plan,
                                                    const std::vector<TextInput>& inputs,
                                                    std::uint64_t block);

void write_stream_pass(Words& words, const Plan& plan, const std::vector<TextInput>& inputs,
                       const std::vector<TextOutput>& outputs, const StreamPass& pass);

}  // namespace weft::gpu
