// Where one listens or sends: "udp:HOST:PORT", "tcp:HOST:PORT", "tcp+slip:HOST:PORT", "unix:/PATH",
// "HOST:PORT" and "PORT" for UDP, and the addresses of liblo's tools, "osc.udp://HOST:PORT/".
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "descriptor.h"
#include "result.h"

namespace weft::osc {

enum class Transport : uint8_t { udp, tcp, tcp_slip, local };

struct Place {
    Transport transport = Transport::udp;
    std::string host;  // "": this machine
    uint16_t port = 0;
    std::string path;  // local: of the socket

    // The same for the same place; may be read by parse_place.
    [[nodiscard]] std::string name() const;
    [[nodiscard]] bool is_stream() const {
        return transport == Transport::tcp || transport == Transport::tcp_slip;
    }
};

[[nodiscard]] Result<Place> parse_place(std::string_view text);

// An address of the system's.
struct Endpoint {
    sockaddr_storage address = {};
    socklen_t size = 0;
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&address);
    }
};

using Endpoints = Result<std::vector<Endpoint>>;
// Asks the system's resolver, which may wait for the network. With no host: the loopback addresses
// of both families.
[[nodiscard]] Endpoints resolve(const Place& place);
// What needs no resolver: paths, this machine, hosts that are numbers. None: a name.
[[nodiscard]] std::optional<std::vector<Endpoint>> resolve_number(const Place& place);
// The same as `resolve`, on a thread of its own that nobody waits for: the system has no way to
// give a question up.
[[nodiscard]] std::future<Endpoints> look_up(const Place& place);

// A socket for it that does not block and is closed on exec; not open: errno says why.
[[nodiscard]] Descriptor make_socket(const Place& place, const Endpoint& endpoint);

}  // namespace weft::osc
