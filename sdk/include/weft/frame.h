/* One tick of work, and points to evaluate. */
#ifndef WEFT_FRAME_H
#define WEFT_FRAME_H

#include "abi.h"
#include "fields.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_target {
    void* data;
    uint64_t size; /* bytes */
} weft_target;

/* Given to execute; everything is valid until execute returns and is not changed meanwhile.
 * A frame covers the pictures of frame `absframe` and the samples
 * [first_sample, first_sample + sample_count), which all lie within that frame. */
typedef struct weft_frame {
    uint32_t struct_size;
    uint32_t target_count;
    const double* fields;   /* WEFT_FIELD_COUNT numbers: the clock at the frame, x = y = 0.5 */
    const double* params;   /* live parameters, in the program's order */
    const double* uniforms; /* hoisted values of this batch, computed by the host in f64 */
    const weft_target* targets;
    /* Unwrapped (abssample). Where no sound is asked for it is the newest sample that pictures
     * read (grid.h, RING): the frame's first, or one before it where that is not there yet; -1:
     * none is. */
    int64_t first_sample;
    uint64_t sample_count; /* 0: no sound asked for in this call */
    uint32_t capture;      /* 1: run kernels that store to caches, advance these; 0: only others */
    uint32_t skip_targets; /* 1: run-up, nothing but caches is needed: targets are not written, and
                              `targets` may be NULL */
    const volatile uint32_t* cancel; /* non-zero: stop early with WEFT_CANCELLED; may be NULL */
    /* 1: another work of this back end is submitted next, or waited for (weft.async): a device may
     * be given both at once. */
    uint32_t more;
    uint32_t reserved;
    /* Frames of the clock that a live show left out so far. Caches that tick in frames count those
     * that were run, so that none has a hole: weft_frame_tick. */
    int64_t left_out;
} weft_frame;

/* The tick of this frame in caches that tick in frames: absframe, less what was left out. */
static inline int64_t weft_frame_tick(const weft_frame* frame) {
    const int64_t absframe = WEFT_CAST(int64_t, frame->fields[WEFT_FIELD_ABSFRAME]);
    const int told = frame->struct_size >= offsetof(weft_frame, left_out) + sizeof(int64_t);
    return told ? absframe - frame->left_out : absframe;
}

/* n points. fields[f] is an array of n coordinates, or NULL: then `constants[f]` holds for all.
 * ABSFRAME and ABSSAMPLE are the ticks at which caches are read, `now` of a RING (grid.h): whoever
 * asks from within a frame gives what it would read by itself, weft_frame_tick for the former. */
typedef struct weft_points {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t count;
    const double* const* fields; /* WEFT_FIELD_COUNT pointers */
    const double* constants;     /* WEFT_FIELD_COUNT numbers */
    const double* own;           /* the strand's own axis (k, freq), or NULL for 0 */
    const double* params;
} weft_points;

#ifdef __cplusplus
}
#endif
#endif
