// Throws when asked whether it can be used.
#define NAME "probe_throws"
#include "common.h"

#include <stdexcept>

namespace {

weft_status probe(weft_probe*, weft_error*) {
    throw std::runtime_error("driver exploded");
}

const weft_backend_api api = API(good_describe, probe, good_create, good_compile, good_get_handle,
                                 good_get_values, good_execute);
const weft_plugin plugin = GOOD_PLUGIN(&api);

}  // namespace

extern "C" {
ENTRY(&plugin)
}
