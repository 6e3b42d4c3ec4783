/* Says that it succeeded and delivers nothing; fails with numbers and texts that are none. */
#define NAME "breaks_promises"
#include "common.h"

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    (void)backend;
    (void)error;
    if (batch->kernel_count == 0) {
        *program = NULL;
        return WEFT_OK;
    }
    *program = ANY_POINTER(weft_program);
    return WEFT_OK;
}

static weft_status get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                              weft_error* error) {
    (void)program;
    (void)output;
    (void)error;
    handle->kind = WEFT_HANDLE_HOST;
    handle->view = NULL;
    return WEFT_OK;
}

/* A number that is no status, and a text without an end. */
static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    (void)program;
    (void)frame;
    memset(error->message, 'x', sizeof error->message);
    error->message[0] = '\n';
    error->message[1] = '\xff';
    memset(error->node, 'n', sizeof error->node);
    return 99;
}

/* Fails without a word. */
static weft_status get_values(weft_program* program, uint32_t output, const weft_points* points,
                              double* values, weft_error* error) {
    (void)program;
    (void)output;
    (void)points;
    (void)values;
    (void)error;
    return WEFT_DEVICE_LOST;
}

static const weft_backend_api api =
    API(good_describe, good_probe, good_create, compile, get_handle, get_values, execute);
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)
