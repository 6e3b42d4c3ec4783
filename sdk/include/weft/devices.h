/* "weft.devices/1": all devices that a back end could take, for whoever must choose one. probe()
 * tells of the one that it would take. */
#ifndef WEFT_DEVICES_H
#define WEFT_DEVICES_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_DEVICES_EXTENSION "weft.devices/1" /* stable */

typedef struct weft_device {
    uint32_t struct_size;
    uint32_t chosen; /* 1: the one that probe() told of */
    int32_t score;   /* as weft_probe.score */
    uint32_t reserved;
    char name[128];
    char reason[256]; /* why it cannot be taken, one line; "" if it can */
} weft_device;

typedef struct weft_devices_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [any-thread] Fills the first `room` of `devices`, which have their struct_size, in the
     * driver's order; *count is how many there are, which may be more. */
    weft_status (*list)(weft_device* devices, uint32_t room, uint32_t* count, weft_error* error);
} weft_devices_api;

#ifdef __cplusplus
}
#endif
#endif
