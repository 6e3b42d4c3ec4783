// OSC in and out over loopback, against liblo's own sender and handler. Both sides have the same
// other side: a sender that has its packets ready and hands them over in batches, a receiver that
// only counts. Nothing is sent before what was sent has arrived up to a window, so that nothing is
// lost and time is all that counts.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <lo/lo.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/control.h>
#include <weft/plugin.h>

#include <weft_paths.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/samples.h"

namespace {

using weft::bench::race;

constexpr unsigned kWindow = 1024;   // packets under way; less than a socket holds
constexpr unsigned kBatch = 32;      // packets that are handed over at once
constexpr uint32_t kInBundle = 50;   // messages
constexpr size_t kMaxPacket = 4096;  // bytes

void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

weft_str str(std::string_view text) {
    return {text.data(), text.size()};
}

std::string address_of(uint32_t i) {
    return "/level/" + std::to_string(i);
}

// A UDP socket on loopback, connected to `to` unless that is 0.
class Socket {
public:
    explicit Socket(uint16_t to = 0) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = at(0);
        require(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind");
        const int size = 4 << 20;
        setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        socklen_t length = sizeof address;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        if (to == 0) return;
        address = at(to);
        require(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
                "connect");
    }
    ~Socket() { ::close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] uint16_t port() const { return port_; }

private:
    static sockaddr_in at(uint16_t port) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return address;
    }
    int fd_;
    uint16_t port_ = 0;
};

// Counts packets without looking at them: the floor of whatever receives.
class Drain {
public:
    Drain() : thread_([this] { run(); }) {}
    ~Drain() {
        ends_ = true;
        thread_.join();
    }
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;

    [[nodiscard]] uint16_t port() const { return socket_.port(); }
    std::atomic<uint64_t> count{0};

private:
    void run() {
        std::vector<uint8_t> bytes(32 * kMaxPacket);
        std::array<iovec, 32> parts;
        std::array<mmsghdr, 32> headers = {};
        for (size_t i = 0; i < parts.size(); ++i) {
            parts[i] = {bytes.data() + i * kMaxPacket, kMaxPacket};
            headers[i].msg_hdr.msg_iov = &parts[i];
            headers[i].msg_hdr.msg_iovlen = 1;
        }
        while (!ends_) {
            pollfd ready = {socket_.fd(), POLLIN, 0};
            if (::poll(&ready, 1, 50) != 1) continue;
            const int got = recvmmsg(socket_.fd(), headers.data(), 32, MSG_DONTWAIT, nullptr);
            if (got > 0) count += static_cast<uint64_t>(got);
            // Else it is waked by each packet, which is most of what sending one costs.
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    }
    Socket socket_;
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

// All threads that are made while it lives share one core with this one: what counts is then what
// both sides take of it together, and not who wakes whom on which.
class OneCore {
public:
    OneCore() {
        sched_getaffinity(0, sizeof before_, &before_);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(sched_getcpu(), &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    ~OneCore() { sched_setaffinity(0, sizeof before_, &before_); }
    OneCore(const OneCore&) = delete;
    OneCore& operator=(const OneCore&) = delete;

private:
    cpu_set_t before_ = {};
};

void wait_for(const std::atomic<uint64_t>& count, uint64_t wanted) {
    // Asleep, so that who waits takes no core from who works.
    while (count.load(std::memory_order_relaxed) < wanted)
        std::this_thread::sleep_for(std::chrono::microseconds(5));
}

// `packets` copies of one, to a receiver whose `count` rises by `messages` with each.
void pour(uint16_t port, const std::vector<uint8_t>& packet, uint64_t packets, uint64_t messages,
          const std::atomic<uint64_t>& count) {
    const Socket socket(port);
    iovec part = {const_cast<uint8_t*>(packet.data()), packet.size()};
    std::array<mmsghdr, kBatch> headers = {};
    for (mmsghdr& header : headers) {
        header.msg_hdr.msg_iov = &part;
        header.msg_hdr.msg_iovlen = 1;
    }
    const uint64_t before = count.load();
    for (uint64_t sent = 0; sent < packets;) {
        const int done = sendmmsg(socket.fd(), headers.data(), headers.size(), 0);
        require(done > 0, "sendmmsg");
        sent += static_cast<uint64_t>(done);
        if (sent > kWindow) wait_for(count, before + (sent - kWindow) * messages);
        if (sent >= packets) wait_for(count, before + sent * messages);
    }
}

std::vector<uint8_t> message(uint32_t index) {
    lo_message made = lo_message_new();
    lo_message_add_float(made, 0.5f);
    const std::string address = address_of(index);
    std::vector<uint8_t> bytes(lo_message_length(made, address.c_str()));
    lo_message_serialise(made, address.c_str(), bytes.data(), nullptr);
    lo_message_free(made);
    return bytes;
}

lo_bundle make_bundle(float value) {
    lo_bundle bundle = lo_bundle_new(LO_TT_IMMEDIATE);
    for (uint32_t i = 0; i < kInBundle; ++i) {
        lo_message made = lo_message_new();
        lo_message_add_float(made, value);
        lo_bundle_add_message(bundle, address_of(i).c_str(), made);
    }
    return bundle;
}

std::vector<uint8_t> bundle() {
    lo_bundle made = make_bundle(0.5f);
    std::vector<uint8_t> bytes(lo_bundle_length(made));
    lo_bundle_serialise(made, bytes.data(), nullptr);
    lo_bundle_free_recursive(made);
    return bytes;
}

// liblo's server with a handler for each address, as its examples have it.
class TheirServer {
public:
    explicit TheirServer(uint32_t addresses) : server_(lo_server_new(nullptr, nullptr)) {
        require(server_ != nullptr, "lo_server_new");
        const int size = 4 << 20;
        setsockopt(lo_server_get_socket_fd(server_), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        for (uint32_t i = 0; i < addresses; ++i)
            lo_server_add_method(server_, address_of(i).c_str(), "f", handle, this);
        thread_ = std::thread([this] {
            while (!ends_) lo_server_recv_noblock(server_, 50);
        });
    }
    ~TheirServer() {
        ends_ = true;
        thread_.join();
        lo_server_free(server_);
    }
    TheirServer(const TheirServer&) = delete;
    TheirServer& operator=(const TheirServer&) = delete;

    [[nodiscard]] uint16_t port() const {
        return static_cast<uint16_t>(lo_server_get_port(server_));
    }
    std::atomic<uint64_t> count{0};

private:
    static int handle(const char*, const char*, lo_arg** argv, int, lo_message, void* user) {
        auto& self = *static_cast<TheirServer*>(user);
        self.value_ = argv[0]->f;
        self.count.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    lo_server server_;
    std::atomic<bool> ends_{false};
    double value_ = 0;
    std::thread thread_;
};

const weft_backend_api& plugin() {
    static const weft_backend_api* const api = [] {
        void* const library =
            dlopen(weft::in_build("/lib/weft/osc.so").c_str(), RTLD_NOW | RTLD_LOCAL);
        require(library != nullptr, "the plugin osc is not built");
        return reinterpret_cast<weft_plugin_query>(dlsym(library, WEFT_PLUGIN_SYMBOL))(
                   WEFT_ABI_VERSION)
            ->backend;
    }();
    return *api;
}

// Our plugin with so many inputs at a port, or so many sinks to one.
class OurSession {
public:
    OurSession(uint16_t listen, uint32_t inputs, uint16_t to, uint32_t sinks) {
        require(plugin().create(&host_, &backend_, nullptr) == WEFT_OK, "create");
        control_ =
            static_cast<const weft_control_api*>(plugin().extension(str(WEFT_CONTROL_EXTENSION)));
        std::vector<std::string> addresses;
        for (uint32_t i = 0; i < inputs + sinks; ++i) addresses.push_back(address_of(i));
        const std::string place = "127.0.0.1:" + std::to_string(to);
        const std::string port = "udp:127.0.0.1:" + std::to_string(listen);
        std::vector<std::array<weft_arg, 3>> args(inputs + sinks);
        std::vector<weft_source> sources(inputs);
        std::vector<weft_control_sink> statements(sinks);
        for (uint32_t i = 0; i < inputs + sinks; ++i) {
            args[i][0] = {{}, WEFT_ARG_TEXT, 0, 0, str(addresses[i])};
            args[i][1] = {str("to"), WEFT_ARG_TEXT, 0, 0, str(place)};
            args[i][2] = {str("always"), WEFT_ARG_NUMBER, 0, 1, {}};
        }
        for (uint32_t i = 0; i < inputs; ++i) {
            sources[i].builtin = str("osc_in");
            sources[i].args = args[i].data();
            sources[i].arg_count = 1;
            sources[i].output_count = 1;
        }
        for (uint32_t i = 0; i < sinks; ++i)
            statements[i] = {str("osc"), args[inputs + i].data(), nullptr, 3, 1, {}};
        const weft_arg option = {str("osc.listen"), WEFT_ARG_TEXT, 0, 0, str(port)};
        const weft_control_wish wish = {
            sizeof wish,          inputs, sources.data(), statements.data(), sinks,
            inputs > 0 ? 1u : 0u, &option};
        weft_control_host news = {};
        news.struct_size = sizeof news;
        news.context = this;
        news.post = [](void* context, const weft_control_event* events, uint32_t size) {
            static_cast<OurSession*>(context)->value_ = events[size - 1].value;
        };
        // Of every message, as a handler of liblo's.
        news.heard = [](void* context, const weft_source*, uint32_t, double value) {
            auto& self = *static_cast<OurSession*>(context);
            self.heard_ = value;
            self.count.fetch_add(1, std::memory_order_relaxed);
        };
        weft_error error = {};
        error.struct_size = sizeof error;
        if (control_->open(backend_, &wish, &news, &session_, &error) != WEFT_OK)
            throw std::runtime_error(error.message);
    }
    ~OurSession() {
        control_->close(session_);
        plugin().cleanup(backend_);
    }
    OurSession(const OurSession&) = delete;
    OurSession& operator=(const OurSession&) = delete;

    void send(uint32_t sinks, double value, double time) {
        for (uint32_t i = 0; i < sinks; ++i) (void)control_->send(session_, i, &value, nullptr);
        (void)control_->flush(session_, time, nullptr);
    }
    std::atomic<uint64_t> count{0};

private:
    weft_host host_ = {};
    weft_backend* backend_ = nullptr;
    const weft_control_api* control_ = nullptr;
    weft_control_session* session_ = nullptr;
    double value_ = 0;
    double heard_ = 0;
};

void measure_in(const char* row, const char* floor, const std::vector<uint8_t>& packet,
                uint32_t messages, uint64_t packets, int rounds) {
    TheirServer theirs(messages);
    const uint16_t port = Socket().port();  // free again at once
    OurSession ours(port, messages, 0, 0);
    Drain drain;
    const auto our_work = [&] { pour(port, packet, packets, messages, ours.count); };
    race(row, rounds, our_work,
         [&] { pour(theirs.port(), packet, packets, messages, theirs.count); });
    race(floor, rounds, our_work, [&] { pour(drain.port(), packet, packets, 1, drain.count); });
}

void measure_out(const char* row, uint32_t messages, uint64_t packets, int rounds) {
    Drain drain;
    OurSession ours(0, 0, drain.port(), messages);
    lo_address address = lo_address_new("127.0.0.1", std::to_string(drain.port()).c_str());
    // Both send one by one; both wait for what is under way at the same places.
    const auto paced = [&](auto&& send) {
        const uint64_t before = drain.count.load();
        for (uint64_t i = 0; i < packets; ++i) {
            send(static_cast<float>(i));
            if (i >= kWindow) wait_for(drain.count, before + i - kWindow);
        }
        wait_for(drain.count, before + packets);
    };
    race(
        row, rounds, [&] { paced([&](float value) { ours.send(messages, value, 0); }); },
        [&] {
            paced([&](float value) {
                if (messages == 1) {
                    lo_send(address, address_of(0).c_str(), "f", value);
                    return;
                }
                lo_bundle made = make_bundle(value);
                lo_send_bundle(address, made);
                lo_bundle_free_recursive(made);
            });
        });
    lo_address_free(address);
}

}  // namespace

int main(int argc, char** argv) {
    const bool quick = argc > 1 && std::string_view(argv[1]) == "--quick";
    const int rounds = quick ? 5 : 7;
    // Else a short sleep lasts 50 microseconds longer, and steps of that size are all one sees.
    prctl(PR_SET_TIMERSLACK, 1);
    const uint64_t packets = quick ? 20'000 : 50'000;
    try {
        {
            const OneCore here;
            measure_in("osc-in-core", "osc-in-core-floor", message(0), 1, packets, rounds);
        }
        measure_in("osc-in", "osc-in-floor", message(0), 1, packets, rounds);
        measure_in("osc-in-bundles", "osc-in-bundles-floor", bundle(), kInBundle, packets / 10,
                   rounds);
        measure_out("osc-out", 1, packets, rounds);
        measure_out("osc-out-bundles", kInBundle, packets / 10, rounds);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
    return 0;
}
