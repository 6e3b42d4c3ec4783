// Kernel texts compiled by NVRTC for this very device, each text once: kept in memory and on disk.
#pragma once

#include <list>
#include <mutex>

#include "context.h"
#include "gpu/disk_cache.h"

namespace weft::cuda {

class Pipeline final : public gpu::Pipeline {
public:
    Pipeline(Context& context, const gpu::KernelText& text, const void* code);
    ~Pipeline() override;

    [[nodiscard]] Function entry(std::uint32_t index) const { return entries_.at(index); }
    const std::string source;

private:
    Context& context_;
    Module module_ = nullptr;
    std::vector<Function> entries_;
};

// Thread safe.
class Pipelines {
public:
    Pipelines(Context& context, std::string directory, cpp::Host host);
    [[nodiscard]] std::shared_ptr<const Pipeline> build(const gpu::BuildRequest& request);

private:
    [[nodiscard]] std::shared_ptr<const Pipeline> find(const std::string& source);
    void keep(const std::shared_ptr<const Pipeline>& pipeline);
    [[nodiscard]] std::vector<std::uint8_t> compile(const gpu::BuildRequest& request);

    Context& context_;
    gpu::DiskCache disk_;
    cpp::Host host_;
    std::vector<std::string> options_;
    // Those in use, and the last used ones although nobody uses them.
    struct Known {
        std::weak_ptr<const Pipeline> pipeline;
        std::shared_ptr<const Pipeline> kept;
    };
    std::mutex mutex_;
    std::list<Known> known_;  // the last used first
};

}  // namespace weft::cuda
