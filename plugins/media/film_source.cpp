#include "film_source.h"

#include "film.h"
#include "shown_source.h"
#include "stored_source.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace weft::media {

namespace {

Planes planes_of(const GridStore& store, const Film& film, uint64_t frame) {
    return {store.floats() + frame * film.width() * film.height(), film.width(), film.height(),
            store.plane_floats(), store.outputs()};
}

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

    auto source = std::make_unique<StoredSource>();
    GridStore& store = source->store;
    const double step = 1.0 / index.rate();
    const weft_grid grid = moving_grid(film.width(), film.height(), options.wrap, frames,
                                       -step * FilmIndex::kEarly, step);
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
    return open_shown(std::move(*film), services, options.outputs, options.wrap);
}

}  // namespace weft::media
