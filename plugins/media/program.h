// A compiled batch of this back end: its opened sources, and which of them an output belongs to.
#pragma once

#include "source.h"

#include <weft/backend.h>

#include <memory>
#include <vector>

namespace weft::media {

class Program {
public:
    // Opens every source of the batch and exposes its outputs. On failure `error` has the node and
    // the place in the program as well.
    [[nodiscard]] static weft_status compile(const Services& services, Cameras& cameras,
                                             const weft_batch& batch,
                                             std::unique_ptr<Program>& program, weft_error* error);

    [[nodiscard]] Status handle(uint32_t output, weft_handle& handle) const;
    [[nodiscard]] Status values(uint32_t output, const weft_points& points, double* values);
    [[nodiscard]] Status execute(const weft_frame& frame);

private:
    struct Output {
        Source* source = nullptr;  // null: no output of ours
        uint32_t index = 0;        // within the source
    };
    [[nodiscard]] Status open(const Services& services, Cameras& cameras, const weft_batch& batch,
                              const weft_source& source);
    [[nodiscard]] const Output* find(uint32_t output) const;

    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<Output> outputs_;
};

}  // namespace weft::media
