// The entry: sound devices, and the sources that come with them.
#include <weft/audio.h>
#include <weft/devices.h>
#include <weft/cpp/backend.hpp>

#include <algorithm>
#include <cstdio>

#include "chatter.h"
#include "devices.h"
#include "program.h"
#include "stream.h"

struct weft_audio_stream {
    weft_audio_stream(const weft::cpp::Host& host, const weft_audio_wish& wish,
                      weft_audio_process process, void* user)
        : stream(host, wish, process, user) {}
    weft::audio::Stream stream;
};

namespace weft::audio {
namespace {

constexpr std::int32_t kScore = 100;

class Backend final : public cpp::Backend {
public:
    explicit Backend(cpp::Host host) : host_(host) { listen(&host_); }
    ~Backend() override { stop_listening(&host_); }

    static const weft_backend_info* describe();
    static void probe(weft_probe& result);
    static const void* extension(std::string_view id);
    std::unique_ptr<cpp::Program> compile(const weft_batch& batch) override {
        return std::make_unique<Program>(host_, batch);
    }

    [[nodiscard]] const cpp::Host& host() const { return host_; }

private:
    cpp::Host host_;
};

const weft_backend_info* Backend::describe() {
    static constexpr weft_str kBuiltins[] = {cpp::to_str("mic"), cpp::to_str("spectrum")};
    static constexpr weft_backend_info kInfo = {
        sizeof(weft_backend_info),
        0,
        cpp::to_str("audio"),
        cpp::to_str("0.1.0"),
        cpp::to_str("sound devices, through PortAudio"),
        0,  // compiles no kernels
        std::size(kBuiltins),
        kBuiltins,
        0,
        0,
        nullptr,
    };
    return &kInfo;
}

const cpp::Host& host_of(weft_backend* backend) {
    return static_cast<Backend*>(reinterpret_cast<cpp::Backend*>(backend))->host();
}

// --- Which devices there are

std::string described(const Device& device) {
    char more[64];
    std::snprintf(more, sizeof more, " (%u in, %u out, %.10g Hz)", device.inputs, device.outputs,
                  device.rate);
    return device.full_name() + more;
}

// Those that an empty wish takes.
struct Defaults {
    explicit Defaults(const std::vector<Device>& devices)
        : output(choose(devices, "", Direction::output)),
          input(choose(devices, "", Direction::input, output ? output->api : "")) {}
    [[nodiscard]] bool is_output(const Device& d) const {
        return output && output->index == d.index;
    }
    [[nodiscard]] bool is_input(const Device& d) const { return input && input->index == d.index; }
    // The one of which probe tells.
    [[nodiscard]] bool is_main(const Device& d) const {
        return output ? is_output(d) : is_input(d);
    }

    std::optional<Device> output;
    std::optional<Device> input;
};

void Backend::probe(weft_probe& result) {
    const std::vector<Device> devices = find_devices();
    const Defaults defaults(devices);
    // A device may come later, and what is made of samples needs none.
    result.available = 1;
    result.score = kScore;
    if (devices.empty()) cpp::copy_text(result.device, kNoDevice);
    for (const Device& device : devices)
        if (defaults.is_main(device)) cpp::copy_text(result.device, described(device));
}

weft_status list(weft_device* devices, std::uint32_t room, std::uint32_t* count,
                 weft_error* error) noexcept {
    *count = 0;
    return cpp::guarded(error, [&] {
        const std::vector<Device> found = find_devices();
        const Defaults defaults(found);
        for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), room); ++i) {
            devices[i].chosen = defaults.is_main(found[i]) ? 1 : 0;
            devices[i].score = kScore;
            cpp::copy_text(devices[i].name, described(found[i]));
            devices[i].reason[0] = '\0';
        }
        *count = static_cast<std::uint32_t>(found.size());
    });
}

std::uint32_t audio_devices(weft_backend* backend, weft_audio_device* devices,
                            std::uint32_t capacity) noexcept {
    try {
        const std::vector<Device> found = find_devices();
        const Defaults defaults(found);
        for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), capacity); ++i) {
            weft_audio_device& device = devices[i];
            device.flags = (defaults.is_output(found[i]) ? WEFT_AUDIO_DEFAULT_OUTPUT : 0) |
                           (defaults.is_input(found[i]) ? WEFT_AUDIO_DEFAULT_INPUT : 0);
            device.inputs = found[i].inputs;
            device.outputs = found[i].outputs;
            device.rate = found[i].rate;
            device.latency = found[i].output_latency;
            cpp::copy_text(device.api, found[i].api);
            cpp::copy_text(device.name, found[i].name);
        }
        return static_cast<std::uint32_t>(found.size());
    } catch (const std::exception& failure) {
        host_of(backend).log(WEFT_LOG_WARNING, failure.what());
        return 0;
    }
}

// --- Streams

weft_status open_stream(weft_backend* backend, const weft_audio_wish* wish,
                        weft_audio_process process, void* user, weft_audio_stream** stream,
                        weft_error* error) noexcept {
    *stream = nullptr;
    return cpp::guarded(error, [&] {
        *stream =
            std::make_unique<weft_audio_stream>(host_of(backend), *wish, process, user).release();
    });
}

void state_of(weft_audio_stream* stream, weft_audio_state* state) noexcept {
    stream->stream.state(*state);
}

void close_stream(weft_audio_stream* stream) noexcept {
    delete stream;
}

const void* Backend::extension(std::string_view id) {
    static constexpr weft_audio_api kAudio = {
        sizeof(weft_audio_api), 0, audio_devices, open_stream, state_of, close_stream,
    };
    static constexpr weft_devices_api kDevices = {sizeof(weft_devices_api), 0, list};
    if (id == WEFT_AUDIO_EXTENSION) return &kAudio;
    if (id == WEFT_DEVICES_EXTENSION) return &kDevices;
    return nullptr;
}

}  // namespace
}  // namespace weft::audio

WEFT_CPP_PLUGIN(weft::audio::Backend, __DATE__)
