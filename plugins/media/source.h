// A builtin of a program, opened: what `load` and `data_in` give.
#pragma once

#include "arguments.h"
#include "result.h"
#include "services.h"

#include <weft/backend.h>

#include <memory>
#include <string>
#include <vector>

namespace weft::media {

class Cameras;  // camera.h

class Source {
public:
    virtual ~Source() = default;
    // Shared memory of output `output` (counted within the source), as grid.h describes it.
    [[nodiscard]] virtual weft_handle handle(uint32_t output) const = 0;
    [[nodiscard]] virtual Status values(uint32_t output, const weft_points& points,
                                        double* values) = 0;
    // Brings the shared memory up to date for a frame.
    [[nodiscard]] virtual Status execute(const weft_frame& frame) = 0;
};

using OpenedSource = Result<std::unique_ptr<Source>>;

// What a source is opened with.
struct OpenRequest {
    const Services* services = nullptr;
    Arguments arguments;
    std::vector<std::string> outputs;  // names of the strands, in order
    double fps = 60;                   // of the program, as the size is
    uint64_t width = 1280;
    uint64_t height = 720;
    Cameras* cameras = nullptr;
};

// By builtin: "load" (load.cpp), "data_in" (data_in.cpp), "camera"
// (camera_source.cpp).
[[nodiscard]] OpenedSource open_load(OpenRequest& request);
[[nodiscard]] OpenedSource open_data_in(OpenRequest& request);
[[nodiscard]] OpenedSource open_camera(OpenRequest& request);

}  // namespace weft::media
