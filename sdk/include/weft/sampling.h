/* How a grid is read between its points and written at them, exactly as grid.h says: what a SAMPLE
 * means, and what a store puts into memory. Inline, for whoever computes on the host. */
#ifndef WEFT_SAMPLING_H
#define WEFT_SAMPLING_H

#include <math.h>
#include <string.h>

#include "grid.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Positions on an axis --------------------------------------------------------------------- */

/* One point, or two and how far from the first to the second. */
typedef struct weft_grid_place {
    int64_t first; /* grid index, -1: outside, reads 0 */
    int64_t second;
    double weight; /* 0: `first` alone */
} weft_grid_place;

/* floor(i) modulo n, for whole i of any size. */
static inline double weft_grid_modulo(double i, double n) {
    const double m = fmod(i, n);
    return m < 0.0 ? m + n : m;
}

static inline int64_t weft_grid_whole(double i) {
    return WEFT_CAST(int64_t, i);
}

/* The point of an axis that stands for index `i`, which is whole but may be of any size. */
static inline int64_t weft_grid_wrapped(const weft_axis* axis, double i) {
    const double n = WEFT_CAST(double, axis->count);
    double point = i < 0.0 ? 0.0 : i >= n ? n - 1.0 : i;
    if (axis->wrap == WEFT_WRAP_REPEAT) {
        point = weft_grid_modulo(i, n);
    } else if (axis->wrap == WEFT_WRAP_MIRROR) {
        const double m = weft_grid_modulo(i, 2.0 * n);
        point = m < n ? m : 2.0 * n - 1.0 - m;
    } else if (axis->wrap == WEFT_WRAP_ZERO) {
        point = i >= 0.0 && i < n ? i : -1.0;
    }
    return weft_grid_whole(point);
}

/* The slot of a RING axis that holds tick `tick`. */
static inline uint64_t weft_grid_slot(const weft_axis* axis, int64_t tick) {
    const int64_t capacity = WEFT_CAST(int64_t, axis->capacity);
    const int64_t slot = tick % capacity;
    return WEFT_CAST(uint64_t, slot < 0 ? slot + capacity : slot);
}

/* Returns 0 when position `u` has no place on the axis: the answer is NaN. */
static inline int weft_grid_find(const weft_axis* axis, double u, int64_t now,
                                 weft_grid_place* result) {
    const int finite = fabs(u) <= 1.7976931348623157e308;
    result->first = -1;
    result->second = -1;
    result->weight = 0.0;
    if (axis->wrap == WEFT_WRAP_RING) {
        if (finite) {
            const double back = weft_grid_modulo(floor(u), WEFT_CAST(double, axis->count));
            result->first = WEFT_CAST(int64_t, weft_grid_slot(axis, now - weft_grid_whole(back)));
        }
        return 1;
    }
    if (u != u) return 0;
    if (!finite && (axis->wrap == WEFT_WRAP_REPEAT || axis->wrap == WEFT_WRAP_MIRROR)) return 0;
    result->first = weft_grid_wrapped(axis, floor(u));
    if (axis->filter == WEFT_FILTER_LINEAR && finite && u > floor(u)) {
        result->second = weft_grid_wrapped(axis, floor(u) + 1.0);
        result->weight = u - floor(u);
    }
    return 1;
}

/* --- Numbers in memory ------------------------------------------------------------------------ */

/* The number of channel `channel` at `at`, a point's first byte. */
static inline double weft_grid_number(const weft_grid* grid, const unsigned char* at,
                                      uint32_t channel) {
    const unsigned char* const plane = at + channel * grid->channel_stride;
    float single = 0.0f;
    double number = WEFT_CAST(double, NAN);
    uint16_t level = 0;
    if (grid->format == WEFT_FORMAT_F32) {
        memcpy(&single, plane, sizeof single);
        number = WEFT_CAST(double, single);
    } else if (grid->format == WEFT_FORMAT_F64) {
        memcpy(&number, plane, sizeof number);
    } else if (grid->format == WEFT_FORMAT_RGBA8) {
        number = at[channel] / 255.0;
    } else if (grid->format == WEFT_FORMAT_RGBA16) {
        memcpy(&level, at + channel * sizeof level, sizeof level);
        number = level / 65535.0;
    }
    return number;
}

/* The value over axes [0, axis], the others already fixed in `at`. */
static inline double weft_grid_mixed(const weft_grid* grid, const unsigned char* at,
                                     uint32_t channel, const weft_grid_place* places, int axis) {
    double first = 0.0;
    double second = 0.0;
    const weft_grid_place* const p = &places[axis < 0 ? 0 : axis];
    if (axis < 0) return weft_grid_number(grid, at, channel);
    if (p->first >= 0)
        first = weft_grid_mixed(grid, at + p->first * grid->axes[axis].stride, channel, places,
                                axis - 1);
    if (p->weight == 0.0) return first;
    if (p->second >= 0)
        second = weft_grid_mixed(grid, at + p->second * grid->axes[axis].stride, channel, places,
                                 axis - 1);
    return first + (second - first) * p->weight;
}

static inline const unsigned char* weft_grid_point(const weft_grid* grid, const void* data,
                                                   const uint64_t* index) {
    const unsigned char* at = WEFT_CAST(const unsigned char*, data);
    uint32_t axis;
    for (axis = 0; axis < grid->axis_count; ++axis) {
        const int64_t step = WEFT_CAST(int64_t, index[axis]);
        at += step * grid->axes[axis].stride;
    }
    return at;
}

/* --- Read and write --------------------------------------------------------------------------- */

/* Reads channel `channel` of a grid at positions u, one an axis. `data` is the grid's
 * weft_view.data; `now` is the tick of the point that reads, used by a RING axis only.
 * LINEAR: the points floor(u) and floor(u) + 1, each wrapped, mixed by a + (b - a) * (u -
 * floor(u)), the first axis innermost; at a point exactly, that point alone. FLOOR: the point
 * floor(u). A NaN position gives NaN, and an infinite one where the axis repeats or mirrors; on a
 * RING axis a position that is not finite gives 0, unless another axis has already given NaN. */
static inline double weft_grid_read_at(const weft_grid* grid, const void* data, int64_t now,
                                       uint32_t channel, const double* positions) {
    weft_grid_place places[WEFT_MAX_AXES];
    int axis;
    const int count = WEFT_CAST(int, grid->axis_count);
    for (axis = 0; axis < count; ++axis)
        if (!weft_grid_find(&grid->axes[axis], positions[axis], now, &places[axis]))
            return WEFT_CAST(double, NAN);
    return weft_grid_mixed(grid, WEFT_CAST(const unsigned char*, data), channel, places, count - 1);
}

/* The same at coordinates: the position on an axis is (coordinate - origin) / step. */
static inline double weft_grid_read(const weft_grid* grid, const void* data, int64_t now,
                                    uint32_t channel, const double* coords) {
    double positions[WEFT_MAX_AXES] = {0.0, 0.0, 0.0, 0.0};
    uint32_t axis;
    for (axis = 0; axis < grid->axis_count; ++axis)
        positions[axis] = (coords[axis] - grid->axes[axis].origin) / grid->axes[axis].step;
    return weft_grid_read_at(grid, data, now, channel, positions);
}

/* The stored number at a grid point, index[i] < axes[i].count; on a RING axis it is a slot. */
static inline double weft_grid_load(const weft_grid* grid, const void* data, uint32_t channel,
                                    const uint64_t* index) {
    return weft_grid_number(grid, weft_grid_point(grid, data, index), channel);
}

/* A whole level: round half up of `most` times a number that is clamped to 0..1; NaN counts as 0.
 */
static inline double weft_grid_level(double value, double most) {
    const double held = value > 0.0 ? (value < 1.0 ? value : 1.0) : 0.0;
    return floor(held * most + 0.5);
}

/* Stores `value` at a grid point. Packed formats take 0..1, clamped, NaN as 0. */
static inline void weft_grid_store(const weft_grid* grid, void* data, uint32_t channel,
                                   const uint64_t* index, double value) {
    unsigned char* const at =
        WEFT_CAST(unsigned char*, data) +
        (weft_grid_point(grid, data, index) - WEFT_CAST(const unsigned char*, data));
    unsigned char* const plane = at + channel * grid->channel_stride;
    if (grid->format == WEFT_FORMAT_F32) {
        const float single = WEFT_CAST(float, value);
        memcpy(plane, &single, sizeof single);
    } else if (grid->format == WEFT_FORMAT_F64) {
        memcpy(plane, &value, sizeof value);
    } else if (grid->format == WEFT_FORMAT_RGBA8) {
        at[channel] = WEFT_CAST(unsigned char, weft_grid_level(value, 255.0));
    } else if (grid->format == WEFT_FORMAT_RGBA16) {
        const uint16_t level = WEFT_CAST(uint16_t, weft_grid_level(value, 65535.0));
        memcpy(at + channel * sizeof level, &level, sizeof level);
    }
}

#ifdef __cplusplus
}
#endif
#endif
