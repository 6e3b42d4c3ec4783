/* The range of a grid over intervals of coordinates. Along an axis, the value is linear between
 * neighbouring points, so it is enclosed by its values at the interval's ends and at the points
 * between them; over several axes, by those at all combinations. */
#include "eval/bound.h"

#include <math.h>

#define MOST_PLACES 8

/* Positions of one axis at which the value must be looked at, and grid points that contribute. */
typedef struct places {
    double at[MOST_PLACES];
    int count;
    double taps[MOST_PLACES + 2];
    int tap_count;
} places;

typedef struct scan {
    const weft_grid* grid;
    const unsigned char* data;
    int64_t now;
    uint32_t channel;
    const places* axes;
    double low, high, greatest;
    uint64_t nans, seen;
} scan;

static double ulp32(double v) {
    return ldexp(1.0, ilogb(v) - 23);
}

/* How far a back end's own (coord - origin) / step may be from position `u`. */
static double position_error(const weft_axis* axis, double u, int in_f64) {
    const double size = fmax(fabs(u), fabs(axis->origin / axis->step));
    if (size == 0.0 || !isfinite(size)) return 0.0;
    return in_f64 ? 4.5e-16 * size : 2.0 * ulp32(size);
}

/* Fills the interval of positions for the interval of coordinates, as a back end may compute it. */
static void to_positions(const weft_axis* axis, const weft_bound* coord, int in_f64, double* low,
                         double* high) {
    const double a = (coord->low - axis->origin) / axis->step;
    const double b = (coord->high - axis->origin) / axis->step;
    *low = fmin(a, b);
    *high = fmax(a, b);
    if (axis->origin == 0.0 && axis->step == 1.0) return;
    *low -= position_error(axis, *low, in_f64);
    *high += position_error(axis, *high, in_f64);
}

/* Returns 0 when the interval is too wide to say anything. */
static int find_places(const weft_axis* axis, double low, double high, places* p) {
    const double beyond = (double)axis->count + 1.0;
    p->count = p->tap_count = 0;
    if (axis->wrap == WEFT_WRAP_CLAMP || axis->wrap == WEFT_WRAP_ZERO) {
        /* Nothing changes further out. */
        low = fmin(fmax(low, -2.0), beyond);
        high = fmin(fmax(high, -2.0), beyond);
    }
    if (!isfinite(low) || !isfinite(high)) return 0;
    const double first = floor(low);
    const double last = floor(high);
    if (last - first > MOST_PLACES - 3) return 0;
    const int linear = axis->filter == WEFT_FILTER_LINEAR && axis->wrap != WEFT_WRAP_RING;
    if (linear) {
        p->at[p->count++] = low;
        for (double i = first + 1.0; i <= last; i += 1.0) p->at[p->count++] = i;
        if (high != low) p->at[p->count++] = high;
    } else {
        for (double i = first; i <= last; i += 1.0) p->at[p->count++] = i;
    }
    const double last_tap = linear ? ceil(high) : last;
    for (double i = first; i <= last_tap; i += 1.0) p->taps[p->tap_count++] = i;
    return 1;
}

static void visit(scan* s, uint32_t axis, double* positions, int taps) {
    if (axis < s->grid->axis_count) {
        const places* p = &s->axes[axis];
        const int count = taps ? p->tap_count : p->count;
        for (int i = 0; i < count; ++i) {
            positions[axis] = taps ? p->taps[i] : p->at[i];
            visit(s, axis + 1, positions, taps);
        }
        return;
    }
    const double v = weft_grid_read_at(s->grid, s->data, s->now, s->channel, positions);
    if (taps) {
        if (fabs(v) > s->greatest) s->greatest = fabs(v);
        return;
    }
    ++s->seen;
    if (isnan(v)) {
        ++s->nans;
        return;
    }
    s->low = fmin(s->low, v);
    s->high = fmax(s->high, v);
}

/* What reading, decoding and mixing may add, for taps of at most this size. */
static double reading_error(const weft_grid* grid, double greatest, int mixed, uint32_t precision) {
    const double unit = precision == WEFT_PRECISION_F64 ? 2.3e-16 : 1.2e-7;
    double steps = 0.0;
    if (grid->format == WEFT_FORMAT_RGBA8 || grid->format == WEFT_FORMAT_RGBA16) steps += 1.0;
    if (mixed) steps += 1.0 + 2.0 * mixed;
    return steps * unit * greatest;
}

weft_bound weft_grid_bound(const weft_grid* grid, const void* data, int64_t now, uint32_t channel,
                           const weft_bound_read* read, double stored_error) {
    places axes[WEFT_MAX_AXES];
    scan s = {grid, data, now, channel, axes, INFINITY, -INFINITY, 0.0, 0, 0};
    uint32_t nan = WEFT_NAN_NEVER;
    int zero = 0, certainly_zero = 0, mixed = 0;
    double combinations = 1.0;
    for (uint32_t i = 0; i < grid->axis_count; ++i) {
        const weft_axis* axis = &grid->axes[i];
        const weft_bound* coord = &read->coords[i];
        const int ring = axis->wrap == WEFT_WRAP_RING;
        const int endless = isinf(coord->low) || isinf(coord->high);
        if (ring && (coord->nan || endless)) {
            zero = 1;
            if (coord->nan == WEFT_NAN_ALWAYS || (endless && coord->low == coord->high))
                certainly_zero = 1;
        } else if (coord->nan > nan) {
            nan = coord->nan;
        }
        if (coord->nan == WEFT_NAN_ALWAYS) continue;
        double low, high;
        to_positions(axis, coord, (read->f64_coords >> i & 1u) != 0, &low, &high);
        if (certainly_zero) continue;
        if (!find_places(axis, low, high, &axes[i])) return weft_bound_unknown();
        if (axes[i].count > 1 || axes[i].at[0] != floor(axes[i].at[0])) mixed += !ring;
        combinations *= axes[i].tap_count;
    }
    if (nan == WEFT_NAN_ALWAYS) return weft_bound_point(NAN);
    if (certainly_zero) {
        weft_bound r = weft_bound_point(0.0);
        r.nan = nan;
        return r;
    }
    if (combinations > 512.0) return weft_bound_unknown();
    double positions[WEFT_MAX_AXES] = {0};
    visit(&s, 0, positions, 0);
    visit(&s, 0, positions, 1);
    if (s.nans == s.seen) return zero ? weft_bound_unknown() : weft_bound_point(NAN);
    if (mixed && isinf(s.greatest)) return weft_bound_unknown();
    const double e =
        (isinf(s.greatest) ? 0.0 : reading_error(grid, s.greatest, mixed, read->precision)) +
        stored_error;
    weft_bound r = {s.low - e, s.high + e, s.nans ? WEFT_NAN_MAYBE : nan, 0};
    if (zero) {
        const weft_bound nothing = weft_bound_point(0.0);
        r = weft_bound_join(&r, &nothing);
    }
    return weft_bound_round(r, 0.5, read->precision);
}
