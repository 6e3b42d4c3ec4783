// The back end: it computes nothing, and has the listeners that its sessions share.
#pragma once

#include <weft/cpp/backend.hpp>

#include "listener.h"

namespace udp {

class Backend final : public weft::cpp::Backend {
public:
    explicit Backend(weft::cpp::Host) {}

    static const weft_backend_info* describe();
    static void probe(weft_probe& result);
    static const void* extension(std::string_view id);
    std::unique_ptr<weft::cpp::Program> compile(const weft_batch& batch) override;

    // What the C++ layer of the SDK keeps behind the ABI's opaque pointer.
    static Backend& of(weft_backend* backend) {
        return static_cast<Backend&>(*reinterpret_cast<weft::cpp::Backend*>(backend));
    }
    [[nodiscard]] Listeners& listeners() { return listeners_; }

private:
    Listeners listeners_;
};

}  // namespace udp
