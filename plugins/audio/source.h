// A builtin of a program, opened: the strands that this back end makes itself.
#pragma once

#include <weft/backend.h>
#include <weft/cpp/host.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace weft::audio {

// Failures are thrown as cpp::Failure.
class Source {
public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    // Shared memory of output `output` (counted within the source), as grid.h describes it.
    [[nodiscard]] virtual weft_handle handle(std::uint32_t output) const = 0;
    virtual void values(std::uint32_t output, const weft_points& points, double* values) = 0;
    // Brings the shared memory up to date for a frame.
    virtual void execute(const weft_frame& frame) = 0;
};

// Opens one source of a batch; what it reads is among the batch's inputs.
using OpenSource = std::unique_ptr<Source> (*)(const cpp::Host& host, const weft_batch& batch,
                                               const weft_source& source);

// By the builtin's name; throws where there is none.
[[nodiscard]] OpenSource opener(std::string_view builtin);

}  // namespace weft::audio
