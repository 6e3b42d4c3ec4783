/* One compiled batch. The functions are those of weft_backend_api. */
#ifndef SCANLINE_PROGRAM_H
#define SCANLINE_PROGRAM_H

#include <weft/backend.h>

struct weft_backend {
    const weft_host* host; /* memory, threads, log; lives until cleanup returns */
};

weft_status program_compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                            weft_error* error);
weft_status program_execute(weft_program* program, const weft_frame* frame, weft_error* error);
weft_status program_get_values(weft_program* program, uint32_t output, const weft_points* points,
                               double* values, weft_error* error);
weft_status program_get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                               weft_error* error);
void program_release(weft_program* program);

/* Fills the caller's record, which may be absent, and returns `code`. `node` may be NULL. */
weft_status fail(weft_error* error, weft_status code, const char* text, const weft_str* node,
                 weft_span span);

static const weft_span nowhere = {WEFT_NO_FILE, 0, 0};

#endif
