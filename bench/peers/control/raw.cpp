// The least that sending costs: `peer_control_raw PACKETS BYTES` sends packets that are ready, one
// send() each, over loopback to a receiver that only counts, as bench/osc.cpp has it: nothing is
// sent before what was sent has arrived up to a window. Prints {"warm": seconds a packet}.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

constexpr std::uint64_t kWindow = 1024;  // packets under way
constexpr int kTimes = 5;
constexpr std::size_t kMost = 4096;  // bytes of a packet

void require(bool holds, const char* what) {
    if (!holds) throw std::runtime_error(what);
}

class Drain {
public:
    Drain() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        require(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
                "bind");
        const int size = 4 << 20;
        setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        socklen_t length = sizeof address_;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &length);
        thread_ = std::thread([this] { run(); });
    }
    ~Drain() {
        ends_ = true;
        thread_.join();
        ::close(socket_);
    }
    Drain(const Drain&) = delete;
    Drain& operator=(const Drain&) = delete;

    [[nodiscard]] const sockaddr_in& address() const { return address_; }
    void wait_for(std::uint64_t wanted) const {
        while (count_.load(std::memory_order_relaxed) < wanted)
            std::this_thread::sleep_for(std::chrono::microseconds(5));
    }

private:
    void run() {
        std::vector<char> bytes(32 * kMost);
        std::array<iovec, 32> parts;
        std::array<mmsghdr, 32> headers = {};
        for (std::size_t i = 0; i < parts.size(); ++i) {
            parts[i] = {bytes.data() + i * kMost, kMost};
            headers[i].msg_hdr.msg_iov = &parts[i];
            headers[i].msg_hdr.msg_iovlen = 1;
        }
        while (!ends_) {
            pollfd ready = {socket_, POLLIN, 0};
            if (::poll(&ready, 1, 50) != 1) continue;
            const int got = recvmmsg(socket_, headers.data(), 32, MSG_DONTWAIT, nullptr);
            if (got > 0) count_ += static_cast<std::uint64_t>(got);
            // Else it is waked by each packet, which is most of what sending one costs.
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    }

    int socket_;
    sockaddr_in address_ = {};
    std::atomic<std::uint64_t> count_{0};
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

int run(std::uint64_t packets, std::size_t bytes) {
    // Else a short sleep lasts 50 microseconds longer.
    prctl(PR_SET_TIMERSLACK, 1);
    const Drain drain;
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    require(::connect(socket, reinterpret_cast<const sockaddr*>(&drain.address()),
                      sizeof(sockaddr_in)) == 0,
            "connect");
    const std::vector<char> packet(bytes, '/');
    std::uint64_t sent = 0;
    std::vector<double> list;
    for (int time = 0; time <= kTimes; ++time) {
        const auto begin = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < packets; ++i) {
            require(::send(socket, packet.data(), bytes, 0) == static_cast<ssize_t>(bytes), "send");
            if (++sent > kWindow) drain.wait_for(sent - kWindow);
        }
        drain.wait_for(sent);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        if (time > 0) list.push_back(took.count() / static_cast<double>(packets));
    }
    ::close(socket);
    std::nth_element(list.begin(), list.begin() + kTimes / 2, list.end());
    std::printf("{\"warm\": %.9g}\n", list[kTimes / 2]);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::size_t bytes = argc == 3 ? std::strtoull(argv[2], nullptr, 10) : 0;
        require(bytes > 0 && bytes <= kMost, "usage: peer_control_raw PACKETS BYTES");
        return run(std::strtoull(argv[1], nullptr, 10), bytes);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
