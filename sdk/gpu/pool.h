// Memory of a device, kept for the next who needs as much: a program that is compiled again finds
// what the one before it left, and a device that is full says by how much.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weft::gpu {

class Buffer;
class Device;
enum class Place : std::uint8_t;

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

    // At least `bytes`, of undefined contents; kept memory that fits, else new. `what` begins the
    // message where there is no room: "the cache c@v (3840 x 2160, 60 ticks)".
    [[nodiscard]] std::shared_ptr<Buffer> take(std::uint64_t bytes, Place place,
                                               const std::string& what);
    // Throws WEFT_UNAVAILABLE when `bytes` more do not fit into the device's budget.
    void require_room(std::uint64_t bytes, const std::string& what);

private:
    struct Kept {
        std::unique_ptr<Buffer> buffer;
        Place place{};
    };
    [[nodiscard]] std::unique_ptr<Buffer> find(std::uint64_t bytes, Place place);
    [[nodiscard]] std::unique_ptr<Buffer> make(std::uint64_t bytes, Place place,
                                               const std::string& what);
    void keep(std::unique_ptr<Buffer> buffer, Place place);
    [[nodiscard]] std::vector<Kept> all_kept();
    void trim();

    Device& device_;
    std::mutex mutex_;
    std::vector<Kept> kept_;  // the oldest first
    std::uint64_t kept_bytes_ = 0;
    std::uint64_t users_ = 0;
};

}  // namespace weft::gpu
