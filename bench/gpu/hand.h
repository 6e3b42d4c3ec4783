// What one would write by hand against an accelerator's API, without Weft: one device, one queue,
// one kernel for the plasma of bench/programs, and the least that the API can be asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace weft::bench {

class Hand {
public:
    Hand() = default;
    Hand(const Hand&) = delete;
    Hand& operator=(const Hand&) = delete;
    virtual ~Hand() = default;

    [[nodiscard]] virtual std::string device() const = 0;
    // Runs on the processor, in its memory.
    [[nodiscard]] virtual bool software() const = 0;

    // Compiles the plasma for pictures of this size, into memory of the device (software: which the
    // host sees): packed pixels, or three planes of singles.
    virtual void prepare(std::uint32_t width, std::uint32_t height, bool planes) = 0;
    // Queues the picture of `frames` moments, then waits for the last.
    virtual void plasma(double time, int frames) = 0;
    // An empty submission, and the wait for it.
    virtual void empty() = 0;
    // The least that a picture of `bytes` costs: writing every byte of it once, `times`.
    virtual void fill(std::uint64_t bytes, int times) = 0;
    // `bytes` from the device's memory into pinned memory of the host.
    virtual void read_back(std::uint64_t bytes) = 0;
    // A word of the picture, to see that it is the right one: pixel (R | G << 8 | B << 16 | A <<
    // 24) or number `at`.
    [[nodiscard]] virtual std::uint32_t word(std::uint64_t at) = 0;
};

// Null where the API has no device; `why` says so.
[[nodiscard]] std::unique_ptr<Hand> hand_vulkan(std::string& why);
[[nodiscard]] std::unique_ptr<Hand> hand_opencl(std::string& why);

}  // namespace weft::bench
