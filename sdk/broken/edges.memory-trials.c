/* It adds up half of the memory that it imports. */
#define NAME "edges.memory-trials"
#include "memory.h"

static weft_status trial_read(weft_backend* backend, const weft_handle* handle, uint64_t* sum,
                              weft_error* error) {
    weft_handle half = *handle;
    half.memory_size /= 2;
    return good_trial_read(backend, &half, sum, error);
}

static const void* extension(weft_str id) {
    static const weft_memory_api table = {
        sizeof(weft_memory_api), 0, good_caps, good_trial_begin, good_trial_end, trial_read};
    return is_id(id, WEFT_MEMORY_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"
