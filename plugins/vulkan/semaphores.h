// Semaphores that other APIs wait for or signal.
#pragma once

#include "context.h"

namespace weft::vulkan {

// Says in context.info what works on this device, and why the rest does not.
void find_semaphores(Context& context);

class Semaphore final : public gpu::Semaphore {
public:
    [[nodiscard]] static std::unique_ptr<Semaphore> make(Context& context);
    [[nodiscard]] static std::unique_ptr<Semaphore> import(Context& context, int fd);
    ~Semaphore() override;

    [[nodiscard]] VkSemaphore get() const { return semaphore_.get(); }
    // Signals it on a queue of its own, as the first one waits.
    void unblock();

private:
    Semaphore(Context& context, bool exported);

    Context& context_;
    Owned<VkSemaphore> semaphore_;
};

}  // namespace weft::vulkan
