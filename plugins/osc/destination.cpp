#include "destination.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <utility>

#include "clocks.h"
#include "stream.h"

namespace weft::osc {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr std::chrono::milliseconds kGrace(250);  // for a resolver that answers at once
constexpr double kFirstRetry = 0.25;              // seconds, doubled with each failure
constexpr double kLastRetry = 4;
constexpr double kLook = 0.005;           // seconds between two looks for refusals
constexpr double kTellAgain = 1;          // seconds until what was refused is sent anew
constexpr size_t kMaxPending = 1u << 20;  // bytes that wait for a stream
constexpr size_t kEthernet = 1500;        // bytes, where the system does not tell
constexpr size_t kHeaders4 = 20 + 8;      // IP and UDP
constexpr size_t kHeaders6 = 40 + 8;
constexpr size_t kMaxBundle = 32768;  // what liblo's servers read by default
constexpr int kSocketBuffer = 1 << 20;

void set(int fd, int level, int option, int value) {
    (void)setsockopt(fd, level, option, &value, sizeof value);
}

int pending_error(int fd) {
    int problem = 0;
    socklen_t size = sizeof problem;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size) == 0 ? problem : errno;
}

bool would_wait(int problem) {
    return problem == EAGAIN || problem == EWOULDBLOCK || problem == ENOBUFS;
}

}  // namespace

Destination::Destination(const Place& place)
    : place_(place),
      max_packet_(kMaxBundle),
      tell_again_at_(kNever),
      retry_at_(kNever),
      retry_after_(kFirstRetry) {
    if (auto known = resolve_number(place)) {
        endpoints_ = *std::move(known);
    } else {
        lookup_ = look_up(place);
        (void)lookup_.wait_for(kGrace);
    }
    retry(monotonic_now());
    if (endpoints_.empty()) unresolved_ = problem_;
}

Destination::~Destination() {
    for (const Pending& one : pending_)
        one.counters->lose(one.messages, "ended before it was sent");
}

bool Destination::find_address(double now) {
    if (!lookup_.valid()) lookup_ = look_up(place_);
    if (lookup_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        problem_ = "'" + place_.host + "' has no address yet: nobody answers";
        retry_at_ = now + kFirstRetry;
        return false;
    }
    auto found = lookup_.get();
    if (found.ok()) {
        endpoints_ = std::move(*found);
        return true;
    }
    problem_ = std::move(found.failure().message);
    retry_later(now);
    return false;
}

void Destination::retry_later(double now) {
    retry_at_ = now + retry_after_;
    retry_after_ = std::min(retry_after_ * 2, kLastRetry);
}

void Destination::connect(double now) {
    retry_at_ = kNever;
    const Endpoint& endpoint = endpoints_[endpoint_ % endpoints_.size()];
    socket_ = make_socket(place_, endpoint);
    if (!socket_.open()) return failed(errno, now);
    const int fd = socket_.get();
    set(fd, SOL_SOCKET, SO_SNDBUF, kSocketBuffer);
    if (place_.is_stream()) {
        set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
        set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    } else if (place_.transport == Transport::udp) {
        set(fd, SOL_SOCKET, SO_BROADCAST, 1);
        // A path narrower than it was divides packets; it does not lose them.
        if (endpoint.address.ss_family == AF_INET)
            set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    }
    if (::connect(fd, endpoint.get(), endpoint.size) == 0) return opened(now);
    if (errno != EINPROGRESS) return failed(errno, now);
    state_ = State::connecting;
}

void Destination::opened(double now) {
    state_ = State::open;
    opened_at_ = now;
    problem_.clear();
    if (was_open_ && last_sender_) last_sender_->reconnects.fetch_add(1, std::memory_order_relaxed);
    was_open_ = true;
    // What a change-only sink takes for known was never heard.
    if (std::exchange(missed_, false)) generation_.fetch_add(1, std::memory_order_relaxed);
    if (place_.transport == Transport::udp) {
        read_maximum();
        direct_.store(socket_.get());
    }
    write_stream();
}

void Destination::read_maximum() {
    const bool v6 = endpoints_[endpoint_ % endpoints_.size()].address.ss_family == AF_INET6;
    int mtu = 0;
    socklen_t size = sizeof mtu;
    if (getsockopt(socket_.get(), v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu,
                   &size) != 0 ||
        mtu < 576)
        mtu = kEthernet;
    const size_t payload = static_cast<size_t>(mtu) - (v6 ? kHeaders6 : kHeaders4);
    max_packet_ = std::min(payload, kMaxBundle);
}

void Destination::failed(int problem, double now) {
    // Who takes a connection only to drop it is not asked at once again and again.
    if (state_ == State::open && now > opened_at_ + kLastRetry) retry_after_ = kFirstRetry;
    state_ = State::closed;
    problem_ = reason(problem);
    socket_.reset();
    for (const Pending& one : pending_) one.counters->lose(one.messages, problem_);
    pending_.clear();
    pending_bytes_ = written_ = 0;
    missed_ = true;
    ++endpoint_;
    retry_later(now);
}

std::string Destination::reason(int problem) const {
    return place_.name() + ": " +
           (would_wait(problem) ? "does not read as fast as is sent" : std::strerror(problem));
}

void Destination::note_trouble(double now) {
    double none = kNever;
    tell_again_at_.compare_exchange_strong(none, now + kTellAgain);
}

uint32_t Destination::generation(double now, Counters& counters) {
    const int fd = direct_.load();
    if (fd >= 0 && now >= look_at_.load(std::memory_order_relaxed)) {
        look_at_.store(now + kLook, std::memory_order_relaxed);
        if (const int problem = pending_error(fd)) {
            counters.lose(1, reason(problem));
            note_trouble(now);
        }
    }
    if (now >= tell_again_at_.load()) {
        tell_again_at_.store(kNever);
        if (fd >= 0) {
            // The way there may lead over another of this machine's addresses by now.
            const Endpoint& endpoint = endpoints_[endpoint_ % endpoints_.size()];
            (void)::connect(fd, endpoint.get(), endpoint.size);
        }
        generation_.fetch_add(1, std::memory_order_relaxed);
    }
    return generation_.load(std::memory_order_relaxed);
}

bool Destination::send_now(const Outgoing& packet, Counters& counters) {
    const int fd = direct_.load();
    if (fd < 0) return false;
    // A first failure may be the answer to a packet that was sent before, not to this one.
    for (int turn = 0; turn < 2; ++turn) {
        if (::send(fd, packet.bytes.data(), packet.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >=
            0) {
            counters.sent.fetch_add(packet.messages, std::memory_order_relaxed);
            return true;
        }
        if (errno != ECONNREFUSED) break;
        counters.lose(1, reason(errno));
        note_trouble(monotonic_now());
    }
    counters.lose(packet.messages, reason(errno));
    note_trouble(monotonic_now());
    return true;
}

void Destination::send(std::span<const Outgoing> packets,
                       const std::shared_ptr<Counters>& counters) {
    last_sender_ = counters;
    if (direct_.load() >= 0) {  // what was queued before it had an address
        for (const Outgoing& one : packets) (void)send_now(one, *counters);
        return;
    }
    if (state_ == State::closed) {
        missed_ = true;
        for (const Outgoing& one : packets) counters->lose(one.messages, problem_);
        return;
    }
    if (place_.is_stream())
        queue_stream(packets, counters);
    else
        send_datagrams(packets, *counters);
}

void Destination::send_datagrams(std::span<const Outgoing> packets, Counters& counters) {
    for (const Outgoing& one : packets) {
        if (state_ != State::open) {
            counters.lose(one.messages, problem_);
        } else if (::send(socket_.get(), one.bytes.data(), one.bytes.size(),
                          MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
            counters.sent.fetch_add(one.messages, std::memory_order_relaxed);
        } else if (would_wait(errno) || errno == EMSGSIZE) {
            counters.lose(one.messages, reason(errno));
            note_trouble(monotonic_now());
        } else {
            // Its owner went: his successor's socket is another one.
            failed(errno, monotonic_now());
            counters.lose(one.messages, problem_);
        }
    }
}

void Destination::queue_stream(std::span<const Outgoing> packets,
                               const std::shared_ptr<Counters>& counters) {
    for (const Outgoing& one : packets) {
        std::vector<uint8_t> bytes = framed(one.bytes, place_.transport == Transport::tcp_slip);
        if (pending_bytes_ + bytes.size() > kMaxPending) {
            counters->lose(one.messages, reason(EAGAIN));
            note_trouble(monotonic_now());
            continue;
        }
        pending_bytes_ += bytes.size();
        pending_.push_back({std::move(bytes), one.messages, counters});
    }
    if (state_ == State::open) write_stream();
}

void Destination::write_stream() {
    while (!pending_.empty()) {
        const Pending& first = pending_.front();
        const ssize_t done = ::send(socket_.get(), first.bytes.data() + written_,
                                    first.bytes.size() - written_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) {
            if (!would_wait(errno)) failed(errno, monotonic_now());
            return;
        }
        written_ += static_cast<size_t>(done);
        if (written_ < first.bytes.size()) continue;
        first.counters->sent.fetch_add(first.messages, std::memory_order_relaxed);
        pending_bytes_ -= first.bytes.size();
        pending_.pop_front();
        written_ = 0;
    }
}

short Destination::events() const {
    if (!place_.is_stream()) return 0;  // errors come unasked
    const bool writes = state_ == State::connecting || !pending_.empty();
    return static_cast<short>(POLLIN | (writes ? POLLOUT : 0));
}

void Destination::ready(short events, double now) {
    if (!place_.is_stream()) {
        if (events & (POLLERR | POLLHUP)) failed(ECONNRESET, now);
        return;
    }
    if (state_ == State::connecting) {
        const int problem = pending_error(socket_.get());
        if (problem != 0) return failed(problem, now);
        if (events & POLLOUT) opened(now);
        return;
    }
    if (events & (POLLIN | POLLHUP | POLLERR)) {
        // Nobody has anything to say here; only the end is of interest.
        std::array<uint8_t, 4096> rest;
        const ssize_t size = ::recv(socket_.get(), rest.data(), rest.size(), MSG_DONTWAIT);
        if (size == 0) return failed(ECONNRESET, now);
        if (size < 0 && !would_wait(errno) && errno != EINTR) return failed(errno, now);
    }
    if (events & POLLOUT) write_stream();
}

void Destination::retry(double now) {
    if (state_ != State::closed) return;
    if (!endpoints_.empty() || find_address(now)) connect(now);
}

}  // namespace weft::osc
