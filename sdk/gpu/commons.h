// Memory that several programs of one device use in place: what one of them exposes and another
// reads, and host memory that is imported once however many read it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include <weft/grid.h>

namespace weft::gpu {

class Buffer;
class Device;

// Thread safe.
class Commons {
public:
    struct Shared {
        std::shared_ptr<Buffer> buffer;  // null: nobody of this device offers it
        std::uint64_t offset = 0;        // of the first byte of channel 0
    };

    // From here to withdraw, whoever is bound to `view` finds the memory here.
    void offer(const weft_view* view, const Shared& memory);
    void withdraw(const weft_view* view);
    [[nodiscard]] Shared find(const weft_view* view) const;

    // Host memory, which keeps the device's import_alignment.
    [[nodiscard]] std::shared_ptr<Buffer> import_host(Device& device, char* data,
                                                      std::uint64_t size);

private:
    mutable std::mutex mutex_;
    std::map<const weft_view*, Shared> offered_;
    std::map<std::pair<char*, std::uint64_t>, std::weak_ptr<Buffer>> imported_;
};

}  // namespace weft::gpu
