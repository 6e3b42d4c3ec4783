#include "carrier.h"

#include <portaudio.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <thread>
#include <weft/cpp/samples.hpp>
#include <weft/cpp/wake.hpp>

namespace weft::audio {
namespace {

// Bytes that a block's computation may need of the stack. (The thread sanitizer fills most of the
// stack that JACK gives a thread with things of its own.)
#ifdef __SANITIZE_THREAD__
constexpr std::size_t kStack = 8 * 1024;
#else
constexpr std::size_t kStack = 128 * 1024;
#endif
constexpr double kSettle = 0.5;  // seconds over which load is averaged

// A thread's stack is given to it page by page as it is first touched.
[[gnu::noinline]] void touch_stack() {
    char stack[kStack];
    for (volatile char* page = stack; page < stack + kStack; page += 4096) *page = 0;
}

void add(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

ResidentCarrier make_carrier(weft_audio_process process, void* user) {
    void* place = mmap(nullptr, sizeof(Carrier), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (place == MAP_FAILED) throw std::bad_alloc();
    mlock(place, sizeof(Carrier));  // may be forbidden; then it is only likely to stay
    return ResidentCarrier(new (place) Carrier(process, user));
}

void ReleaseCarrier::operator()(Carrier* carrier) const {
    carrier->~Carrier();
    munmap(carrier, sizeof(Carrier));
}

Carrier::Carrier(weft_audio_process process, void* user) : process_(process), user_(user) {}

void Carrier::wire(const Wiring& wiring, bool resumed) {
    wiring_ = wiring;
    pending_ = resumed ? WEFT_AUDIO_RESUMED : 0;
    fresh_thread_ = true;
    load_ = 0;
    clock_.start(wiring.rate);
    finished_ = false;
    input_latency_ = wiring.input_latency;
    output_latency_ = wiring.output_latency;
}

void Carrier::open() {
    door_.open();
}

bool Carrier::close(double seconds) {
    door_.close();
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!door_.is_empty()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

void Carrier::state(weft_audio_state& state) const {
    state.input_latency = input_latency_;
    state.output_latency = output_latency_;
    state.load = shown_load_;
    state.block = longest_;
    state.blocks = blocks_;
    state.underruns = underruns_;
    state.overruns = overruns_;
    state.last_xrun = last_xrun_;
    if (WEFT_HAS(&state, weft_audio_state, slow_blocks)) state.slow_blocks = slow_blocks_;
}

void Carrier::on_finished(void* user) noexcept {
    static_cast<Carrier*>(user)->finished_ = true;
}

int Carrier::on_buffer(const void* input, void* output, unsigned long count,
                       const PaStreamCallbackTimeInfo* time, unsigned long flags,
                       void* user) noexcept {
    Carrier& self = *static_cast<Carrier*>(user);
    // Answered from a page that the kernel shares with us: no system call.
    const double now = cpp::now();
    const auto* const* in = static_cast<const float* const*>(input);
    auto* const* out = static_cast<float* const*>(output);
    const bool open = self.door_.enter();
    if (out)
        for (std::uint32_t c = 0; c < self.wiring_.device_outputs; ++c)
            cpp::silence_samples(out[c], count);
    if (open) self.carry(in, out, count, *time, flags, now);
    self.door_.leave();
    return paContinue;
}

// Of the differences between the device's times, which one clock made, whichever it is.
void Carrier::note_latency(const PaStreamCallbackTimeInfo& time) {
    constexpr double kMost = 5;  // seconds; more is no latency but a clock that jumped
    const double out = time.outputBufferDacTime - time.currentTime;
    const double in = time.currentTime - time.inputBufferAdcTime;
    if (time.outputBufferDacTime > 0 && out >= 0 && out < kMost)
        output_latency_.store(out, std::memory_order_relaxed);
    if (time.inputBufferAdcTime > 0 && in >= 0 && in < kMost)
        input_latency_.store(in, std::memory_order_relaxed);
}

std::uint32_t Carrier::count_losses(unsigned long flags, double now) {
    std::uint32_t lost = 0;
    if (wiring_.device_outputs > 0 && (flags & (paOutputUnderflow | paOutputOverflow)) != 0) {
        lost |= WEFT_AUDIO_UNDERRUN;
        add(underruns_);
    }
    if (wiring_.device_inputs > 0 && (flags & (paInputUnderflow | paInputOverflow)) != 0) {
        lost |= WEFT_AUDIO_OVERRUN;
        add(overruns_);
    }
    if (lost != 0) {
        last_xrun_.store(now, std::memory_order_relaxed);
        clock_.restart();
    }
    return lost;
}

void Carrier::map_inputs(const float* const* input, std::uint64_t at) {
    for (std::uint32_t c = 0; c < wiring_.inputs; ++c) {
        const std::uint32_t from = wiring_.input_map[c];
        inputs_[c] = input && from != kNowhere ? input[from] + at : silence_.data();
    }
}

// Memory for what the device has no channel for.
float* Carrier::nowhere(std::uint64_t count) {
    cpp::silence_samples(nowhere_.data(), count);
    return nowhere_.data();
}

void Carrier::carry(const float* const* input, float* const* output, std::uint64_t count,
                    const PaStreamCallbackTimeInfo& time, unsigned long flags, double now) {
    if (fresh_thread_) [[unlikely]] {
        touch_stack();
        fresh_thread_ = false;
    }
    std::uint32_t lost = 0;
    if (flags != 0) [[unlikely]]
        lost = count_losses(flags, now);
    note_latency(time);
    const double begin = clock_.next(now, count);
    const double spacing = clock_.length() / static_cast<double>(count);
    const double out_latency = output_latency_.load(std::memory_order_relaxed);
    const double in_latency = input_latency_.load(std::memory_order_relaxed);

    weft_audio_block block{};
    block.struct_size = sizeof block;
    block.flags = pending_ | lost;
    pending_ = 0;
    block.input = inputs_.data();
    block.output = outputs_.data();
    const std::uint64_t longest =
        wiring_.block > 0 ? std::min(wiring_.block, kLongestBlock) : kLongestBlock;
    for (std::uint64_t at = 0; at < count; at += block.count) {
        block.count = std::min(longest, count - at);
        if (wiring_.inputs != 0) map_inputs(input, at);
        for (std::uint32_t c = 0; c < wiring_.outputs; ++c) {
            const std::uint32_t to = wiring_.output_map[c];
            outputs_[c] = output && to != kNowhere ? output[to] + at : nowhere(block.count);
        }
        const double passed = spacing * static_cast<double>(at);
        block.output_time = begin + out_latency + passed;
        block.input_time = begin - in_latency + passed;
        process_(user_, &block);
        block.flags = 0;
        add(blocks_);
        if (block.count > longest_.load(std::memory_order_relaxed)) [[unlikely]]
            longest_.store(block.count, std::memory_order_relaxed);
    }

    const double length = static_cast<double>(count) / wiring_.rate;
    const double share = (cpp::now() - now) / length;
    if (share > 1) [[unlikely]]
        add(slow_blocks_);
    load_ += (share - load_) * std::min(1.0, length / kSettle);
    shown_load_.store(load_, std::memory_order_relaxed);
}

}  // namespace weft::audio
