// The entry: who this back end is, whether it can run here, and its table of functions.
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "program.h"

namespace weft::cpu {
namespace {

constexpr weft_str text(std::string_view view) {
    return {view.data(), view.size()};
}

// WEFT_CPU_LANES=4|8|16 narrows the vectors, to compare widths on one machine.
unsigned wanted_lanes() {
    const char* asked = std::getenv("WEFT_CPU_LANES");
    if (asked == nullptr) return 0;
    const int lanes = std::atoi(asked);
    return lanes == 4 || lanes == 8 || lanes == 16 ? static_cast<unsigned>(lanes) : 0;
}

class CpuBackend final : public cpp::Backend {
public:
    explicit CpuBackend(cpp::Host host) : host_(host) {}

    static const weft_backend_info* describe() {
        static const weft_backend_info info = {
            sizeof(weft_backend_info),
            WEFT_BACKEND_DETERMINISTIC,
            text("cpu"),
            text("0.1.0"),
            text("machine code for this processor's widest vectors, through LLVM"),
            (1u << WEFT_CONTEXT_COUNT) - 1,
            0,
            nullptr,
            0,
            0,
            nullptr,
        };
        return &info;
    }

    static void probe(weft_probe& result) {
        const Machine machine = host_machine(wanted_lanes());
        result.available = 1;
        result.score = 100;
        cpp::copy_text(result.device,
                       machine.cpu + ", " + std::to_string(machine.lanes) + " lanes");
        result.reason[0] = '\0';
    }

    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        // LLVM starts with the first program: whoever only asks for names does not pay for it.
        if (engine_ == nullptr) {
            std::string error;
            engine_ = Engine::create(wanted_lanes(), error);
            if (engine_ == nullptr) throw cpp::Failure(WEFT_UNAVAILABLE, error);
        }
        return std::make_unique<Program>(host_, *engine_, batch);
    }

private:
    cpp::Host host_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace
}  // namespace weft::cpu

WEFT_CPP_PLUGIN(weft::cpu::CpuBackend, __DATE__)
