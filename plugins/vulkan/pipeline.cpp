#include "pipeline.h"

#include <glslang/build_info.h>

#include <algorithm>
#include <cstring>

#include "gpu/math/math.h"

namespace weft::vulkan {
namespace {

// Pipelines that stay ready although nobody uses them: what a reload may bring back.
constexpr std::size_t kMostKept = 16;
// The header that every driver writes; one that remembers nothing writes nothing else.
constexpr std::size_t kEmptyCache = 32;
constexpr std::uint32_t kConstantBytes = sizeof(gpu::Launch::constants);
// Counts what make_exact has been doing.
constexpr std::uint32_t kExactness = 1;

FloatModes modes_of(const VkPhysicalDeviceFloatControlsProperties& has) {
    FloatModes modes;
    const auto add = [](std::uint32_t& to, VkBool32 f32, VkBool32 f64) {
        to = (f32 != VK_FALSE ? 32u : 0u) | (f64 != VK_FALSE ? 64u : 0u);
    };
    add(modes.signed_zero_inf_nan, has.shaderSignedZeroInfNanPreserveFloat32,
        has.shaderSignedZeroInfNanPreserveFloat64);
    add(modes.denormals, has.shaderDenormPreserveFloat32, has.shaderDenormPreserveFloat64);
    add(modes.round_to_even, has.shaderRoundingModeRTEFloat32, has.shaderRoundingModeRTEFloat64);
    // A device may want one setting for both widths, or one for both but 32.
    const auto together = [](std::uint32_t& of, VkShaderFloatControlsIndependence independence) {
        if (independence == VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_NONE && of != 96) of = 0;
    };
    together(modes.denormals, has.denormBehaviorIndependence);
    together(modes.round_to_even, has.roundingModeIndependence);
    return modes;
}

std::string name_of(const FloatModes& modes) {
    std::string name = "glslang, exact, modes";
    for (const std::uint32_t part :
         {std::uint32_t{GLSLANG_VERSION_MAJOR}, std::uint32_t{GLSLANG_VERSION_MINOR},
          std::uint32_t{GLSLANG_VERSION_PATCH}, kExactness, modes.signed_zero_inf_nan,
          modes.denormals, modes.round_to_even})
        name += ' ' + std::to_string(part);
    return name;
}

Layout make_layout(Context& context, VkDescriptorType numbers) {
    std::array<VkDescriptorSetLayoutBinding, 3> bindings{};
    for (std::uint32_t i = 0; i < bindings.size(); ++i) {
        bindings[i].binding = i;
        bindings[i].descriptorType = i == 0   ? numbers
                                     : i == 1 ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER
                                              : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        bindings[i].descriptorCount = 1;
        bindings[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
    }
    VkDescriptorSetLayoutCreateInfo sets{};
    sets.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
    sets.bindingCount = static_cast<std::uint32_t>(bindings.size());
    sets.pBindings = bindings.data();
    Layout layout;
    layout.set = context.make<VkDescriptorSetLayout>(context.vk.CreateDescriptorSetLayout,
                                                     context.vk.DestroyDescriptorSetLayout, sets,
                                                     "describing what kernels are given");
    const VkPushConstantRange constants{VK_SHADER_STAGE_COMPUTE_BIT, 0, kConstantBytes};
    const VkDescriptorSetLayout set = layout.set.get();
    VkPipelineLayoutCreateInfo pipelines{};
    pipelines.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
    pipelines.setLayoutCount = 1;
    pipelines.pSetLayouts = &set;
    pipelines.pushConstantRangeCount = 1;
    pipelines.pPushConstantRanges = &constants;
    layout.pipeline = context.make<VkPipelineLayout>(context.vk.CreatePipelineLayout,
                                                     context.vk.DestroyPipelineLayout, pipelines,
                                                     "describing what kernels are given");
    return layout;
}

// A key of a text and of its compiler that cannot be taken for one of another kind.
disk::Key key_of(const std::string& source, const std::string& compiler,
                 const std::string& options) {
    return disk::make_key({"vulkan", source, compiler, options});
}

std::string suffix_of(Paths paths) {
    return paths == Paths::common ? ", common paths" : "";
}

}  // namespace

Pipelines::Pipelines(Context& context, cpp::Host host)
    : context_(context),
      host_(host),
      disk_(std::string(host.cache_directory()), "kernel"),
      modes_(modes_of(context.float_controls)),
      layouts_{make_layout(context, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER),
               make_layout(context, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER)},
      known_(kMostKept) {}

std::shared_ptr<const Pipeline> Pipelines::build(const gpu::BuildRequest& request, bool& fresh) {
    const gpu::KernelText& text = *request.text;
    auto pipeline = std::make_shared<Pipeline>();
    pipeline->source = text.source;
    pipeline->name = request.name;
    // Hardware branches; a software driver computes both sides.
    if (context_.software() && gpu::has_rare_paths(text.source)) pipeline->paths = Paths::common;
    pipeline->parameters = static_cast<std::uint32_t>(text.parameters.size());
    const auto args =
        std::find_if(text.parameters.begin(), text.parameters.end(),
                     [](const gpu::Parameter& one) { return one.use == gpu::Use::args; });
    pipeline->args = static_cast<std::uint32_t>(args - text.parameters.begin());
    pipeline->args_bytes = text.args.bytes(text.whole.size());
    const bool large = pipeline->args_bytes > gpu::kMostUniformBytes;
    pipeline->layout = &layouts_[large ? 1 : 0];
    if (large) pipeline->numbers = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    if (auto found = find(*pipeline, text.entries.size())) {
        fresh = false;
        return found;
    }
    fresh = true;
    compile(*pipeline, text.entries.size());
    known_.add(pipeline);
    return pipeline;
}

std::shared_ptr<const Pipeline> Pipelines::whole(const Pipeline& common) {
    auto pipeline = std::make_shared<Pipeline>();
    pipeline->source = common.source;
    pipeline->name = common.name;
    pipeline->layout = common.layout;
    pipeline->numbers = common.numbers;
    pipeline->args = common.args;
    pipeline->args_bytes = common.args_bytes;
    pipeline->parameters = common.parameters;
    if (auto found = find(*pipeline, common.entries.size())) return found;
    compile(*pipeline, common.entries.size());
    known_.add(pipeline);
    return pipeline;
}

std::shared_ptr<const Pipeline> Pipelines::find(const Pipeline& like, std::size_t entries) {
    return known_.find([&](const Pipeline& one) {
        return one.source == like.source && one.entries.size() == entries &&
               one.args == like.args && one.args_bytes == like.args_bytes &&
               one.parameters == like.parameters && one.paths == like.paths;
    });
}

std::vector<std::uint32_t> Pipelines::module_of(const Pipeline& pipeline, std::uint32_t entry) {
    const disk::Key key =
        key_of(pipeline.source, name_of(modes_),
               "SPIR-V of entry " + std::to_string(entry) + suffix_of(pipeline.paths));
    if (const auto stored = disk_.read(key); stored && stored->size() % 4 == 0) {
        std::vector<std::uint32_t> module(stored->size() / 4);
        std::memcpy(module.data(), stored->data(), stored->size());
        return module;
    }
    std::vector<std::uint32_t> module;
    try {
        module =
            make_exact(compile_glsl(pipeline.source, entry, pipeline.paths, pipeline.name), modes_);
    } catch (const cpp::Failure& failure) {
        // The record of a failure is short; the log is told whole.
        host_.log(WEFT_LOG_ERROR, failure.what());
        throw;
    }
    std::vector<std::uint8_t> bytes(module.size() * 4);
    std::memcpy(bytes.data(), module.data(), bytes.size());
    disk_.write(key, bytes);
    return module;
}

void Pipelines::compile(Pipeline& pipeline, std::size_t entries) {
    const DeviceApi& vk = context_.vk;
    const std::string compiler =
        context_.info.name + '\n' + context_.info.driver + '\n' + name_of(modes_);
    const disk::Key key =
        key_of(pipeline.source, compiler, "pipelines" + suffix_of(pipeline.paths));
    const std::optional<std::vector<std::uint8_t>> stored = disk_.read(key);
    VkPipelineCacheCreateInfo remembered{};
    remembered.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
    if (stored) {
        remembered.initialDataSize = stored->size();
        remembered.pInitialData = stored->data();
    }
    const auto cache = context_.make<VkPipelineCache>(
        vk.CreatePipelineCache, vk.DestroyPipelineCache, remembered, "making a pipeline cache");

    for (std::uint32_t e = 0; e < entries; ++e) {
        const std::vector<std::uint32_t> code = module_of(pipeline, e);
        VkShaderModuleCreateInfo modules{};
        modules.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
        modules.codeSize = code.size() * 4;
        modules.pCode = code.data();
        const auto module = context_.make<VkShaderModule>(
            vk.CreateShaderModule, vk.DestroyShaderModule, modules, "taking a kernel");
        VkComputePipelineCreateInfo create{};
        create.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
        create.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
        create.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
        create.stage.module = module.get();
        create.stage.pName = "main";
        create.layout = pipeline.layout->pipeline.get();
        VkPipeline made = VK_NULL_HANDLE;
        context_.check(
            vk.CreateComputePipelines(context_.device, cache.get(), 1, &create, nullptr, &made),
            "compiling the kernel of '" + pipeline.name + "'");
        pipeline.entries.emplace_back(context_.device, made, vk.DestroyPipeline);
    }

    std::size_t size = 0;
    vk.GetPipelineCacheData(context_.device, cache.get(), &size, nullptr);
    if (size <= kEmptyCache || (stored && size == stored->size())) return;
    std::vector<std::uint8_t> data(size);
    if (vk.GetPipelineCacheData(context_.device, cache.get(), &size, data.data()) == VK_SUCCESS) {
        data.resize(size);
        disk_.write(key, data);
    }
}

}  // namespace weft::vulkan
