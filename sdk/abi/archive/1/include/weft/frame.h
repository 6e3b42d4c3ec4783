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
    int64_t first_sample;   /* unwrapped (abssample) */
    uint64_t sample_count;  /* 0: no sound asked for in this call */
    uint32_t capture;       /* 1: run kernels with cache stores and advance caches; 0: only others */
    uint32_t skip_targets;  /* 1: run-up: nothing but caches is needed */
    const volatile uint32_t* cancel; /* non-zero: stop early with WEFT_CANCELLED; may be NULL */
} weft_frame;

/* n points. fields[f] is an array of n coordinates, or NULL: then `constants[f]` holds for all. */
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
