// What the host sees of TEMPLATE_NAME: a description, and one instance. Pictures and numbers are
// computed in program.cpp. Whatever is thrown here and there becomes the error of the call.
#include <weft/cpp/backend.hpp>

#include "program.h"

namespace {

namespace cpp = weft::cpp;

class Backend final : public cpp::Backend {
public:
    // Opens a device, where there is one; `host` has memory, threads and the log.
    explicit Backend(cpp::Host) {}

    // TEMPLATE_NAME.json says the same, so that the host need not open the library to know it:
    // change both.
    static const weft_backend_info* describe() {
        static const weft_backend_info info = {
            sizeof(weft_backend_info),
            WEFT_BACKEND_DETERMINISTIC,  // the same input gives the same bytes
            cpp::to_str("TEMPLATE_NAME"),
            cpp::to_str("0.1.0"),
            cpp::to_str("interprets a few operators, one point after the other"),
            1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_COMPUTE,
            0,  // sources that are opened here, as "load"
            nullptr,
            0,  // sinks that are delivered here, as "osc"
            0,
            nullptr};
        return &info;
    }

    // A back end for a device looks for it here, closes it again, and says in `reason` what is
    // missing: not to be available is no error.
    static void probe(weft_probe& result) {
        result.available = 1;
        result.score = 10;  // software 0..99, code for the CPU 100..199, accelerators from 200
        cpp::copy_text(result.device, "an interpreter");
    }

    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        return std::make_unique<TEMPLATE_NAME_plugin::Program>(batch);
    }
};

}  // namespace

WEFT_CPP_PLUGIN(Backend, "TEMPLATE_NAME 0.1.0")
