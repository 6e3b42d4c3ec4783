// A door that one thread goes through thousands of times a second and another one closes now and
// then. Each says what it does and then looks at what the other does (Dekker's algorithm), so that
// either the one finds it closed or the other finds somebody inside. For that, a store has to be
// seen before a load is done. On the side that is in a hurry this costs more than all else that it
// does there: it waits until everything that it has stored so far is where others see it. So the
// side that closes has the system do it for both (asymmetric fences, as in WG21 P1202; on Linux
// membarrier(2)). Where the system does not do that, both sides wait.
#pragma once

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace weft::cpp {

class Door {
public:
    // May take some milliseconds, once a process.
    explicit Door(bool open) : Door(open, membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)) {}
    // `one_sided` is false: both sides wait.
    Door(bool open, bool one_sided) : one_sided_(one_sided), open_(open) {}
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;

    // [who is in a hurry; wait-free] True: the door is open. Either way, who has come is inside
    // until leave().
    [[nodiscard]] bool enter() noexcept {
        if (one_sided_) [[likely]] {
            inside_.store(true, std::memory_order_relaxed);
            std::atomic_signal_fence(std::memory_order_seq_cst);
        } else {
            inside_.store(true);
        }
        return open_.load();
    }
    void leave() noexcept { inside_.store(false, std::memory_order_release); }

    // [one of the others at a time] After close(), which calls the system, enter() is false; once
    // nobody is inside, what was done there is seen.
    void open() noexcept { open_.store(true, std::memory_order_release); }
    void close() noexcept {
        open_.store(false);
        if (one_sided_) membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    }
    // [any thread]
    [[nodiscard]] bool is_empty() const noexcept { return !inside_.load(); }

private:
    static bool membarrier(int command) noexcept {
        return syscall(SYS_membarrier, command, 0, 0) == 0;
    }

    const bool one_sided_;
    std::atomic<bool> open_;
    std::atomic<bool> inside_{false};
};

}  // namespace weft::cpp
