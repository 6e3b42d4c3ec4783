#include "window_device.h"

#include <weft/cpp/backend.hpp>

#include "drivers.h"

namespace weft::vulkan {
namespace {

VkSurfaceKHR make_surface(VkInstance instance, const Glfw& glfw, GLFWwindow* window) {
    VkSurfaceKHR surface = VK_NULL_HANDLE;
    if (glfw->CreateWindowSurface(instance, window, nullptr, &surface) != VK_SUCCESS)
        throw cpp::Failure(WEFT_UNAVAILABLE, glfw.failure("Vulkan cannot draw on a window"));
    return surface;
}

Presenting presenting(const Glfw& glfw, GLFWwindow* window) {
    const KeepDrivers kept;  // the loader looks at them already when it is asked this
    std::uint32_t count = 0;
    const char** const extensions = glfw->GetRequiredInstanceExtensions(&count);
    if (extensions == nullptr)
        throw cpp::Failure(WEFT_UNAVAILABLE, glfw.failure("Vulkan does not know this screen"));
    return {{extensions, extensions + count},
            [&glfw, window](VkInstance instance) { return make_surface(instance, glfw, window); }};
}

}  // namespace

Surface::Surface(const Instance& instance, const Glfw& glfw, GLFWwindow* window)
    : instance_(instance), surface_(make_surface(instance.get(), glfw, window)) {}

Surface::~Surface() {
    const auto destroy = reinterpret_cast<PFN_vkDestroySurfaceKHR>(
        load().GetInstanceProcAddr(instance_.get(), "vkDestroySurfaceKHR"));
    destroy(instance_.get(), surface_, nullptr);
}

WindowDevice::WindowDevice(cpp::Host host, std::shared_ptr<Glfw> glfw, GLFWwindow* window)
    : glfw_(std::move(glfw)), context(host, presenting(*glfw_, window)) {
#define WEFT_WINDOW_FIND(name)                \
    vk.name = reinterpret_cast<PFN_vk##name>( \
        load().GetInstanceProcAddr(context.instance.get(), "vk" #name));
    WEFT_WINDOW_INSTANCE_FUNCTIONS(WEFT_WINDOW_FIND)
#undef WEFT_WINDOW_FIND
#define WEFT_WINDOW_FIND(name)                \
    vk.name = reinterpret_cast<PFN_vk##name>( \
        context.instance.vk.GetDeviceProcAddr(context.device, "vk" #name));
    WEFT_WINDOW_DEVICE_FUNCTIONS(WEFT_WINDOW_FIND)
#undef WEFT_WINDOW_FIND
    VkPhysicalDeviceProperties properties{};
    context.instance.vk.GetPhysicalDeviceProperties(context.chosen.device, &properties);
    largest_range = properties.limits.maxStorageBufferRange;
}

}  // namespace weft::vulkan
