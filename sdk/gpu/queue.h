// Work of one device in its order: submitted from any thread, and what the host owes once it is
// complete. The device's timeline is the only measure of completion.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <weft/abi.h>

namespace weft::gpu {

class Device;
struct Order;
class Work;

struct Outcome {
    weft_status status = WEFT_OK;
    std::string message;
};

// What stands behind a submitted work; it stays until complete() was called.
class Completion {
public:
    Completion() = default;
    Completion(const Completion&) = delete;
    Completion& operator=(const Completion&) = delete;
    virtual ~Completion() = default;

    // While somebody waits: tells the device of a wish to stop. Must not block.
    virtual void poll() noexcept = 0;
    // The work is complete; `lost` is not OK when the device will never complete it.
    [[nodiscard]] virtual Outcome complete(const Outcome& lost) = 0;
};

// Thread safe.
class Queue {
public:
    explicit Queue(Device& device) : device_(device) {}
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    // `reported`: a failure is what wait_reported answers; else the completion keeps it.
    std::uint64_t submit(Work& work, Completion* completion, bool reported, const Order& order);
    std::uint64_t submit(Work& work);
    // Until the timeline has reached `value` and everything up to there is completed. False after
    // `timeout_ns` (UINT64_MAX: never). Throws when the device is lost.
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t timeout_ns = UINT64_MAX);
    // The first failure up to `value` that nobody was told of; it and later ones up to there go.
    [[nodiscard]] Outcome take_failure(std::uint64_t value);

private:
    struct Pending {
        std::uint64_t value;
        Completion* completion;
        bool reported;
    };
    struct Reported {
        std::uint64_t value;
        Outcome outcome;
    };
    void poll();
    void complete_until(std::uint64_t value, const Outcome& lost);

    Device& device_;
    std::mutex submit_;             // the order of submission, and pending_
    std::mutex complete_;           // the order of completion, and failures_
    std::vector<Pending> pending_;  // few: no memory comes and goes
    std::vector<Reported> failures_;
};

}  // namespace weft::gpu
