// The entry: who this back end is, whether it can run here, and its table of functions.
#include <vector>

#include "device.h"
#include "gpu/program.h"

namespace weft::cuda {
namespace {

constexpr weft_str text(std::string_view view) {
    return {view.data(), view.size()};
}

class Backend final : public cpp::Backend {
public:
    explicit Backend(cpp::Host host) : host_(host) { devices_.push_back(Device::open(host)); }

    static const weft_backend_info* describe() {
        static const weft_backend_info info = {
            sizeof(weft_backend_info),
            0,
            text("cuda"),
            text("0.1.0"),
            text("kernels on NVIDIA's GPUs, through the CUDA driver and NVRTC"),
            // What it offers itself for; whoever asks for it by name has it for everything.
            1u << WEFT_CONTEXT_COMPUTE,
            0,
            nullptr,
            0,
            0,
            nullptr,
        };
        return &info;
    }

    static void probe(weft_probe& result) {
        result.available = 0;
        std::string why;
        const Api* api = load(why);
        try {
            if (api == nullptr) throw cpp::Failure(WEFT_UNAVAILABLE, why);
            const Candidate chosen = choose(*api);
            result.available = 1;
            result.score = 225;
            cpp::copy_text(result.device, chosen.name);
            result.reason[0] = '\0';
        } catch (const cpp::Failure& failure) {
            cpp::copy_text(result.reason, failure.what());
        }
    }

    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        // A lost device is opened again once: one that is lost twice is broken. Programs of the
        // first still refer to it.
        if (device().lost() && devices_.size() < 2) {
            host_.log(WEFT_LOG_WARNING, device().info().name + " was lost and is opened again");
            devices_.push_back(Device::open(host_));
        }
        return gpu::compile(host_, device(), batch);
    }

    static const void* extension(std::string_view id) {
        return gpu::extension(id, [](weft_backend* backend) -> gpu::Device& {
            return static_cast<Backend*>(reinterpret_cast<cpp::Backend*>(backend))->device();
        });
    }

private:
    [[nodiscard]] Device& device() { return *devices_.back(); }

    cpp::Host host_;
    std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace
}  // namespace weft::cuda

WEFT_CPP_PLUGIN(weft::cuda::Backend, __DATE__)
