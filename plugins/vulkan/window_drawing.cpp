#include "window_drawing.h"

#include <algorithm>
#include <cstring>

#include <weft/cpp/backend.hpp>

namespace weft::vulkan {
namespace {

// A window that is not to be seen may never be given an image.
constexpr std::uint64_t kAcquireTimeout = 500'000'000;
constexpr std::uint64_t kPassTimeout = 10'000'000'000;

bool operator==(const VkExtent2D& a, const VkExtent2D& b) {
    return a.width == b.width && a.height == b.height;
}

VkDescriptorBufferInfo whole(const Memory& memory) {
    return {memory.buffer(), memory.start(), memory.size};
}

}  // namespace

Drawing::Drawing(WindowDevice& device, const Glfw& glfw, GLFWwindow* window)
    : device_(device),
      surface_(device.context.instance, glfw, window),
      format_(choose_format(device, surface_.get())),
      pass_(device, format_.format),
      pictures_(device),
      text_(device.heap.allocate(sizeof(std::uint32_t), gpu::Place::upload)) {
    const Context& context = device.context;
    VkBool32 can = VK_FALSE;
    device.context.check(device.vk.GetPhysicalDeviceSurfaceSupportKHR(
                             context.chosen.device, context.chosen.family, surface_.get(), &can),
                         "asking for the window");
    if (can == VK_FALSE)
        throw cpp::Failure(WEFT_UNSUPPORTED, context.chosen.name + " does not reach this screen");
    VkSemaphoreCreateInfo semaphore{};
    semaphore.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO;
    acquired_ = device_.context.make<VkSemaphore>(
        context.vk.CreateSemaphore, context.vk.DestroySemaphore, semaphore, "making a semaphore");
    VkFenceCreateInfo fence{};
    fence.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO;
    done_ = device_.context.make<VkFence>(device_.vk.CreateFence, device_.vk.DestroyFence, fence,
                                          "making a fence");
    VkCommandPoolCreateInfo pool{};
    pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
    pool.queueFamilyIndex = context.chosen.family;
    pool_ = device_.context.make<VkCommandPool>(
        context.vk.CreateCommandPool, context.vk.DestroyCommandPool, pool, "making a command pool");
    VkCommandBufferAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
    allocate.commandPool = pool_.get();
    allocate.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    allocate.commandBufferCount = 1;
    device_.context.check(context.vk.AllocateCommandBuffers(context.device, &allocate, &commands_),
                          "making a command buffer");
}

Drawing::~Drawing() {
    device_.context.vk.DeviceWaitIdle(device_.context.device);
}

void Drawing::set_text(const TextBlock& block, std::uint32_t margin) {
    const std::uint64_t bytes = block.words.size() * sizeof(std::uint32_t);
    if (bytes > text_->size) text_ = device_.heap.allocate(bytes * 2, gpu::Place::upload);
    if (bytes != 0) std::memcpy(text_->host, block.words.data(), bytes);
    constants_.columns = block.columns;
    constants_.rows = block.rows;
    constants_.cell_width = block.cell_width;
    constants_.cell_height = block.cell_height;
    constants_.margin = margin;
}

// False: there is nothing to draw on.
bool Drawing::make_chain(Extent content, bool vsync) {
    const VkExtent2D extent = extent_of(device_, surface_.get(), content);
    if (extent.width == 0 || extent.height == 0) return false;
    if (chain_ != nullptr && !stale_ && chain_->extent() == extent && chain_->vsync() == vsync)
        return true;
    // Nobody says when the screen is done with a semaphore; all work of the queue is a time when it
    // is.
    device_.context.vk.DeviceWaitIdle(device_.context.device);
    Swapchain::Wish wish{surface_.get(), format_, extent, vsync, VK_NULL_HANDLE};
    if (chain_ != nullptr) wish.old = chain_->get();
    chain_ = std::make_unique<Swapchain>(device_, pass_, wish);
    stale_ = false;
    return true;
}

// Nothing: none was to be had in time, or the images are stale.
std::optional<std::uint32_t> Drawing::acquire() {
    std::uint32_t index = 0;
    const VkResult result =
        device_.vk.AcquireNextImageKHR(device_.context.device, chain_->get(), kAcquireTimeout,
                                       acquired_.get(), VK_NULL_HANDLE, &index);
    if (result == VK_ERROR_OUT_OF_DATE_KHR) stale_ = true;
    if (result == VK_ERROR_OUT_OF_DATE_KHR || result == VK_TIMEOUT || result == VK_NOT_READY)
        return std::nullopt;
    device_.context.check(result, "asking for an image of the window");
    if (result == VK_SUBOPTIMAL_KHR) stale_ = true;
    return index;
}

template <class Record>
void Drawing::run(VkSemaphore wait, VkSemaphore signal, Record&& record) {
    Context& context = device_.context;
    pass_.bind(picture_, whole(*text_));
    context.check(context.vk.ResetCommandPool(context.device, pool_.get(), 0), "drawing");
    VkCommandBufferBeginInfo begin{};
    begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    context.check(context.vk.BeginCommandBuffer(commands_, &begin), "drawing");
    record();
    context.check(context.vk.EndCommandBuffer(commands_), "drawing");
    const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT;
    VkSubmitInfo submit{};
    submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    submit.waitSemaphoreCount = wait != VK_NULL_HANDLE ? 1 : 0;
    submit.pWaitSemaphores = &wait;
    submit.pWaitDstStageMask = &stage;
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands_;
    submit.signalSemaphoreCount = signal != VK_NULL_HANDLE ? 1 : 0;
    submit.pSignalSemaphores = &signal;
    const VkFence done = done_.get();
    context.check(context.vk.QueueSubmit(context.queue, 1, &submit, done), "drawing");
    const VkResult waited =
        device_.vk.WaitForFences(context.device, 1, &done, VK_TRUE, kPassTimeout);
    if (waited == VK_TIMEOUT)
        context.check(VK_ERROR_DEVICE_LOST, "waiting for a picture to be drawn");
    context.check(waited, "drawing");
    context.check(device_.vk.ResetFences(context.device, 1, &done), "drawing");
}

void Drawing::describe(const weft_window_picture& picture, const BoundPicture& bound,
                       VkExtent2D extent) {
    constants_.place =
        place_picture({picture.width, picture.height}, {extent.width, extent.height});
    constants_.width = static_cast<std::int32_t>(picture.width);
    constants_.height = static_cast<std::int32_t>(picture.height);
    constants_.start = bound.start;
    constants_.stride = bound.stride;
    constants_.pixel = pixel_bytes(picture.format) / 4;
    picture_ = bound.buffer;
}

Shown Drawing::draw(const weft_window_picture& picture, Extent content, bool vsync,
                    std::uint64_t& copied) {
    const BoundPicture bound = pictures_.bind(picture);
    copied = bound.copied;
    std::optional<std::uint32_t> index;
    // A window that is being resized can be out of date again at once.
    for (int attempt = 0; attempt < 3 && !index; ++attempt) {
        if (!make_chain(content, vsync)) return Shown::missed;
        index = acquire();
        if (!index && !stale_) return Shown::missed;
    }
    if (!index) return Shown::missed;
    const Swapchain::Image& image = chain_->image(*index);
    describe(picture, bound, chain_->extent());
    run(acquired_.get(), image.drawn.get(), [&] {
        pass_.record(commands_, pass_.to_screen(), image.framebuffer.get(), chain_->extent(),
                     constants_);
    });
    drawn_ = true;
    const VkSemaphore drawn = image.drawn.get();
    const VkSwapchainKHR chain = chain_->get();
    VkPresentInfoKHR present{};
    present.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR;
    present.waitSemaphoreCount = 1;
    present.pWaitSemaphores = &drawn;
    present.swapchainCount = 1;
    present.pSwapchains = &chain;
    present.pImageIndices = &*index;
    const VkResult result = device_.vk.QueuePresentKHR(device_.context.queue, &present);
    if (result == VK_ERROR_OUT_OF_DATE_KHR || result == VK_SUBOPTIMAL_KHR) stale_ = true;
    if (result == VK_ERROR_OUT_OF_DATE_KHR) return Shown::missed;
    device_.context.check(result, "showing a picture");
    return Shown::shown;
}

Extent Drawing::extent() const {
    return drawn_ ? Extent{chain_->extent().width, chain_->extent().height} : Extent{};
}

void Drawing::read(void* pixels) {
    if (!drawn_) throw cpp::Failure(WEFT_UNAVAILABLE, "the window has shown nothing yet");
    Context& context = device_.context;
    const VkExtent2D extent = chain_->extent();
    VkImageCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO;
    info.imageType = VK_IMAGE_TYPE_2D;
    info.format = format_.format;
    info.extent = {extent.width, extent.height, 1};
    info.mipLevels = 1;
    info.arrayLayers = 1;
    info.samples = VK_SAMPLE_COUNT_1_BIT;
    info.tiling = VK_IMAGE_TILING_OPTIMAL;
    info.usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
    info.sharingMode = VK_SHARING_MODE_EXCLUSIVE;
    const Owned<VkImage> image = context.make<VkImage>(
        device_.vk.CreateImage, device_.vk.DestroyImage, info, "making an image to read");
    VkMemoryRequirements needs{};
    device_.vk.GetImageMemoryRequirements(context.device, image.get(), &needs);
    VkMemoryAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO;
    allocate.allocationSize = needs.size;
    while (allocate.memoryTypeIndex < context.memory.memoryTypeCount &&
           (needs.memoryTypeBits & (1u << allocate.memoryTypeIndex)) == 0)
        ++allocate.memoryTypeIndex;
    const Owned<VkDeviceMemory> memory = context.make<VkDeviceMemory>(
        context.vk.AllocateMemory, context.vk.FreeMemory, allocate, "allocating memory");
    context.check(device_.vk.BindImageMemory(context.device, image.get(), memory.get(), 0),
                  "binding memory");
    const Owned<VkImageView> view = view_of(device_, image.get(), format_.format);
    const Owned<VkFramebuffer> framebuffer =
        framebuffer_of(device_, pass_.to_memory(), view.get(), extent);
    const std::uint64_t bytes = std::uint64_t{extent.width} * extent.height * 4;
    const auto result = device_.heap.allocate(bytes, gpu::Place::readback);
    run(VK_NULL_HANDLE, VK_NULL_HANDLE, [&] {
        pass_.record(commands_, pass_.to_memory(), framebuffer.get(), extent, constants_);
        VkBufferImageCopy region{};
        region.bufferOffset = result->start();
        region.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        region.imageExtent = {extent.width, extent.height, 1};
        device_.vk.CmdCopyImageToBuffer(commands_, image.get(),
                                        VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, result->buffer(), 1,
                                        &region);
        VkMemoryBarrier seen{};
        seen.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER;
        seen.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
        seen.dstAccessMask = VK_ACCESS_HOST_READ_BIT;
        context.vk.CmdPipelineBarrier(commands_, VK_PIPELINE_STAGE_TRANSFER_BIT,
                                      VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &seen, 0, nullptr, 0,
                                      nullptr);
    });
    auto* const to = static_cast<unsigned char*>(pixels);
    std::memcpy(to, result->host, bytes);
    if (format_.format != VK_FORMAT_B8G8R8A8_UNORM) return;
    for (std::uint64_t i = 0; i < bytes; i += 4) std::swap(to[i], to[i + 2]);
}

}  // namespace weft::vulkan
