#include "driver/validate/trial_memory.h"

namespace weft::validate {

TrialMemory::TrialMemory(Context& context, const Instance& instance, const weft_memory_api& api,
                         std::uint32_t kind, std::uint32_t seed)
    : context_(context), instance_(instance), api_(api) {
    handle.struct_size = sizeof handle;
    handle.memory_fd = -1;
    weft_error error = empty_error();
    const weft_status status =
        context.calls().call("weft_memory_api.trial_begin", kind_name(kind), [&] {
            return api.trial_begin(instance.backend, kind, kTrialBytes, seed, &handle, &trial,
                                   &error);
        });
    if (status == WEFT_OK) return;
    trial = nullptr;
    refusal = said(status, error);
}

TrialMemory::~TrialMemory() {
    if (trial)
        context_.calls().call("weft_memory_api.trial_end", "",
                              [&] { api_.trial_end(instance_.backend, trial); });
}

}  // namespace weft::validate
