#include "devices.h"

#include <alsa/asoundlib.h>
#include <pa_jack.h>
#include <portaudio.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>

#include <jack/patience.h>
#include <weft/cpp/text.hpp>

#include "chatter.h"
#include "jack_guard.h"

namespace weft::audio {
namespace {

std::string api_name(const PaHostApiInfo& api) {
    switch (api.type) {
        case paJACK: return "JACK";
        case paALSA: return "ALSA";
        case paOSS: return "OSS";
        default: return api.name;
    }
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

std::uint32_t channels(const Device& device, Direction direction) {
    return direction == Direction::output ? device.outputs : device.inputs;
}

bool is_default(const Device& device, Direction direction) {
    return direction == Direction::output ? device.default_output : device.default_input;
}

std::string names_of(const std::vector<const Device*>& devices) {
    std::string text;
    for (const Device* device : devices)
        text += (text.empty() ? "" : ", ") + ("'" + device->full_name() + "'");
    return text;
}

// A server that runs was started for this; else what PortAudio, that is ALSA, calls the default.
const Device* default_of(const std::vector<const Device*>& usable, Direction direction,
                         std::string_view api) {
    const Device* best = nullptr;
    for (const Device* device : usable) {
        if (!api.empty() && device->api != api) continue;
        const auto rank = [&](const Device& d) {
            return (d.api == "JACK" ? 2 : 0) + (is_default(d, direction) ? 1 : 0);
        };
        if (!best || rank(*device) > rank(*best)) best = device;
    }
    return best;
}

// What PortAudio saw when it was initialized.
struct Seen {
    std::string cards;
    bool jack = false;
};
Seen& seen() {
    static Seen& only = *new Seen;
    return only;
}

// A line for every card that is there.
std::string cards() {
    std::ifstream file("/proc/asound/cards");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::atomic<bool> asked{false};

}  // namespace

Library::Library(const std::string& client) {
    // PortAudio keeps the pointer.
    static std::string& name = *new std::string;
    const bool is_first = Pa_GetDeviceCount() == paNotInitialized;
    if (is_first) {
        name = client.empty() ? "weft" : client;
        PaJack_SetClientName(name.c_str());
        lead_chatter_here();
    }
    if (!is_first && is_to_end())
        throw cpp::Failure(WEFT_UNAVAILABLE, "the sound system is about to begin anew");
    PaError error = paNoError;
    try {
        error = Pa_Initialize();
    } catch (const cpp::Failure&) {
        // What was read of ALSA's configuration is not to be believed the next time.
        snd_config_update_free_global();
        throw;
    }
    if (error != paNoError)
        throw cpp::Failure(WEFT_UNAVAILABLE,
                           std::string("PortAudio does not start: ") + Pa_GetErrorText(error));
    if (is_first) seen() = {cards(), Pa_HostApiTypeIdToHostApiIndex(paJACK) >= 0};
}

Library::~Library() {
    Pa_Terminate();
    if (Pa_GetDeviceCount() == paNotInitialized) asked = false;
}

void Library::look_again() {
    if (Pa_GetDeviceCount() == paNotInitialized) return;
    if (cards() != seen().cards || (!seen().jack && jack::answers())) asked = true;
}

bool Library::is_to_end() {
    return asked || jack::gone();
}

std::vector<Device> Library::devices() {
    std::vector<Device> found;
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
        const PaDeviceInfo* info = Pa_GetDeviceInfo(i);
        const PaHostApiInfo* api = Pa_GetHostApiInfo(info->hostApi);
        Device device;
        device.index = i;
        device.api = api_name(*api);
        device.name = info->name;
        device.inputs = static_cast<std::uint32_t>(std::max(info->maxInputChannels, 0));
        device.outputs = static_cast<std::uint32_t>(std::max(info->maxOutputChannels, 0));
        device.rate = info->defaultSampleRate;
        device.output_latency = std::max(info->defaultLowOutputLatency, 0.0);
        device.input_latency = std::max(info->defaultLowInputLatency, 0.0);
        device.default_output = i == api->defaultOutputDevice;
        device.default_input = i == api->defaultInputDevice;
        if (device.inputs + device.outputs > 0) found.push_back(std::move(device));
    }
    return found;
}

std::string list_of(const std::vector<Device>& devices, Direction direction) {
    std::vector<const Device*> usable;
    for (const Device& device : devices)
        if (channels(device, direction) > 0) usable.push_back(&device);
    if (usable.empty()) return "there is none";
    return (usable.size() == 1 ? "there is " : "there are ") + names_of(usable);
}

std::optional<Device> choose(const std::vector<Device>& devices, std::string_view wish,
                             Direction direction, std::string_view api) {
    std::vector<const Device*> usable;
    for (const Device& device : devices)
        if (channels(device, direction) > 0) usable.push_back(&device);
    if (wish.empty()) {
        const Device* best = default_of(usable, direction, api);
        return best ? std::optional(*best) : std::nullopt;
    }

    // The exact name wins over devices whose names contain it.
    const std::string wanted = lower(wish);
    std::vector<const Device*> exact;
    std::vector<const Device*> partial;
    for (const Device* device : usable) {
        const std::string name = lower(device->full_name());
        if (name == wanted || lower(device->name) == wanted) exact.push_back(device);
        if (name.find(wanted) != std::string::npos) partial.push_back(device);
    }
    const auto& matches = exact.empty() ? partial : exact;
    if (matches.size() == 1) return *matches.front();
    const std::string what = direction == Direction::output ? "for output" : "for input";
    if (matches.empty())
        throw cpp::Failure(WEFT_INVALID, "no sound device " + what + " is called '" +
                                             std::string(wish) +
                                             "': " + list_of(devices, direction));
    throw cpp::Failure(WEFT_INVALID, "several sound devices " + what + " match '" +
                                         std::string(wish) + "': " + names_of(matches));
}

std::vector<Device> find_devices() {
    const auto found = std::make_shared<std::vector<Device>>();
    const bool answered = weft::jack::run_within(kPatience, [found] {
        const Library library("");
        *found = Library::devices();
    });
    if (!answered) throw cpp::Failure(WEFT_TIMEOUT, "the sound system does not answer");
    return *found;
}

}  // namespace weft::audio
