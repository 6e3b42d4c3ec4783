// One queue that runs in order needs no barriers; the event of the last command of a work is its
// completion.
#include "queue.h"

#include <algorithm>
#include <chrono>

#include "semaphores.h"

namespace weft::opencl {
namespace {

// Works under way, and waits at once, for which a frame finds room without asking for memory.
constexpr std::size_t kMostFlights = 64;
constexpr std::size_t kBells = 8;

struct Step {
    gpu::Command::Kind kind = gpu::Command::Kind::barrier;
    Handle<cl_kernel> kernel{nullptr, nullptr};
    std::array<std::uint32_t, 2> groups{};
    const char* numbers = nullptr;  // that the launch carries, where the kernel takes them so
    std::size_t number_bytes = 0;
    cl_mem from = nullptr, to = nullptr;
    std::uint64_t from_offset = 0, to_offset = 0, bytes = 0;
};

class Recorded final : public gpu::Work {
public:
    std::vector<Handle<cl_mem>> parts;  // of buffers; outlived by no kernel
    std::vector<Memory*> around;        // with something to do before or behind
    struct Behind {
        Memory* memory;
        std::uint64_t begin, end;  // of what may be written
    };
    std::vector<Behind> behind;
    std::vector<Step> steps;
};

Memory& memory_of(const gpu::Slice& slice) {
    return static_cast<Memory&>(*slice.buffer);
}

void use(Recorded& work, const gpu::Slice& slice, std::uint64_t bytes) {
    Memory& memory = memory_of(slice);
    if (memory.access() == Memory::Access::plain) return;
    if (std::find(work.around.begin(), work.around.end(), &memory) == work.around.end())
        work.around.push_back(&memory);
    const bool fetched = memory.access() == Memory::Access::fetched;
    if (memory.access() == Memory::Access::staged || (fetched && bytes == 0)) return;
    const std::uint64_t end = slice.offset + bytes;
    for (Recorded::Behind& known : work.behind) {
        // What was not written stays as the host has it.
        const bool apart = known.end < slice.offset || end < known.begin;
        if (known.memory != &memory || (fetched && apart)) continue;
        known = {&memory, std::min(known.begin, slice.offset), std::max(known.end, end)};
        return;
    }
    work.behind.push_back({&memory, slice.offset, end});
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
    const auto& pipeline = static_cast<const Pipeline&>(*launch.pipeline);
    Step step;
    std::vector<cl_mem> parameters;
    for (std::size_t i = 0; i < launch.parameters.size(); ++i) {
        const gpu::Slice& slice = launch.parameters[i];
        if (i == 0 && pipeline.carried_bytes != 0) {
            step.numbers = slice.buffer->host + slice.offset;
            step.number_bytes = pipeline.carried_bytes;
            parameters.push_back(nullptr);
            continue;
        }
        use(work, slice, slice.buffer->size - slice.offset);
        parameters.push_back(part_of(context, work, slice));
    }
    step.kernel = make_kernel(context, pipeline, launch.entry, parameters, launch.constants);
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
            if (step.numbers != nullptr)
                context.check(
                    context.cl.SetKernelArg(step.kernel.get(), 0, step.number_bytes, step.numbers),
                    "set the numbers");
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
    for (const cl_mem& parameter : parameters) {
        const bool carried = index == 0 && pipeline.carried_bytes != 0;
        const std::vector<char> zeros(pipeline.carried_bytes);
        context.check(carried ? cl.SetKernelArg(kernel.get(), index, zeros.size(), zeros.data())
                              : cl.SetKernelArg(kernel.get(), index, sizeof parameter, &parameter),
                      "set a parameter");
        ++index;
    }
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
                use(*work, command.from, 0);
                step.from = memory_of(command.from).get();
                step.from_offset = command.from.offset;
                [[fallthrough]];
            case gpu::Command::Kind::fill:
                use(*work, command.to, command.bytes);
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

Timeline::Timeline(Context& context) : context_(context), alarm_(new Alarm) {
    flights_.reserve(kMostFlights);
    spent_.reserve(kMostFlights);
    alarm_->idle.reserve(kBells);
    while (alarm_->bells < kBells) {
        alarm_->idle.push_back(std::make_unique<Bell>());
        ++alarm_->bells;
    }
}

Timeline::~Timeline() {
    for (const Flight& flight : flights_) context_.cl.ReleaseEvent(flight.event);
    for (cl_event event : spent_) context_.cl.ReleaseEvent(event);
    alarm_->let_go();
}

void Timeline::Alarm::let_go() {
    if (owners.fetch_sub(1) == 1) delete this;
}

void CL_CALLBACK Timeline::ring(cl_event, cl_int status, void* user) {
    auto* bell = static_cast<Bell*>(user);
    Alarm* alarm = bell->alarm;
    {
        const std::lock_guard lock(alarm->mutex);
        ++alarm->rings;
        if (status == CL_COMPLETE) alarm->told = std::max(alarm->told, bell->value);
        alarm->idle.emplace_back(bell);
    }
    alarm->rung.notify_all();
    alarm->let_go();
}

std::uint64_t Timeline::submit(gpu::Work& submitted, const gpu::Order& order) {
    auto& work = static_cast<Recorded&>(submitted);
    cl_command_queue queue = context_.queue.get();
    cl_event done = nullptr;
    bool gather = order.more && order.free();
    if (gather) {
        const std::lock_guard lock(mutex_);
        gather = submitted_ + 1 - flushed_ < gpu::kMostGathered;
    }
    const bool signals = !order.signals.empty();
    const bool marks = !gather && !signals;
    for (gpu::Semaphore* wait : order.waits) static_cast<Semaphore&>(*wait).wait(queue);
    for (Memory* memory : work.around) memory->before(queue);
    for (const Step& step : work.steps)
        enqueue(context_, step,
                marks && work.behind.empty() && &step == &work.steps.back() ? &done : nullptr);
    for (const Recorded::Behind& each : work.behind)
        each.memory->behind(queue, each.begin, each.end,
                            marks && &each == &work.behind.back() ? &done : nullptr);
    for (gpu::Semaphore* signal : order.signals)
        static_cast<Semaphore&>(*signal).signal(queue,
                                                signal == order.signals.back() ? &done : nullptr);
    const std::lock_guard lock(mutex_);
    ++submitted_;
    if (!gather) flush(done);
    return submitted_;
}

// With the mutex held. `done` is the event of the last command, or null.
void Timeline::flush(cl_event done) {
    cl_command_queue queue = context_.queue.get();
    if (done == nullptr)
        context_.check(context_.cl.EnqueueMarkerWithWaitList(queue, 0, nullptr, &done),
                       "mark the end of work");
    for (cl_event event : spent_) context_.cl.ReleaseEvent(event);
    spent_.clear();
    flights_.push_back({done, submitted_, false});
    flushed_ = submitted_;
    context_.check(context_.cl.Flush(queue), "submit work");
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

// Has the driver wake whoever waits; false when somebody had it do so before.
bool Timeline::watch(std::uint64_t value) {
    const std::lock_guard lock(mutex_);
    const auto flight = std::find_if(flights_.begin(), flights_.end(),
                                     [&](const Flight& f) { return f.value >= value; });
    if (flight == flights_.end() || flight->watched) return false;
    std::unique_ptr<Bell> bell;
    {
        const std::lock_guard idle(alarm_->mutex);
        if (alarm_->idle.empty()) {
            bell = std::make_unique<Bell>();
            alarm_->idle.reserve(++alarm_->bells);  // a callback must not run out of memory
        } else {
            bell = std::move(alarm_->idle.back());
            alarm_->idle.pop_back();
        }
    }
    *bell = {alarm_, flight->value};
    ++alarm_->owners;
    Bell* const rung = bell.release();  // by the driver, perhaps at once
    const cl_int status = context_.cl.SetEventCallback(flight->event, CL_COMPLETE, ring, rung);
    if (status != CL_SUCCESS) {
        delete rung;
        alarm_->let_go();
    }
    context_.check(status, "wait for work");
    flight->watched = true;
    return true;
}

// The driver said so: nobody asks it, whose thread still holds what a question would wait for.
bool Timeline::settle(std::uint64_t value) {
    {
        const std::lock_guard lock(mutex_);
        if (completed_ >= value) return true;
        if (!flights_.empty() && flights_.front().value >= value) {
            completed_ = flights_.front().value;
            spent_.push_back(flights_.front().event);
            flights_.erase(flights_.begin());
            return true;
        }
    }
    return reached(value);  // of those before it nothing is known
}

bool Timeline::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    using Clock = gpu::Asking::Clock;
    {
        const std::lock_guard lock(mutex_);
        if (value <= completed_) return true;
        if (value > flushed_) flush(nullptr);
    }
    const Clock::time_point end = gpu::end_of_wait(timeout_ns);
    // The threads of a processor's driver need the processor, and the locks that questions take.
    if (!context_.coherent && asking_.until(value, end, [&] { return reached(value); }))
        return true;
    do {
        std::unique_lock lock(alarm_->mutex);
        const std::uint64_t heard = alarm_->rings;
        lock.unlock();
        if (!watch(value) && reached(value)) return true;
        lock.lock();
        alarm_->rung.wait_until(lock, end, [&] { return alarm_->rings != heard; });
        const bool told = alarm_->told >= value;
        lock.unlock();
        if (told ? settle(value) : reached(value)) return true;
    } while (Clock::now() < end);
    return false;
}

}  // namespace weft::opencl
