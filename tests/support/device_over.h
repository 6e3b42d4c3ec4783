// A device that is another one, for tests that change or watch some of it.
#pragma once

#include <memory>
#include <vector>

#include "gpu/device.h"

namespace weft::test {

class DeviceOver : public gpu::Device {
public:
    // `inner` outlives it. `info_` may be changed.
    explicit DeviceOver(gpu::Device& inner) : inner_(inner), info_(inner.info()) {}

    [[nodiscard]] const gpu::DeviceInfo& info() const override { return info_; }
    [[nodiscard]] std::unique_ptr<gpu::Buffer> allocate(std::uint64_t size,
                                                        gpu::Place place) override {
        return inner_.allocate(size, place);
    }
    [[nodiscard]] std::unique_ptr<gpu::Buffer> import_host(void* data,
                                                           std::uint64_t size) override {
        return inner_.import_host(data, size);
    }
    [[nodiscard]] std::unique_ptr<gpu::Buffer> import_fd(int fd, std::uint64_t size) override {
        return inner_.import_fd(fd, size);
    }
    [[nodiscard]] std::shared_ptr<const gpu::Pipeline> build(
        const gpu::BuildRequest& request) override {
        return inner_.build(request);
    }
    [[nodiscard]] std::unique_ptr<gpu::Work> record(
        const std::vector<gpu::Command>& commands) override {
        return inner_.record(commands);
    }
    using gpu::Device::submit;
    std::uint64_t submit(gpu::Work& work, const gpu::Order& order) override {
        return inner_.submit(work, order);
    }
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t timeout_ns) override {
        return inner_.wait(value, timeout_ns);
    }
    [[nodiscard]] Budget budget() const override { return inner_.budget(); }

private:
    gpu::Device& inner_;

protected:
    gpu::DeviceInfo info_;
};

}  // namespace weft::test
