// vkCmdCopyBuffer between memory of the device and memory that the host sees, recorded once,
// submitted and waited for each time.
#define VOLK_IMPLEMENTATION
#include <volk.h>

#include <stdexcept>

#include "transfer.h"

namespace {

void check(VkResult result) {
    if (result != VK_SUCCESS) throw std::runtime_error("Vulkan error " + std::to_string(result));
}

class Device {
public:
    Device() {
        check(volkInitialize());
        VkApplicationInfo application{};
        application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
        application.apiVersion = VK_API_VERSION_1_2;
        VkInstanceCreateInfo instance_info{};
        instance_info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
        instance_info.pApplicationInfo = &application;
        VkInstance instance = VK_NULL_HANDLE;
        check(vkCreateInstance(&instance_info, nullptr, &instance));
        volkLoadInstance(instance);
        choose(instance);
        const float priority = 1;
        VkDeviceQueueCreateInfo queue_info{};
        queue_info.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
        queue_info.queueCount = 1;
        queue_info.pQueuePriorities = &priority;
        VkDeviceCreateInfo device_info{};
        device_info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
        device_info.queueCreateInfoCount = 1;
        device_info.pQueueCreateInfos = &queue_info;
        check(vkCreateDevice(physical_, &device_info, nullptr, &device_));
        volkLoadDevice(device_);
        vkGetDeviceQueue(device_, 0, 0, &queue_);
        VkFenceCreateInfo fence_info{};
        fence_info.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
        check(vkCreateFence(device_, &fence_info, nullptr, &fence_));
    }

    // Touched once, so that its pages are there. `cached`: what the host reads is fast to read.
    VkBuffer make(VkDeviceSize bytes, VkMemoryPropertyFlags flags, VkMemoryPropertyFlags cached) {
        VkBufferCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO;
        info.size = bytes;
        info.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
        VkBuffer buffer = VK_NULL_HANDLE;
        check(vkCreateBuffer(device_, &info, nullptr, &buffer));
        VkMemoryRequirements needs{};
        vkGetBufferMemoryRequirements(device_, buffer, &needs);
        VkMemoryAllocateInfo allocate{};
        allocate.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
        allocate.allocationSize = needs.size;
        allocate.memoryTypeIndex = type_of(needs.memoryTypeBits, flags | cached, flags);
        VkDeviceMemory memory = VK_NULL_HANDLE;
        check(vkAllocateMemory(device_, &allocate, nullptr, &memory));
        check(vkBindBufferMemory(device_, buffer, memory, 0));
        begin();
        vkCmdFillBuffer(commands_, buffer, 0, bytes, 1);
        check(vkEndCommandBuffer(commands_));
        submit();
        return buffer;
    }

    void record_copy(VkBuffer from, VkBuffer to, VkDeviceSize bytes) {
        begin();
        const VkBufferCopy whole{0, 0, bytes};
        vkCmdCopyBuffer(commands_, from, to, 1, &whole);
        check(vkEndCommandBuffer(commands_));
    }

    void submit() {
        VkSubmitInfo info{};
        info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
        info.commandBufferCount = 1;
        info.pCommandBuffers = &commands_;
        check(vkQueueSubmit(queue_, 1, &info, fence_));
        check(vkWaitForFences(device_, 1, &fence_, VK_TRUE, UINT64_MAX));
        check(vkResetFences(device_, 1, &fence_));
    }

private:
    // The first, unless there is one beside the processor.
    void choose(VkInstance instance) {
        std::uint32_t count = 0;
        check(vkEnumeratePhysicalDevices(instance, &count, nullptr));
        std::vector<VkPhysicalDevice> list(count);
        check(vkEnumeratePhysicalDevices(instance, &count, list.data()));
        for (const VkPhysicalDevice one : list) {
            VkPhysicalDeviceProperties found{};
            vkGetPhysicalDeviceProperties(one, &found);
            const bool better = found.deviceType == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
            if (!physical_ || better) physical_ = one;
            if (better) break;
        }
        if (!physical_) throw std::runtime_error("no Vulkan device");
        vkGetPhysicalDeviceMemoryProperties(physical_, &memories_);
    }

    std::uint32_t type_of(std::uint32_t allowed, VkMemoryPropertyFlags best,
                          VkMemoryPropertyFlags least) const {
        for (const VkMemoryPropertyFlags wanted : {best, least})
            for (std::uint32_t i = 0; i < memories_.memoryTypeCount; ++i)
                if ((allowed >> i & 1u) &&
                    (memories_.memoryTypes[i].propertyFlags & wanted) == wanted)
                    return i;
        throw std::runtime_error("no such memory");
    }

    // Each recording has a pool of its own; there are three in all.
    void begin() {
        VkCommandPoolCreateInfo pool_info{};
        pool_info.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
        VkCommandPool pool = VK_NULL_HANDLE;
        check(vkCreateCommandPool(device_, &pool_info, nullptr, &pool));
        VkCommandBufferAllocateInfo buffer_info{};
        buffer_info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
        buffer_info.commandPool = pool;
        buffer_info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
        buffer_info.commandBufferCount = 1;
        check(vkAllocateCommandBuffers(device_, &buffer_info, &commands_));
        VkCommandBufferBeginInfo info{};
        info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
        check(vkBeginCommandBuffer(commands_, &info));
    }

    VkPhysicalDevice physical_ = VK_NULL_HANDLE;
    VkPhysicalDeviceMemoryProperties memories_{};
    VkDevice device_ = VK_NULL_HANDLE;
    VkQueue queue_ = VK_NULL_HANDLE;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    VkFence fence_ = VK_NULL_HANDLE;
};

int run(const transfer::Wish& wish) {
    Device device;
    const VkBuffer own = device.make(wish.bytes, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0);
    const VkBuffer host = device.make(
        wish.bytes, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
        wish.up ? 0 : VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
    device.record_copy(wish.up ? host : own, wish.up ? own : host, wish.bytes);
    return transfer::measure([&] { device.submit(); });
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(transfer::wish_of(argc, argv));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
