/* "weft.counters/1": what a program copied, so that a promise of zero copies can be held to. */
#ifndef WEFT_COUNTERS_H
#define WEFT_COUNTERS_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_COUNTERS_EXTENSION "weft.counters/1" /* stable */

/* Since the program was compiled; bytes but for `frames`. Numbers that go to every kernel (fields,
 * uniforms) are not counted. */
typedef struct weft_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t frames;    /* completed */
    uint64_t uploaded;  /* of inputs that kernels cannot use in place */
    uint64_t mirrored;  /* of caches, into host memory beside them */
    uint64_t delivered; /* of targets that kernels cannot write in place */
    uint64_t gathered;  /* numbers of weft.gather/1, and of get_values */
} weft_counters;

typedef struct weft_counters_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [frame-thread & compiled] */
    weft_status (*counters)(weft_program* program, weft_counters* counters, weft_error* error);
} weft_counters_api;

#ifdef __cplusplus
}
#endif
#endif
