// Work in the order of its submission, and how far the device has come with it.
#pragma once

#include <mutex>
#include <vector>

#include "context.h"
#include "gpu/asking.h"
#include "memory.h"
#include "pipeline.h"

namespace weft::cuda {

[[nodiscard]] std::unique_ptr<gpu::Work> record(Context& context,
                                                const std::vector<gpu::Command>& commands);

// Thread safe, but for submit.
class Timeline {
public:
    explicit Timeline(Context& context);
    Timeline(const Timeline&) = delete;
    Timeline& operator=(const Timeline&) = delete;
    ~Timeline();

    std::uint64_t submit(gpu::Work& work, const gpu::Order& order);
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t timeout_ns);

private:
    struct Flight {
        Event event;
        std::uint64_t value;
    };
    [[nodiscard]] Event idle_event();
    void mark();
    [[nodiscard]] bool reached(std::uint64_t value);

    Context& context_;
    gpu::Asking asking_;
    std::mutex mutex_;             // of what follows
    std::vector<Flight> flights_;  // few: no memory comes and goes
    std::vector<Event> idle_;
    std::uint64_t submitted_ = 0;
    std::uint64_t marked_ = 0;  // the last that has an event; those before complete with it
    std::uint64_t completed_ = 0;
};

}  // namespace weft::cuda
