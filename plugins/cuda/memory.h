// Memory that kernels of CUDA see: the device's, the host's pinned, and that of other APIs.
#pragma once

#include "context.h"

namespace weft::cuda {

class Memory final : public gpu::Buffer {
public:
    [[nodiscard]] static std::unique_ptr<Memory> allocate(Context& context, std::uint64_t size,
                                                          gpu::Place place);
    [[nodiscard]] static std::unique_ptr<Memory> import_host(Context& context, void* data,
                                                             std::uint64_t size);
    [[nodiscard]] static std::unique_ptr<Memory> import_fd(Context& context, int fd,
                                                           std::uint64_t size);
    ~Memory() override;

    [[nodiscard]] Address address() const { return address_; }
    // Neither kernels nor copies bring it to the device.
    [[nodiscard]] bool in_host() const {
        return kind_ == Kind::pinned || kind_ == Kind::registered;
    }
    // `host` is copied to the device before work that uses it.
    [[nodiscard]] bool staged() const { return kind_ == Kind::staged; }
    // With the context current.
    void before();

private:
    enum class Kind : std::uint8_t { device, pinned, staged, registered, imported, exported };

    Memory(Context& context, Kind kind, std::uint64_t bytes);
    void take();
    void pin();
    void share();
    void import(int descriptor);

    Context& context_;
    const Kind kind_;
    const std::uint64_t bytes_;  // size, in whole units of the driver
    bool taken_ = false;         // on the account
    Address address_ = 0;
    ExternalMemory imported_ = nullptr;
    std::uint64_t reserved_ = 0;  // bytes of addresses that exported memory is mapped at
    bool mapped_ = false;
};

}  // namespace weft::cuda
