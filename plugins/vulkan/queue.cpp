#include "queue.h"

#include <algorithm>
#include <utility>

#include "semaphores.h"

namespace weft::vulkan {
namespace {

// A kernel that asked so often for rare paths is given them at once.
constexpr std::uint32_t kManyDoubts = 4;

Owned<VkSemaphore> make_timeline(Context& context) {
    VkSemaphoreTypeCreateInfo type{};
    type.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO;
    type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
    VkSemaphoreCreateInfo create{};
    create.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO;
    create.pNext = &type;
    return context.make<VkSemaphore>(context.vk.CreateSemaphore, context.vk.DestroySemaphore,
                                     create, "making a timeline");
}

bool lacks_paths(const gpu::Command& command) {
    return command.kind == gpu::Command::Kind::launch &&
           static_cast<const Pipeline&>(*command.launch.pipeline).paths == Paths::common;
}

}  // namespace

Work::Work(Context& context, Pipelines& pipelines, CommandPools& pools, Heap& heap,
           const std::vector<gpu::Command>& commands)
    : context_(context), pipelines_(pipelines), pools_(pools), heap_(heap) {
    if (std::any_of(commands.begin(), commands.end(), lacks_paths)) {
        commands_ = commands;
        doubt_ = heap.allocate(sizeof(std::uint32_t), gpu::Place::readback);
        for (const gpu::Command& command : commands_)
            if (lacks_paths(command))
                doubts_ = std::max(
                    doubts_, static_cast<const Pipeline&>(*command.launch.pipeline).doubts.load());
    }
    common_ = std::make_unique<Recording>(context, pools, heap, commands, doubt_.get());
}

std::uint32_t& Work::doubt() const {
    return *reinterpret_cast<std::uint32_t*>(doubt_->host);
}

VkCommandBuffer Work::next() {
    if (doubt_ == nullptr) return common_->commands();
    doubt() = 0;
    return doubts_ >= kManyDoubts ? whole() : common_->commands();
}

bool Work::doubtful() const {
    return doubt_ != nullptr && doubt() != 0;
}

VkCommandBuffer Work::whole() {
    if (whole_ == nullptr) {
        std::vector<gpu::Command> commands = commands_;
        for (gpu::Command& command : commands) {
            if (!lacks_paths(command)) continue;
            const auto& common = static_cast<const Pipeline&>(*command.launch.pipeline);
            pipelines_kept_.push_back(pipelines_.whole(common));
            command.launch.pipeline = pipelines_kept_.back().get();
        }
        whole_ = std::make_unique<Recording>(context_, pools_, heap_, commands, nullptr);
    }
    if (doubts_ < kManyDoubts) {
        ++doubts_;
        for (const gpu::Command& command : commands_)
            if (lacks_paths(command))
                ++static_cast<const Pipeline&>(*command.launch.pipeline).doubts;
    }
    return whole_->commands();
}

Timeline::Timeline(Context& context)
    : context_(context), semaphore_(make_timeline(context)), again_(make_timeline(context)) {}

// With the mutex held.
void Timeline::queue(const std::vector<VkCommandBuffer>& commands, VkSemaphore semaphore,
                     std::uint64_t value, const gpu::Order& order) {
    waits_.clear();
    for (gpu::Semaphore* wait : order.waits) waits_.push_back(static_cast<Semaphore&>(*wait).get());
    stages_.assign(waits_.size(), VK_PIPELINE_STAGE_ALL_COMMANDS_BIT);
    signals_.assign(1, semaphore);
    for (gpu::Semaphore* signal : order.signals)
        signals_.push_back(static_cast<Semaphore&>(*signal).get());
    values_.assign(signals_.size(), value);
    VkTimelineSemaphoreSubmitInfo values{};
    values.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO;
    values.signalSemaphoreValueCount = static_cast<std::uint32_t>(values_.size());
    values.pSignalSemaphoreValues = values_.data();
    VkSubmitInfo submit{};
    submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    submit.pNext = &values;
    submit.commandBufferCount = static_cast<std::uint32_t>(commands.size());
    submit.pCommandBuffers = commands.data();
    submit.waitSemaphoreCount = static_cast<std::uint32_t>(waits_.size());
    submit.pWaitSemaphores = waits_.data();
    submit.pWaitDstStageMask = stages_.data();
    submit.signalSemaphoreCount = static_cast<std::uint32_t>(signals_.size());
    submit.pSignalSemaphores = signals_.data();
    context_.check(context_.vk.QueueSubmit(context_.queue, 1, &submit, VK_NULL_HANDLE),
                   "submitting work");
}

// All that was gathered, with the mutex held. The timeline takes one step over it.
void Timeline::flush(const gpu::Order& order) {
    if (gathered_.empty()) return;
    queue(gathered_, semaphore_.get(), submitted_, order);
    gathered_.clear();
    queued_ = submitted_;
}

std::uint64_t Timeline::submit(gpu::Work& work, const gpu::Order& order) {
    auto& own = static_cast<Work&>(work);
    const std::lock_guard lock(mutex_);
    if (!order.free()) flush({});
    gathered_.push_back(own.next());
    ++submitted_;
    const bool gather = order.more && order.free() && gathered_.size() < gpu::kMostGathered;
    try {
        if (!gather) flush(order);
    } catch (...) {
        gathered_.pop_back();
        --submitted_;
        throw;
    }
    if (context_.software()) flights_.push_back({submitted_, &own});
    return submitted_;
}

bool Timeline::reached(VkSemaphore semaphore, std::uint64_t value, std::uint64_t timeout_ns) {
    VkSemaphoreWaitInfo waiting{};
    waiting.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO;
    waiting.semaphoreCount = 1;
    waiting.pSemaphores = &semaphore;
    waiting.pValues = &value;
    const VkResult result = context_.vk.WaitSemaphores(context_.device, &waiting, timeout_ns);
    if (result == VK_TIMEOUT) return false;
    context_.check(result, "waiting for work");
    return true;
}

std::uint64_t Timeline::counter() {
    std::uint64_t value = 0;
    context_.check(context_.vk.GetSemaphoreCounterValue(context_.device, semaphore_.get(), &value),
                   "asking how far the work is");
    return value;
}

bool Timeline::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    {
        const std::lock_guard lock(mutex_);
        if (value <= reached_) return true;
        if (value > queued_) flush({});
    }
    // The threads of a software driver need the processor.
    const bool asked = !context_.software() && asking_.until(value, gpu::end_of_wait(timeout_ns),
                                                             [&] { return counter() >= value; });
    if (!asked && !reached(semaphore_.get(), value, timeout_ns)) return false;
    const std::lock_guard lock(mutex_);
    settle(value);
    reached_ = std::max(reached_, value);
    return true;
}

// With the mutex held, as what follows.
void Timeline::settle(std::uint64_t value) {
    while (!flights_.empty() && flights_.front().value <= value) {
        if (flights_.front().work->doubtful()) return run_again();
        flights_.erase(flights_.begin());
    }
}

// The first flight with all its paths; those behind it may have read what it wrote, and follow.
void Timeline::run_again() {
    flush({});
    (void)reached(semaphore_.get(), submitted_, UINT64_MAX);
    const std::vector<Flight> flights = std::exchange(flights_, {});
    for (const Flight& flight : flights) {
        if (&flight != &flights.front()) run_and_wait(flight.work->next());
        if (&flight == &flights.front() || flight.work->doubtful())
            run_and_wait(flight.work->whole());
    }
}

void Timeline::run_and_wait(VkCommandBuffer commands) {
    queue({commands}, again_.get(), ++again_value_, {});
    (void)reached(again_.get(), again_value_, UINT64_MAX);
}

}  // namespace weft::vulkan
