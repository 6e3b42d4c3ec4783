#include "plugin_grid.h"

#include <math.h>
#include <string.h>

/* Two neighbours on an axis, -1 where there is none and 0 is read, and the share of the second. */
typedef struct place {
    int64_t first, second;
    double share;
} place;

static double modulo(double i, double n) {
    const double rest = fmod(i, n);
    return rest < 0 ? rest + n : rest;
}

static int64_t wrapped(const weft_axis* axis, double i) {
    const double n = (double)axis->count;
    double m;
    switch (axis->wrap) {
        case WEFT_WRAP_REPEAT: return (int64_t)modulo(i, n);
        case WEFT_WRAP_MIRROR: m = modulo(i, 2 * n); return (int64_t)(m < n ? m : 2 * n - 1 - m);
        case WEFT_WRAP_ZERO: return i >= 0 && i < n ? (int64_t)i : -1;
        default: return (int64_t)fmin(fmax(i, 0), n - 1);
    }
}

/* 0: nowhere on the axis, the answer is NaN. */
static int find(const weft_axis* axis, double coord, int64_t now, place* p) {
    const double u = (coord - axis->origin) / axis->step;
    const int64_t capacity = (int64_t)axis->capacity;
    p->first = p->second = -1;
    p->share = 0;
    if (axis->wrap == WEFT_WRAP_RING) {
        if (!isfinite(u)) return 1;
        p->first = (now - (int64_t)modulo(floor(u), (double)axis->count)) % capacity;
        if (p->first < 0) p->first += capacity;
        return 1;
    }
    if (isnan(u)) return 0;
    if (isinf(u) && (axis->wrap == WEFT_WRAP_REPEAT || axis->wrap == WEFT_WRAP_MIRROR)) return 0;
    p->first = wrapped(axis, floor(u));
    if (axis->filter == WEFT_FILTER_LINEAR && isfinite(u) && u > floor(u)) {
        p->second = wrapped(axis, floor(u) + 1);
        p->share = u - floor(u);
    }
    return 1;
}

static double number(const weft_grid* grid, const char* at, uint32_t channel) {
    const char* plane = at + (int64_t)channel * grid->channel_stride;
    float f;
    double d;
    uint16_t level;
    switch (grid->format) {
        case WEFT_FORMAT_F32: memcpy(&f, plane, sizeof f); return f;
        case WEFT_FORMAT_F64: memcpy(&d, plane, sizeof d); return d;
        case WEFT_FORMAT_RGBA8: return (uint8_t)at[channel] / 255.0;
        default: memcpy(&level, at + channel * sizeof level, sizeof level); return level / 65535.0;
    }
}

/* Over the axes before `axes`, the first of them innermost. */
static double mixed(const weft_grid* grid, const char* at, uint32_t channel, const place* places,
                    uint32_t axes) {
    const place* p = &places[axes - 1];
    int64_t stride;
    double a = 0, b = 0;
    if (axes == 0) return number(grid, at, channel);
    stride = grid->axes[axes - 1].stride;
    if (p->first >= 0) a = mixed(grid, at + p->first * stride, channel, places, axes - 1);
    if (p->share == 0) return a;
    if (p->second >= 0) b = mixed(grid, at + p->second * stride, channel, places, axes - 1);
    return a + (b - a) * p->share;
}

double grid_read(const weft_grid* grid, const void* data, uint32_t channel, const double* coords,
                 int64_t frame, int64_t sample) {
    place places[WEFT_MAX_AXES];
    uint32_t a;
    for (a = 0; a < grid->axis_count; ++a) {
        const weft_axis* axis = &grid->axes[a];
        const int64_t now = axis->tick == WEFT_TICK_FRAME ? frame : sample;
        if (!find(axis, coords[a], now, &places[a])) return NAN;
    }
    return mixed(grid, data, channel, places, grid->axis_count);
}
