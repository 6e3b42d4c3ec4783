#include "film_source.h"

#include "film.h"
#include "grid_store.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
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

// A grid of `count` frames one after the other in each plane.
weft_grid film_grid(const Film& film, uint32_t wrap, uint64_t count, double origin, double step) {
    weft_grid grid = {};
    set_picture_axes(grid, film.width(), film.height(), wrap);
    grid.axes[2] = time_axis(count, origin, step, film.width() * film.height() * sizeof(float));
    grid.axis_count = 3;
    return grid;
}

Planes planes_of(const GridStore& store, const Film& film, uint64_t frame) {
    return {store.floats() + frame * film.width() * film.height(), film.width(), film.height(),
            store.plane_floats(), store.outputs()};
}

// Shared memory holds one frame; values at points decode what they need into memory of their own.
class FilmSource : public Source {
public:
    FilmSource(std::unique_ptr<Film> film, const Services& services)
        : services_(services), film_(std::move(film)) {}

    Status open(const FilmOptions& options) {
        grid_ = film_grid(*film_, options.wrap, 1, 0, 1);
        if (Status status = shown_.store.allocate(services_, grid_, options.outputs); !status.ok())
            return status;
        return show(shown_, 0);
    }

    weft_handle handle(uint32_t output) const override { return shown_.store.handle(output); }

    Status execute(const weft_frame& frame) override {
        const std::lock_guard lock(mutex_);
        const double time = frame.fields[WEFT_FIELD_TIME];
        return std::isnan(time) ? Status() : show(shown_, film_->index().frame_at(time));
    }

    Status values(uint32_t output, const weft_points& points, double* values) override {
        const std::lock_guard lock(mutex_);
        frames_.resize(points.count);
        order_.resize(points.count);
        const double* const times = points.fields[WEFT_FIELD_TIME];
        for (uint64_t i = 0; i < points.count; ++i) {
            const double time = times ? times[i] : points.constants[WEFT_FIELD_TIME];
            frames_[i] = film_->index().frame_at(time);  // of NaN: any; the grid says NaN then
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
        if (Status status = film_->read(frame, planes_of(shown.store, *film_, 0)); !status.ok())
            return status;
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
    std::unique_ptr<Film> film_;
    weft_grid grid_ = {};
    Shown shown_;
    Shown asked_;
    std::vector<uint64_t> frames_;  // of each point
    std::vector<uint64_t> order_;   // of the points
};

// Shared memory holds every frame.
class WindowSource : public Source {
public:
    weft_handle handle(uint32_t output) const override { return store.handle(output); }
    Status values(uint32_t output, const weft_points& points, double* values) override {
        store.read(output, points, values);
        return {};
    }
    Status execute(const weft_frame&) override { return {}; }

    GridStore store;
};

Failure over_budget(const Film& film, uint64_t frames, uint32_t outputs, double bytes) {
    const Container& container = film.container();
    char text[256];
    std::snprintf(text, sizeof text,
                  "is read at times of its own, which needs all its frames in memory: %llu of "
                  "%llux%llu, %u planes, %.1f GiB; the budget is %.1f GiB. Use a shorter film, a "
                  "smaller size, or `cache` for the frames needed",
                  static_cast<unsigned long long>(frames),
                  static_cast<unsigned long long>(film.width()),
                  static_cast<unsigned long long>(film.height()), outputs, std::ldexp(bytes, -30),
                  std::ldexp(static_cast<double>(container.limits().film_bytes), -30));
    return container.failure(WEFT_INVALID, text);
}

// How many steps of the time axis a film takes: a film of varying rate is laid out at its average.
uint64_t steps_of(const FilmIndex& index, double tick) {
    if (index.constant_rate()) return index.size();
    const double length =
        static_cast<double>(index.stamp(index.size() - 1) - index.stamp(0)) * tick;
    return static_cast<uint64_t>(std::max(0.0, std::round(length * index.rate()))) + 1;
}

OpenedSource open_window(Film& film, const Services& services, const FilmOptions& options) {
    const FilmIndex& index = film.index();
    const Container& container = film.container();
    const double tick = av_q2d(container.stream(container.picture_stream()).time_base);
    const uint64_t frames = steps_of(index, tick);
    const double bytes = static_cast<double>(frames) * static_cast<double>(film.width()) *
                         static_cast<double>(film.height()) * options.outputs * sizeof(float);
    if (bytes > static_cast<double>(container.limits().film_bytes))
        return over_budget(film, frames, options.outputs, bytes);

    auto source = std::make_unique<WindowSource>();
    GridStore& store = source->store;
    const double step = 1.0 / index.rate();
    const weft_grid grid = film_grid(film, options.wrap, frames, -step * FilmIndex::kEarly, step);
    if (Status status = store.allocate(services, grid, options.outputs); !status.ok())
        return status.failure();
    for (uint64_t i = 0; i < frames; ++i) {
        const uint64_t frame =
            index.constant_rate() ? i : index.frame_at(static_cast<double>(i) * step);
        if (Status status = film.read(frame, planes_of(store, film, i)); !status.ok())
            return status.failure();
    }
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace

OpenedSource open_film(std::unique_ptr<Container> container, const Services& services,
                       const FilmOptions& options) {
    Result<std::unique_ptr<Film>> film = Film::open(std::move(container), services);
    if (!film.ok()) return film.failure();
    if (Status status =
            (*film)->container().check_size((*film)->width(), (*film)->height(), options.outputs);
        !status.ok())
        return status.failure();
    if (options.window) return open_window(**film, services, options);
    auto source = std::make_unique<FilmSource>(std::move(*film), services);
    if (Status status = source->open(options); !status.ok()) return status.failure();
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weft::media
