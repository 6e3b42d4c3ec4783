/* "weft.gather/1": values at points that are known when a program is compiled. The producer reads
 * them itself at the end of every execute; nobody reads a picture back to learn a few numbers. */
#ifndef WEFT_GATHER_H
#define WEFT_GATHER_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_GATHER_EXTENSION "weft.gather/1" /* stable */

typedef struct weft_gather_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [compile-thread & compiled] From the next execute on, *values holds output `output` (a CACHE
     * or a SOURCE) at `count` points once the work is complete. coords: for every axis of the
     * output's grid, in order, an array of `count` coordinates; copied. The memory of *values is
     * the program's, until it is released; it holds what get_values would answer. */
    weft_status (*gather)(weft_program* program, uint32_t output, uint64_t count,
                          const double* const* coords, const double** values, weft_error* error);
} weft_gather_api;

#ifdef __cplusplus
}
#endif
#endif
