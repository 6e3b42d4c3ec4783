// The one pass to the screen: reads a picture where it is, puts it into its place on the content
// with black around it, and letters over it.
#pragma once

#include <map>

#include "window_device.h"
#include "window_place.h"

namespace weft::vulkan {

class Pass {
public:
    Pass(WindowDevice& device, VkFormat format);
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    [[nodiscard]] VkFormat format() const { return format_; }
    // Leaves an image ready to be presented, or to be copied.
    [[nodiscard]] VkRenderPass to_screen() const { return to_screen_.get(); }
    [[nodiscard]] VkRenderPass to_memory() const { return to_memory_.get(); }

    // What the next recorded pass reads. Nothing that reads may be under way.
    void bind(const VkDescriptorBufferInfo& picture, const VkDescriptorBufferInfo& text);
    void record(VkCommandBuffer commands, VkRenderPass pass, VkFramebuffer framebuffer,
                VkExtent2D extent, const PassConstants& constants);

private:
    [[nodiscard]] Owned<VkRenderPass> make_pass(VkImageLayout leaves);
    void make_layout();
    // For what these ask for: a software driver computes both sides of what it must ask a point.
    [[nodiscard]] VkPipeline pipeline_for(const PassConstants& constants);
    [[nodiscard]] Owned<VkPipeline> make_pipeline(const std::uint32_t (&choices)[3]);

    WindowDevice& device_;
    VkFormat format_;
    Owned<VkRenderPass> to_screen_;
    Owned<VkRenderPass> to_memory_;
    Owned<VkDescriptorSetLayout> set_layout_;
    Owned<VkPipelineLayout> layout_;
    Owned<VkShaderModule> vertex_;
    Owned<VkShaderModule> fragment_;
    std::map<std::uint32_t, Owned<VkPipeline>> pipelines_;  // by what they were made for
    Owned<VkDescriptorPool> sets_;
    VkDescriptorSet set_ = VK_NULL_HANDLE;
};

}  // namespace weft::vulkan
