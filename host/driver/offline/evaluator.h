// Values of strands at points. Points of one frame are asked for together, after the frames that
// caches need have run.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "driver/offline/frames.h"
#include "driver/offline/points.h"
#include "runtime/show.h"

namespace weft::driver {

class Evaluator {
public:
    // `frames` are those of `show`, which was built for values.
    Evaluator(const runtime::Show& show, Frames& frames) : show_(show), frames_(frames) {}

    // The values of a point stand together, points in the order given: values[p * outputs + v].
    [[nodiscard]] Result<void> run(const std::vector<Point>& points, const double* params,
                                   double* values);

private:
    [[nodiscard]] Result<void> ask(const std::vector<Point>& points,
                                   const std::vector<std::size_t>& which, const double* params,
                                   double* values) const;

    const runtime::Show& show_;
    Frames& frames_;
};

}  // namespace weft::driver
