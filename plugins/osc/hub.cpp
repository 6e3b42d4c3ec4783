#include "hub.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <limits>

#include "clocks.h"
#include "session.h"

namespace weft::osc {
namespace {

// Looks at what is to be sent, before what comes in has its turn again.
constexpr int kTurns = 64;
// So many packets at once are a storm. Whoever is waked by each packet of one makes its sender pay
// for it, more than for all the rest of the way; asleep for a moment he finds them together.
constexpr uint64_t kStorm = 8;
constexpr std::chrono::microseconds kNap(100);

// A packet goes to every session that listens where it came in.
class Arrivals : public Receiver {
public:
    Arrivals(const Listener& listener, const std::vector<Session*>& sessions, Packet& packet)
        : listener_(listener), sessions_(sessions), packet_(packet) {}
    ~Arrivals() override {
        for (Session* session : sessions_) session->deliver();
    }
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    void packet(std::span<const uint8_t> bytes) override {
        ++count_;
        if (!packet_.parse(bytes)) return broken(1);
        for (Session* session : sessions_) session->take(packet_, listener_);
    }
    void broken(uint64_t packets) override {
        for (Session* session : sessions_) session->count_malformed(packets, listener_);
    }

    [[nodiscard]] uint64_t count() const { return count_; }

private:
    const Listener& listener_;
    const std::vector<Session*>& sessions_;
    Packet& packet_;
    uint64_t count_ = 0;
};

}  // namespace

// What poll() waits for, and on whose behalf.
struct Hub::Waits {
    std::vector<pollfd> polls;
    std::vector<Listener*> listeners;        // by poll; NULL: not one's
    std::vector<Destination*> destinations;  // by poll; NULL: not one's
    std::vector<int> fds;

    void add(int fd, short events, Listener* listener, Destination* destination) {
        polls.push_back({fd, events, 0});
        listeners.push_back(listener);
        destinations.push_back(destination);
    }
};

std::shared_ptr<Hub> Hub::shared() {
    static std::mutex mutex;
    static std::weak_ptr<Hub> shared;
    const std::lock_guard lock(mutex);
    std::shared_ptr<Hub> hub = shared.lock();
    if (!hub) shared = hub = std::shared_ptr<Hub>(new Hub);
    return hub;
}

Hub::Hub() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), waits_(std::make_unique<Waits>()) {
    // Signals are for the threads of the program.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), "weft-osc");
}

Hub::~Hub() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    wake();
    thread_.join();
}

void Hub::wake() {
    if (awake_.exchange(true, std::memory_order_acq_rel)) return;
    const uint64_t one = 1;
    // Fails only when the counter is full, and then the thread wakes anyway.
    [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Hub::call(const std::function<void()>& work) {
    const std::lock_guard caller(caller_);
    std::unique_lock lock(mutex_);
    work_ = &work;
    lock.unlock();
    wake();
    lock.lock();
    done_.wait(lock, [this] { return work_ == nullptr; });
}

Result<std::shared_ptr<Listener>> Hub::listen(const Place& place) {
    std::shared_ptr<Listener> known;
    call([&] {
        for (const auto& one : listeners_)
            if (one->place().name() == place.name()) known = one;
    });
    if (known) return known;
    auto opened = Listener::open(place);
    if (opened.ok()) call([&] { listeners_.push_back(*opened); });
    return opened;
}

std::shared_ptr<Destination> Hub::send_to(const Place& place) {
    std::shared_ptr<Destination> known;
    call([&] {
        for (const auto& one : destinations_)
            if (one->place().name() == place.name()) known = one;
    });
    if (known) return known;
    auto made = std::make_shared<Destination>(place);
    call([&] { destinations_.push_back(made); });
    return made;
}

void Hub::forget_unused() {
    call([this] { prune(); });
}

void Hub::prune() {
    const auto unused = [](const auto& one) { return one.use_count() == 1; };
    std::erase_if(listeners_, unused);
    std::erase_if(destinations_, unused);
}

void Hub::add(Session& session) {
    call([&] { sessions_.push_back(&session); });
}

void Hub::remove(Session& session) {
    call([&] {
        (void)session.send_queued();
        std::erase(sessions_, &session);
        session.let_go();
        prune();
    });
}

int Hub::timeout() const {
    double at = std::numeric_limits<double>::infinity();
    for (const auto& one : destinations_) at = std::min(at, one->retry_at());
    if (std::isinf(at)) return -1;
    return static_cast<int>(std::ceil(std::max(0.0, at - monotonic_now()) * 1000));
}

void Hub::run() {
    Waits& waits = *waits_;
    while (true) {
        waits.polls.clear();
        waits.listeners.clear();
        waits.destinations.clear();
        waits.add(wake_.get(), POLLIN, nullptr, nullptr);
        for (const auto& listener : listeners_) {
            waits.fds.clear();
            listener->descriptors(waits.fds);
            for (const int fd : waits.fds) waits.add(fd, POLLIN, listener.get(), nullptr);
        }
        for (const auto& one : destinations_)
            if (one->fd() >= 0) waits.add(one->fd(), one->events(), nullptr, one.get());
        if (::poll(waits.polls.data(), waits.polls.size(), timeout()) < 0) continue;

        const bool storm = read_sockets() >= kStorm;
        if (waits.polls.front().revents != 0) {
            uint64_t count = 0;
            [[maybe_unused]] const ssize_t size = ::read(wake_.get(), &count, sizeof count);
            // As long as more comes nobody needs to wake us; what comes after the exchange does.
            for (int turn = 0; turn < kTurns && send_queued(); ++turn) continue;
            awake_.exchange(false, std::memory_order_acq_rel);
            run_calls();
            (void)send_queued();
            const std::lock_guard lock(mutex_);
            if (ends_) return;
        }
        const double now = monotonic_now();
        for (const auto& one : destinations_)
            if (one->retry_at() <= now) one->retry(now);
        if (storm) std::this_thread::sleep_for(kNap);
    }
}

bool Hub::send_queued() {
    bool sent = false;
    for (Session* session : sessions_) sent = session->send_queued() || sent;
    return sent;
}

uint64_t Hub::read_sockets() {
    uint64_t packets = 0;
    const double now = monotonic_now();
    for (size_t i = 1; i < waits_->polls.size(); ++i) {
        const pollfd& ready = waits_->polls[i];
        if (ready.revents == 0) continue;
        if (Listener* const listener = waits_->listeners[i]) {
            Arrivals arrivals(*listener, sessions_, packet_);
            listener->read(ready.fd, room_, arrivals);
            packets += arrivals.count();
        } else {
            waits_->destinations[i]->ready(ready.revents, now);
        }
    }
    return packets;
}

void Hub::run_calls() {
    const std::lock_guard lock(mutex_);
    if (work_ == nullptr) return;
    (*work_)();
    work_ = nullptr;
    done_.notify_all();
}

}  // namespace weft::osc
