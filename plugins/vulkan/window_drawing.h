// All that a window draws with. A lost device takes it away, and it is made anew on another.
#pragma once

#include <weft/window.h>

#include <optional>

#include "window_picture.h"
#include "window_swapchain.h"
#include "window_text.h"

namespace weft::vulkan {

// What happened to a picture.
enum class Shown : std::uint8_t { shown, missed };

class Drawing {
public:
    Drawing(WindowDevice& device, const Glfw& glfw, GLFWwindow* window);
    Drawing(const Drawing&) = delete;
    Drawing& operator=(const Drawing&) = delete;
    ~Drawing();

    // The text over every picture from now on.
    void set_text(const TextBlock& block, std::uint32_t margin);

    // Returns when the picture was read. `copied`: bytes of it, beyond the pass itself.
    [[nodiscard]] Shown draw(const weft_window_picture& picture, Extent content, bool vsync,
                             std::uint64_t& copied);
    // The last picture once more, into memory: extent().width * height * 4 bytes of RGBA8.
    void read(void* pixels);
    // Of what was shown last, 0 before.
    [[nodiscard]] Extent extent() const;

private:
    [[nodiscard]] bool make_chain(Extent content, bool vsync);
    [[nodiscard]] std::optional<std::uint32_t> acquire();
    void describe(const weft_window_picture& picture, const BoundPicture& bound, VkExtent2D extent);
    template <class Record>
    void run(VkSemaphore wait, VkSemaphore signal, Record&& record);

    WindowDevice& device_;
    Surface surface_;
    VkSurfaceFormatKHR format_;
    Pass pass_;
    Pictures pictures_;
    std::unique_ptr<Memory> text_;
    std::unique_ptr<Swapchain> chain_;
    bool stale_ = true;  // the images are to be made anew
    Owned<VkSemaphore> acquired_;
    Owned<VkFence> done_;
    Owned<VkCommandPool> pool_;
    VkCommandBuffer commands_ = VK_NULL_HANDLE;
    // Of the last picture.
    VkDescriptorBufferInfo picture_{};
    PassConstants constants_;
    bool drawn_ = false;
};

}  // namespace weft::vulkan
