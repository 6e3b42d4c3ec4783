// The back end: no kernels, a table for control, and the hub that its sessions share.
#pragma once

#include <weft/control.h>
#include <weft/cpp/backend.hpp>

#include <memory>
#include <mutex>

namespace weft::midi {

class Hub;

class Midi : public cpp::Backend {
public:
    explicit Midi(cpp::Host host);
    static const weft_backend_info* describe();
    static void probe(weft_probe& result);
    static const void* extension(std::string_view id);
    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override;

    // The hub, as long as a session holds it; else a new one.
    std::shared_ptr<Hub> hub();

private:
    cpp::Host host_;
    std::mutex mutex_;
    std::weak_ptr<Hub> hub_;
};

// control.cpp
[[nodiscard]] const weft_control_api* control_api();

}  // namespace weft::midi
