// The plasma in GLSL: one storage buffer, packed stores, push constants, a fence.
#include <glslang/Include/glslang_c_interface.h>
#include <glslang/Public/resource_limits_c.h>
#define VOLK_IMPLEMENTATION
#include <volk.h>

#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "bench/gpu/hand.h"

namespace weft::bench {
namespace {

constexpr std::uint32_t kGroup = 16;

const char* const kPlasma = R"(#version 450
layout(local_size_x = 16, local_size_y = 16) in;
layout(constant_id = 0) const bool planes = false;
layout(binding = 0) writeonly buffer Picture { uint words[]; };
layout(push_constant) uniform Frame { uint width, height; float t, a, b, cx, cy; };
void main() {
    uvec2 at = gl_GlobalInvocationID.xy;
    if (at.x >= width || at.y >= height) return;
    float x = (float(at.x) + 0.5) / float(width);
    float y = (float(at.y) + 0.5) / float(height);
    float across = sin(x * 10.0 + t);
    float turning = sin(10.0 * (x * a + y * b) + t);
    float dx = x + cx, dy = y + cy;
    float rings = sin(sqrt(100.0 * (dx * dx + dy * dy) + 1.0) + t);
    float v = across + turning + rings;
    float base = 0.5 + 0.5 * across * cos(y * 10.0 + 1.3 * t);
    vec3 phase = vec3(0.0, 2.094, 4.188);
    vec3 colour = 0.5 * base + 0.25 * sin(v * 3.14159265 + phase) + 0.25;
    uint to = at.y * width + at.x;
    if (planes) {
        uint plane = width * height;
        words[to] = floatBitsToUint(colour.r);
        words[to + plane] = floatBitsToUint(colour.g);
        words[to + 2 * plane] = floatBitsToUint(colour.b);
    } else {
        words[to] = packUnorm4x8(vec4(colour, 1.0));
    }
}
)";

struct Push {
    std::uint32_t width, height;
    float t, a, b, cx, cy;
};

void check(VkResult result) {
    if (result != VK_SUCCESS)
        throw std::runtime_error("Vulkan says " + std::to_string(static_cast<int>(result)));
}

std::vector<std::uint32_t> spirv(const char* text) {
    glslang_initialize_process();
    glslang_input_t input{};
    input.language = GLSLANG_SOURCE_GLSL;
    input.stage = GLSLANG_STAGE_COMPUTE;
    input.client = GLSLANG_CLIENT_VULKAN;
    input.client_version = GLSLANG_TARGET_VULKAN_1_1;
    input.target_language = GLSLANG_TARGET_SPV;
    input.target_language_version = GLSLANG_TARGET_SPV_1_3;
    input.code = text;
    input.default_version = 450;
    input.default_profile = GLSLANG_NO_PROFILE;
    input.messages = GLSLANG_MSG_DEFAULT_BIT;
    input.resource = glslang_default_resource();
    glslang_shader_t* shader = glslang_shader_create(&input);
    if (!glslang_shader_preprocess(shader, &input) || !glslang_shader_parse(shader, &input))
        throw std::runtime_error(glslang_shader_get_info_log(shader));
    glslang_program_t* program = glslang_program_create();
    glslang_program_add_shader(program, shader);
    if (!glslang_program_link(program, GLSLANG_MSG_SPV_RULES_BIT | GLSLANG_MSG_VULKAN_RULES_BIT))
        throw std::runtime_error(glslang_program_get_info_log(program));
    glslang_program_SPIRV_generate(program, GLSLANG_STAGE_COMPUTE);
    std::vector<std::uint32_t> words(glslang_program_SPIRV_get_size(program));
    glslang_program_SPIRV_get(program, words.data());
    glslang_program_delete(program);
    glslang_shader_delete(shader);
    glslang_finalize_process();
    return words;
}

struct Memory {
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    void* host = nullptr;
    VkDeviceSize size = 0;
};

class HandVulkan final : public Hand {
public:
    HandVulkan() {
        check(volkInitialize());
        VkApplicationInfo application{};
        application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
        application.apiVersion = VK_API_VERSION_1_1;
        VkInstanceCreateInfo create{};
        create.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
        create.pApplicationInfo = &application;
        check(vkCreateInstance(&create, nullptr, &instance_));
        volkLoadInstanceOnly(instance_);
        choose_device();
        create_device();
    }
    ~HandVulkan() override {
        vkDeviceWaitIdle(device_);
        for (Memory* memory : {&picture_, &large_, &pinned_}) release(*memory);
        vkDestroyPipeline(device_, pipeline_, nullptr);
        vkDestroyPipelineLayout(device_, layout_, nullptr);
        vkDestroyDescriptorPool(device_, descriptors_, nullptr);
        vkDestroyDescriptorSetLayout(device_, set_layout_, nullptr);
        vkDestroyFence(device_, fence_, nullptr);
        vkDestroyCommandPool(device_, pool_, nullptr);
        vkDestroyDevice(device_, nullptr);
        vkDestroyInstance(instance_, nullptr);
    }

    std::string device() const override { return properties_.deviceName; }
    bool software() const override { return properties_.deviceType == VK_PHYSICAL_DEVICE_TYPE_CPU; }

    void prepare(std::uint32_t width, std::uint32_t height, bool planes) override {
        create_pipeline(planes);
        width_ = width;
        height_ = height;
        release(picture_);
        picture_ = allocate(VkDeviceSize{width} * height * (planes ? 12 : 4), software());
        VkDescriptorBufferInfo whole{picture_.buffer, 0, VK_WHOLE_SIZE};
        VkWriteDescriptorSet write{};
        write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
        write.dstSet = set_;
        write.descriptorCount = 1;
        write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        write.pBufferInfo = &whole;
        vkUpdateDescriptorSets(device_, 1, &write, 0, nullptr);
    }

    void plasma(double time, int frames) override {
        begin();
        vkCmdBindPipeline(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline_);
        vkCmdBindDescriptorSets(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, layout_, 0, 1, &set_, 0,
                                nullptr);
        for (int i = 0; i < frames; ++i) {
            const double t = time + i / 60.0;
            const Push push{width_,
                            height_,
                            static_cast<float>(t),
                            static_cast<float>(std::sin(t / 2)),
                            static_cast<float>(std::cos(t / 3)),
                            static_cast<float>(0.5 * std::sin(t / 5) - 0.5),
                            static_cast<float>(0.5 * std::cos(t / 3) - 0.5)};
            if (i > 0) barrier();
            vkCmdPushConstants(commands_, layout_, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push,
                               &push);
            vkCmdDispatch(commands_, (width_ + kGroup - 1) / kGroup,
                          (height_ + kGroup - 1) / kGroup, 1);
        }
        submit();
    }

    void empty() override {
        begin();
        submit();
    }

    void fill(std::uint64_t bytes, int times) override {
        need(large_, bytes, false);
        begin();
        for (int i = 0; i < times; ++i) {
            if (i > 0) barrier();
            vkCmdFillBuffer(commands_, large_.buffer, 0, bytes, 0x3f800000u);
        }
        submit();
    }

    void read_back(std::uint64_t bytes) override {
        need(large_, bytes, false);
        need(pinned_, bytes, true);
        begin();
        const VkBufferCopy whole{0, 0, bytes};
        vkCmdCopyBuffer(commands_, large_.buffer, pinned_.buffer, 1, &whole);
        submit();
    }

    std::uint32_t word(std::uint64_t at) override {
        need(pinned_, picture_.size, true);
        begin();
        const VkBufferCopy whole{0, 0, picture_.size};
        vkCmdCopyBuffer(commands_, picture_.buffer, pinned_.buffer, 1, &whole);
        submit();
        return static_cast<const std::uint32_t*>(pinned_.host)[at];
    }

private:
    void choose_device() {
        std::uint32_t count = 0;
        check(vkEnumeratePhysicalDevices(instance_, &count, nullptr));
        std::vector<VkPhysicalDevice> list(count);
        check(vkEnumeratePhysicalDevices(instance_, &count, list.data()));
        if (list.empty()) throw std::runtime_error("no Vulkan device");
        for (VkPhysicalDevice one : list) {
            VkPhysicalDeviceProperties found{};
            vkGetPhysicalDeviceProperties(one, &found);
            const bool better = found.deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
            if (physical_ && !better) continue;
            physical_ = one;
            properties_ = found;
            if (better) break;
        }
        vkGetPhysicalDeviceMemoryProperties(physical_, &memories_);
    }

    void create_device() {
        std::uint32_t count = 0;
        vkGetPhysicalDeviceQueueFamilyProperties(physical_, &count, nullptr);
        std::vector<VkQueueFamilyProperties> families(count);
        vkGetPhysicalDeviceQueueFamilyProperties(physical_, &count, families.data());
        std::uint32_t family = 0;
        while (family + 1 < count && !(families[family].queueFlags & VK_QUEUE_COMPUTE_BIT))
            ++family;
        const float priority = 1;
        VkDeviceQueueCreateInfo queue{};
        queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
        queue.queueFamilyIndex = family;
        queue.queueCount = 1;
        queue.pQueuePriorities = &priority;
        VkDeviceCreateInfo create{};
        create.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
        create.queueCreateInfoCount = 1;
        create.pQueueCreateInfos = &queue;
        check(vkCreateDevice(physical_, &create, nullptr, &device_));
        volkLoadDevice(device_);
        vkGetDeviceQueue(device_, family, 0, &queue_);
        VkCommandPoolCreateInfo pool{};
        pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
        pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
        pool.queueFamilyIndex = family;
        check(vkCreateCommandPool(device_, &pool, nullptr, &pool_));
        VkCommandBufferAllocateInfo buffers{};
        buffers.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
        buffers.commandPool = pool_;
        buffers.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
        buffers.commandBufferCount = 1;
        check(vkAllocateCommandBuffers(device_, &buffers, &commands_));
        VkFenceCreateInfo fence{};
        fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
        check(vkCreateFence(device_, &fence, nullptr, &fence_));
    }

    void create_layout() {
        VkDescriptorSetLayoutBinding binding{};
        binding.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        binding.descriptorCount = 1;
        binding.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
        VkDescriptorSetLayoutCreateInfo set{};
        set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
        set.bindingCount = 1;
        set.pBindings = &binding;
        check(vkCreateDescriptorSetLayout(device_, &set, nullptr, &set_layout_));
        const VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(Push)};
        VkPipelineLayoutCreateInfo layout{};
        layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
        layout.setLayoutCount = 1;
        layout.pSetLayouts = &set_layout_;
        layout.pushConstantRangeCount = 1;
        layout.pPushConstantRanges = &range;
        check(vkCreatePipelineLayout(device_, &layout, nullptr, &layout_));
        create_set();
    }

    void create_pipeline(bool planes) {
        if (!layout_) create_layout();
        vkDestroyPipeline(device_, pipeline_, nullptr);
        const std::vector<std::uint32_t> words = spirv(kPlasma);
        VkShaderModuleCreateInfo module{};
        module.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
        module.codeSize = words.size() * 4;
        module.pCode = words.data();
        VkComputePipelineCreateInfo create{};
        create.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO;
        create.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
        create.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
        create.stage.pName = "main";
        const VkBool32 value = planes;
        const VkSpecializationMapEntry entry{0, 0, sizeof value};
        const VkSpecializationInfo special{1, &entry, sizeof value, &value};
        create.stage.pSpecializationInfo = &special;
        create.layout = layout_;
        check(vkCreateShaderModule(device_, &module, nullptr, &create.stage.module));
        check(vkCreateComputePipelines(device_, VK_NULL_HANDLE, 1, &create, nullptr, &pipeline_));
        vkDestroyShaderModule(device_, create.stage.module, nullptr);
    }

    void create_set() {
        const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1};
        VkDescriptorPoolCreateInfo pool{};
        pool.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
        pool.maxSets = 1;
        pool.poolSizeCount = 1;
        pool.pPoolSizes = &size;
        check(vkCreateDescriptorPool(device_, &pool, nullptr, &descriptors_));
        VkDescriptorSetAllocateInfo allocate_set{};
        allocate_set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
        allocate_set.descriptorPool = descriptors_;
        allocate_set.descriptorSetCount = 1;
        allocate_set.pSetLayouts = &set_layout_;
        check(vkAllocateDescriptorSets(device_, &allocate_set, &set_));
    }

    Memory allocate(VkDeviceSize size, bool visible) {
        Memory made;
        made.size = size;
        VkBufferCreateInfo buffer{};
        buffer.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
        buffer.size = size;
        buffer.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                       VK_BUFFER_USAGE_TRANSFER_DST_BIT;
        check(vkCreateBuffer(device_, &buffer, nullptr, &made.buffer));
        VkMemoryRequirements needs{};
        vkGetBufferMemoryRequirements(device_, made.buffer, &needs);
        VkMemoryAllocateInfo memory{};
        memory.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
        memory.allocationSize = needs.size;
        memory.memoryTypeIndex = memory_type(needs.memoryTypeBits, visible);
        check(vkAllocateMemory(device_, &memory, nullptr, &made.memory));
        check(vkBindBufferMemory(device_, made.buffer, made.memory, 0));
        if (visible) check(vkMapMemory(device_, made.memory, 0, VK_WHOLE_SIZE, 0, &made.host));
        return made;
    }

    // Visible memory is cached where there is such, as one reads it.
    [[nodiscard]] std::uint32_t memory_type(std::uint32_t bits, bool visible) const {
        constexpr VkMemoryPropertyFlags kVisible =
            VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
        const std::vector<VkMemoryPropertyFlags> wishes =
            visible
                ? std::vector<VkMemoryPropertyFlags>{kVisible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT,
                                                     kVisible}
                : std::vector<VkMemoryPropertyFlags>{VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0};
        for (const VkMemoryPropertyFlags wish : wishes)
            for (std::uint32_t i = 0; i < memories_.memoryTypeCount; ++i)
                if ((bits >> i & 1u) && (memories_.memoryTypes[i].propertyFlags & wish) == wish)
                    return i;
        throw std::runtime_error("no memory of the kind wanted");
    }

    void need(Memory& memory, VkDeviceSize size, bool visible) {
        if (memory.size >= size) return;
        release(memory);
        memory = allocate(size, visible);
    }

    void release(Memory& memory) {
        vkDestroyBuffer(device_, memory.buffer, nullptr);
        vkFreeMemory(device_, memory.memory, nullptr);
        memory = {};
    }

    void begin() {
        VkCommandBufferBeginInfo info{};
        info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
        info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
        check(vkBeginCommandBuffer(commands_, &info));
    }

    void barrier() {
        VkMemoryBarrier all{};
        all.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
        all.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT;
        all.dstAccessMask = VK_ACCESS_MEMORY_WRITE_BIT;
        vkCmdPipelineBarrier(commands_, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                             VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &all, 0, nullptr, 0,
                             nullptr);
    }

    void submit() {
        check(vkEndCommandBuffer(commands_));
        VkSubmitInfo info{};
        info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
        info.commandBufferCount = 1;
        info.pCommandBuffers = &commands_;
        check(vkQueueSubmit(queue_, 1, &info, fence_));
        check(vkWaitForFences(device_, 1, &fence_, VK_TRUE, UINT64_MAX));
        check(vkResetFences(device_, 1, &fence_));
    }

    VkInstance instance_ = VK_NULL_HANDLE;
    VkPhysicalDevice physical_ = VK_NULL_HANDLE;
    VkPhysicalDeviceProperties properties_{};
    VkPhysicalDeviceMemoryProperties memories_{};
    VkDevice device_ = VK_NULL_HANDLE;
    VkQueue queue_ = VK_NULL_HANDLE;
    VkCommandPool pool_ = VK_NULL_HANDLE;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    VkFence fence_ = VK_NULL_HANDLE;
    VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
    VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
    VkDescriptorSet set_ = VK_NULL_HANDLE;
    VkPipelineLayout layout_ = VK_NULL_HANDLE;
    VkPipeline pipeline_ = VK_NULL_HANDLE;
    std::uint32_t width_ = 0, height_ = 0;
    Memory picture_, large_, pinned_;
};

}  // namespace

std::unique_ptr<Hand> hand_vulkan(std::string& why) {
    try {
        return std::make_unique<HandVulkan>();
    } catch (const std::exception& problem) {
        why = problem.what();
        return nullptr;
    }
}

}  // namespace weft::bench
