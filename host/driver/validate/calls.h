// The plugin's functions as checks call them: each call stands in the trace while it runs, so that
// a crash or a hang has a name. Arguments go through as they are.
#pragma once

#include <weft/plugin.h>

#include <cstdint>
#include <string_view>

#include "driver/validate/trace.h"

namespace weft::validate {

class Calls {
public:
    explicit Calls(const weft_backend_api& api) : api_(api) {}

    const weft_backend_info* describe() const;
    weft_status probe(weft_probe* result, weft_error* error) const;
    weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) const;
    weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                        weft_error* error) const;
    weft_status get_handle(weft_program* program, std::uint32_t output, weft_handle* handle,
                           weft_error* error) const;
    weft_status get_values(weft_program* program, std::uint32_t output, const weft_points* points,
                           double* values, weft_error* error) const;
    weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) const;
    void cancel(weft_program* program) const;  // nothing where the plugin has none
    void release(weft_program* program) const;
    void cleanup(weft_backend* backend) const;
    // NULL where the plugin has none.
    const void* extension(std::string_view id) const;

    // Any other function, of an extension: calls.call("submit", "frame 3", [&] { return ...; }).
    template <class Function>
    auto call(std::string_view name, std::string_view arguments, Function&& function) const {
        const InCall here(name, arguments);
        return function();
    }

private:
    const weft_backend_api& api_;
};

}  // namespace weft::validate
