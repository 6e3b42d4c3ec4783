// The entry: who this back end is, what it would run on, and its windows.
#include "device.h"
#include "gpu/backend.h"
#include "window_system.h"

namespace weft::vulkan {
namespace {

struct Traits {
    using Device = vulkan::Device;
    static constexpr std::string_view kName = "vulkan";
    static constexpr std::string_view kSummary = "compute kernels on any Vulkan 1.2 device";
    static constexpr std::uint32_t kContexts = 1u << WEFT_CONTEXT_VISUAL;
    static constexpr const char* kChoice = vulkan::kChoice;

    static std::vector<gpu::DeviceOption> find() {
        const Instance instance(std::nullopt);
        return options(candidates(instance));
    }
};

class Backend final : public gpu::DeviceBackend<Traits> {
public:
    explicit Backend(cpp::Host host) : DeviceBackend(host), windows_(host) {}

    static const void* extension(std::string_view id) {
        if (id != WEFT_WINDOW_EXTENSION) return DeviceBackend::extension(id);
        return window_api([](weft_backend* backend) -> WindowSystem& {
            return static_cast<Backend*>(reinterpret_cast<cpp::Backend*>(backend))->windows_;
        });
    }

private:
    WindowSystem windows_;
};

}  // namespace
}  // namespace weft::vulkan

WEFT_CPP_PLUGIN(weft::vulkan::Backend, __DATE__)
