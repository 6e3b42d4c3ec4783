// How a thread sleeps until somebody has something for it, also somebody who must not wait, or
// until a moment has come. And what time it is.
#pragma once

#include <semaphore.h>
#include <time.h>

#include <cmath>

namespace weft::cpp {

// CLOCK_MONOTONIC seconds.
[[nodiscard]] inline double now() {
    timespec time = {};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

class Wake {
public:
    Wake() { sem_init(&semaphore_, 0, 0); }
    Wake(const Wake&) = delete;
    Wake& operator=(const Wake&) = delete;
    ~Wake() { sem_destroy(&semaphore_); }

    // [any-thread, real-time threads too]
    void wake() { sem_post(&semaphore_); }

    // Until somebody calls wake, or CLOCK_MONOTONIC second `until`. Several calls wake once.
    void sleep_until(double until) {
        const double whole = std::floor(until);
        timespec time = {};
        time.tv_sec = static_cast<time_t>(whole);
        time.tv_nsec = static_cast<long>((until - whole) * 1e9);
        (void)sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &time);
        while (sem_trywait(&semaphore_) == 0) {
        }
    }

private:
    sem_t semaphore_;
};

}  // namespace weft::cpp
