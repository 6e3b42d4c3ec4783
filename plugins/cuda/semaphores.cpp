// CUDA makes no semaphores for others; its streams take part in the order of those that do.
#include "semaphores.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <weft/semaphore.h>

namespace weft::cuda {

void find_semaphores(Context& context) {
    context.info.semaphores = WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
    context.info.no_semaphores = "CUDA imports semaphores of others and exports none";
}

std::unique_ptr<Semaphore> Semaphore::import(Context& context, int fd) {
    const Current current(context);
    std::unique_ptr<Semaphore> made(new Semaphore(context));
    // Whoever imports successfully owns the descriptor.
    const int own = ::dup(fd);
    if (own < 0)
        throw cpp::Failure(WEFT_INVALID, std::string("no such semaphore: ") + strerror(errno));
    ExternalSemaphoreHandle handle{};
    handle.type = kSemaphoreOpaqueFd;
    handle.handle.fd = own;
    const Result result = context.cu.import_semaphore(&made->semaphore_, &handle);
    if (result != kSuccess) ::close(own);
    context.check(result, "import a semaphore");
    return made;
}

Semaphore::~Semaphore() {
    const Current current(context_);
    if (rescue_ != nullptr) context_.cu.stream_destroy(rescue_);
    if (semaphore_ != nullptr) context_.cu.destroy_semaphore(semaphore_);
}

void Semaphore::wait() {
    const ExternalSemaphoreUse use{};
    context_.check(context_.cu.wait_semaphores(&semaphore_, &use, 1, context_.stream),
                   "wait for a semaphore");
}

void Semaphore::signal() {
    signal_on(context_.stream);
}

void Semaphore::signal_on(Stream stream) {
    const ExternalSemaphoreUse use{};
    context_.check(context_.cu.signal_semaphores(&semaphore_, &use, 1, stream),
                   "signal a semaphore");
}

void Semaphore::unblock() {
    const Current current(context_);
    if (rescue_ == nullptr)
        context_.check(context_.cu.stream_create(&rescue_, kStreamNonBlocking), "make a stream");
    signal_on(rescue_);
}

}  // namespace weft::cuda
