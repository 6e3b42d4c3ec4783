// The part of a stream that the device's thread runs: it hands the device's blocks to the host and
// counts. No allocation, lock, system call or page fault: what it touches was touched before and
// stays in memory.
#pragma once

#include <weft/audio.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <weft/cpp/door.hpp>

#include "block_clock.h"

struct PaStreamCallbackTimeInfo;

namespace weft::audio {

constexpr std::uint32_t kMostChannels = 128;
constexpr std::uint64_t kLongestBlock = 4096;  // samples; a longer buffer comes in several blocks

// What a device's thread can do to a block before the host sees it.
struct Wiring {
    std::uint32_t inputs = 0;  // channels of the program
    std::uint32_t outputs = 0;
    std::uint32_t device_inputs = 0;  // channels opened
    std::uint32_t device_outputs = 0;
    std::uint64_t block = 0;  // samples, at most; 0: as the device does
    double rate = 0;
    double input_latency = 0;  // seconds, where the device does not tell with each block
    double output_latency = 0;
    // By channel of the program, the device's; kNowhere: none.
    std::array<std::uint32_t, kMostChannels> output_map{};
    std::array<std::uint32_t, kMostChannels> input_map{};
};
constexpr std::uint32_t kNowhere = 0xffffffffu;

class Carrier {
public:
    Carrier(weft_audio_process process, void* user);
    Carrier(const Carrier&) = delete;
    Carrier& operator=(const Carrier&) = delete;

    // --- The other threads

    // Before a device is started: what goes where. `resumed`: time has passed.
    void wire(const Wiring& wiring, bool resumed);
    // Until closed, blocks reach the host.
    void open();
    // From its return on they do not; silence is played. False: a block did not end in `seconds`.
    [[nodiscard]] bool close(double seconds);
    // Fills what is counted here.
    void state(weft_audio_state& state) const;
    [[nodiscard]] std::uint64_t blocks() const { return blocks_.load(); }
    [[nodiscard]] bool finished() const { return finished_.load(); }

    // --- The device's thread, with the Carrier as `user`; as PortAudio wants them

    static int on_buffer(const void* input, void* output, unsigned long count,
                         const PaStreamCallbackTimeInfo* time, unsigned long flags,
                         void* user) noexcept;
    static void on_finished(void* user) noexcept;

private:
    void carry(const float* const* input, float* const* output, std::uint64_t count,
               const PaStreamCallbackTimeInfo& time, unsigned long flags, double now);
    void note_latency(const PaStreamCallbackTimeInfo& time);
    // Not inline: a block that does without does not fetch their code.
    [[gnu::noinline]] std::uint32_t count_losses(unsigned long flags, double now);
    [[gnu::noinline]] void map_inputs(const float* const* input, std::uint64_t at);
    [[gnu::noinline]] float* nowhere(std::uint64_t count);

    // What every block reads or writes, beside each other.
    weft_audio_process process_;
    void* user_;
    cpp::Door door_{false};  // to the host
    bool fresh_thread_ = true;
    std::uint32_t pending_ = 0;  // WEFT_AUDIO_* of the next block
    BlockClock clock_;
    double load_ = 0;
    std::atomic<double> shown_load_{0};
    std::atomic<std::uint64_t> blocks_{0};
    std::atomic<std::uint64_t> longest_{0};
    std::atomic<double> input_latency_{0};
    std::atomic<double> output_latency_{0};
    Wiring wiring_;  // written by wire() while no device runs
    std::array<float*, kMostChannels> outputs_{};

    // What some do.
    std::array<const float*, kMostChannels> inputs_{};
    std::atomic<std::uint64_t> underruns_{0};
    std::atomic<std::uint64_t> overruns_{0};
    std::atomic<std::uint64_t> slow_blocks_{0};
    std::atomic<double> last_xrun_{0};
    std::atomic<bool> finished_{false};
    std::array<float, kLongestBlock> silence_{};  // stays zeros
    std::array<float, kLongestBlock> nowhere_{};  // what the device has no channel for
};

// In pages of its own that are there, and stay where the system allows that.
struct ReleaseCarrier {
    void operator()(Carrier* carrier) const;
};
using ResidentCarrier = std::unique_ptr<Carrier, ReleaseCarrier>;
[[nodiscard]] ResidentCarrier make_carrier(weft_audio_process process, void* user);

}  // namespace weft::audio
