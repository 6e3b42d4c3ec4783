/* The last ticks of a picture, in memory that others read in place: a ring of pictures. */
#ifndef SCANLINE_CACHE_H
#define SCANLINE_CACHE_H

#include <weft/host.h>

typedef struct cache {
    weft_memory memory; /* data NULL: there is none */
    weft_view view;
} cache;

/* Lays the grid out, and makes memory for it. */
weft_status cache_make(cache* c, const weft_host* host, weft_grid* grid, weft_error* error);
void cache_free(cache* c, const weft_host* host);

/* What another back end is told of it. */
void cache_describe(const cache* c, const weft_grid* grid, weft_handle* handle);

/* The axis that is the ring; NULL: there is none. */
const weft_axis* ring_of(const weft_grid* grid);

#endif
