// Where the parameters are that no program names: what is needed to interpolate a value over a
// block of sound, and tempo from outside. Chosen by whoever plans a program, read by lowering,
// filled by the host with every frame and block.
#pragma once

#include <cstdint>
#include <vector>

#include "sema/program.h"

namespace weft::ir {

struct LiveParams {
    // In sound, a parameter of `smooth` is at sample s: PARAM param + PARAM slope * (s - PARAM
    // first), s being the unwrapped sample. In pictures it is PARAM param; slope is 0 there.
    struct Smooth {
        sema::ParamId param = sema::kNone;
        sema::ParamId slope = sema::kNone;
        sema::ParamId first = sema::kNone;  // may be one for all
    };
    std::vector<Smooth> smooth;
    // The first sample of the block, also where no parameter of `smooth` moves: numbers that sound
    // reads of pictures are interpolated too (kSlope in lower.h). kNone: they are held.
    sema::ParamId first = sema::kNone;
    // First of three: beat, since, bpm. At abstime t the beat is beat + (t - since) * bpm / 60; bpm
    // is 0 while tempo stands. kNone: tempo comes from the settings.
    sema::ParamId tempo = sema::kNone;
    std::uint32_t count = 0;  // of all parameters, the program's own included

    [[nodiscard]] const Smooth* smoothed(sema::ParamId param) const {
        for (const Smooth& one : smooth)
            if (one.param == param) return &one;
        return nullptr;
    }
};

}  // namespace weft::ir
