#include "midi.h"

#include <weft/devices.h>

#include <algorithm>

#include "hub.h"
#include "port_list.h"

namespace weft::midi {

namespace {

constexpr weft_str kBuiltins[] = {cpp::to_str("midi_cc"), cpp::to_str("midi_note"),
                                  cpp::to_str("midi_bend")};
constexpr weft_str kSinks[] = {cpp::to_str("midi")};
constexpr weft_backend_info kInfo = {
    sizeof(weft_backend_info),
    0,
    cpp::to_str("midi"),
    cpp::to_str("0.1.0"),
    cpp::to_str("MIDI in and out, and its clock, through ALSA or JACK"),
    0,  // compiles no kernels
    std::size(kBuiltins),
    kBuiltins,
    std::size(kSinks),
    0,
    kSinks,
};

// "in: NAME", "out: NAME".
std::vector<std::string> lines_of(const PortList& ports) {
    std::vector<std::string> lines;
    for (const std::string& name : ports.in) lines.push_back("in: " + name);
    for (const std::string& name : ports.out) lines.push_back("out: " + name);
    return lines;
}

weft_status list(weft_device* devices, std::uint32_t room, std::uint32_t* count,
                 weft_error* error) noexcept {
    *count = 0;
    return cpp::guarded(error, [&] {
        const std::vector<std::string> lines = lines_of(list_ports());
        *count = static_cast<std::uint32_t>(lines.size());
        for (std::uint32_t i = 0; i < std::min(*count, room); ++i) {
            devices[i].chosen = 0;
            devices[i].score = 0;
            cpp::copy_text(devices[i].name, lines[i]);
            devices[i].reason[0] = '\0';
        }
    });
}

}  // namespace

Midi::Midi(cpp::Host host) : host_(host) {}

const weft_backend_info* Midi::describe() {
    return &kInfo;
}

// Usable also while there is no MIDI: a program keeps its defaults until some appears.
void Midi::probe(weft_probe& result) {
    const PortList ports = list_ports();
    const std::vector<std::string> lines = lines_of(ports);
    result.available = 1;
    result.score = 100;
    // Of several each has its own line.
    cpp::copy_text(result.device, ports.where + (lines.size() == 1 ? ", " + lines[0] : ""));
    result.reason[0] = '\0';
}

const void* Midi::extension(std::string_view id) {
    static constexpr weft_devices_api kPorts = {sizeof(weft_devices_api), 0, list};
    if (id == WEFT_DEVICES_EXTENSION) return &kPorts;
    return id == WEFT_CONTROL_EXTENSION ? control_api() : nullptr;
}

std::unique_ptr<cpp::Program> Midi::compile(const weft_batch&) {
    throw cpp::Failure(WEFT_UNSUPPORTED, "it computes nothing: MIDI comes as numbers of a frame");
}

std::shared_ptr<Hub> Midi::hub() {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Hub> hub = hub_.lock();
    if (!hub) {
        hub = Hub::make(
            [this](std::uint32_t level, const std::string& line) { host_.log(level, line); });
        hub_ = hub;
    }
    return hub;
}

}  // namespace weft::midi
