// A Device put together of the parts that the files of one API define, the same for every API:
//
//     Context    what the device is: info, lost()
//     Heap       allocate, import_host, import_fd; gpu::MemoryHeap where memory makes itself
//     Pipelines  of (Context&, cpp::Host)
//     Timeline   submit, wait
//     Semaphore  import of (Context&, int fd), unblock; make of (Context&) where it can
//
// What else a device has to do is left to the class derived from it.
#pragma once

#include <memory>
#include <utility>

#include "gpu/device.h"

namespace weft::gpu {

// For an API whose Memory has static functions that make one.
template <class Context, class Memory>
class MemoryHeap {
public:
    explicit MemoryHeap(Context& context) : context_(context) {}

    [[nodiscard]] std::unique_ptr<Memory> allocate(std::uint64_t size, Place place) {
        return Memory::allocate(context_, size, place);
    }
    [[nodiscard]] std::unique_ptr<Memory> import_host(void* data, std::uint64_t size) {
        return Memory::import_host(context_, data, size);
    }
    [[nodiscard]] std::unique_ptr<Memory> import_fd(int fd, std::uint64_t size) {
        return Memory::import_fd(context_, fd, size);
    }

private:
    Context& context_;
};

template <class Context, class Heap, class Pipelines, class Timeline, class Semaphore>
class DeviceOfParts : public Device {
public:
    [[nodiscard]] const DeviceInfo& info() const override { return context_.info; }
    [[nodiscard]] std::unique_ptr<Buffer> allocate(std::uint64_t size, Place place) override {
        return heap_.allocate(size, place);
    }
    [[nodiscard]] std::unique_ptr<Buffer> import_host(void* data, std::uint64_t size) override {
        return heap_.import_host(data, size);
    }
    [[nodiscard]] std::unique_ptr<Buffer> import_fd(int fd, std::uint64_t size) override {
        return heap_.import_fd(fd, size);
    }
    using Device::submit;
    std::uint64_t submit(Work& work, const Order& order) override {
        return timeline_.submit(work, order);
    }
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t timeout_ns) override {
        return timeline_.wait(value, timeout_ns);
    }
    [[nodiscard]] std::unique_ptr<gpu::Semaphore> make_semaphore() override {
        if constexpr (requires { Semaphore::make(context_); })
            return Semaphore::make(context_);
        else
            return Device::make_semaphore();
    }
    [[nodiscard]] std::unique_ptr<gpu::Semaphore> import_semaphore(int fd) override {
        return Semaphore::import(context_, fd);
    }
    void unblock(gpu::Semaphore& semaphore) override {
        static_cast<Semaphore&>(semaphore).unblock();
    }

    // Nothing will complete on it any more.
    [[nodiscard]] bool lost() const { return context_.lost(); }

protected:
    // `chosen`: what the context is made of.
    template <class... Chosen>
    explicit DeviceOfParts(cpp::Host host, Chosen&&... chosen)
        : context_(std::forward<Chosen>(chosen)...),
          heap_(context_),
          pipelines_(context_, host),
          timeline_(context_) {}

    Context context_;
    Heap heap_;
    Pipelines pipelines_;
    Timeline timeline_;
};

}  // namespace weft::gpu
