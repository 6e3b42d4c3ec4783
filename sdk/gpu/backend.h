// A back end whose batches run on one gpu::Device. `Traits` says what one API differs in:
//
//     struct Traits {
//         using Device = ...;  // Device(cpp::Host) opens the one that choose_device() says
//         static constexpr std::string_view kName = "vulkan", kSummary = "...";
//         static constexpr std::uint32_t kContexts = ...;  // bit 1 << WEFT_CONTEXT_*
//         static constexpr const char* kChoice = "WEFT_VULKAN_DEVICE";
//         static std::vector<DeviceOption> find();  // throws cpp::Failure without a driver
//     };
//     WEFT_CPP_PLUGIN(weft::gpu::DeviceBackend<Traits>, __DATE__)
#pragma once

#include <memory>
#include <vector>

#include "gpu/choice.h"
#include "gpu/program.h"

namespace weft::gpu {

template <class Traits>
class DeviceBackend : public cpp::Backend {
public:
    using Device = typename Traits::Device;

    explicit DeviceBackend(cpp::Host host) : host_(host) { open(); }

    static const weft_backend_info* describe() {
        static const weft_backend_info info = {
            sizeof(weft_backend_info),
            0,
            cpp::to_str(Traits::kName),
            cpp::to_str("0.1.0"),
            cpp::to_str(Traits::kSummary),
            // What it offers itself for; whoever asks for it by name has it for everything.
            Traits::kContexts,
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
        try {
            const std::vector<DeviceOption> all = Traits::find();
            const DeviceOption& chosen = all[choose_device(Traits::kChoice, all)];
            result.available = 1;
            result.score = chosen.score;
            cpp::copy_text(result.device, chosen.name);
            result.reason[0] = '\0';
        } catch (const cpp::Failure& failure) {
            cpp::copy_text(result.reason, failure.what());
        }
    }

    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        // A lost device is opened again once: one that is lost twice is broken.
        if (device().lost() && devices_.size() < 2) {
            host_.log(WEFT_LOG_WARNING, device().info().name + " was lost and is opened again");
            open();
        }
        return gpu::compile(host_, device(), batch);
    }

    static const void* extension(std::string_view id) {
        static constexpr weft_devices_api devices = {sizeof(weft_devices_api), 0, list};
        if (id == WEFT_DEVICES_EXTENSION) return &devices;
        return gpu::extension(id, [](weft_backend* backend) -> gpu::Device& {
            return static_cast<DeviceBackend*>(reinterpret_cast<cpp::Backend*>(backend))->device();
        });
    }

private:
    static weft_status list(weft_device* devices, std::uint32_t room, std::uint32_t* count,
                            weft_error* error) noexcept {
        return cpp::guarded(
            error, [&] { *count = list_devices(Traits::kChoice, Traits::find(), devices, room); });
    }

    [[nodiscard]] Device& device() { return *devices_.back(); }
    void open() { devices_.push_back(std::make_unique<Device>(host_)); }

    cpp::Host host_;
    std::vector<std::unique_ptr<Device>> devices_;  // programs of a lost one still refer to it
};

}  // namespace weft::gpu
