/* "weft.residency/1": what a back end holds of its device's memory, for people and for tests. */
#ifndef WEFT_RESIDENCY_H
#define WEFT_RESIDENCY_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_RESIDENCY_EXTENSION "weft.residency/1" /* draft */

/* Bytes but for `moves`. */
typedef struct weft_residency {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t resident; /* of the device, held by programs */
    uint64_t kept;     /* of the device, free for the next program */
    uint64_t spilled;  /* of caches for which the device has no room: slower, in host memory */
    uint64_t moves;    /* of caches, there and back, since the device was opened */
    uint64_t used;     /* of `limit`, by whatever counts towards it: with some drivers, other
                          programs too */
    uint64_t limit;    /* 0: not known */
    char device[128];
    char largest[256]; /* who holds most, one line */
} weft_residency;

typedef struct weft_residency_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [any-thread & created] */
    weft_status (*residency)(weft_backend* backend, weft_residency* residency, weft_error* error);
} weft_residency_api;

#ifdef __cplusplus
}
#endif
#endif
