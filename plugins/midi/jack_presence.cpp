#include "jack_presence.h"

#include <jack/clients.h>
#include <jack/midiport.h>

#include <chrono>
#include <thread>

namespace weft::midi {

jack_client_t* open_jack_client(const char* name) {
    if (!jack::may_open()) return nullptr;
    // libjack writes to the terminal, for every attempt several lines.
    jack_set_error_function([](const char*) {});
    jack_set_info_function([](const char*) {});
    jack_client_t* const client = jack_client_open(name, JackNoStartServer, nullptr);
    if (client == nullptr) jack::closed();
    return client;
}

void close_jack_client(jack_client_t* client) {
    jack_client_close(client);
    jack::closed();
}

std::vector<std::string> jack_ports(jack_client_t* client, unsigned long flags) {
    std::vector<std::string> names;
    const char** const ports = jack_get_ports(client, nullptr, JACK_DEFAULT_MIDI_TYPE, flags);
    for (const char** port = ports; port != nullptr && *port != nullptr; ++port)
        names.emplace_back(*port);
    jack_free(ports);
    return names;
}

bool JackPresence::alive() const {
    return client_ != nullptr && !gone_.load() && !jack::must_close();
}

bool JackPresence::look() {
    if (alive()) return true;
    close();
    client_ = open_jack_client("weft-watch");
    if (client_ == nullptr) return false;
    gone_ = false;
    jack_on_shutdown(
        client_,
        [](void* self) {
            auto& presence = *static_cast<JackPresence*>(self);
            presence.gone_ = true;
            jack::server_gone();
            presence.changed_.wake();
        },
        this);
    jack_set_port_registration_callback(
        client_,
        [](jack_port_id_t, int, void* self) { static_cast<JackPresence*>(self)->changed_.wake(); },
        this);
    jack_set_process_callback(
        client_,
        [](jack_nframes_t, void* self) {
            static_cast<JackPresence*>(self)->cycles_.fetch_add(1, std::memory_order_relaxed);
            return 0;
        },
        this);
    if (jack_activate(client_) == 0) return true;
    close();
    return false;
}

void JackPresence::let_blocks_pass() const {
    const std::uint64_t from = cycles();
    const double end = cpp::now() + 1;
    // The server begins a block when all are through with the one before: our second one from here
    // is after the end of all that was going on.
    while (alive() && cycles() < from + 2 && cpp::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void JackPresence::close() {
    if (client_ == nullptr) return;
    close_jack_client(client_);
    client_ = nullptr;
}

}  // namespace weft::midi
