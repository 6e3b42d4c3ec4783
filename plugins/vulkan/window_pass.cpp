#include "window_pass.h"

#include <weft/cpp/backend.hpp>

#include "glsl.h"

namespace weft::vulkan {
namespace {

// One triangle that covers everything.
constexpr const char* kVertex = R"(#version 460
void main() {
    gl_Position = vec4(gl_VertexIndex == 1 ? 3.0 : -1.0,
                       gl_VertexIndex == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
)";

// By a whole factor each pixel is a square of its own colour; else colours change linearly between
// the middles of pixels, and of a picture that is made smaller no pixel is left out. Straight alpha
// over black.
constexpr const char* kFragment = R"(#version 460
layout(set = 0, binding = 0, std430) readonly buffer Picture { uint picture[]; };
layout(set = 0, binding = 1, std430) readonly buffer Text { uint text[]; };
layout(constant_id = 0) const uint kFactor = 0u;  // 1: one to one, 2: whole, 0: another
layout(constant_id = 1) const bool kText = true;
layout(constant_id = 2) const uint kPixel = 1u;
layout(push_constant, std430) uniform Constants {
    int left, top, placed_width, placed_height, whole;
    int width, height;
    uint start, stride, pixel;
    uint columns, rows, cell_width, cell_height, margin;
};
layout(location = 0) out vec4 shown;

vec3 at(ivec2 p) {
    uint word = start + uint(p.y) * stride + uint(p.x) * kPixel;
    if (kPixel == 1u) {
        vec4 c = unpackUnorm4x8(picture[word]);
        return c.rgb * c.a;
    }
    vec2 rg = unpackUnorm2x16(picture[word]);
    vec2 ba = unpackUnorm2x16(picture[word + 1u]);
    return vec3(rg, ba.x) * ba.y;
}

vec3 between(vec2 p) {
    vec2 corner = floor(p - 0.5);
    vec2 f = p - 0.5 - corner;
    ivec2 last = ivec2(width, height) - 1;
    ivec2 a = clamp(ivec2(corner), ivec2(0), last);
    ivec2 b = clamp(ivec2(corner) + 1, ivec2(0), last);
    return mix(mix(at(a), at(ivec2(b.x, a.y)), f.x), mix(at(ivec2(a.x, b.y)), at(b), f.x), f.y);
}

vec3 picture_at(ivec2 p) {
    if (any(lessThan(p, ivec2(0))) || p.x >= placed_width || p.y >= placed_height) return vec3(0);
    if (kFactor == 1u) return at(p);
    if (kFactor == 2u) return at(p / whole);
    vec2 size = vec2(width, height) / vec2(placed_width, placed_height);
    ivec2 taps = clamp(ivec2(ceil(size * 0.5)), ivec2(1), ivec2(16));
    vec3 sum = vec3(0);
    for (int j = 0; j < taps.y; ++j)
        for (int i = 0; i < taps.x; ++i)
            sum += between((vec2(p) + (vec2(i, j) + 0.5) / vec2(taps)) * size);
    return sum / float(taps.x * taps.y);
}

vec3 under_text(ivec2 p, vec3 below) {
    ivec2 size = ivec2(columns * cell_width, rows * cell_height);
    if (any(greaterThanEqual(p, size + 2 * int(margin)))) return below;
    vec3 ground = below * 0.25;
    p -= int(margin);
    if (any(lessThan(p, ivec2(0))) || any(greaterThanEqual(p, size))) return ground;
    uvec2 cell = uvec2(p) / uvec2(cell_width, cell_height);
    uint letter = text[cell.y * columns + cell.x];
    if (letter == 0u) return ground;
    uvec2 inside = uvec2(p) % uvec2(cell_width, cell_height);
    uint byte = inside.y * cell_width + inside.x;
    uint words = (cell_width * cell_height + 3u) / 4u;
    uint four = text[columns * rows + (letter - 1u) * words + byte / 4u];
    return mix(ground, vec3(1), unpackUnorm4x8(four)[byte % 4u]);
}

void main() {
    ivec2 p = ivec2(gl_FragCoord.xy);
    vec3 colour = picture_at(p - ivec2(left, top));
    if (kText) colour = under_text(p, colour);
    shown = vec4(colour, 1.0);
}
)";

Owned<VkShaderModule> make_module(WindowDevice& device, Stage stage, const char* source,
                                  const char* name) {
    const std::vector<std::uint32_t> words = compile_stage(stage, source, name);
    VkShaderModuleCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO;
    info.codeSize = words.size() * sizeof words[0];
    info.pCode = words.data();
    return device.context.make<VkShaderModule>(device.context.vk.CreateShaderModule,
                                               device.context.vk.DestroyShaderModule, info,
                                               "making the pass to the screen");
}

}  // namespace

Pass::Pass(WindowDevice& device, VkFormat format)
    : device_(device),
      format_(format),
      to_screen_(make_pass(VK_IMAGE_LAYOUT_PRESENT_SRC_KHR)),
      to_memory_(make_pass(VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)),
      vertex_(make_module(device, Stage::vertex, kVertex, "the pass to the screen")),
      fragment_(make_module(device, Stage::fragment, kFragment, "the pass to the screen")) {
    make_layout();
}

Owned<VkRenderPass> Pass::make_pass(VkImageLayout leaves) {
    VkAttachmentDescription image{};
    image.format = format_;
    image.samples = VK_SAMPLE_COUNT_1_BIT;
    image.loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;  // all of it is written
    image.storeOp = VK_ATTACHMENT_STORE_OP_STORE;
    image.stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
    image.stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
    image.initialLayout = VK_IMAGE_LAYOUT_UNDEFINED;
    image.finalLayout = leaves;
    VkAttachmentReference colour{0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    VkSubpassDescription subpass{};
    subpass.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS;
    subpass.colorAttachmentCount = 1;
    subpass.pColorAttachments = &colour;
    // The image is there when its semaphore says so, which waits at the same stage; what copies it
    // afterwards sees it.
    VkSubpassDependency order[2] = {};
    order[0].srcSubpass = VK_SUBPASS_EXTERNAL;
    order[0].srcStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT;
    order[0].dstStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT;
    order[0].dstAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT;
    order[1].dstSubpass = VK_SUBPASS_EXTERNAL;
    order[1].srcStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT;
    order[1].srcAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT;
    order[1].dstStageMask = VK_PIPELINE_STAGE_TRANSFER_BIT;
    order[1].dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT;
    VkRenderPassCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO;
    info.attachmentCount = 1;
    info.pAttachments = &image;
    info.subpassCount = 1;
    info.pSubpasses = &subpass;
    info.dependencyCount = 2;
    info.pDependencies = order;
    return device_.context.make<VkRenderPass>(device_.vk.CreateRenderPass,
                                              device_.vk.DestroyRenderPass, info,
                                              "making the pass to the screen");
}

void Pass::make_layout() {
    const Context& context = device_.context;
    VkDescriptorSetLayoutBinding bindings[2] = {};
    for (std::uint32_t b = 0; b < 2; ++b) {
        bindings[b].binding = b;
        bindings[b].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        bindings[b].descriptorCount = 1;
        bindings[b].stageFlags = VK_SHADER_STAGE_FRAGMENT_BIT;
    }
    VkDescriptorSetLayoutCreateInfo set{};
    set.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO;
    set.bindingCount = 2;
    set.pBindings = bindings;
    set_layout_ = device_.context.make<VkDescriptorSetLayout>(context.vk.CreateDescriptorSetLayout,
                                                              context.vk.DestroyDescriptorSetLayout,
                                                              set, "making the pass to the screen");
    const VkDescriptorSetLayout set_layout = set_layout_.get();
    const VkPushConstantRange range{VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof(PassConstants)};
    VkPipelineLayoutCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO;
    info.setLayoutCount = 1;
    info.pSetLayouts = &set_layout;
    info.pushConstantRangeCount = 1;
    info.pPushConstantRanges = &range;
    layout_ = device_.context.make<VkPipelineLayout>(context.vk.CreatePipelineLayout,
                                                     context.vk.DestroyPipelineLayout, info,
                                                     "making the pass to the screen");
    const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2};
    VkDescriptorPoolCreateInfo pool{};
    pool.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO;
    pool.maxSets = 1;
    pool.poolSizeCount = 1;
    pool.pPoolSizes = &size;
    sets_ = device_.context.make<VkDescriptorPool>(context.vk.CreateDescriptorPool,
                                                   context.vk.DestroyDescriptorPool, pool,
                                                   "making the pass to the screen");
    VkDescriptorSetAllocateInfo allocate{};
    allocate.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO;
    allocate.descriptorPool = sets_.get();
    allocate.descriptorSetCount = 1;
    allocate.pSetLayouts = &set_layout;
    device_.context.check(context.vk.AllocateDescriptorSets(context.device, &allocate, &set_),
                          "making the pass to the screen");
}

VkPipeline Pass::pipeline_for(const PassConstants& constants) {
    const std::uint32_t choices[3] = {
        constants.whole_factor(),
        constants.columns != 0 ? 1u : 0u,
        constants.pixel,
    };
    const std::uint32_t key = choices[0] | choices[1] << 2 | choices[2] << 3;
    const auto known = pipelines_.find(key);
    if (known != pipelines_.end()) return known->second.get();
    return pipelines_.emplace(key, make_pipeline(choices)).first->second.get();
}

Owned<VkPipeline> Pass::make_pipeline(const std::uint32_t (&choices)[3]) {
    const VkSpecializationMapEntry entries[3] = {
        {0, 0, sizeof choices[0]},
        {1, sizeof choices[0], sizeof choices[0]},
        {2, 2 * sizeof choices[0], sizeof choices[0]},
    };
    const VkSpecializationInfo chosen{3, entries, sizeof choices, choices};
    VkPipelineShaderStageCreateInfo stages[2] = {};
    for (auto& stage : stages) {
        stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO;
        stage.pName = "main";
    }
    stages[0].stage = VK_SHADER_STAGE_VERTEX_BIT;
    stages[0].module = vertex_.get();
    stages[1].stage = VK_SHADER_STAGE_FRAGMENT_BIT;
    stages[1].module = fragment_.get();
    stages[1].pSpecializationInfo = &chosen;

    VkPipelineVertexInputStateCreateInfo input{};
    input.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO;
    VkPipelineInputAssemblyStateCreateInfo assembly{};
    assembly.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO;
    assembly.topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
    VkPipelineViewportStateCreateInfo viewport{};
    viewport.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO;
    viewport.viewportCount = 1;
    viewport.scissorCount = 1;
    VkPipelineRasterizationStateCreateInfo raster{};
    raster.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO;
    raster.polygonMode = VK_POLYGON_MODE_FILL;
    raster.cullMode = VK_CULL_MODE_NONE;
    raster.lineWidth = 1;
    VkPipelineMultisampleStateCreateInfo samples{};
    samples.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO;
    samples.rasterizationSamples = VK_SAMPLE_COUNT_1_BIT;
    VkPipelineColorBlendAttachmentState all{};
    all.colorWriteMask = VK_COLOR_COMPONENT_R_BIT | VK_COLOR_COMPONENT_G_BIT |
                         VK_COLOR_COMPONENT_B_BIT | VK_COLOR_COMPONENT_A_BIT;
    VkPipelineColorBlendStateCreateInfo blend{};
    blend.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO;
    blend.attachmentCount = 1;
    blend.pAttachments = &all;
    const VkDynamicState later[2] = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR};
    VkPipelineDynamicStateCreateInfo dynamic{};
    dynamic.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO;
    dynamic.dynamicStateCount = 2;
    dynamic.pDynamicStates = later;

    VkGraphicsPipelineCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO;
    info.stageCount = 2;
    info.pStages = stages;
    info.pVertexInputState = &input;
    info.pInputAssemblyState = &assembly;
    info.pViewportState = &viewport;
    info.pRasterizationState = &raster;
    info.pMultisampleState = &samples;
    info.pColorBlendState = &blend;
    info.pDynamicState = &dynamic;
    info.layout = layout_.get();
    info.renderPass = to_screen_.get();
    const Context& context = device_.context;
    VkPipeline pipeline = VK_NULL_HANDLE;
    device_.context.check(device_.vk.CreateGraphicsPipelines(context.device, VK_NULL_HANDLE, 1,
                                                             &info, nullptr, &pipeline),
                          "making the pass to the screen");
    return {context.device, pipeline, context.vk.DestroyPipeline};
}

void Pass::bind(const VkDescriptorBufferInfo& picture, const VkDescriptorBufferInfo& text) {
    const VkDescriptorBufferInfo* const buffers[2] = {&picture, &text};
    VkWriteDescriptorSet writes[2] = {};
    for (std::uint32_t b = 0; b < 2; ++b) {
        writes[b].sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET;
        writes[b].dstSet = set_;
        writes[b].dstBinding = b;
        writes[b].descriptorCount = 1;
        writes[b].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        writes[b].pBufferInfo = buffers[b];
    }
    device_.context.vk.UpdateDescriptorSets(device_.context.device, 2, writes, 0, nullptr);
}

void Pass::record(VkCommandBuffer commands, VkRenderPass pass, VkFramebuffer framebuffer,
                  VkExtent2D extent, const PassConstants& constants) {
    const DeviceApi& compute = device_.context.vk;
    VkRenderPassBeginInfo begin{};
    begin.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO;
    begin.renderPass = pass;
    begin.framebuffer = framebuffer;
    begin.renderArea = {{0, 0}, extent};
    device_.vk.CmdBeginRenderPass(commands, &begin, VK_SUBPASS_CONTENTS_INLINE);
    const VkViewport viewport{
        0, 0, static_cast<float>(extent.width), static_cast<float>(extent.height), 0, 1};
    device_.vk.CmdSetViewport(commands, 0, 1, &viewport);
    device_.vk.CmdSetScissor(commands, 0, 1, &begin.renderArea);
    compute.CmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline_for(constants));
    compute.CmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, layout_.get(), 0, 1,
                                  &set_, 0, nullptr);
    compute.CmdPushConstants(commands, layout_.get(), VK_SHADER_STAGE_FRAGMENT_BIT, 0,
                             sizeof constants, &constants);
    device_.vk.CmdDraw(commands, 3, 1, 0, 0);
    device_.vk.CmdEndRenderPass(commands);
}

}  // namespace weft::vulkan
