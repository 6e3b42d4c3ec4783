// What a plugin is lent for one call, in one piece of memory: afterwards it can be taken away, and
// whoever kept a pointer into it crashes where the report can name it.
#pragma once

#include <weft/batch.h>
#include <weft/control.h>
#include <weft/frame.h>

#include "driver/validate/guarded.h"

namespace weft::validate {

// A copy of a struct of the ABI with all it points to, but for what stays with its owner: memory of
// targets and homes, the cancel word.
class LentBatch {
public:
    explicit LentBatch(const weft_batch& batch);
    [[nodiscard]] const weft_batch* get() const { return memory_.as<const weft_batch>(); }
    [[nodiscard]] Guarded& memory() { return memory_; }

private:
    Guarded memory_;
};

class LentWish {
public:
    explicit LentWish(const weft_control_wish& wish);
    [[nodiscard]] const weft_control_wish* get() const {
        return memory_.as<const weft_control_wish>();
    }
    [[nodiscard]] Guarded& memory() { return memory_; }

private:
    Guarded memory_;
};

class LentFrame {
public:
    // As many parameters and hoisted values as the batch has.
    LentFrame(const weft_frame& frame, std::uint64_t params, std::uint64_t uniforms);
    [[nodiscard]] const weft_frame* get() const { return memory_.as<const weft_frame>(); }
    [[nodiscard]] Guarded& memory() { return memory_; }

private:
    Guarded memory_;
};

class LentPoints {
public:
    LentPoints(const weft_points& points, std::uint64_t params);
    [[nodiscard]] const weft_points* get() const { return memory_.as<const weft_points>(); }
    [[nodiscard]] Guarded& memory() { return memory_; }

private:
    Guarded memory_;
};

}  // namespace weft::validate
