// Kernel texts compiled by the driver, each text once: kept in memory, and on disk as SPIR-V and as
// whatever the driver wants to remember.
#pragma once

#include <array>
#include <atomic>

#include "context.h"
#include "disk/cache.h"
#include "glsl.h"
#include "gpu/known_pipelines.h"

namespace weft::vulkan {

// What every pipeline is given: gpu/kernel_text.h says what stands where. [0]: the block of numbers
// is uniform, [1]: it is too large for that.
struct Layout {
    Owned<VkDescriptorSetLayout> set;
    Owned<VkPipelineLayout> pipeline;
};
using Layouts = std::array<Layout, 2>;

class Pipeline final : public gpu::Pipeline {
public:
    std::string source;
    std::string name;
    std::vector<Owned<VkPipeline>> entries;
    const Layout* layout = nullptr;
    VkDescriptorType numbers = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
    std::uint32_t args = 0;  // which parameter is the block of numbers; parameters: none
    std::uint64_t args_bytes = 0;
    std::uint32_t parameters = 0;
    Paths paths = Paths::all;
    // Paths::common: how often it was not enough.
    mutable std::atomic<std::uint32_t> doubts{0};
};

// Thread safe.
class Pipelines {
public:
    Pipelines(Context& context, cpp::Host host);
    // `fresh`: it was not there before, and the driver may not have finished it.
    [[nodiscard]] std::shared_ptr<const Pipeline> build(const gpu::BuildRequest& request,
                                                        bool& fresh);
    // The same text with all its paths.
    [[nodiscard]] std::shared_ptr<const Pipeline> whole(const Pipeline& common);

private:
    [[nodiscard]] std::shared_ptr<const Pipeline> find(const Pipeline& like, std::size_t entries);
    [[nodiscard]] std::vector<std::uint32_t> module_of(const Pipeline& pipeline,
                                                       std::uint32_t entry);
    void compile(Pipeline& pipeline, std::size_t entries);

    Context& context_;
    cpp::Host host_;
    disk::Cache disk_;
    FloatModes modes_;
    Layouts layouts_;
    gpu::KnownPipelines<Pipeline> known_;
};

}  // namespace weft::vulkan
