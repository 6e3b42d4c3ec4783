// Steps that a frame has nothing to do for but call them, one behind the other, on the thread that
// runs it: nobody to wait for, no numbers of the host's, no film, no deadline. Each costs what a
// call through a pointer costs and a few stores, so that a program may have a thousand small parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <weft/backend.h>

#include "base/result.h"
#include "plugin/backend.h"
#include "plugin/whereabouts.h"

namespace weft::runtime {

class Stretch {
public:
    // `program`, `uniforms` and `name` outlive the stretch. `number`: of the step.
    void add(std::uint32_t number, plugin::Program& program, const double* uniforms,
             std::string_view name);
    // After the last add.
    void settle();

    struct Failure {
        std::uint32_t step = 0;
        Error error;
    };
    // Calls all of them, up to the first that fails. `frame` is complete but for the uniforms.
    // [frame thread, where nobody watches whereabouts]
    [[nodiscard]] std::optional<Failure> run(weft_frame& frame) const;

private:
    struct Call {
        decltype(weft_backend_api::execute) execute;
        weft_program* program;
        const double* uniforms;
        const plugin::PluginCall* place;
    };
    [[nodiscard]] static weft_status call_one(const Call& call, weft_frame& frame,
                                              weft_error& error, plugin::Here& here);
    [[nodiscard]] static weft_status call_eight(const Call* calls, weft_frame& frame,
                                                weft_error& error, plugin::Here& here);
    [[nodiscard]] weft_status call_all(weft_frame& frame, weft_error& error,
                                       plugin::Here& here) const;

    std::vector<Call> calls_;
    std::vector<plugin::PluginCall> places_;
    std::vector<std::uint32_t> steps_;
};

}  // namespace weft::runtime
