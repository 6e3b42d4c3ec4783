#include "port_list.h"

#include <jack/patience.h>

#include <memory>

#include "jack_presence.h"
#include "ports.h"

namespace weft::midi {

namespace {

constexpr double kPatience = 3;  // seconds, for what takes milliseconds

// By a client that never runs: whoever begins and ends to run holds up the whole graph.
bool ask_jack(PortList& list) {
    jack_client_t* const client = open_jack_client("weft-look");
    if (client == nullptr) return false;
    list.in = jack_ports(client, JackPortIsOutput);
    list.out = jack_ports(client, JackPortIsInput);
    close_jack_client(client);
    return true;
}

PortList look() {
    PortList list;
    const std::string no_alsa = why_no_alsa();
    if (no_alsa.empty()) {
        list.where = "ALSA's sequencer";
        RtMidiIn in(RtMidi::LINUX_ALSA, "weft-look");
        list.in = port_names(in);
        RtMidiOut out(RtMidi::LINUX_ALSA, "weft-look");
        list.out = port_names(out);
    } else {
        list.where = ask_jack(list) ? "JACK" : "waiting: " + no_alsa + ", and no JACK server runs";
    }
    return list;
}

}  // namespace

PortList list_ports() {
    const auto found = std::make_shared<PortList>();
    try {
        if (jack::run_within(kPatience, [found] { *found = look(); })) return *found;
    } catch (const std::exception& failed) {
        return {failed.what(), {}, {}};
    }
    return {"the sound server does not answer", {}, {}};
}

}  // namespace weft::midi
