// The entry: who this back end is, and what it would run on.
#include "device.h"
#include "gpu/backend.h"

namespace weft::opencl {
namespace {

struct Traits {
    using Device = opencl::Device;
    static constexpr std::string_view kName = "opencl";
    static constexpr std::string_view kSummary = "kernels on any OpenCL device, from 1.2 on";
    static constexpr std::uint32_t kContexts = 1u << WEFT_CONTEXT_COMPUTE;
    static constexpr const char* kChoice = opencl::kChoice;

    static std::vector<gpu::DeviceOption> find() { return options(candidates(load())); }
};

}  // namespace
}  // namespace weft::opencl

WEFT_CPP_PLUGIN(weft::gpu::DeviceBackend<weft::opencl::Traits>, __DATE__)
