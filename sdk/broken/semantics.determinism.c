/* With many threads it adds up in another order. */
#define NAME "semantics.determinism"
#include "good.h"

static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    const weft_host* host = program->backend->host;
    const weft_status status = good_execute(program, frame, error);
    if (status != WEFT_OK || host->concurrency(host->context) < 4) return status;
    for (uint32_t i = 0; i < program->output_count && !frame->skip_targets; ++i) {
        const weft_output* o = &program->outputs[i].as;
        if (o->kind != WEFT_OUTPUT_TARGET || o->grid.format != WEFT_FORMAT_F32) continue;
        float* first = frame->targets[o->target].data;
        *first = nextafterf(*first, 2.0f);
    }
    return status;
}

#define EXECUTE execute
#include "table.h"
