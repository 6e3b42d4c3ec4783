// One queue that runs in order needs no barriers; the event of the last command of a work is its
// completion.
#include "queue.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace weft::opencl {
namespace {

using Clock = std::chrono::steady_clock;

// How long a wait on a GPU asks before it sleeps: waking up costs more than short work takes.
constexpr std::chrono::microseconds kAsking{100};

struct Step {
    gpu::Command::Kind kind = gpu::Command::Kind::barrier;
    Handle<cl_kernel> kernel{nullptr, nullptr};
    std::array<std::uint32_t, 2> groups{};
    cl_mem from = nullptr, to = nullptr;
    std::uint64_t from_offset = 0, to_offset = 0, bytes = 0;
};

class Recorded final : public gpu::Work {
public:
    std::vector<Handle<cl_mem>> parts;  // of buffers; outlived by no kernel
    std::vector<Memory*> around;        // with something to do before or behind
    std::vector<Memory*> behind;
    std::vector<Step> steps;
};

Memory& memory_of(const gpu::Slice& slice) {
    return static_cast<Memory&>(*slice.buffer);
}

void use(Recorded& work, const gpu::Slice& slice) {
    Memory& memory = memory_of(slice);
    if (memory.access() == Memory::Access::plain) return;
    if (std::find(work.around.begin(), work.around.end(), &memory) != work.around.end()) return;
    work.around.push_back(&memory);
    if (memory.access() != Memory::Access::staged) work.behind.push_back(&memory);
}

// The object that begins where the slice does.
cl_mem part_of(Context& context, Recorded& work, const gpu::Slice& slice) {
    Memory& memory = memory_of(slice);
    if (slice.offset == 0) return memory.get();
    const cl_buffer_region region = {slice.offset, memory.size - slice.offset};
    cl_int status = CL_SUCCESS;
    work.parts.emplace_back(
        context.cl.CreateSubBuffer(memory.get(), 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &status),
        context.cl.ReleaseMemObject);
    context.check(status, "take a part of memory");
    return work.parts.back().get();
}

Step record_launch(Context& context, Recorded& work, const gpu::Launch& launch) {
    std::vector<cl_mem> parameters;
    for (const gpu::Slice& slice : launch.parameters) {
        use(work, slice);
        parameters.push_back(part_of(context, work, slice));
    }
    Step step;
    step.kernel = make_kernel(context, static_cast<const Pipeline&>(*launch.pipeline), launch.entry,
                              parameters, launch.constants);
    step.groups = launch.groups;
    return step;
}

void enqueue_fill(Context& context, const Step& step, cl_event* event) {
    // The widest pattern that fits: some drivers write one pattern at a time.
    static constexpr cl_ulong8 kZero{};
    std::size_t width = sizeof kZero;
    while (step.bytes % width != 0 || step.to_offset % width != 0) width /= 2;
    context.check(context.cl.EnqueueFillBuffer(context.queue.get(), step.to, &kZero, width,
                                               step.to_offset, step.bytes, 0, nullptr, event),
                  "fill memory");
}

void enqueue(Context& context, const Step& step, cl_event* event) {
    switch (step.kind) {
        case gpu::Command::Kind::launch:
            return launch(context, context.queue.get(), step.kernel.get(), step.groups, event);
        case gpu::Command::Kind::copy:
            return context.check(context.cl.EnqueueCopyBuffer(
                                     context.queue.get(), step.from, step.to, step.from_offset,
                                     step.to_offset, step.bytes, 0, nullptr, event),
                                 "copy memory");
        case gpu::Command::Kind::fill: return enqueue_fill(context, step, event);
        case gpu::Command::Kind::barrier: return;
    }
}

}  // namespace

Handle<cl_kernel> make_kernel(Context& context, const Pipeline& pipeline, std::uint32_t entry,
                              const std::vector<cl_mem>& parameters,
                              const std::array<std::uint32_t, 4>& constants) {
    const Api& cl = context.cl;
    cl_int status = CL_SUCCESS;
    Handle<cl_kernel> kernel(
        cl.CreateKernel(pipeline.program.get(), pipeline.entries.at(entry).c_str(), &status),
        cl.ReleaseKernel);
    context.check(status, "find an entry of a kernel");
    cl_uint index = 0;
    for (const cl_mem& parameter : parameters)
        context.check(cl.SetKernelArg(kernel.get(), index++, sizeof parameter, &parameter),
                      "set a parameter");
    context.check(cl.SetKernelArg(kernel.get(), index, sizeof constants, constants.data()),
                  "set the constants");
    return kernel;
}

// Always in two dimensions and groups of one size: each other shape may be one more compilation.
void launch(Context& context, cl_command_queue queue, cl_kernel kernel,
            const std::array<std::uint32_t, 2>& groups, cl_event* event) {
    const std::size_t local[2] = {context.info.text.group, 1};
    const std::size_t global[2] = {groups[0] * local[0], groups[1]};
    context.check(context.cl.EnqueueNDRangeKernel(queue, kernel, 2, nullptr, global, local, 0,
                                                  nullptr, event),
                  "launch a kernel");
}

std::unique_ptr<gpu::Work> record(Context& context, const std::vector<gpu::Command>& commands) {
    auto work = std::make_unique<Recorded>();
    for (const gpu::Command& command : commands) {
        Step step;
        switch (command.kind) {
            case gpu::Command::Kind::barrier: continue;
            case gpu::Command::Kind::launch:
                step = record_launch(context, *work, command.launch);
                break;
            case gpu::Command::Kind::copy:
                use(*work, command.from);
                step.from = memory_of(command.from).get();
                step.from_offset = command.from.offset;
                [[fallthrough]];
            case gpu::Command::Kind::fill:
                use(*work, command.to);
                step.to = memory_of(command.to).get();
                step.to_offset = command.to.offset;
                step.bytes = command.bytes;
                break;
        }
        step.kind = command.kind;
        work->steps.push_back(std::move(step));
    }
    return work;
}

Timeline::Timeline(Context& context) : context_(context), alarm_(new Alarm) {}

Timeline::~Timeline() {
    for (const Flight& flight : flights_) context_.cl.ReleaseEvent(flight.event);
    alarm_->let_go();
}

void Timeline::Alarm::let_go() {
    if (owners.fetch_sub(1) == 1) delete this;
}

void CL_CALLBACK Timeline::ring(cl_event, cl_int, void* user) {
    auto* alarm = static_cast<Alarm*>(user);
    {
        const std::lock_guard lock(alarm->mutex);
        ++alarm->rings;
    }
    alarm->rung.notify_all();
    alarm->let_go();
}

std::uint64_t Timeline::submit(gpu::Work& submitted) {
    auto& work = static_cast<Recorded&>(submitted);
    cl_command_queue queue = context_.queue.get();
    cl_event done = nullptr;
    for (Memory* memory : work.around) memory->before(queue);
    for (const Step& step : work.steps)
        enqueue(context_, step,
                work.behind.empty() && &step == &work.steps.back() ? &done : nullptr);
    for (Memory* memory : work.behind)
        memory->behind(queue, memory == work.behind.back() ? &done : nullptr);
    if (done == nullptr)
        context_.check(context_.cl.EnqueueMarkerWithWaitList(queue, 0, nullptr, &done),
                       "mark the end of work");
    context_.check(context_.cl.Flush(queue), "submit work");
    const std::lock_guard lock(mutex_);
    flights_.push_back({done, ++submitted_, false});
    return submitted_;
}

bool Timeline::reached(std::uint64_t value) {
    const std::lock_guard lock(mutex_);
    while (completed_ < value && !flights_.empty()) {
        // A work that failed leaves nothing that later ones could stand on.
        if (context_.lost()) context_.check(CL_DEVICE_NOT_AVAILABLE, "complete its work");
        const Flight& first = flights_.front();
        cl_int status = CL_QUEUED;
        context_.check(context_.cl.GetEventInfo(first.event, CL_EVENT_COMMAND_EXECUTION_STATUS,
                                                sizeof status, &status, nullptr),
                       "ask how far the work is");
        if (status > CL_COMPLETE) return false;
        if (status < 0) context_.check(CL_OUT_OF_RESOURCES, "complete its work");
        completed_ = first.value;
        context_.cl.ReleaseEvent(first.event);
        flights_.erase(flights_.begin());
    }
    return completed_ >= value;
}

void Timeline::watch(std::uint64_t value) {
    cl_event event = nullptr;
    {
        const std::lock_guard lock(mutex_);
        for (Flight& flight : flights_) {
            if (flight.value != value || flight.watched) continue;
            flight.watched = true;
            event = flight.event;
            context_.cl.RetainEvent(event);
        }
    }
    if (event == nullptr) return;
    ++alarm_->owners;
    const cl_int status = context_.cl.SetEventCallback(event, CL_COMPLETE, ring, alarm_);
    context_.cl.ReleaseEvent(event);
    if (status != CL_SUCCESS) alarm_->let_go();
    context_.check(status, "wait for work");
}

bool Timeline::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    // Longer sums of times overflow.
    constexpr std::uint64_t kForever = 1'000'000'000ull * 3600 * 24 * 365;
    const Clock::time_point now = Clock::now();
    const Clock::time_point end = now + std::chrono::nanoseconds(std::min(timeout_ns, kForever));
    if (reached(value)) return true;
    while (!context_.coherent && Clock::now() < std::min(now + kAsking, end)) {
        std::this_thread::yield();
        if (reached(value)) return true;
    }
    while (Clock::now() < end) {
        watch(value);
        std::unique_lock lock(alarm_->mutex);
        const std::uint64_t heard = alarm_->rings;
        lock.unlock();
        if (reached(value)) return true;
        lock.lock();
        alarm_->rung.wait_until(lock, end, [&] { return alarm_->rings != heard; });
        lock.unlock();
        if (reached(value)) return true;
    }
    return false;
}

}  // namespace weft::opencl
