/* Runs the program that was compiled last, whichever it is asked to run. */
#define NAME "lifecycle.two-programs"
#include "good.h"

static weft_program* last;

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    const weft_status status = good_compile(backend, batch, program, error);
    if (status == WEFT_OK) last = *program;
    return status;
}

/* Programs of another kind have other targets: those it runs as they are. */
static weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    int alike = last && last->kernel_count == program->kernel_count &&
                last->output_count == program->output_count;
    for (uint32_t i = 0; alike && i < program->output_count; ++i) {
        const weft_output* a = &last->outputs[i].as;
        const weft_output* b = &program->outputs[i].as;
        alike = a->kind == b->kind && a->target == b->target && a->shared == b->shared &&
                a->grid.channel_stride == b->grid.channel_stride;
    }
    return good_execute(alike ? last : program, frame, error);
}

static void release(weft_program* program) {
    if (program == last) last = NULL;
    good_release(program);
}

#define COMPILE compile
#define EXECUTE execute
#define RELEASE release

#include "table.h"
