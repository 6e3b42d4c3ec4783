#include "listener.h"

#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "datagram_room.h"

namespace weft::osc {
namespace {

// At one place. One more takes the place of the one that was silent for the longest time.
constexpr size_t kMaxConnections = 64;
constexpr int kBacklog = 16;
constexpr int kSocketBuffer = 4 << 20;  // bytes asked for; the system gives what it allows
// Of one socket at a time, so that a storm at one place leaves time for the others.
constexpr int kTurns = 16;

void set(int fd, int level, int option, int value) {
    (void)setsockopt(fd, level, option, &value, sizeof value);
}

Failure cannot_listen(const Place& place, int problem) {
    const std::string where = place.name();
    if (problem == EADDRINUSE)
        return {WEFT_UNAVAILABLE,
                where +
                    " is taken by another program: end that one, or listen elsewhere, as in "
                    "--osc " +
                    (place.transport == Transport::local
                         ? "unix:/another/path"
                         : where.substr(0, where.rfind(':') + 1) +
                               std::to_string(place.port < 65535 ? place.port + 1 : 9000))};
    return {WEFT_UNAVAILABLE, "cannot listen at " + where + ": " + std::strerror(problem)};
}

// A socket's file that nobody listens at any more: its program ended without removing it.
bool is_left_over(const Place& place, const Endpoint& endpoint) {
    struct stat found = {};
    if (::lstat(place.path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
    const Descriptor probe = make_socket(place, endpoint);
    return probe.open() && ::connect(probe.get(), endpoint.get(), endpoint.size) != 0 &&
           errno == ECONNREFUSED;
}

}  // namespace

Result<std::shared_ptr<Listener>> Listener::open(const Place& place) {
    auto endpoints = resolve(place);
    if (!endpoints.ok()) return std::move(endpoints.failure());
    std::shared_ptr<Listener> listener(new Listener(place));
    std::optional<Failure> problem;
    for (const Endpoint& endpoint : *endpoints) {
        auto socket = listener->bound(endpoint);
        if (socket.ok()) {
            listener->sockets_.push_back(std::move(*socket));
        } else if (!problem || socket.failure().code == WEFT_UNAVAILABLE) {
            problem = std::move(socket.failure());
        }
    }
    // A machine without IPv6 has an address less to listen at; one that is taken is an error.
    if (problem && (listener->sockets_.empty() || problem->code == WEFT_UNAVAILABLE)) {
        problem->code = WEFT_UNAVAILABLE;
        return *std::move(problem);
    }
    return listener;
}

Result<Descriptor> Listener::bound(const Endpoint& endpoint) {
    Descriptor socket = make_socket(place_, endpoint);
    if (!socket.open()) {
        Failure failure = cannot_listen(place_, errno);
        failure.code = WEFT_UNSUPPORTED;  // this family
        return failure;
    }
    const int fd = socket.get();
    // Without this, a port is taken for a minute after a connection to it; UDP must not have it,
    // or two programs would share a port and each get some of the packets.
    if (place_.is_stream()) set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (endpoint.address.ss_family == AF_INET6) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set(fd, SOL_SOCKET, SO_RCVBUF, kSocketBuffer);
    const bool local = place_.transport == Transport::local;
    if (local && is_left_over(place_, endpoint)) ::unlink(place_.path.c_str());
    if (::bind(fd, endpoint.get(), endpoint.size) != 0) {
        const int problem = errno;
        Failure failure = cannot_listen(place_, problem);
        if (problem == EADDRNOTAVAIL) failure.code = WEFT_UNSUPPORTED;
        return failure;
    }
    bound_path_ = local;
    if (place_.is_stream() && ::listen(fd, kBacklog) != 0) return cannot_listen(place_, errno);
    return socket;
}

Listener::~Listener() {
    if (bound_path_) ::unlink(place_.path.c_str());
}

void Listener::descriptors(std::vector<int>& fds) const {
    for (const Descriptor& socket : sockets_) fds.push_back(socket.get());
    for (const Connection& connection : connections_) fds.push_back(connection.socket.get());
}

void Listener::read(int fd, DatagramRoom& room, Receiver& receiver) {
    const auto is_it = [fd](const Descriptor& socket) { return socket.get() == fd; };
    if (std::any_of(sockets_.begin(), sockets_.end(), is_it)) {
        if (place_.is_stream()) return accept_from(fd);
        for (int turn = 0; turn < kTurns; ++turn) {
            // Until nothing is there: who sends fast sends on meanwhile, and waking this thread
            // for each packet would cost the sender more than all the rest.
            const unsigned count = room.receive(fd);
            for (unsigned i = 0; i < count; ++i) receiver.packet(room[i]);
            if (count == 0) return;
        }
        return;
    }
    const auto found = std::find_if(connections_.begin(), connections_.end(),
                                    [&](const Connection& one) { return is_it(one.socket); });
    if (found == connections_.end()) return;
    found->heard = ++reads_;
    if (!read_connection(*found, room, receiver)) connections_.erase(found);
}

void Listener::accept_from(int fd) {
    Descriptor socket(::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.open()) return;
    if (connections_.size() == kMaxConnections)
        connections_.erase(
            std::min_element(connections_.begin(), connections_.end(),
                             [](const auto& a, const auto& b) { return a.heard < b.heard; }));
    set(socket.get(), SOL_SOCKET, SO_KEEPALIVE, 1);  // who vanished gives his place back
    connections_.push_back({std::move(socket), Deframer(), ++reads_});
}

bool Listener::read_connection(Connection& connection, DatagramRoom& room, Receiver& receiver) {
    for (int turn = 0; turn < kTurns; ++turn) {
        const std::span<uint8_t> into = room.whole();
        const ssize_t size = ::recv(connection.socket.get(), into.data(), into.size(), 0);
        if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        if (size == 0) return false;
        const bool goes_on =
            connection.deframer.feed(into.first(static_cast<size_t>(size)),
                                     [&](std::span<const uint8_t> one) { receiver.packet(one); });
        if (const uint64_t broken = connection.deframer.take_broken()) receiver.broken(broken);
        if (!goes_on) return false;
    }
    return true;
}

}  // namespace weft::osc
