#include "plugin/reference.h"

#include <string_view>
#include <weft/cpp/backend.hpp>

#include "plugin/reference_program.h"

namespace weft::plugin {
namespace {

constexpr std::string_view kName = "reference";
constexpr std::string_view kSummary =
    "evaluates every point in f64, slowly: the judge of all others";
constexpr std::uint32_t kContexts = (1u << WEFT_CONTEXT_COUNT) - 1;
constexpr std::uint32_t kFlags = WEFT_BACKEND_RAW_IR | WEFT_BACKEND_DETERMINISTIC;

class ReferenceBackend : public cpp::Backend {
public:
    explicit ReferenceBackend(cpp::Host host) : host_(host) {}

    static const weft_backend_info* describe() {
        static const weft_backend_info info = {sizeof(weft_backend_info),
                                               kFlags,
                                               cpp::to_str(kName),
                                               cpp::to_str(WEFT_VERSION),
                                               cpp::to_str(kSummary),
                                               kContexts,
                                               0,
                                               nullptr,
                                               0,
                                               0,
                                               nullptr};
        return &info;
    }

    static void probe(weft_probe& result) {
        result.available = 1;
        result.score = 0;  // only when asked for by name
        cpp::copy_text(result.device, "this processor, in f64");
    }

    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        return std::make_unique<reference::Program>(host_, batch);
    }

private:
    cpp::Host host_;
};

}  // namespace

Manifest reference_manifest() {
    Manifest m;
    m.name = kName;
    m.version = WEFT_VERSION;
    m.summary = kSummary;
    m.abi_min = m.abi_target = WEFT_ABI_VERSION;
    m.contexts = kContexts;
    m.flags = kFlags;
    return m;
}

const weft_plugin* reference_entry(std::uint32_t) {
    return cpp::plugin<ReferenceBackend>(WEFT_VERSION);
}

}  // namespace weft::plugin
