// What a device does that shares no semaphores: it says why.
#include "gpu/device.h"

namespace weft::gpu {

std::unique_ptr<Semaphore> Device::make_semaphore() {
    throw cpp::Failure(WEFT_UNSUPPORTED, info().no_semaphores);
}

std::unique_ptr<Semaphore> Device::import_semaphore(int) {
    throw cpp::Failure(WEFT_UNSUPPORTED, info().no_semaphores);
}

void Device::unblock(Semaphore&) {
    throw cpp::Failure(WEFT_UNSUPPORTED, info().no_semaphores);
}

}  // namespace weft::gpu
