#include "place.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

namespace weft::osc {
namespace {

struct Scheme {
    std::string_view prefix;
    Transport transport;
};
// The longer ones first where one begins like another.
constexpr std::array kSchemes = {
    Scheme{"osc.udp://", Transport::udp},     Scheme{"osc.tcp://", Transport::tcp},
    Scheme{"osc.unix://", Transport::local},  Scheme{"udp:", Transport::udp},
    Scheme{"tcp+slip:", Transport::tcp_slip}, Scheme{"tcp:", Transport::tcp},
    Scheme{"unix:", Transport::local},
};

Failure no_place(std::string_view text) {
    return {WEFT_INVALID,
            "'" + std::string(text) +
                "' is no place for OSC: \"host:port\", \"udp:host:port\", \"tcp:host:port\", "
                "\"tcp+slip:host:port\" or \"unix:/path\""};
}

Endpoint local_endpoint(const Place& place) {
    Endpoint endpoint;
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, place.path.data(), place.path.size());
    std::memcpy(&endpoint.address, &address, sizeof address);
    endpoint.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + place.path.size() + 1);
    return endpoint;
}

// `flags`: of getaddrinfo.
Endpoints ask(const Place& place, int flags) {
    if (place.transport == Transport::local) return std::vector<Endpoint>{local_endpoint(place)};
    addrinfo hints = {};
    hints.ai_socktype = place.is_stream() ? SOCK_STREAM : SOCK_DGRAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* found = nullptr;
    const int problem = getaddrinfo(place.host.empty() ? nullptr : place.host.c_str(),
                                    std::to_string(place.port).c_str(), &hints, &found);
    if (problem != 0)
        return Failure{WEFT_UNAVAILABLE,
                       "'" + place.host + "' has no address: " + gai_strerror(problem)};
    std::vector<Endpoint> endpoints;
    for (const addrinfo* one = found; one; one = one->ai_next) {
        if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
        Endpoint endpoint;
        std::memcpy(&endpoint.address, one->ai_addr, one->ai_addrlen);
        endpoint.size = one->ai_addrlen;
        // IPv4 first: most of what speaks OSC listens there only.
        endpoints.insert(one->ai_family == AF_INET ? endpoints.begin() : endpoints.end(), endpoint);
    }
    freeaddrinfo(found);
    return endpoints;
}

}  // namespace

std::string Place::name() const {
    if (transport == Transport::local) return "unix:" + path;
    std::string scheme = transport == Transport::udp   ? "udp:"
                         : transport == Transport::tcp ? "tcp:"
                                                       : "tcp+slip:";
    if (!host.empty())
        scheme += host.find(':') == std::string::npos ? host + ":" : "[" + host + "]:";
    return scheme + std::to_string(port);
}

Result<Place> parse_place(std::string_view text) {
    Place place;
    std::string_view rest = text;
    for (const Scheme& scheme : kSchemes) {
        if (!rest.starts_with(scheme.prefix)) continue;
        place.transport = scheme.transport;
        rest.remove_prefix(scheme.prefix.size());
        break;
    }
    if (place.transport == Transport::local) {
        place.path = rest;
        if (rest.empty() || rest.size() >= sizeof(sockaddr_un::sun_path)) return no_place(text);
        return place;
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const size_t colon = rest.rfind(':');
    if (colon != std::string_view::npos) {
        std::string_view host = rest.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        if (host.empty()) return no_place(text);
        place.host = host;
        rest.remove_prefix(colon + 1);
    }
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), place.port);
    if (problem != std::errc() || end != rest.data() + rest.size() || place.port == 0)
        return no_place(text);
    return place;
}

Endpoints resolve(const Place& place) {
    return ask(place, 0);
}

std::optional<std::vector<Endpoint>> resolve_number(const Place& place) {
    auto found = ask(place, AI_NUMERICHOST);
    if (!found.ok()) return std::nullopt;
    return std::move(*found);
}

std::future<Endpoints> look_up(const Place& place) {
    std::promise<Endpoints> promise;
    std::future<Endpoints> future = promise.get_future();
    // Signals are for the threads of the program.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread([place, answer = std::move(promise)]() mutable {
            answer.set_value(resolve(place));
        }).detach();
    } catch (const std::system_error& problem) {
        std::promise<Endpoints> none;
        future = none.get_future();
        none.set_value(Failure{WEFT_UNAVAILABLE,
                               "'" + place.host + "' cannot be looked up: " + problem.what()});
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return future;
}

Descriptor make_socket(const Place& place, const Endpoint& endpoint) {
    const int type = (place.is_stream() ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
    return Descriptor(::socket(endpoint.address.ss_family, type, 0));
}

}  // namespace weft::osc
