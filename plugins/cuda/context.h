// One CUDA device ready to work.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "api.h"
#include "gpu/choice.h"
#include "gpu/device.h"

namespace weft::cuda {

// A device that was found, usable or not.
struct Candidate {
    DeviceNumber device = 0;
    std::string name;
    int capability = 0;   // 90 for 9.0
    std::string missing;  // what it lacks to be used; "" when nothing
};
[[nodiscard]] std::vector<Candidate> candidates(const Api& api);
// Which of them is meant, for gpu::choose_device().
inline constexpr const char* kChoice = "WEFT_CUDA_DEVICE";
[[nodiscard]] std::vector<gpu::DeviceOption> options(const std::vector<Candidate>& all);
// The one that gpu::choose_device() says; throws as it does.
[[nodiscard]] Candidate choose(const Api& api);

class Context {
public:
    Context(const Api& api, const Candidate& chosen);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context();

    // Throws what `result` means, unless it is a success; remembers that the device is lost.
    void check(Result result, const char* doing);
    [[nodiscard]] bool lost() const { return lost_; }

    // Device memory that copies from host to host go through (queue.cpp). With the context current,
    // from any thread; lives as long as the context.
    static constexpr std::uint64_t kBounceBytes = 4u << 20;
    [[nodiscard]] Address bounce();

    const Driver& cu;
    const Compiler& compiler;
    const DeviceNumber device;
    const int capability;
    gpu::DeviceInfo info;
    std::atomic<std::uint64_t> used{0};  // bytes allocated here
    Stream stream = nullptr;             // in order; frames
    ContextObject object = nullptr;

private:
    void describe(const Candidate& chosen);
    void close() noexcept;

    std::atomic<bool> lost_{false};
    std::mutex bounce_mutex_;
    Address bounce_ = 0;
};

// A thread that calls the driver has the context of the device; this one, while it lives.
class Current {
public:
    explicit Current(const Context& context) : context_(context) {
        context.cu.context_push(context.object);
    }
    Current(const Current&) = delete;
    Current& operator=(const Current&) = delete;
    ~Current() {
        ContextObject popped = nullptr;
        context_.cu.context_pop(&popped);
    }

private:
    const Context& context_;
};

}  // namespace weft::cuda
