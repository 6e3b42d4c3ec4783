// Semaphores that other APIs made: CUDA waits for them and signals them.
#pragma once

#include "context.h"

namespace weft::cuda {

// Says in context.info what works on this device, and why the rest does not.
void find_semaphores(Context& context);

class Semaphore final : public gpu::Semaphore {
public:
    [[nodiscard]] static std::unique_ptr<Semaphore> import(Context& context, int fd);
    ~Semaphore() override;

    // Behind everything that was queued before, and before all that is queued later. With the
    // context current.
    void wait();
    void signal();
    // Signals it on a stream of its own, as the first one waits.
    void unblock();

private:
    explicit Semaphore(Context& context) : context_(context) {}
    void signal_on(Stream stream);

    Context& context_;
    ExternalSemaphore semaphore_ = nullptr;
    Stream rescue_ = nullptr;
};

}  // namespace weft::cuda
