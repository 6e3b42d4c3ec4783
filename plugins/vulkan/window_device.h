// The device that shows pictures: one of its own, apart from the one that computes, since what an
// instance needs for a screen is known only when there is one. It goes with the last window.
#pragma once

#include <memory>

#include "memory.h"
#include "window_glfw.h"

namespace weft::vulkan {

#define WEFT_WINDOW_INSTANCE_FUNCTIONS(F)      \
    F(DestroySurfaceKHR)                       \
    F(GetPhysicalDeviceSurfaceCapabilitiesKHR) \
    F(GetPhysicalDeviceSurfaceFormatsKHR)      \
    F(GetPhysicalDeviceSurfacePresentModesKHR) \
    F(GetPhysicalDeviceSurfaceSupportKHR)

#define WEFT_WINDOW_DEVICE_FUNCTIONS(F) \
    F(AcquireNextImageKHR)              \
    F(BindImageMemory)                  \
    F(CmdBeginRenderPass)               \
    F(CmdCopyImageToBuffer)             \
    F(CmdDraw)                          \
    F(CmdEndRenderPass)                 \
    F(CmdSetScissor)                    \
    F(CmdSetViewport)                   \
    F(CreateFence)                      \
    F(CreateFramebuffer)                \
    F(CreateGraphicsPipelines)          \
    F(CreateImage)                      \
    F(CreateImageView)                  \
    F(CreateRenderPass)                 \
    F(CreateSwapchainKHR)               \
    F(DestroyFence)                     \
    F(DestroyFramebuffer)               \
    F(DestroyImage)                     \
    F(DestroyImageView)                 \
    F(DestroyRenderPass)                \
    F(DestroySwapchainKHR)              \
    F(GetImageMemoryRequirements)       \
    F(GetSwapchainImagesKHR)            \
    F(QueuePresentKHR)                  \
    F(ResetFences)                      \
    F(WaitForFences)

struct WindowApi {
#define WEFT_WINDOW_POINTER(name) PFN_vk##name name = nullptr;
    WEFT_WINDOW_INSTANCE_FUNCTIONS(WEFT_WINDOW_POINTER)
    WEFT_WINDOW_DEVICE_FUNCTIONS(WEFT_WINDOW_POINTER)
#undef WEFT_WINDOW_POINTER
};

// What a window is drawn on.
class Surface {
public:
    Surface(const Instance& instance, const Glfw& glfw, GLFWwindow* window);
    Surface(const Surface&) = delete;
    Surface& operator=(const Surface&) = delete;
    ~Surface();

    [[nodiscard]] VkSurfaceKHR get() const { return surface_; }

private:
    const Instance& instance_;
    VkSurfaceKHR surface_ = VK_NULL_HANDLE;
};

class WindowDevice {
public:
    // The best that can present to `window`.
    WindowDevice(cpp::Host host, std::shared_ptr<Glfw> glfw, GLFWwindow* window);
    WindowDevice(const WindowDevice&) = delete;
    WindowDevice& operator=(const WindowDevice&) = delete;

private:
    std::shared_ptr<Glfw> glfw_;

public:
    Context context;
    WindowApi vk;
    Heap heap{context};
    std::uint64_t largest_range = 0;  // bytes of memory that a pass reads
};

}  // namespace weft::vulkan
