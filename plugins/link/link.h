// The back end: no kernels, no builtins, a table for control. Tempo alone.
#pragma once

#include <weft/control.h>
#include <weft/cpp/backend.hpp>

#include <memory>
#include <mutex>

namespace weft::link {

class Ensemble;

class Link : public cpp::Backend {
public:
    explicit Link(cpp::Host host) : host_(host) {}
    static const weft_backend_info* describe();
    static void probe(weft_probe& result);
    static const void* extension(std::string_view id);
    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override;

    // The ensemble, as long as a session holds it; else a new one, of this quantum.
    std::shared_ptr<Ensemble> ensemble(double quantum);

private:
    cpp::Host host_;
    std::mutex mutex_;
    std::weak_ptr<Ensemble> ensemble_;
};

// control.cpp
[[nodiscard]] const weft_control_api* control_api();

}  // namespace weft::link
