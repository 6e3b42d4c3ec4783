/* Reading and writing a grid, exactly as grid.h describes it. */
#include "eval/eval.h"

#include <math.h>
#include <string.h>

/* A position on one axis: one point, or two and how far from the first to the second. */
typedef struct place {
    int64_t first; /* grid index, -1: outside, reads 0 */
    int64_t second;
    double weight; /* 0: `first` alone */
} place;

#define OUTSIDE ((int64_t)-1)

/* floor(i) modulo n, for whole i of any size. */
static double modulo(double i, double n) {
    const double m = fmod(i, n);
    return m < 0.0 ? m + n : m;
}

/* The point of an axis that stands for index `i`, which is whole but may be of any size. */
static int64_t wrap_index(const weft_axis* axis, double i) {
    const double n = (double)axis->count;
    switch (axis->wrap) {
        case WEFT_WRAP_REPEAT: return (int64_t)modulo(i, n);
        case WEFT_WRAP_MIRROR: {
            const double m = modulo(i, 2.0 * n);
            return (int64_t)(m < n ? m : 2.0 * n - 1.0 - m);
        }
        case WEFT_WRAP_ZERO: return i >= 0.0 && i < n ? (int64_t)i : OUTSIDE;
        default: return i < 0.0 ? 0 : i >= n ? (int64_t)axis->count - 1 : (int64_t)i;
    }
}

uint64_t weft_grid_slot(const weft_axis* axis, int64_t tick) {
    const int64_t capacity = (int64_t)axis->capacity;
    const int64_t slot = tick % capacity;
    return (uint64_t)(slot < 0 ? slot + capacity : slot);
}

/* Returns 0 when the position has no place on the axis: the answer is NaN. */
static int find_place(const weft_axis* axis, double u, int64_t now, place* result) {
    result->weight = 0.0;
    result->second = OUTSIDE;
    if (axis->wrap == WEFT_WRAP_RING) {
        if (!isfinite(u)) {
            result->first = OUTSIDE;
            return 1;
        }
        const int64_t back = (int64_t)modulo(floor(u), (double)axis->count);
        result->first = (int64_t)weft_grid_slot(axis, now - back);
        return 1;
    }
    if (isnan(u)) return 0;
    if (isinf(u) && (axis->wrap == WEFT_WRAP_REPEAT || axis->wrap == WEFT_WRAP_MIRROR)) return 0;
    const double below = floor(u);
    result->first = wrap_index(axis, below);
    if (axis->filter == WEFT_FILTER_LINEAR && !isinf(u) && u > below) {
        result->second = wrap_index(axis, below + 1.0);
        result->weight = u - below;
    }
    return 1;
}

static double load_at(const weft_grid* grid, const unsigned char* data, uint32_t channel,
                      int64_t offset) {
    switch (grid->format) {
        case WEFT_FORMAT_F32: {
            float v;
            memcpy(&v, data + offset + (int64_t)channel * grid->channel_stride, sizeof v);
            return (double)v;
        }
        case WEFT_FORMAT_F64: {
            double v;
            memcpy(&v, data + offset + (int64_t)channel * grid->channel_stride, sizeof v);
            return v;
        }
        case WEFT_FORMAT_RGBA8: return (double)data[offset + (int64_t)channel] / 255.0;
        case WEFT_FORMAT_RGBA16: {
            uint16_t v;
            memcpy(&v, data + offset + (int64_t)channel * 2, sizeof v);
            return (double)v / 65535.0;
        }
        default: return NAN;
    }
}

/* The value over axes [0, axis], the others already fixed in `offset`. */
static double mix_axes(const weft_grid* grid, const unsigned char* data, uint32_t channel,
                       const place* places, int axis, int64_t offset) {
    if (axis < 0) return load_at(grid, data, channel, offset);
    const place* p = &places[axis];
    const int64_t stride = grid->axes[axis].stride;
    const double first = p->first == OUTSIDE ? 0.0
                                             : mix_axes(grid, data, channel, places, axis - 1,
                                                        offset + p->first * stride);
    if (p->weight == 0.0) return first;
    const double second = p->second == OUTSIDE ? 0.0
                                               : mix_axes(grid, data, channel, places, axis - 1,
                                                          offset + p->second * stride);
    return first + (second - first) * p->weight;
}

double weft_grid_read_at(const weft_grid* grid, const void* data, int64_t now, uint32_t channel,
                         const double* positions) {
    place places[WEFT_MAX_AXES];
    for (uint32_t i = 0; i < grid->axis_count; ++i)
        if (!find_place(&grid->axes[i], positions[i], now, &places[i])) return NAN;
    return mix_axes(grid, data, channel, places, (int)grid->axis_count - 1, 0);
}

double weft_grid_read(const weft_grid* grid, const void* data, int64_t now, uint32_t channel,
                      const double* coords) {
    double positions[WEFT_MAX_AXES] = {0};
    for (uint32_t i = 0; i < grid->axis_count; ++i)
        positions[i] = (coords[i] - grid->axes[i].origin) / grid->axes[i].step;
    return weft_grid_read_at(grid, data, now, channel, positions);
}

static int64_t offset_of(const weft_grid* grid, const uint64_t* index) {
    int64_t offset = 0;
    for (uint32_t i = 0; i < grid->axis_count; ++i)
        offset += (int64_t)index[i] * grid->axes[i].stride;
    return offset;
}

double weft_grid_load(const weft_grid* grid, const void* data, uint32_t channel,
                      const uint64_t* index) {
    return load_at(grid, data, channel, offset_of(grid, index));
}

/* Round half up of `scale` times a number that is clamped to 0..1; NaN counts as 0. */
static double quantise(double value, double scale) {
    const double v = value > 0.0 ? (value < 1.0 ? value : 1.0) : 0.0;
    return floor(v * scale + 0.5);
}

void weft_grid_store(const weft_grid* grid, void* data, uint32_t channel, const uint64_t* index,
                     double value) {
    unsigned char* at = (unsigned char*)data + offset_of(grid, index);
    switch (grid->format) {
        case WEFT_FORMAT_F32: {
            const float v = (float)value;
            memcpy(at + (int64_t)channel * grid->channel_stride, &v, sizeof v);
            break;
        }
        case WEFT_FORMAT_F64:
            memcpy(at + (int64_t)channel * grid->channel_stride, &value, sizeof value);
            break;
        case WEFT_FORMAT_RGBA8: at[channel] = (unsigned char)quantise(value, 255.0); break;
        case WEFT_FORMAT_RGBA16: {
            const uint16_t v = (uint16_t)quantise(value, 65535.0);
            memcpy(at + (int64_t)channel * 2, &v, sizeof v);
            break;
        }
        default: break;
    }
}
