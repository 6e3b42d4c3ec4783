#include "cache.h"

#include <string.h>

#include "program.h"

const weft_axis* ring_of(const weft_grid* grid) {
    for (uint32_t a = 0; a < grid->axis_count; ++a)
        if (grid->axes[a].wrap == WEFT_WRAP_RING) return &grid->axes[a];
    return NULL;
}

/* The first axis next to each other, the ring farthest apart. Returns the bytes; 0: too many. */
static uint64_t lay_out(weft_grid* grid) {
    const uint64_t most = (uint64_t)1 << 40;
    uint64_t size = grid->format == WEFT_FORMAT_F64 ? sizeof(double) : sizeof(float);
    for (uint32_t a = 0; a < grid->axis_count; ++a) {
        weft_axis* axis = &grid->axes[a];
        uint64_t points = axis->count;
        if (axis->wrap == WEFT_WRAP_RING) {
            /* As many slots as there are ticks to be read; more where the host asks for them. */
            if (points < axis->capacity) points = axis->capacity;
            axis->capacity = points;
        }
        if (points == 0 || size > most / points) return 0;
        axis->stride = (int64_t)size;
        size *= points;
    }
    grid->channel_stride = (int64_t)size;
    return size * (grid->channels ? grid->channels : 1);
}

weft_status cache_make(cache* c, const weft_host* host, weft_grid* grid, weft_error* error) {
    const uint64_t size = lay_out(grid);
    if (!size) return fail(error, WEFT_INVALID, "the cache is empty or too large", NULL, nowhere);
    /* SHARED: behind it is a file descriptor, with which another process could read it too. ZEROED:
     * ticks before the first one are 0. */
    const weft_status status = host->memory_alloc(
        host->context, size, WEFT_MEMORY_SHARED | WEFT_MEMORY_ZEROED, &c->memory, error);
    c->view.data = c->memory.data;
    c->view.generation = 0;
    c->view.tick = -1;
    return status;
}

void cache_free(cache* c, const weft_host* host) {
    if (c->memory.data) host->memory_free(host->context, &c->memory);
}

void cache_describe(const cache* c, const weft_grid* grid, weft_handle* handle) {
    const uint32_t size = handle->struct_size;
    memset(handle, 0, sizeof *handle);
    handle->struct_size = size;
    handle->kind = WEFT_HANDLE_HOST;
    handle->grid = *grid;
    handle->view = &c->view; /* what changes: tick and generation */
    handle->memory_fd = c->memory.fd;
    handle->memory_size = c->memory.size;
}
