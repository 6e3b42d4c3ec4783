// The entry: who this back end is, and what it would run on.
#include "device.h"
#include "gpu/backend.h"

namespace weft::cuda {
namespace {

struct Traits {
    using Device = cuda::Device;
    static constexpr std::string_view kName = "cuda";
    static constexpr std::string_view kSummary =
        "kernels on NVIDIA's GPUs, through the CUDA driver and NVRTC";
    static constexpr std::uint32_t kContexts = 1u << WEFT_CONTEXT_COMPUTE;
    static constexpr const char* kChoice = cuda::kChoice;

    static std::vector<gpu::DeviceOption> find() { return options(candidates(load())); }
};

}  // namespace
}  // namespace weft::cuda

WEFT_CPP_PLUGIN(weft::gpu::DeviceBackend<weft::cuda::Traits>, __DATE__)
