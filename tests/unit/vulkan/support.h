// A host that only listens, and kernels written by hand.
#pragma once

#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "device.h"
#include "tests/support/absent.h"

namespace weft::vulkan {

class Listener {
public:
    explicit Listener(std::string cache_directory = {})
        : cache_directory_(std::move(cache_directory)) {
        table_.struct_size = sizeof table_;
        table_.abi_version = WEFT_ABI_VERSION;
        table_.context = this;
        table_.log = [](void* self, std::uint32_t level, weft_str text) {
            static_cast<Listener*>(self)->hear(level, cpp::view(text));
        };
        table_.cache_directory = [](void* self) {
            return cpp::to_str(static_cast<Listener*>(self)->cache_directory_);
        };
    }
    [[nodiscard]] cpp::Host host() const { return cpp::Host(&table_); }
    [[nodiscard]] std::vector<std::string> errors() const { return errors_; }

private:
    void hear(std::uint32_t level, std::string_view text) {
        const std::lock_guard lock(mutex_);
        if (level == WEFT_LOG_ERROR) errors_.emplace_back(text);
    }
    std::string cache_directory_;
    weft_host table_{};
    std::mutex mutex_;
    std::vector<std::string> errors_;
};

// A device, or the reason why there is none; validation must have been silent at the end.
class DeviceTest : public testing::Test {
protected:
    void SetUp() override {
        try {
            device_ = std::make_unique<Device>(listener_.host());
        } catch (const cpp::Failure& failure) {
            return test::absent(failure.what());
        }
    }
    void TearDown() override {
        if (device_ != nullptr) {
            EXPECT_EQ(device_->validation_messages(), 0u);
        }
        device_.reset();
        EXPECT_EQ(listener_.errors(), std::vector<std::string>());
    }
    [[nodiscard]] Device& device() { return *device_; }

    Listener listener_;

private:
    std::unique_ptr<Device> device_;
};

// Parameters: args, then `others` addresses p.a[1], p.a[2], ... as `Words`.
inline gpu::KernelText by_hand(const std::vector<std::string>& mains, std::uint32_t others,
                               const std::string& numbers = "uniform") {
    gpu::KernelText text;
    text.source =
        "#version 460\n"
        "#extension GL_EXT_scalar_block_layout : require\n"
        "#extension GL_EXT_buffer_reference : require\n"
        "layout(local_size_x = 64) in;\n"
        "layout(push_constant, scalar) uniform Launch { uvec4 launch; };\n"
        "layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Words { uint w[]; };\n"
        "layout(set = 0, binding = 0, scalar) " +
        numbers +
        " Args { double d[16]; float f[16]; };\n"
        "layout(set = 0, binding = 1, scalar) uniform Addresses { Words a[" +
        std::to_string(others + 1) + "]; };\n";
    text.parameters.push_back({gpu::Use::args, 0});
    for (std::uint32_t i = 0; i < others; ++i) text.parameters.push_back({gpu::Use::output, i});
    for (std::size_t i = 0; i < mains.size(); ++i) {
        text.source += "#if WEFT_ENTRY == " + std::to_string(i) +
                       "\nvoid main() {\n"
                       "uint x = gl_GlobalInvocationID.x + launch.x;\n"
                       "uint y = gl_GlobalInvocationID.y + launch.y;\n"
                       "if (x >= launch.z || y >= launch.w) return;\n" +
                       mains[i] + "\n}\n#endif\n";
        text.entries.push_back({"entry" + std::to_string(i), gpu::Over::raster});
    }
    return text;
}

inline gpu::Command launch(const std::shared_ptr<const gpu::Pipeline>& pipeline,
                           std::uint32_t entry, std::uint32_t threads,
                           const std::vector<gpu::Buffer*>& buffers) {
    gpu::Command command;
    command.kind = gpu::Command::Kind::launch;
    command.launch.pipeline = pipeline.get();
    command.launch.entry = entry;
    command.launch.groups = {(threads + 63) / 64, 1};
    command.launch.constants = {0, 0, threads, 1};
    for (gpu::Buffer* buffer : buffers) command.launch.parameters.push_back({buffer, 0});
    return command;
}

// Runs commands with a barrier between any two.
inline void run(Device& device, const std::vector<gpu::Command>& commands) {
    std::vector<gpu::Command> ordered;
    for (const gpu::Command& command : commands) {
        if (!ordered.empty()) ordered.emplace_back();
        ordered.push_back(command);
    }
    const auto work = device.record(ordered);
    ASSERT_TRUE(device.wait(device.submit(*work), 10'000'000'000));
}

inline std::uint32_t* words(gpu::Buffer& buffer) {
    return reinterpret_cast<std::uint32_t*>(buffer.host);
}

}  // namespace weft::vulkan
