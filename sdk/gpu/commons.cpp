#include "gpu/commons.h"

#include "gpu/device.h"

namespace weft::gpu {

void Commons::offer(const weft_view* view, const Shared& memory) {
    const std::lock_guard lock(mutex_);
    offered_[view] = memory;
}

void Commons::withdraw(const weft_view* view) {
    const std::lock_guard lock(mutex_);
    offered_.erase(view);
}

Commons::Shared Commons::find(const weft_view* view) const {
    const std::lock_guard lock(mutex_);
    const auto found = offered_.find(view);
    return found == offered_.end() ? Shared{} : found->second;
}

std::shared_ptr<Buffer> Commons::import_host(Device& device, char* data, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    std::erase_if(imported_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<Buffer>& known = imported_[{data, size}];
    if (std::shared_ptr<Buffer> buffer = known.lock()) return buffer;
    std::shared_ptr<Buffer> buffer = device.import_host(data, size);
    known = buffer;
    return buffer;
}

}  // namespace weft::gpu
