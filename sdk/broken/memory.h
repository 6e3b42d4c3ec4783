/* "weft.memory/1" of a back end that has host memory and nothing else, for the broken ones about
 * memory and order. */
#ifndef WEFT_BROKEN_MEMORY_H
#define WEFT_BROKEN_MEMORY_H

#include "good.h"

#include <weft/memory.h>

struct weft_trial {
    weft_view view;
    uint64_t words;
    uint32_t* memory;
};

UNUSED static weft_status good_caps(weft_backend* backend, weft_memory_caps* caps,
                                    weft_error* error) {
    (void)backend;
    (void)error;
    const uint32_t size = caps->struct_size;
    memset(caps, 0, size);
    caps->struct_size = size;
    caps->flags = WEFT_MEMORY_UNIFIED;
    caps->exports = caps->imports = 1u << WEFT_HANDLE_HOST;
    strcpy(caps->no_export, "there is no device");
    strcpy(caps->no_import, "there is no device");
    return WEFT_OK;
}

UNUSED static void write_words(uint32_t* memory, uint64_t words, uint32_t seed) {
    for (uint64_t i = 0; i < words; ++i) memory[i] = (uint32_t)(seed + i * 2654435761u);
}

UNUSED static uint64_t sum_words(const uint32_t* memory, uint64_t words) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < words; ++i) sum += memory[i];
    return sum;
}

UNUSED static weft_status good_trial_begin(weft_backend* backend, uint32_t kind, uint64_t size,
                                           uint32_t seed, weft_handle* handle, weft_trial** trial,
                                           weft_error* error) {
    (void)backend;
    if (kind != WEFT_HANDLE_HOST) return fail(error, WEFT_UNSUPPORTED, "no such memory");
    weft_trial* t = calloc(1, sizeof *t);
    uint32_t* memory = t ? calloc(size / 4, 4) : NULL;
    if (!memory) {
        free(t);
        return fail(error, WEFT_UNAVAILABLE, "out of memory");
    }
    t->memory = memory;
    t->words = size / 4;
    write_words(memory, t->words, seed);
    t->view.data = memory;
    t->view.tick = -1;
    memset(handle, 0, sizeof *handle);
    handle->struct_size = sizeof *handle;
    handle->kind = kind;
    handle->memory_fd = -1;
    handle->memory_size = size;
    handle->view = &t->view;
    handle->grid.axis_count = 1;
    handle->grid.channels = 1;
    handle->grid.axes[0].count = t->words;
    handle->grid.axes[0].step = 1;
    handle->grid.axes[0].stride = 4;
    *trial = t;
    return WEFT_OK;
}

UNUSED static void good_trial_end(weft_backend* backend, weft_trial* trial) {
    (void)backend;
    if (trial) free(trial->memory);
    free(trial);
}

UNUSED static weft_status good_trial_read(weft_backend* backend, const weft_handle* handle,
                                          uint64_t* sum, weft_error* error) {
    (void)backend;
    if (handle->kind != WEFT_HANDLE_HOST) return fail(error, WEFT_UNSUPPORTED, "no such memory");
    *sum = sum_words(handle->view->data, handle->memory_size / 4);
    return WEFT_OK;
}

UNUSED static int is_id(weft_str id, const char* wanted) {
    return id.size == strlen(wanted) && memcmp(id.data, wanted, id.size) == 0;
}

#endif
