// Kernel texts compiled by the driver, each text once: kept in memory, and on disk as the driver's
// own binaries.
#pragma once

#include <list>
#include <mutex>

#include "context.h"
#include "gpu/disk_cache.h"

namespace weft::opencl {

class Pipeline final : public gpu::Pipeline {
public:
    Pipeline(Handle<cl_program> compiled, const gpu::KernelText& text);

    const Handle<cl_program> program;
    const std::string source;
    const std::vector<std::string> entries;
    const std::uint32_t parameters;
};

// Thread safe.
class Pipelines {
public:
    Pipelines(Context& context, std::string directory, cpp::Host host);
    [[nodiscard]] std::shared_ptr<const Pipeline> build(const gpu::BuildRequest& request);

private:
    [[nodiscard]] std::shared_ptr<const Pipeline> find(const std::string& source);
    void keep(const std::shared_ptr<const Pipeline>& pipeline);
    [[nodiscard]] Handle<cl_program> from_binary(const std::vector<std::uint8_t>& binary);
    [[nodiscard]] Handle<cl_program> from_source(const gpu::BuildRequest& request);
    void warm(const Pipeline& pipeline, std::uint64_t bytes);
    [[nodiscard]] std::vector<std::uint8_t> binary_of(const Pipeline& pipeline);

    Context& context_;
    gpu::DiskCache disk_;
    cpp::Host host_;
    std::string options_;
    // Those in use, and the last used ones although nobody uses them.
    struct Known {
        std::weak_ptr<const Pipeline> pipeline;
        std::shared_ptr<const Pipeline> kept;
    };
    std::mutex mutex_;
    std::list<Known> known_;  // the last used first
};

}  // namespace weft::opencl
