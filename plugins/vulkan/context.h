// Vulkan opened at run time, and one device of it ready to work. A machine without Vulkan has a
// back end that says so, instead of one that does not load.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

#include "gpu/choice.h"
#include "gpu/device.h"

namespace weft::vulkan {

#define WEFT_VULKAN_GLOBAL_FUNCTIONS(F)     \
    F(CreateInstance)                       \
    F(EnumerateInstanceExtensionProperties) \
    F(EnumerateInstanceLayerProperties)     \
    F(EnumerateInstanceVersion)

#define WEFT_VULKAN_INSTANCE_FUNCTIONS(F)           \
    F(CreateDevice)                                 \
    F(DestroyInstance)                              \
    F(EnumerateDeviceExtensionProperties)           \
    F(EnumeratePhysicalDevices)                     \
    F(GetDeviceProcAddr)                            \
    F(GetPhysicalDeviceExternalBufferProperties)    \
    F(GetPhysicalDeviceExternalSemaphoreProperties) \
    F(GetPhysicalDeviceFeatures2)                   \
    F(GetPhysicalDeviceMemoryProperties2)           \
    F(GetPhysicalDeviceProperties)                  \
    F(GetPhysicalDeviceProperties2)                 \
    F(GetPhysicalDeviceQueueFamilyProperties)

#define WEFT_VULKAN_DEVICE_FUNCTIONS(F) \
    F(AllocateCommandBuffers)           \
    F(AllocateDescriptorSets)           \
    F(AllocateMemory)                   \
    F(BeginCommandBuffer)               \
    F(BindBufferMemory)                 \
    F(CmdBindDescriptorSets)            \
    F(CmdBindPipeline)                  \
    F(CmdCopyBuffer)                    \
    F(CmdDispatch)                      \
    F(CmdFillBuffer)                    \
    F(CmdPipelineBarrier)               \
    F(CmdPushConstants)                 \
    F(CreateBuffer)                     \
    F(CreateCommandPool)                \
    F(CreateComputePipelines)           \
    F(CreateDescriptorPool)             \
    F(CreateDescriptorSetLayout)        \
    F(CreatePipelineCache)              \
    F(CreatePipelineLayout)             \
    F(CreateSemaphore)                  \
    F(CreateShaderModule)               \
    F(DestroyBuffer)                    \
    F(DestroyCommandPool)               \
    F(DestroyDescriptorPool)            \
    F(DestroyDescriptorSetLayout)       \
    F(DestroyDevice)                    \
    F(DestroyPipeline)                  \
    F(DestroyPipelineCache)             \
    F(DestroyPipelineLayout)            \
    F(DestroySemaphore)                 \
    F(DestroyShaderModule)              \
    F(DeviceWaitIdle)                   \
    F(EndCommandBuffer)                 \
    F(FreeMemory)                       \
    F(GetBufferDeviceAddress)           \
    F(GetBufferMemoryRequirements)      \
    F(GetDeviceQueue)                   \
    F(GetPipelineCacheData)             \
    F(GetSemaphoreCounterValue)         \
    F(MapMemory)                        \
    F(QueueSubmit)                      \
    F(ResetCommandPool)                 \
    F(UpdateDescriptorSets)             \
    F(WaitSemaphores)

#define WEFT_VULKAN_POINTER(name) PFN_vk##name name = nullptr;
struct GlobalApi {
    PFN_vkGetInstanceProcAddr GetInstanceProcAddr = nullptr;
    WEFT_VULKAN_GLOBAL_FUNCTIONS(WEFT_VULKAN_POINTER)
};
struct InstanceApi {
    WEFT_VULKAN_INSTANCE_FUNCTIONS(WEFT_VULKAN_POINTER)
};
struct DeviceApi {
    WEFT_VULKAN_DEVICE_FUNCTIONS(WEFT_VULKAN_POINTER)
    // With their extensions; else null.
    PFN_vkGetMemoryFdKHR GetMemoryFdKHR = nullptr;
    PFN_vkSetDeviceMemoryPriorityEXT SetDeviceMemoryPriorityEXT = nullptr;
    PFN_vkGetMemoryHostPointerPropertiesEXT GetMemoryHostPointerPropertiesEXT = nullptr;
    PFN_vkGetSemaphoreFdKHR GetSemaphoreFdKHR = nullptr;
    PFN_vkImportSemaphoreFdKHR ImportSemaphoreFdKHR = nullptr;
};
#undef WEFT_VULKAN_POINTER

// What every buffer may be used for.
constexpr VkBufferUsageFlags kBufferUsage =
    VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
    VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_BUFFER_BIT |
    VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;

// The loader, and what it knows without a driver. The library stays open: drivers leave threads
// behind. Throws cpp::Failure(WEFT_UNAVAILABLE) when there is none.
[[nodiscard]] const GlobalApi& load();

// Every back end has its own, so that nothing is shared between the resource groups.
// WEFT_VULKAN_VALIDATION=1 puts the validation layer before the driver: whatever it says is an
// error in the log, and counted.
class Instance {
public:
    // None: nobody to tell.
    explicit Instance(std::optional<cpp::Host> host,
                      const std::vector<const char*>& extensions = {});
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
    ~Instance();

    [[nodiscard]] VkInstance get() const { return instance_; }
    [[nodiscard]] std::uint64_t messages() const { return messages_; }

    InstanceApi vk;

private:
    static VKAPI_ATTR VkBool32 VKAPI_CALL report(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                                 VkDebugUtilsMessageTypeFlagsEXT,
                                                 const VkDebugUtilsMessengerCallbackDataEXT* data,
                                                 void* instance);

    std::optional<cpp::Host> host_;
    VkInstance instance_ = VK_NULL_HANDLE;
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    std::atomic<std::uint64_t> messages_{0};
};

// A device that was found, usable or not.
struct Candidate {
    VkPhysicalDevice device = VK_NULL_HANDLE;
    VkPhysicalDeviceType type = VK_PHYSICAL_DEVICE_TYPE_OTHER;
    std::string name;
    int score = 0;
    std::uint32_t family = 0;  // of the queues
    std::uint32_t queues = 0;  // that it has
    std::string missing;       // what it lacks to be used; "" when nothing
};
[[nodiscard]] std::vector<Candidate> candidates(const Instance& instance);
// Which of them is meant, for gpu::choose_device().
inline constexpr const char* kChoice = "WEFT_VULKAN_DEVICE";
[[nodiscard]] std::vector<gpu::DeviceOption> options(const std::vector<Candidate>& all);
// A device that shows pictures as well: what its instance needs for that, and some surface to which
// it must be able to present.
struct Presenting {
    std::vector<const char*> extensions;
    std::function<VkSurfaceKHR(VkInstance)> make_surface;
};
// The one that gpu::choose_device() says; throws as it does. Where that one cannot present, the
// best that can.
[[nodiscard]] Candidate choose(const Instance& instance,
                               const std::optional<Presenting>& presenting);

// An object of a device, destroyed at the end.
template <class Object>
class Owned {
public:
    using Destroy = void(VKAPI_PTR*)(VkDevice, Object, const VkAllocationCallbacks*);

    Owned() = default;
    Owned(VkDevice device, Object object, Destroy destroy)
        : device_(device), object_(object), destroy_(destroy) {}
    Owned(Owned&& other) noexcept
        : device_(other.device_),
          object_(std::exchange(other.object_, Object{})),
          destroy_(other.destroy_) {}
    Owned& operator=(Owned&& other) noexcept {
        std::swap(device_, other.device_);
        std::swap(object_, other.object_);
        std::swap(destroy_, other.destroy_);
        return *this;
    }
    ~Owned() {
        if (object_ != VK_NULL_HANDLE) destroy_(device_, object_, nullptr);
    }
    [[nodiscard]] Object get() const { return object_; }

private:
    VkDevice device_ = VK_NULL_HANDLE;
    Object object_ = VK_NULL_HANDLE;
    Destroy destroy_ = nullptr;
};

class Context {
public:
    explicit Context(cpp::Host host, const std::optional<Presenting>& presenting = std::nullopt);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();

    // Throws what `result` means, unless it is a success; remembers that the device is lost.
    void check(VkResult result, std::string_view doing);
    [[nodiscard]] bool lost() const { return lost_; }
    [[nodiscard]] bool software() const { return chosen.type == VK_PHYSICAL_DEVICE_TYPE_CPU; }

    // `create` is one of the functions of `vk`, `destroy` its counterpart.
    template <class Object, class Info>
    [[nodiscard]] Owned<Object> make(
        VkResult(VKAPI_PTR* create)(VkDevice, const Info*, const VkAllocationCallbacks*, Object*),
        typename Owned<Object>::Destroy destroy, const Info& described, const char* doing) {
        Object object = VK_NULL_HANDLE;
        check(create(device, &described, nullptr, &object), doing);
        return {device, object, destroy};
    }

    const cpp::Host host;
    const Instance instance;
    const Candidate chosen;
    VkDevice device = VK_NULL_HANDLE;
    DeviceApi vk;
    VkQueue queue = VK_NULL_HANDLE;   // guarded by the timeline
    VkQueue rescue = VK_NULL_HANDLE;  // for what the other one waits for; none where there is one
    gpu::DeviceInfo info;
    VkPhysicalDeviceMemoryProperties memory{};
    VkPhysicalDeviceFloatControlsProperties float_controls{};
    bool has_budget = false;             // VK_EXT_memory_budget
    bool has_priority = false;           // VK_EXT_memory_priority
    std::atomic<std::uint64_t> used{0};  // bytes allocated here

private:
    void describe();
    void open(bool presents);
    void find_sharing();

    std::atomic<bool> lost_{false};
};

}  // namespace weft::vulkan
