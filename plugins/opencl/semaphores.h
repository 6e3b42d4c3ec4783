// Semaphores that other APIs made: OpenCL waits for them and signals them.
#pragma once

#include "context.h"

namespace weft::opencl {

// Says in context.info what works on this device, and why the rest does not.
void find_semaphores(Context& context);

class Semaphore final : public gpu::Semaphore {
public:
    [[nodiscard]] static std::unique_ptr<Semaphore> import(Context& context, int fd);

    // Behind everything that was queued before, and before all that is queued later.
    void wait(cl_command_queue queue);
    void signal(cl_command_queue queue, cl_event* event);
    // Signals it on a queue of its own, as the first one waits.
    void unblock();

private:
    explicit Semaphore(Context& context) : context_(context) {}

    Context& context_;
    Handle<cl_semaphore_khr> semaphore_{nullptr, nullptr};
    Handle<cl_command_queue> rescue_{nullptr, nullptr};
};

}  // namespace weft::opencl
