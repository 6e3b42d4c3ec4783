// Kernel texts compiled by the driver, each text once: kept in memory, and on disk as the driver's
// own binaries.
#pragma once

#include "context.h"
#include "disk/cache.h"
#include "gpu/known_pipelines.h"

namespace weft::opencl {

class Pipeline final : public gpu::Pipeline {
public:
    Pipeline(Handle<cl_program> compiled, const gpu::KernelText& text);

    const Handle<cl_program> program;
    const std::string source;
    const std::vector<std::string> entries;
    const std::uint32_t parameters;
    const std::size_t carried_bytes;  // of the first one
};

// Thread safe.
class Pipelines {
public:
    Pipelines(Context& context, cpp::Host host);
    [[nodiscard]] std::shared_ptr<const Pipeline> build(const gpu::BuildRequest& request);

private:
    [[nodiscard]] Handle<cl_program> from_binary(const std::vector<std::uint8_t>& binary);
    [[nodiscard]] Handle<cl_program> from_source(const gpu::BuildRequest& request);
    void warm(const Pipeline& pipeline, std::uint64_t bytes);
    [[nodiscard]] std::vector<std::uint8_t> binary_of(const Pipeline& pipeline);

    Context& context_;
    disk::Cache disk_;
    cpp::Host host_;
    std::string options_;
    gpu::KnownPipelines<Pipeline> known_;
};

}  // namespace weft::opencl
