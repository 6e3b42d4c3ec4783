// Memory of a device, kept for the next who needs as much: a program that is compiled again finds
// what the one before it left. Who goes when the device is full, Residency decides.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "gpu/residency.h"

namespace weft::gpu {

// Thread safe.
class Pool {
public:
    explicit Pool(Device& device) : device_(device) {}
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // As long as there is a user, memory that is let go is kept. Users go before their device.
    class User {
    public:
        explicit User(Pool& pool);
        ~User();
        User(const User&) = delete;
        User& operator=(const User&) = delete;

    private:
        Pool& pool_;
    };

    // At least `bytes`, of undefined contents; kept memory that fits, else new. Fails as
    // Residency::make_room does.
    [[nodiscard]] std::shared_ptr<Buffer> take(std::uint64_t bytes, Place place,
                                               const Claim& claim);
    // Frees what is kept, the oldest first, until that is `bytes` of the device or nothing is left.
    void trim(std::uint64_t bytes);

private:
    struct Kept {
        std::unique_ptr<Buffer> buffer;
        Place place{};
    };
    [[nodiscard]] std::unique_ptr<Buffer> find(std::uint64_t bytes, Place place);
    [[nodiscard]] std::unique_ptr<Buffer> make(std::uint64_t bytes, Place place,
                                               const Claim& claim);
    void keep(std::unique_ptr<Buffer> buffer, Place place);
    // Out of kept_, which the caller guards.
    [[nodiscard]] Kept take_out(std::vector<Kept>::iterator kept);
    // Off the residency's list, before it is freed.
    void strike(const std::vector<Kept>& rest);

    Device& device_;
    std::mutex mutex_;
    std::vector<Kept> kept_;  // the oldest first
    std::uint64_t kept_bytes_ = 0;
    std::uint64_t users_ = 0;
};

}  // namespace weft::gpu
