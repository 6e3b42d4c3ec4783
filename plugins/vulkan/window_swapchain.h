// The images that go to the screen, in the size of the window's content.
#pragma once

#include <vector>

#include "window_pass.h"

namespace weft::vulkan {

// The format in which numbers are shown as they are. Throws cpp::Failure(WEFT_UNSUPPORTED).
[[nodiscard]] VkSurfaceFormatKHR choose_format(WindowDevice& device, VkSurfaceKHR surface);

// What the surface takes now; `content` where it takes what it is given. 0: nothing is to be seen.
[[nodiscard]] VkExtent2D extent_of(WindowDevice& device, VkSurfaceKHR surface, Extent content);

class Swapchain {
public:
    struct Wish {
        VkSurfaceKHR surface = VK_NULL_HANDLE;
        VkSurfaceFormatKHR format{};
        VkExtent2D extent{};
        bool vsync = true;
        VkSwapchainKHR old = VK_NULL_HANDLE;  // is retired
    };
    Swapchain(WindowDevice& device, const Pass& pass, const Wish& wish);
    Swapchain(const Swapchain&) = delete;
    Swapchain& operator=(const Swapchain&) = delete;

    struct Image {
        Owned<VkImageView> view;
        Owned<VkFramebuffer> framebuffer;
        Owned<VkSemaphore> drawn;
    };
    [[nodiscard]] VkSwapchainKHR get() const { return chain_.get(); }
    [[nodiscard]] VkExtent2D extent() const { return extent_; }
    [[nodiscard]] bool vsync() const { return vsync_; }
    [[nodiscard]] const Image& image(std::uint32_t index) const { return images_[index]; }

private:
    VkExtent2D extent_;
    bool vsync_;
    Owned<VkSwapchainKHR> chain_;
    std::vector<Image> images_;
};

[[nodiscard]] Owned<VkImageView> view_of(WindowDevice& device, VkImage image, VkFormat format);
[[nodiscard]] Owned<VkFramebuffer> framebuffer_of(WindowDevice& device, VkRenderPass pass,
                                                  VkImageView view, VkExtent2D extent);

}  // namespace weft::vulkan
