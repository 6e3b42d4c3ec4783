// Trials of shared memory: a kernel that copies words, run over memory of every kind. What it reads
// and writes is what kernels of programs can read and write.
#pragma once

#include <memory>

#include <weft/memory.h>

#include "gpu/device.h"

namespace weft::gpu {

// Memory with the pattern in it.
class Trial {
public:
    Trial(Device& device, std::uint32_t kind, std::uint64_t size, std::uint32_t seed);
    ~Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    void describe(weft_handle& handle) const;
    [[nodiscard]] const std::shared_ptr<Buffer>& memory() const { return memory_; }

private:
    Device& device_;
    std::uint32_t kind_;
    void* host_ = nullptr;  // pages that are imported
    std::uint64_t size_;
    std::shared_ptr<Buffer> memory_;
    weft_view view_{};
};

// Of memory that the host sees.
[[nodiscard]] std::uint64_t sum_of_words(const Buffer& memory, std::uint64_t size);

// The sum of the words in memory that somebody else made.
[[nodiscard]] std::uint64_t read_trial(Device& device, const weft_handle& handle);

// Rates of copies are measured where there is a bus.
void describe_memory(Device& device, weft_memory_caps& caps);

}  // namespace weft::gpu
