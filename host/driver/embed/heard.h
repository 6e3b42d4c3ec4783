// The sound of a program, computed frame by frame and handed out sample by sample.
#pragma once

#include <weft/weft.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "driver/embed/param_values.h"
#include "driver/embed/part.h"

namespace weft::driver {

class Heard {
public:
    // Of a program that plays something.
    [[nodiscard]] static Result<Heard> build(ShowContext& context,
                                             const std::shared_ptr<Messages>& messages,
                                             const sema::Program& program,
                                             const Heard* before = nullptr);

    // Its samples from `first` on into the channels of `to`, as many as it asks for. `goes_on`:
    // they are those behind the last.
    [[nodiscard]] Result<void> render(const weft_sound& to, std::int64_t first, bool goes_on,
                                      const ParamValues& params);

private:
    explicit Heard(std::unique_ptr<Part> part) : part_(std::move(part)) {}
    void finish_frame_of(const Heard& before);
    [[nodiscard]] Result<void> need(std::int64_t frame, const double* params);

    std::unique_ptr<Part> part_;
    std::optional<std::int64_t> frame_;  // that is in memory
    std::uint64_t params_ = 0;           // the state of parameters it was computed with
};

}  // namespace weft::driver
