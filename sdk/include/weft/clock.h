/* The one clock: the values of all CLOCK fields at a frame, at a sample, at a free time. Host,
 * reference evaluator and back ends use these functions, so that they agree to the last bit.
 *
 * `settings` and `fields` are arrays of WEFT_FIELD_COUNT numbers; only the CLOCK fields of `fields`
 * are written. Frame k stands at exactly k / fps and sample n at exactly n / rate (one rounding).
 * A counter follows from a time T as the k with k / rate <= T < (k + 1) / rate. With loop = F > 0,
 * `time`, `frame` and `sample` start again every F frames. Results are exact while counters stay
 * below 2^53. */
#ifndef WEFT_CLOCK_H
#define WEFT_CLOCK_H

#include <math.h>

#include "fields.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The last tick of a clock of `rate` ticks a second that is not after `time`. */
static inline double weft_clock_count(double time, double rate) {
    double k = floor(time * rate);
    /* The product is rounded; the law is about k / rate. */
    if (k / rate > time) {
        k -= 1.0;
    } else if ((k + 1.0) / rate <= time) {
        k += 1.0;
    }
    return k;
}

/* The first tick of a clock of `rate` ticks a second that is not before `time`. */
static inline double weft_clock_next(double time, double rate) {
    const double k = weft_clock_count(time, rate);
    return k / rate == time ? k : k + 1.0;
}

/* Frame `absframe` holds the samples [first_sample(absframe), first_sample(absframe + 1)). */
static inline int64_t weft_clock_first_sample(const double* settings, int64_t absframe) {
    const double fps = settings[WEFT_FIELD_FPS];
    const double frame = WEFT_CAST(double, absframe);
    return WEFT_CAST(int64_t, weft_clock_next(frame / fps, settings[WEFT_FIELD_RATE]));
}

/* The position within a loop of `period` ticks; the position itself when period <= 0. */
static inline double weft_clock_wrap(double ticks, double period) {
    double turns;
    double rest;
    if (!(period > 0.0)) {
        return ticks;
    }
    turns = floor(ticks / period);
    rest = ticks - turns * period;
    if (rest < 0.0) {
        rest += period;
    } else if (rest >= period) {
        rest -= period;
    }
    return rest;
}

/* The length of the loop in samples; need not be whole. 0: no loop. */
static inline double weft_clock_loop_samples(const double* settings) {
    return settings[WEFT_FIELD_LOOP] * settings[WEFT_FIELD_RATE] / settings[WEFT_FIELD_FPS];
}

/* Fields that follow from abstime alone. */
static inline void weft_clock_beats(const double* settings, double abstime, double* fields) {
    const double beat = abstime * settings[WEFT_FIELD_BPM] / 60.0;
    const double measure = beat / settings[WEFT_FIELD_TIMESIG_NUM];
    fields[WEFT_FIELD_BEAT] = beat;
    fields[WEFT_FIELD_MEASURE] = measure;
    fields[WEFT_FIELD_BEATPHASE] = beat - floor(beat);
    fields[WEFT_FIELD_MEASUREPHASE] = measure - floor(measure);
}

/* The clock at frame `absframe`. */
static inline void weft_clock_at_frame(const double* settings, int64_t absframe, double* fields) {
    const double fps = settings[WEFT_FIELD_FPS];
    const double frame = WEFT_CAST(double, absframe);
    const double wrapped = weft_clock_wrap(frame, settings[WEFT_FIELD_LOOP]);
    const double abstime = frame / fps;
    const double abssample = weft_clock_count(abstime, settings[WEFT_FIELD_RATE]);
    fields[WEFT_FIELD_TIME] = wrapped / fps;
    fields[WEFT_FIELD_ABSTIME] = abstime;
    fields[WEFT_FIELD_FRAME] = floor(wrapped);
    fields[WEFT_FIELD_ABSFRAME] = frame;
    fields[WEFT_FIELD_SAMPLE] =
        floor(weft_clock_wrap(abssample, weft_clock_loop_samples(settings)));
    fields[WEFT_FIELD_ABSSAMPLE] = abssample;
    weft_clock_beats(settings, abstime, fields);
}

/* The clock at sample `abssample`. */
static inline void weft_clock_at_sample(const double* settings, int64_t abssample, double* fields) {
    const double rate = settings[WEFT_FIELD_RATE];
    const double sample = WEFT_CAST(double, abssample);
    const double wrapped = weft_clock_wrap(sample, weft_clock_loop_samples(settings));
    const double abstime = sample / rate;
    const double absframe = weft_clock_count(abstime, settings[WEFT_FIELD_FPS]);
    fields[WEFT_FIELD_TIME] = wrapped / rate;
    fields[WEFT_FIELD_ABSTIME] = abstime;
    fields[WEFT_FIELD_FRAME] = floor(weft_clock_wrap(absframe, settings[WEFT_FIELD_LOOP]));
    fields[WEFT_FIELD_ABSFRAME] = absframe;
    fields[WEFT_FIELD_SAMPLE] = floor(wrapped);
    fields[WEFT_FIELD_ABSSAMPLE] = sample;
    weft_clock_beats(settings, abstime, fields);
}

/* The clock when somebody asks at time `abstime` of their choice: nothing wraps. */
static inline void weft_clock_at_time(const double* settings, double abstime, double* fields) {
    const double absframe = weft_clock_count(abstime, settings[WEFT_FIELD_FPS]);
    const double abssample = weft_clock_count(abstime, settings[WEFT_FIELD_RATE]);
    fields[WEFT_FIELD_TIME] = abstime;
    fields[WEFT_FIELD_ABSTIME] = abstime;
    fields[WEFT_FIELD_FRAME] = absframe;
    fields[WEFT_FIELD_ABSFRAME] = absframe;
    fields[WEFT_FIELD_SAMPLE] = abssample;
    fields[WEFT_FIELD_ABSSAMPLE] = abssample;
    weft_clock_beats(settings, abstime, fields);
}

#ifdef __cplusplus
}
#endif
#endif
