// A device as a graphics card is: what works in host memory is taken for one with memory of its
// own, which the host does not see.
#pragma once

#include <memory>
#include <utility>

#include "tests/support/device_over.h"

namespace weft::test {

class SeparateDevice final : public DeviceOver {
public:
    explicit SeparateDevice(std::unique_ptr<gpu::Device> inner)
        : DeviceOver(*inner), owned_(std::move(inner)) {
        info_.unified = false;
        info_.text.lanes = 1;
        info_.text.rows = 5;
        info_.text.threads = 64;
    }

    [[nodiscard]] std::unique_ptr<gpu::Buffer> allocate(std::uint64_t size,
                                                        gpu::Place place) override {
        auto buffer = DeviceOver::allocate(size, place);
        if (place == gpu::Place::device) buffer->host = nullptr;
        return buffer;
    }
    // Its programs' limit is the only one.
    [[nodiscard]] Budget budget() const override { return {0, info_.memory}; }

private:
    std::unique_ptr<gpu::Device> owned_;
};

}  // namespace weft::test
