// A semaphore between two steps of different back ends: one signals it behind its work, the other
// waits for it before its own, and the host waits for neither.
#pragma once

#include <cstdint>
#include <memory>

#include "plugin/extensions.h"

namespace weft::runtime {

class Join {
public:
    // `signaller_makes`: whose semaphore it is; the other side imports it. The back ends outlive
    // the result.
    [[nodiscard]] static Result<std::unique_ptr<Join>> make(plugin::Backend& signaller,
                                                            plugin::Backend& waiter,
                                                            bool signaller_makes);
    Join(const Join&) = delete;
    Join& operator=(const Join&) = delete;

    [[nodiscard]] const plugin::Semaphores::Semaphore& signal() const { return signal_; }
    [[nodiscard]] const plugin::Semaphores::Semaphore& wait() const { return wait_; }

    // Another semaphore in place of one whose state nobody knows. No work uses it any more.
    [[nodiscard]] Result<void> renew();
    // For a waiter whose signaller is lost.
    [[nodiscard]] Result<void> unblock() const { return waiter_.unblock(wait_); }

    std::uint32_t from = 0;  // steps: who signals,
    std::uint32_t to = 0;    // and who waits

private:
    Join(plugin::Backend& signaller, plugin::Backend& waiter, bool signaller_makes)
        : signaller_(signaller), waiter_(waiter), signaller_makes_(signaller_makes) {}

    const plugin::Semaphores signaller_;
    const plugin::Semaphores waiter_;
    const bool signaller_makes_;
    plugin::Semaphores::Semaphore signal_;
    plugin::Semaphores::Semaphore wait_;
};

}  // namespace weft::runtime
