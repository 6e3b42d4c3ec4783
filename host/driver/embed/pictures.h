// The pictures of a program, in one kind of pixel: all of a frame are computed at once, and kept
// until another frame is asked for.
#pragma once

#include <weft/weft.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "driver/embed/param_values.h"
#include "driver/embed/part.h"

namespace weft::driver {

class Pictures {
public:
    // `displays` are sinks of the program.
    [[nodiscard]] static Result<Pictures> build(ShowContext& context,
                                                const std::shared_ptr<Messages>& messages,
                                                const sema::Program& program,
                                                const std::vector<std::uint32_t>& displays,
                                                std::uint32_t pixels,
                                                const Pictures* before = nullptr);

    // Into memory that was checked to be large enough.
    [[nodiscard]] Result<void> render(const weft_picture& to, const ParamValues& params);

private:
    Pictures(std::unique_ptr<Part> part, std::vector<std::uint32_t> targets)
        : part_(std::move(part)), targets_(std::move(targets)) {}

    std::unique_ptr<Part> part_;
    std::vector<std::uint32_t> targets_;  // by display
    std::optional<std::int64_t> frame_;   // that is in memory
    std::uint64_t params_ = 0;            // the state of parameters it was computed with
};

// Bytes of a pixel; 0: there are no such pixels.
[[nodiscard]] std::uint64_t pixel_bytes(std::uint32_t pixels);

}  // namespace weft::driver
