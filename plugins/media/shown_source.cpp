#include "shown_source.h"

#include "grid_store.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numeric>

namespace weft::media {

namespace {

constexpr uint64_t kNoFrame = std::numeric_limits<uint64_t>::max();

weft_axis time_axis(uint64_t count, double origin, double step, uint64_t frame_bytes) {
    weft_axis axis = {};
    axis.field = WEFT_FIELD_TIME;
    axis.filter = WEFT_FILTER_FLOOR;
    axis.wrap = WEFT_WRAP_CLAMP;
    axis.count = count;
    axis.origin = origin;
    axis.step = step;
    axis.stride = static_cast<int64_t>(frame_bytes);
    return axis;
}

// Shared memory holds one frame; values at points decode what they need into memory of their own.
class ShownSource final : public Source {
public:
    ShownSource(std::unique_ptr<MovingPictures> pictures, const Services& services)
        : services_(services), pictures_(std::move(pictures)) {}

    Status open(uint32_t outputs, uint32_t wrap) {
        grid_ = moving_grid(pictures_->width(), pictures_->height(), wrap, 1, 0, 1);
        if (Status status = shown_.store.allocate(services_, grid_, outputs); !status.ok())
            return status;
        return show(shown_, 0);
    }

    weft_handle handle(uint32_t output) const override { return shown_.store.handle(output); }

    Status execute(const weft_frame& frame) override {
        const std::lock_guard lock(mutex_);
        const double time = frame.fields[WEFT_FIELD_TIME];
        return std::isnan(time) ? Status() : show(shown_, pictures_->frame_at(time));
    }

    Status values(uint32_t output, const weft_points& points, double* values) override {
        const std::lock_guard lock(mutex_);
        frames_.resize(points.count);
        order_.resize(points.count);
        const double* const times = points.fields[WEFT_FIELD_TIME];
        for (uint64_t i = 0; i < points.count; ++i) {
            const double time = times ? times[i] : points.constants[WEFT_FIELD_TIME];
            frames_[i] = pictures_->frame_at(time);  // the grid says NaN of NaN
        }
        // By frame, so that each is decoded once and in playing order.
        std::iota(order_.begin(), order_.end(), uint64_t{0});
        const auto by_frame = [&](uint64_t a, uint64_t b) { return frames_[a] < frames_[b]; };
        if (!std::is_sorted(order_.begin(), order_.end(), by_frame))
            std::sort(order_.begin(), order_.end(), by_frame);
        for (uint64_t i = 0; i < points.count;) {
            uint64_t end = i + 1;
            while (end < points.count && frames_[order_[end]] == frames_[order_[i]]) ++end;
            Result<const GridStore*> store = find(frames_[order_[i]]);
            if (!store.ok()) return store.failure();
            (*store)->read_some(output, points, &order_[i], end - i, values);
            i = end;
        }
        return {};
    }

private:
    struct Shown {
        GridStore store;
        uint64_t frame = kNoFrame;
    };

    Status show(Shown& shown, uint64_t frame) {
        if (shown.frame == frame) return {};
        const GridStore& store = shown.store;
        const Planes planes = {store.floats(), pictures_->width(), pictures_->height(),
                               store.plane_floats(), store.outputs()};
        if (Status status = pictures_->read(frame, planes); !status.ok()) return status;
        shown.frame = frame;
        shown.store.touch();
        return {};
    }

    // The shown frame is left alone: others may be reading it.
    Result<const GridStore*> find(uint64_t frame) {
        if (shown_.frame == frame) return &shown_.store;
        if (!asked_.store.outputs()) {
            Status status = asked_.store.allocate(services_, grid_, shown_.store.outputs());
            if (!status.ok()) return status.failure();
        }
        if (Status status = show(asked_, frame); !status.ok()) return status.failure();
        return &asked_.store;
    }

    const Services& services_;
    std::mutex mutex_;  // values may be asked for by several workers
    std::unique_ptr<MovingPictures> pictures_;
    weft_grid grid_ = {};
    Shown shown_;
    Shown asked_;
    std::vector<uint64_t> frames_;  // of each point
    std::vector<uint64_t> order_;   // of the points
};

}  // namespace

weft_grid moving_grid(uint64_t width, uint64_t height, uint32_t wrap, uint64_t count, double origin,
                      double step) {
    weft_grid grid = {};
    set_picture_axes(grid, width, height, wrap);
    grid.axes[2] = time_axis(count, origin, step, width * height * sizeof(float));
    grid.axis_count = 3;
    return grid;
}

OpenedSource open_shown(std::unique_ptr<MovingPictures> pictures, const Services& services,
                        uint32_t outputs, uint32_t wrap) {
    auto source = std::make_unique<ShownSource>(std::move(pictures), services);
    if (Status status = source->open(outputs, wrap); !status.ok()) return status.failure();
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weft::media
