// Pictures as the pass to the screen reads them: the host's own memory where it can be imported,
// else a copy of it.
#pragma once

#include <weft/window.h>

#include <sys/types.h>

#include <vector>

#include "window_device.h"

namespace weft::vulkan {

struct BoundPicture {
    VkDescriptorBufferInfo buffer{};
    std::uint32_t start = 0;   // words from the buffer's beginning to the first pixel
    std::uint32_t stride = 0;  // words a row
    std::uint64_t copied = 0;  // bytes
};

class Pictures {
public:
    explicit Pictures(WindowDevice& device) : device_(device) {}

    // Valid until the next call. Memory that no picture came from for a while is let go.
    [[nodiscard]] BoundPicture bind(const weft_window_picture& picture);

private:
    // A mapping of its own, so that what the host does with its one cannot pull it away.
    class Mapping {
    public:
        Mapping(int fd, std::uint64_t size);
        Mapping(Mapping&& other) noexcept
            : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
        Mapping& operator=(Mapping&& other) noexcept {
            std::swap(data_, other.data_);
            std::swap(size_, other.size_);
            return *this;
        }
        ~Mapping();
        [[nodiscard]] void* data() const { return data_; }

    private:
        void* data_;
        std::uint64_t size_;
    };
    struct Import {
        dev_t device = 0;  // which file it is: numbers of descriptors are used again
        ino_t file = 0;
        std::uint64_t size = 0;
        std::uint64_t last_used = 0;
        Mapping mapping;
        std::unique_ptr<Memory> memory;  // goes before the mapping
    };
    [[nodiscard]] const Memory* import(const weft_window_picture& picture);
    [[nodiscard]] BoundPicture copy(const weft_window_picture& picture);

    WindowDevice& device_;
    std::vector<Import> imports_;
    std::unique_ptr<Memory> copy_;
    std::uint64_t turn_ = 0;
    bool told_ = false;  // why there is a copy
};

// Bytes of one pixel, 0 of a format that is not shown.
[[nodiscard]] std::uint32_t pixel_bytes(std::uint32_t format);

}  // namespace weft::vulkan
