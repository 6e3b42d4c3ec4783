// The three pictures as compute shaders (glsl/) on whatever Vulkan device is there, compiled to
// SPIR-V beforehand: storage buffers, push constants, one submission and one fence a frame.
#include <vulkan/vulkan.h>

#include "peer.h"

namespace {

void check(VkResult result) {
    if (result != VK_SUCCESS)
        throw std::runtime_error("Vulkan says " + std::to_string(static_cast<int>(result)));
}

struct Push {
    std::uint32_t width, height;
    float t, a, b, cx, cy;
};

struct Memory {
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    void* host = nullptr;
};

// The process ends with the contender: nothing is given back by hand.
class Shaders final : public peer::Contender {
public:
    explicit Shaders(const peer::Task& task) : task_(task) {
        create_device();
        const VkDeviceSize plane = task.pixels() * 4;
        const bool singles = task.planes && task.work != "reaction";
        picture_ = allocate(singles ? 3 * plane : plane);
        if (task.work == "plasma") {
            steps_ = {pipeline("plasma", singles)};
            sets_ = {set(picture_, picture_, picture_)};
        } else if (task.work == "blur") {
            first_ = allocate(3 * plane);
            second_ = allocate(3 * plane);
            const std::vector<float> photo = task.photo();
            std::memcpy(first_.host, photo.data(), photo.size() * 4);
            steps_ = {pipeline("down", false), pipeline("across", singles)};
            sets_ = {set(picture_, first_, second_)};
        } else if (task.work == "reaction") {
            first_ = allocate(2 * plane);
            second_ = allocate(2 * plane);
            steps_ = {pipeline("reaction", false)};
            sets_ = {set(picture_, first_, second_), set(picture_, second_, first_)};
        } else {
            throw std::runtime_error("no such work");
        }
    }

    void frame(std::int64_t f) override {
        frame_ = f;
        if (task_.work == "reaction" && f == 0) {
            auto* a = static_cast<float*>(first_.host);
            for (int j = 0; j < task_.height; ++j)
                for (int i = 0; i < task_.width; ++i, ++a) {
                    a[task_.pixels()] = peer::seed(i, j, task_.width, task_.height);
                    a[0] = 1 - a[task_.pixels()];
                }
            return;
        }
        const peer::Moment m(f);
        const Push push{static_cast<std::uint32_t>(task_.width),
                        static_cast<std::uint32_t>(task_.height),
                        m.t,
                        m.a,
                        m.b,
                        m.cx,
                        m.cy};
        VkCommandBufferBeginInfo info{};
        info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
        info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
        check(vkBeginCommandBuffer(commands_, &info));
        // Of two sets, the first holds for odd frames.
        const VkDescriptorSet& bound = sets_[sets_.size() == 2 && f % 2 == 0 ? 1 : 0];
        vkCmdBindDescriptorSets(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, layout_, 0, 1, &bound, 0,
                                nullptr);
        vkCmdPushConstants(commands_, layout_, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push, &push);
        for (std::size_t s = 0; s < steps_.size(); ++s) {
            if (s > 0) barrier();
            vkCmdBindPipeline(commands_, VK_PIPELINE_BIND_POINT_COMPUTE, steps_[s]);
            vkCmdDispatch(commands_, (push.width + 63) / 64, push.height, 1);
        }
        check(vkEndCommandBuffer(commands_));
        VkSubmitInfo submit{};
        submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
        submit.commandBufferCount = 1;
        submit.pCommandBuffers = &commands_;
        check(vkQueueSubmit(queue_, 1, &submit, fence_));
        check(vkWaitForFences(device_, 1, &fence_, VK_TRUE, UINT64_MAX));
        check(vkResetFences(device_, 1, &fence_));
    }
    const void* result() override {
        if (task_.work != "reaction") return picture_.host;
        const Memory& last = frame_ % 2 == 0 ? first_ : second_;
        kept_.assign(task_.pixels() * 3, 0.0f);
        std::memcpy(kept_.data(), last.host, task_.pixels() * 8);
        return kept_.data();
    }
    bool planes() const override { return task_.planes || task_.work == "reaction"; }

private:
    void create_device() {
        VkApplicationInfo application{};
        application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
        application.apiVersion = VK_API_VERSION_1_1;
        VkInstanceCreateInfo create{};
        create.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
        create.pApplicationInfo = &application;
        check(vkCreateInstance(&create, nullptr, &instance_));
        std::uint32_t count = 1;
        (void)vkEnumeratePhysicalDevices(instance_, &count, &physical_);
        if (count == 0) throw std::runtime_error("no Vulkan device");
        VkPhysicalDeviceProperties properties{};
        vkGetPhysicalDeviceProperties(physical_, &properties);
        std::fprintf(stderr, "%s\n", properties.deviceName);
        const float priority = 1;
        VkDeviceQueueCreateInfo queue{};
        queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
        queue.queueFamilyIndex = family();
        queue.queueCount = 1;
        queue.pQueuePriorities = &priority;
        VkDeviceCreateInfo device{};
        device.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
        device.queueCreateInfoCount = 1;
        device.pQueueCreateInfos = &queue;
        check(vkCreateDevice(physical_, &device, nullptr, &device_));
        vkGetDeviceQueue(device_, queue.queueFamilyIndex, 0, &queue_);
        VkCommandPoolCreateInfo pool{};
        pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
        pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
        pool.queueFamilyIndex = queue.queueFamilyIndex;
        VkCommandPool commands = VK_NULL_HANDLE;
        check(vkCreateCommandPool(device_, &pool, nullptr, &commands));
        VkCommandBufferAllocateInfo buffers{};
        buffers.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
        buffers.commandPool = commands;
        buffers.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
        buffers.commandBufferCount = 1;
        check(vkAllocateCommandBuffers(device_, &buffers, &commands_));
        VkFenceCreateInfo fence{};
        fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
        check(vkCreateFence(device_, &fence, nullptr, &fence_));
        create_layout();
    }

    [[nodiscard]] std::uint32_t family() const {
        std::uint32_t count = 0;
        vkGetPhysicalDeviceQueueFamilyProperties(physical_, &count, nullptr);
        std::vector<VkQueueFamilyProperties> families(count);
        vkGetPhysicalDeviceQueueFamilyProperties(physical_, &count, families.data());
        for (std::uint32_t i = 0; i < count; ++i)
            if (families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) return i;
        throw std::runtime_error("the device does not compute");
    }

    // Three buffers, one push constant block and two sets, whatever the shader uses of them.
    void create_layout() {
        VkDescriptorSetLayoutBinding bindings[3]{};
        for (std::uint32_t i = 0; i < 3; ++i) {
            bindings[i].binding = i;
            bindings[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
            bindings[i].descriptorCount = 1;
            bindings[i].stageFlags = VK_SHADER_STAGE_COMPUTE_BIT;
        }
        VkDescriptorSetLayoutCreateInfo set{};
        set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
        set.bindingCount = 3;
        set.pBindings = bindings;
        check(vkCreateDescriptorSetLayout(device_, &set, nullptr, &set_layout_));
        const VkPushConstantRange range{VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof(Push)};
        VkPipelineLayoutCreateInfo layout{};
        layout.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
        layout.setLayoutCount = 1;
        layout.pSetLayouts = &set_layout_;
        layout.pushConstantRangeCount = 1;
        layout.pPushConstantRanges = &range;
        check(vkCreatePipelineLayout(device_, &layout, nullptr, &layout_));
        const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 6};
        VkDescriptorPoolCreateInfo pool{};
        pool.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
        pool.maxSets = 2;
        pool.poolSizeCount = 1;
        pool.pPoolSizes = &size;
        check(vkCreateDescriptorPool(device_, &pool, nullptr, &descriptors_));
    }

    VkPipeline pipeline(const std::string& name, bool planes) {
        std::ifstream in(std::string(PEER_SHADERS "/") + name + ".spv", std::ios::binary);
        const std::string code((std::istreambuf_iterator<char>(in)), {});
        if (code.empty()) throw std::runtime_error("no " PEER_SHADERS "/" + name + ".spv");
        std::vector<std::uint32_t> words(code.size() / 4);
        std::memcpy(words.data(), code.data(), words.size() * 4);
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
        VkPipeline made = VK_NULL_HANDLE;
        check(vkCreateComputePipelines(device_, VK_NULL_HANDLE, 1, &create, nullptr, &made));
        return made;
    }

    VkDescriptorSet set(const Memory& a, const Memory& b, const Memory& c) {
        VkDescriptorSetAllocateInfo allocate_set{};
        allocate_set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
        allocate_set.descriptorPool = descriptors_;
        allocate_set.descriptorSetCount = 1;
        allocate_set.pSetLayouts = &set_layout_;
        VkDescriptorSet made = VK_NULL_HANDLE;
        check(vkAllocateDescriptorSets(device_, &allocate_set, &made));
        const VkDescriptorBufferInfo buffers[3] = {{a.buffer, 0, VK_WHOLE_SIZE},
                                                   {b.buffer, 0, VK_WHOLE_SIZE},
                                                   {c.buffer, 0, VK_WHOLE_SIZE}};
        VkWriteDescriptorSet write{};
        write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
        write.dstSet = made;
        write.descriptorCount = 3;
        write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        write.pBufferInfo = buffers;
        vkUpdateDescriptorSets(device_, 1, &write, 0, nullptr);
        return made;
    }

    // Memory that both sides see, as a driver for the processor has no other.
    Memory allocate(VkDeviceSize size) {
        Memory made;
        VkBufferCreateInfo buffer{};
        buffer.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
        buffer.size = size;
        buffer.usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
        check(vkCreateBuffer(device_, &buffer, nullptr, &made.buffer));
        VkMemoryRequirements needs{};
        vkGetBufferMemoryRequirements(device_, made.buffer, &needs);
        VkPhysicalDeviceMemoryProperties memories{};
        vkGetPhysicalDeviceMemoryProperties(physical_, &memories);
        constexpr VkMemoryPropertyFlags kWish =
            VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
        VkMemoryAllocateInfo memory{};
        memory.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
        memory.allocationSize = needs.size;
        while (!(needs.memoryTypeBits >> memory.memoryTypeIndex & 1u) ||
               (memories.memoryTypes[memory.memoryTypeIndex].propertyFlags & kWish) != kWish)
            if (++memory.memoryTypeIndex == memories.memoryTypeCount)
                throw std::runtime_error("no memory that both sides see");
        check(vkAllocateMemory(device_, &memory, nullptr, &made.memory));
        check(vkBindBufferMemory(device_, made.buffer, made.memory, 0));
        check(vkMapMemory(device_, made.memory, 0, VK_WHOLE_SIZE, 0, &made.host));
        return made;
    }

    void barrier() {
        VkMemoryBarrier all{};
        all.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
        all.srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT;
        all.dstAccessMask = VK_ACCESS_SHADER_READ_BIT;
        vkCmdPipelineBarrier(commands_, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                             VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &all, 0, nullptr, 0,
                             nullptr);
    }

    peer::Task task_;
    std::int64_t frame_ = 0;
    VkInstance instance_ = VK_NULL_HANDLE;
    VkPhysicalDevice physical_ = VK_NULL_HANDLE;
    VkDevice device_ = VK_NULL_HANDLE;
    VkQueue queue_ = VK_NULL_HANDLE;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    VkFence fence_ = VK_NULL_HANDLE;
    VkDescriptorSetLayout set_layout_ = VK_NULL_HANDLE;
    VkPipelineLayout layout_ = VK_NULL_HANDLE;
    VkDescriptorPool descriptors_ = VK_NULL_HANDLE;
    std::vector<VkPipeline> steps_;
    std::vector<VkDescriptorSet> sets_;
    Memory picture_, first_, second_;
    std::vector<float> kept_;
};

}  // namespace

int main(int argc, char** argv) {
    return peer::main(argc, argv,
                      [](const peer::Task& task) { return std::make_unique<Shaders>(task); });
}
