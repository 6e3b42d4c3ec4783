// A stream runs in order and needs no barriers; an event behind each work is its completion.
#include "queue.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "semaphores.h"

namespace weft::cuda {
namespace {

// Between two questions, once work turns out not to be short.
constexpr std::chrono::microseconds kPause{50};

// Works under way for which a frame finds room without asking for memory.
constexpr std::size_t kMostFlights = 64;

struct Step {
    gpu::Command::Kind kind = gpu::Command::Kind::barrier;
    const Pipeline* pipeline = nullptr;
    std::uint32_t entry = 0;
    std::array<std::uint32_t, 2> groups{};
    void* numbers = nullptr;  // that the launch carries, where the kernel takes them so
    std::vector<Address> parameters;
    std::array<std::uint32_t, 4> constants{};
    std::vector<void*> arguments;  // where the driver finds them
    Address from = 0, to = 0;
    std::uint64_t bytes = 0;
};

class Recorded final : public gpu::Work {
public:
    std::vector<Memory*> staged;
    std::vector<Step> steps;
};

Address use(Recorded& work, const gpu::Slice& slice) {
    auto& memory = static_cast<Memory&>(*slice.buffer);
    if (memory.staged() &&
        std::find(work.staged.begin(), work.staged.end(), &memory) == work.staged.end())
        work.staged.push_back(&memory);
    return memory.address() + slice.offset;
}

void record_launch(Recorded& work, const gpu::Launch& launch, Step& step) {
    step.pipeline = static_cast<const Pipeline*>(launch.pipeline);
    step.entry = launch.entry;
    step.groups = launch.groups;
    for (const gpu::Slice& slice : launch.parameters) {
        if (&slice == &launch.parameters.front() && step.pipeline->carried_bytes != 0) {
            step.numbers = slice.buffer->host + slice.offset;
        } else {
            step.parameters.push_back(use(work, slice));
        }
    }
    step.constants = launch.constants;
}

bool in_host(const gpu::Slice& slice) {
    return static_cast<const Memory&>(*slice.buffer).in_host();
}

// A copy from host to host holds whoever asks for it until all before it is done, also what waits
// for another's signal. By way of the device it is work like any other.
void record_bounces(Context& context, Recorded& work, const gpu::Command& command) {
    const Current current(context);
    const Address from = use(work, command.from), to = use(work, command.to);
    Step step;
    step.kind = gpu::Command::Kind::copy;
    for (std::uint64_t at = 0; at < command.bytes; at += Context::kBounceBytes) {
        step.bytes = std::min(command.bytes - at, Context::kBounceBytes);
        step.from = from + at;
        step.to = context.bounce();
        work.steps.push_back(step);
        step.from = step.to;
        step.to = to + at;
        work.steps.push_back(step);
    }
}

void enqueue(Context& context, Step& step) {
    const Driver& cu = context.cu;
    switch (step.kind) {
        case gpu::Command::Kind::launch:
            return context.check(cu.launch(step.pipeline->entry(step.entry), step.groups[0],
                                           step.groups[1], 1, context.info.text.group, 1, 1, 0,
                                           context.stream, step.arguments.data(), nullptr),
                                 "launch a kernel");
        case gpu::Command::Kind::copy:
            return context.check(cu.copy(step.to, step.from, step.bytes, context.stream),
                                 "copy memory");
        case gpu::Command::Kind::fill:
            return context.check(cu.fill(step.to, 0, step.bytes, context.stream), "fill memory");
        case gpu::Command::Kind::barrier: return;
    }
}

}  // namespace

std::unique_ptr<gpu::Work> record(Context& context, const std::vector<gpu::Command>& commands) {
    auto work = std::make_unique<Recorded>();
    for (const gpu::Command& command : commands) {
        if (command.kind == gpu::Command::Kind::barrier) continue;
        if (command.kind == gpu::Command::Kind::copy && in_host(command.from) &&
            in_host(command.to)) {
            record_bounces(context, *work, command);
            continue;
        }
        Step& step = work->steps.emplace_back();
        step.kind = command.kind;
        step.bytes = command.bytes;
        if (command.kind == gpu::Command::Kind::launch) {
            record_launch(*work, command.launch, step);
        } else {
            if (command.kind == gpu::Command::Kind::copy) step.from = use(*work, command.from);
            step.to = use(*work, command.to);
        }
    }
    // From here on the steps stay where they are.
    for (Step& step : work->steps) {
        if (step.numbers != nullptr) step.arguments.push_back(step.numbers);
        for (Address& parameter : step.parameters) step.arguments.push_back(&parameter);
        step.arguments.push_back(&step.constants);
    }
    return work;
}

Timeline::Timeline(Context& context) : context_(context) {
    flights_.reserve(kMostFlights);
    idle_.reserve(kMostFlights);
}

Timeline::~Timeline() {
    const Current current(context_);
    for (const Flight& flight : flights_) context_.cu.event_destroy(flight.event);
    for (Event event : idle_) context_.cu.event_destroy(event);
}

// With the mutex held.
Event Timeline::idle_event() {
    Event event = nullptr;
    if (idle_.empty()) {
        context_.check(context_.cu.event_create(&event, kEventDisableTiming), "make an event");
    } else {
        event = idle_.back();
        idle_.pop_back();
    }
    return event;
}

std::uint64_t Timeline::submit(gpu::Work& submitted, const gpu::Order& order) {
    auto& work = static_cast<Recorded&>(submitted);
    const Current current(context_);
    for (gpu::Semaphore* wait : order.waits) static_cast<Semaphore&>(*wait).wait();
    for (Memory* memory : work.staged) memory->before();
    for (Step& step : work.steps) enqueue(context_, step);
    for (gpu::Semaphore* signal : order.signals) static_cast<Semaphore&>(*signal).signal();
    const std::lock_guard lock(mutex_);
    ++submitted_;
    const bool gather = order.more && order.free() && submitted_ - marked_ < gpu::kMostGathered;
    if (!gather) mark();
    return submitted_;
}

// With the mutex held and the context current.
void Timeline::mark() {
    Event event = idle_event();
    const Result result = context_.cu.event_record(event, context_.stream);
    if (result != kSuccess) idle_.push_back(event);
    context_.check(result, "mark the end of work");
    flights_.push_back({event, submitted_});
    marked_ = submitted_;
}

// With the context current.
bool Timeline::reached(std::uint64_t value) {
    const std::lock_guard lock(mutex_);
    while (completed_ < value && !flights_.empty()) {
        const Flight first = flights_.front();
        const Result result = context_.cu.event_query(first.event);
        if (result == kNotReady) return false;
        context_.check(result, "complete its work");
        completed_ = first.value;
        idle_.push_back(first.event);
        flights_.erase(flights_.begin());
    }
    return completed_ >= value;
}

bool Timeline::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    const Current current(context_);
    {
        const std::lock_guard lock(mutex_);
        if (value > marked_) mark();
    }
    const gpu::Asking::Clock::time_point end = gpu::end_of_wait(timeout_ns);
    if (asking_.until(value, end, [&] { return reached(value); })) return true;
    for (;;) {
        if (reached(value)) return true;
        if (gpu::Asking::Clock::now() >= end) return false;
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace weft::cuda
