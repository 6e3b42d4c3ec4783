// Trials of semaphores ("weft.semaphore/1"): work that takes longer than it takes to submit the
// work behind it, so that whoever does not wait reads what was there before.
#pragma once

#include <memory>

#include <weft/semaphore.h>

#include "gpu/trial.h"

namespace weft::gpu {

// What a trial writes, until it is written.
class OrderTrial {
public:
    // Queues it. `memory`: the device's own trial; null: what `handle` describes is imported.
    OrderTrial(Device& device, const Trial* memory, const weft_handle& handle, std::uint32_t seed,
               Semaphore& signal);
    ~OrderTrial();
    OrderTrial(const OrderTrial&) = delete;
    OrderTrial& operator=(const OrderTrial&) = delete;

private:
    Device& device_;
    std::shared_ptr<Buffer> memory_, pattern_, busy_, landing_;
    std::unique_ptr<Work> work_;
    std::uint64_t value_ = 0;
};

// The sum of the words behind `wait`.
[[nodiscard]] std::uint64_t read_in_order(Device& device, const Trial* memory,
                                          const weft_handle& handle, Semaphore& wait,
                                          std::uint64_t timeout_ns);

void describe_semaphores(const Device& device, weft_semaphore_caps& caps);

}  // namespace weft::gpu
