// Binary semaphores of the fixture: a file of the kernel that holds one signal, or none.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "device.h"

namespace offers {

// What a descriptor is does not stand on it: the kernel knows.
inline bool is_semaphore(int fd) {
    std::error_code failed;
    const auto what = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), failed);
    return !failed && what == "anon_inode:[eventfd]";
}

class Semaphore {
public:
    Semaphore() : Semaphore(eventfd(0, EFD_CLOEXEC)) {}
    explicit Semaphore(int fd) : fd_(fd) {
        if (fd_ < 0) throw cpp::Failure(WEFT_UNAVAILABLE, "no semaphore");
    }
    ~Semaphore() { close(fd_); }
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;
    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] bool signalled() const {
        pollfd asked{fd_, POLLIN, 0};
        return poll(&asked, 1, 0) == 1;
    }
    // By functions that a thread sanitizer sees.
    void signal() const {
        const eventfd_t one = 1;
        (void)!write(fd_, &one, sizeof one);
    }
    void wait() const {
        eventfd_t taken = 0;
        (void)!read(fd_, &taken, sizeof taken);
    }

private:
    int fd_;
};

struct Order {
    std::vector<Semaphore*> waits, signals;
};

// `work` in its order. A device that is lost signals nothing any more.
template <class Work>
Device::Outcome in_order(const Behaviour& behaviour, const Order& order, Work&& work) {
    if (!behaviour.is("deaf"))
        for (const Semaphore* wait : order.waits) wait->wait();
    Device::Outcome outcome = work();
    if (outcome.status == WEFT_DEVICE_LOST || behaviour.is("mute")) return outcome;
    for (const Semaphore* signal : order.signals) {
        if (signal->signalled()) outcome = {WEFT_INTERNAL, "a semaphore is signalled twice"};
        signal->signal();
    }
    return outcome;
}

}  // namespace offers
