// Work in the order of its submission, and how far the device has come with it.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "context.h"
#include "gpu/asking.h"
#include "memory.h"
#include "pipeline.h"

namespace weft::opencl {

// A kernel with its arguments: they are part of the object, so every launch has its own.
[[nodiscard]] Handle<cl_kernel> make_kernel(Context& context, const Pipeline& pipeline,
                                            std::uint32_t entry,
                                            const std::vector<cl_mem>& parameters,
                                            const std::array<std::uint32_t, 4>& constants);
void launch(Context& context, cl_command_queue queue, cl_kernel kernel,
            const std::array<std::uint32_t, 2>& groups, cl_event* event);

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
        cl_event event;
        std::uint64_t value;
        bool watched;  // the driver will wake whoever waits
    };
    struct Alarm;
    struct Bell {  // for one callback
        Alarm* alarm;
        std::uint64_t value;
    };
    // Lives until the last callback of the driver has come, which may be after the timeline.
    struct Alarm {
        std::mutex mutex;  // taken by the driver's threads: nobody calls the driver holding it
        std::condition_variable rung;
        std::uint64_t rings = 0;
        std::uint64_t told = 0;  // the last value whose work is complete
        std::vector<std::unique_ptr<Bell>> idle;
        std::size_t bells = 0;  // in all
        std::atomic<std::uint32_t> owners{1};
        void let_go();
    };
    static void CL_CALLBACK ring(cl_event event, cl_int status, void* alarm);
    void flush(cl_event done);
    [[nodiscard]] bool reached(std::uint64_t value);
    [[nodiscard]] bool watch(std::uint64_t value);
    [[nodiscard]] bool settle(std::uint64_t value);

    Context& context_;
    Alarm* const alarm_;
    gpu::Asking asking_;
    std::mutex mutex_;             // of what follows
    std::vector<Flight> flights_;  // few: no memory comes and goes
    std::vector<cl_event> spent_;  // complete, and not let go of yet
    std::uint64_t submitted_ = 0;
    std::uint64_t flushed_ = 0;  // the last that has an event; those before complete with it
    std::uint64_t completed_ = 0;
};

}  // namespace weft::opencl
