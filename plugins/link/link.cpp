#include "link.h"

#include "ensemble.h"

namespace weft::link {

namespace {

constexpr weft_backend_info kInfo = {
    sizeof(weft_backend_info),
    0,
    cpp::to_str("link"),
    cpp::to_str("0.1.0"),
    cpp::to_str("tempo and beat shared with others on the network, through Ableton Link"),
    0,  // compiles no kernels
    0,
    nullptr,
    0,
    0,
    nullptr,
};

}  // namespace

const weft_backend_info* Link::describe() {
    return &kInfo;
}

void Link::probe(weft_probe& result) {
    result.available = 1;
    result.score = 100;
    cpp::copy_text(result.device, "UDP multicast, joined by --link");
    result.reason[0] = '\0';
}

const void* Link::extension(std::string_view id) {
    return id == WEFT_CONTROL_EXTENSION || id == WEFT_TEMPO_EXTENSION ? control_api() : nullptr;
}

std::unique_ptr<cpp::Program> Link::compile(const weft_batch&) {
    throw cpp::Failure(WEFT_UNSUPPORTED, "it computes nothing: it knows the tempo");
}

std::shared_ptr<Ensemble> Link::ensemble(double quantum) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Ensemble> ensemble = ensemble_.lock();
    if (!ensemble) {
        ensemble = std::make_shared<Ensemble>(
            quantum, [this](const std::string& line) { host_.log(WEFT_LOG_INFO, line); });
        ensemble_ = ensemble;
    }
    return ensemble;
}

}  // namespace weft::link
