#include "driver/offline/evaluator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace weft::driver {
namespace {

std::int64_t frame_of(const Point& point) {
    const double frame = point.fields[WEFT_FIELD_ABSFRAME];
    return std::isfinite(frame) && std::fabs(frame) < 9e15 ? static_cast<std::int64_t>(frame) : 0;
}

}  // namespace

Result<void> Evaluator::run(const std::vector<Point>& points, const double* params,
                            double* values) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return frame_of(points[a]) < frame_of(points[b]);
    });
    for (auto begin = order.begin(); begin != order.end();) {
        runtime::FrameRequest request;
        request.absframe = frame_of(points[*begin]);
        request.params = params;
        const auto end = std::find_if(begin, order.end(), [&](std::size_t point) {
            return frame_of(points[point]) != request.absframe;
        });
        if (auto done = frames_.reach(request); !done) {
            return done;
        }
        if (auto done = ask(points, {begin, end}, params, values); !done) {
            return done;
        }
        begin = end;
    }
    return {};
}

Result<void> Evaluator::ask(const std::vector<Point>& points, const std::vector<std::size_t>& which,
                            const double* params, double* values) const {
    std::array<std::vector<double>, WEFT_FIELD_COUNT> columns;
    std::array<const double*, WEFT_FIELD_COUNT> pointers{};
    for (std::size_t f = 0; f < WEFT_FIELD_COUNT; ++f) {
        for (const std::size_t point : which) {
            columns[f].push_back(points[point].fields[f]);
        }
        pointers[f] = columns[f].data();
    }
    weft_points asked{};
    asked.struct_size = sizeof asked;
    asked.count = which.size();
    asked.fields = pointers.data();
    asked.constants = points[which[0]].fields.data();
    asked.params = params;
    const std::size_t outputs = show_.values_outputs.size();
    std::vector<double> column(which.size());
    for (std::uint32_t v = 0; v < outputs; ++v) {
        if (auto done = show_.values(v, asked, column.data()); !done) {
            return done;
        }
        for (std::size_t i = 0; i < which.size(); ++i) {
            values[which[i] * outputs + v] = column[i];
        }
    }
    return {};
}

}  // namespace weft::driver
