/* Takes for granted that every host asks for an identity. */
#define NAME "versions.memory-caps"
#include <weft/memory.h>

#include "good.h"

static weft_status caps(weft_backend* backend, weft_memory_caps* result, weft_error* error) {
    (void)backend;
    (void)error;
    result->flags = WEFT_MEMORY_UNIFIED;
    result->exports = result->imports = 0;
    memset(result->device_uuid, 0, sizeof result->device_uuid);
    memset(result->driver_uuid, 0, sizeof result->driver_uuid);
    result->host_alignment = 0;
    result->upload_rate = result->download_rate = 0;
    result->no_export[0] = result->no_import[0] = '\0';
    result->identity[0] = '\0';
    return WEFT_OK;
}

static weft_status trial_begin(weft_backend* backend, uint32_t kind, uint64_t size, uint32_t seed,
                               weft_handle* handle, weft_trial** trial, weft_error* error) {
    (void)backend;
    (void)kind;
    (void)size;
    (void)seed;
    (void)handle;
    *trial = NULL;
    return fail(error, WEFT_UNSUPPORTED, "there is no memory of that kind");
}

static void trial_end(weft_backend* backend, weft_trial* trial) {
    (void)backend;
    (void)trial;
}

static weft_status trial_read(weft_backend* backend, const weft_handle* handle, uint64_t* sum,
                              weft_error* error) {
    (void)backend;
    (void)handle;
    *sum = 0;
    return fail(error, WEFT_UNSUPPORTED, "there is no memory of that kind");
}

static const void* extension(weft_str id) {
    static const weft_memory_api table = {sizeof table, 0,         caps,
                                          trial_begin,  trial_end, trial_read};
    const size_t size = strlen(WEFT_MEMORY_EXTENSION);
    return id.size == size && memcmp(id.data, WEFT_MEMORY_EXTENSION, size) == 0 ? &table : NULL;
}

#define EXTENSION extension

#include "table.h"
