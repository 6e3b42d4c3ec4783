#include "window_swapchain.h"

#include <algorithm>

#include <weft/cpp/backend.hpp>

namespace weft::vulkan {
namespace {

VkSurfaceCapabilitiesKHR capabilities_of(WindowDevice& device, VkSurfaceKHR surface) {
    VkSurfaceCapabilitiesKHR capabilities{};
    device.context.check(device.vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(
                             device.context.chosen.device, surface, &capabilities),
                         "asking what the window takes");
    return capabilities;
}

// FIFO is always there. MAILBOX shows the newest picture whole, IMMEDIATE at once.
VkPresentModeKHR choose_mode(WindowDevice& device, VkSurfaceKHR surface, bool vsync) {
    if (vsync) return VK_PRESENT_MODE_FIFO_KHR;
    const VkPhysicalDevice physical = device.context.chosen.device;
    std::uint32_t count = 0;
    device.vk.GetPhysicalDeviceSurfacePresentModesKHR(physical, surface, &count, nullptr);
    std::vector<VkPresentModeKHR> modes(count);
    device.vk.GetPhysicalDeviceSurfacePresentModesKHR(physical, surface, &count, modes.data());
    for (const VkPresentModeKHR mode : {VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR})
        if (std::find(modes.begin(), modes.end(), mode) != modes.end()) return mode;
    return VK_PRESENT_MODE_FIFO_KHR;
}

}  // namespace

VkSurfaceFormatKHR choose_format(WindowDevice& device, VkSurfaceKHR surface) {
    const VkPhysicalDevice physical = device.context.chosen.device;
    std::uint32_t count = 0;
    device.vk.GetPhysicalDeviceSurfaceFormatsKHR(physical, surface, &count, nullptr);
    std::vector<VkSurfaceFormatKHR> formats(count);
    device.vk.GetPhysicalDeviceSurfaceFormatsKHR(physical, surface, &count, formats.data());
    for (const VkSurfaceFormatKHR& one : formats)
        if (one.format == VK_FORMAT_B8G8R8A8_UNORM || one.format == VK_FORMAT_R8G8B8A8_UNORM)
            return one;
    throw cpp::Failure(WEFT_UNSUPPORTED, device.context.chosen.name +
                                             " shows no pictures of 8 bits a channel as they are");
}

VkExtent2D extent_of(WindowDevice& device, VkSurfaceKHR surface, Extent content) {
    const VkSurfaceCapabilitiesKHR can = capabilities_of(device, surface);
    if (can.currentExtent.width != UINT32_MAX) return can.currentExtent;
    if (content.width == 0 || content.height == 0) return {0, 0};
    return {
        std::clamp(content.width, can.minImageExtent.width, can.maxImageExtent.width),
        std::clamp(content.height, can.minImageExtent.height, can.maxImageExtent.height),
    };
}

Owned<VkImageView> view_of(WindowDevice& device, VkImage image, VkFormat format) {
    VkImageViewCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO;
    info.image = image;
    info.viewType = VK_IMAGE_VIEW_TYPE_2D;
    info.format = format;
    info.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    return device.context.make<VkImageView>(device.vk.CreateImageView, device.vk.DestroyImageView,
                                            info, "making a view");
}

Owned<VkFramebuffer> framebuffer_of(WindowDevice& device, VkRenderPass pass, VkImageView view,
                                    VkExtent2D extent) {
    VkFramebufferCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO;
    info.renderPass = pass;
    info.attachmentCount = 1;
    info.pAttachments = &view;
    info.width = extent.width;
    info.height = extent.height;
    info.layers = 1;
    return device.context.make<VkFramebuffer>(
        device.vk.CreateFramebuffer, device.vk.DestroyFramebuffer, info, "making a framebuffer");
}

Swapchain::Swapchain(WindowDevice& device, const Pass& pass, const Wish& wish)
    : extent_(wish.extent), vsync_(wish.vsync) {
    const VkSurfaceCapabilitiesKHR can = capabilities_of(device, wish.surface);
    // It may have been resized since somebody asked.
    if (can.currentExtent.width != UINT32_MAX && can.currentExtent.width != 0)
        extent_ = can.currentExtent;
    VkSwapchainCreateInfoKHR info{};
    info.sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR;
    info.surface = wish.surface;
    info.minImageCount = std::max(can.minImageCount, 3u);
    if (can.maxImageCount != 0)
        info.minImageCount = std::min(info.minImageCount, can.maxImageCount);
    info.imageFormat = wish.format.format;
    info.imageColorSpace = wish.format.colorSpace;
    info.imageExtent = extent_;
    info.imageArrayLayers = 1;
    info.imageUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
    info.imageSharingMode = VK_SHARING_MODE_EXCLUSIVE;
    info.preTransform = can.currentTransform;
    const bool opaque = (can.supportedCompositeAlpha & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR) != 0;
    info.compositeAlpha =
        opaque ? VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR : VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR;
    info.presentMode = choose_mode(device, wish.surface, wish.vsync);
    info.clipped = VK_TRUE;
    info.oldSwapchain = wish.old;
    chain_ = device.context.make<VkSwapchainKHR>(device.vk.CreateSwapchainKHR,
                                                 device.vk.DestroySwapchainKHR, info,
                                                 "making the images of a window");
    std::uint32_t count = 0;
    device.vk.GetSwapchainImagesKHR(device.context.device, chain_.get(), &count, nullptr);
    std::vector<VkImage> images(count);
    device.context.check(
        device.vk.GetSwapchainImagesKHR(device.context.device, chain_.get(), &count, images.data()),
        "making the images of a window");
    VkSemaphoreCreateInfo semaphore{};
    semaphore.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO;
    for (VkImage image : images) {
        Image& made = images_.emplace_back();
        made.view = view_of(device, image, wish.format.format);
        made.framebuffer = framebuffer_of(device, pass.to_screen(), made.view.get(), extent_);
        made.drawn = device.context.make<VkSemaphore>(device.context.vk.CreateSemaphore,
                                                      device.context.vk.DestroySemaphore, semaphore,
                                                      "making a semaphore");
    }
}

}  // namespace weft::vulkan
