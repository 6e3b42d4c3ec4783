// Throws out of every function that does something, each time something else.
#define NAME "throws"
#include "common.h"

#include <stdexcept>
#include <string>

namespace {

weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                    weft_error* error) {
    if (batch->kernel_count == 0) throw std::runtime_error("compile is not my day");
    return good_compile(backend, batch, program, error);
}

weft_status execute(weft_program*, const weft_frame*, weft_error*) {
    throw 42;
}

weft_status get_values(weft_program*, std::uint32_t, const weft_points*, double*, weft_error*) {
    throw std::string("not even an exception");
}

weft_status get_handle(weft_program*, std::uint32_t, weft_handle*, weft_error*) {
    throw std::out_of_range("vector::at");
}

void release(weft_program*) {
    throw std::logic_error("released twice");
}
void cleanup(weft_backend*) {
    throw std::logic_error("still in use");
}
void cancel(weft_program*) {
    throw 1;
}
const void* extension(weft_str) {
    throw 2;
}

const weft_backend_api api = {sizeof(weft_backend_api),
                              0,
                              good_describe,
                              good_probe,
                              good_create,
                              compile,
                              get_handle,
                              get_values,
                              execute,
                              cancel,
                              release,
                              cleanup,
                              extension};
const weft_plugin plugin = GOOD_PLUGIN(&api);

}  // namespace

extern "C" {
ENTRY(&plugin)
}
