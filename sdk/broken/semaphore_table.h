/* The end of those with semaphores: their tables, then that of the back end. */
#ifndef SEMAPHORE_CAPS
#define SEMAPHORE_CAPS good_semaphore_caps
#endif
#ifndef SEMAPHORE_IMPORT
#define SEMAPHORE_IMPORT good_semaphore_import
#endif
#ifndef ORDER_TRIAL_READ
#define ORDER_TRIAL_READ good_order_trial_read
#endif

static const void* extension(weft_str id) {
    static const weft_memory_api memory = {
        sizeof(weft_memory_api), 0, good_caps, good_trial_begin, good_trial_end, good_trial_read};
    static const weft_async_api async = {sizeof(weft_async_api), 0, good_submit, good_wait};
    static const weft_semaphore_api semaphores = {sizeof(weft_semaphore_api),
                                                  0,
                                                  SEMAPHORE_CAPS,
                                                  good_semaphore_create,
                                                  SEMAPHORE_IMPORT,
                                                  good_semaphore_release,
                                                  good_semaphore_submit,
                                                  good_semaphore_unblock,
                                                  good_trial_write,
                                                  good_order_trial_end,
                                                  ORDER_TRIAL_READ};
    if (is_id(id, WEFT_MEMORY_EXTENSION)) return &memory;
    if (is_id(id, WEFT_ASYNC_EXTENSION)) return &async;
    return is_id(id, WEFT_SEMAPHORE_EXTENSION) ? &semaphores : NULL;
}

#define EXTENSION extension
#include "table.h"
