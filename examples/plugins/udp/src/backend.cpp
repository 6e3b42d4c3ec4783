#include "backend.h"

#include "session.h"

namespace udp {

namespace cpp = weft::cpp;

const weft_backend_info* Backend::describe() {
    // Names only: what a program may write stands in the manifest.
    static const weft_str builtins[] = {cpp::to_str("udp")};
    static const weft_backend_info info = {
        sizeof(weft_backend_info),
        0,
        cpp::to_str("udp"),
        cpp::to_str("0.1.0"),
        cpp::to_str("numbers from datagrams: a line is a name and its numbers"),
        0,  // compiles no kernels
        1,
        builtins,
        0,
        0,
        nullptr};
    return &info;
}

void Backend::probe(weft_probe& result) {
    result.available = 1;
    result.score = 10;
    cpp::copy_text(result.device, "sockets of this machine");
}

const void* Backend::extension(std::string_view id) {
    return id == WEFT_CONTROL_EXTENSION ? control_api() : nullptr;
}

std::unique_ptr<cpp::Program> Backend::compile(const weft_batch& batch) {
    const bool source = batch.source_count != 0;
    throw cpp::Failure(WEFT_UNSUPPORTED, "it computes nothing: numbers come by weft.control/1",
                       source ? std::string(cpp::view(batch.sources[0].node)) : std::string(),
                       source ? batch.sources[0].span : weft_span{WEFT_NO_FILE, 0, 0});
}

}  // namespace udp

WEFT_CPP_PLUGIN(udp::Backend, "0.1.0")
