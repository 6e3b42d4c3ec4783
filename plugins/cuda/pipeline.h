// Kernel texts compiled by NVRTC for this very device, each text once: kept in memory and on disk.
#pragma once

#include "context.h"
#include "disk/cache.h"
#include "gpu/known_pipelines.h"

namespace weft::cuda {

class Pipeline final : public gpu::Pipeline {
public:
    Pipeline(Context& context, const gpu::KernelText& text, const void* code);
    ~Pipeline() override;

    [[nodiscard]] Function entry(std::uint32_t index) const { return entries_.at(index); }
    const std::string source;
    const std::uint64_t carried_bytes;  // of the first parameter

private:
    Context& context_;
    Module module_ = nullptr;
    std::vector<Function> entries_;
};

// Thread safe.
class Pipelines {
public:
    Pipelines(Context& context, cpp::Host host);
    [[nodiscard]] std::shared_ptr<const Pipeline> build(const gpu::BuildRequest& request);

private:
    [[nodiscard]] std::vector<std::uint8_t> compile(const gpu::BuildRequest& request);

    Context& context_;
    disk::Cache disk_;
    cpp::Host host_;
    std::vector<std::string> options_;
    gpu::KnownPipelines<Pipeline> known_;
};

}  // namespace weft::cuda
