// The devices of all host APIs, and which of them are meant.
#pragma once

#include <weft/audio.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::audio {

constexpr double kPatience = 10;  // seconds, for what takes milliseconds (jack/patience.h)

struct Device {
    int index = 0;     // PortAudio's, until it is ended
    std::string api;   // "JACK"
    std::string name;  // "system"
    std::uint32_t inputs = 0;
    std::uint32_t outputs = 0;
    double rate = 0;            // samples a second, its own
    double output_latency = 0;  // seconds, the lowest it offers
    double input_latency = 0;
    bool default_output = false;
    bool default_input = false;

    [[nodiscard]] std::string full_name() const { return api + ": " + name; }
};

// PortAudio, held: initialized by the first holder, ended by the last, so that the next one sees
// the devices anew. Within run_within only.
class Library {
public:
    // `client` is the name under which a server shows us, if this is the first holder.
    explicit Library(const std::string& client);
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library();

    // As they were when it was initialized.
    [[nodiscard]] static std::vector<Device> devices();

    // A device was not found: where others hold PortAudio, and there are devices now that it has
    // not seen, they are asked to let go.
    static void look_again();
    // They are asked, or the server that PortAudio is a client of has gone, whoever uses it: until
    // the last holder has let go. [any thread]
    [[nodiscard]] static bool is_to_end();
};

enum class Direction { output, input };

// The device of `devices` that `wish` names; empty: the default one, of host API `api` if that is
// given. Nothing: there is none in this direction at all. Throws when `wish` matches no device, or
// several.
[[nodiscard]] std::optional<Device> choose(const std::vector<Device>& devices,
                                           std::string_view wish, Direction direction,
                                           std::string_view api = {});

// "there are JACK: system, ALSA: hw:0" for messages.
[[nodiscard]] std::string list_of(const std::vector<Device>& devices, Direction direction);

// The devices there are now; fewer than there could be when another stream holds PortAudio. Throws
// when the sound system does not answer.
[[nodiscard]] std::vector<Device> find_devices();

// Why find_devices() is empty.
constexpr std::string_view kNoDevice = "no sound device: no JACK server runs, and ALSA has no card";

}  // namespace weft::audio
