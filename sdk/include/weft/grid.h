/* Where values live: grids of numbers with named axes, and the handles by which back ends share
 * them. A grid describes any materialised strand: a picture (x, y), a film or a cache of pictures
 * (x, y, time or k), a sound (time), one number. */
#ifndef WEFT_GRID_H
#define WEFT_GRID_H

#include "abi.h"
#include "fields.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a coordinate between grid points is read. */
#define WEFT_FILTER_LINEAR 0u
#define WEFT_FILTER_FLOOR 1u

/* How an index outside [0, count) is read. RING is the axis of a cache: k is floored, taken modulo
 * `count` (so that 0 <= k < count), and tick `now - k` is read, where `now` is the tick of the
 * point that reads: weft_frame_tick (WEFT_TICK_FRAME) or the sample's (WEFT_TICK_SAMPLE; for a
 * picture weft_frame.first_sample). Tick t is in slot t mod capacity; ticks that were never
 * captured or are newer than weft_view.tick read as they stand in memory. A k that is not finite
 * reads 0. */
#define WEFT_WRAP_CLAMP 0u
#define WEFT_WRAP_REPEAT 1u
#define WEFT_WRAP_MIRROR 2u
#define WEFT_WRAP_ZERO 3u
#define WEFT_WRAP_RING 4u

#define WEFT_TICK_FRAME 0u
#define WEFT_TICK_SAMPLE 1u

/* Grid point i of an axis stands at coordinate origin + i * step. */
typedef struct weft_axis {
    uint32_t field; /* WEFT_FIELD_*, or WEFT_FIELD_OWN for an own axis */
    uint32_t filter;
    uint32_t wrap;
    uint32_t tick;     /* RING: WEFT_TICK_* */
    uint64_t count;    /* RING: the cache's N */
    uint64_t capacity; /* RING: slots in memory, >= count; chosen by the producer, no fewer than an
                          output asks for; else 0 */
    double origin;
    double step;
    int64_t stride; /* bytes from point i to point i + 1 */
} weft_axis;

#define WEFT_FORMAT_F32 0u
#define WEFT_FORMAT_F64 1u
#define WEFT_FORMAT_RGBA8 2u  /* 4 bytes r g b a, straight alpha, round half up of 255 v */
#define WEFT_FORMAT_RGBA16 3u /* 4 x uint16, native order, round half up of 65535 v */

#define WEFT_MAX_AXES 4u
typedef struct weft_grid {
    uint32_t axis_count;
    uint32_t format;
    uint32_t channels; /* planes, one per strand; 1 for packed formats */
    uint32_t reserved;
    int64_t channel_stride; /* bytes */
    weft_axis axes[4];      /* operands of a SAMPLE of this grid stand in this order */
} weft_grid;

/* The changing part of shared memory. It stays at one address for the life of a program; the
 * producer writes it before its batch completes, consumers read it when theirs begins, and the
 * frame order guarantees that the two never overlap. */
typedef struct weft_view {
    const void* data;    /* first byte of channel 0 */
    uint64_t generation; /* rises with every change of contents */
    int64_t tick;        /* ring axes: the newest tick captured, -1 if none; its slot is
                            tick mod capacity */
} weft_view;

#define WEFT_HANDLE_NONE 0u
#define WEFT_HANDLE_HOST 1u /* memory of this process, read through `view` */
/* Memory of a device, `memory_fd` an opaque file descriptor that the same device and driver import
 * (weft_memory_api.caps tells which): the consumer duplicates it. view->data is NULL; the data
 * begin at `memory_offset`. */
#define WEFT_HANDLE_OPAQUE_FD 2u
#define WEFT_HANDLE_DMA_BUF 3u
/* Memory that only programs of the same instance of a back end can use, which know it by the
 * address of its `view`. view->data is NULL, memory_fd is -1. */
#define WEFT_HANDLE_LOCAL 4u

typedef struct weft_handle {
    uint32_t struct_size;
    uint32_t kind;
    weft_grid grid;
    const weft_view* view; /* owned by the producer, until its program is released */
    int32_t memory_fd;     /* memfd behind the memory, -1 if none; borrowed */
    uint32_t reserved;
    uint64_t memory_offset;
    uint64_t memory_size;
} weft_handle;

#ifdef __cplusplus
}
#endif
#endif
