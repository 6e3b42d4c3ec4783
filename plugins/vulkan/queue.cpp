#include "queue.h"

#include <algorithm>
#include <utility>

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

void Timeline::queue(VkCommandBuffer commands, VkSemaphore semaphore, std::uint64_t value) {
    VkTimelineSemaphoreSubmitInfo values{};
    values.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO;
    values.signalSemaphoreValueCount = 1;
    values.pSignalSemaphoreValues = &value;
    VkSubmitInfo submit{};
    submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    submit.pNext = &values;
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands;
    submit.signalSemaphoreCount = 1;
    submit.pSignalSemaphores = &semaphore;
    context_.check(context_.vk.QueueSubmit(context_.queue, 1, &submit, VK_NULL_HANDLE),
                   "submitting work");
}

std::uint64_t Timeline::submit(gpu::Work& work) {
    auto& own = static_cast<Work&>(work);
    const std::lock_guard lock(mutex_);
    const std::uint64_t value = submitted_ + 1;
    queue(own.next(), semaphore_.get(), value);
    submitted_ = value;
    if (context_.software()) flights_.push_back({value, &own});
    return value;
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

bool Timeline::wait(std::uint64_t value, std::uint64_t timeout_ns) {
    if (!reached(semaphore_.get(), value, timeout_ns)) return false;
    if (context_.software()) settle(value);
    return true;
}

void Timeline::settle(std::uint64_t value) {
    const std::lock_guard lock(mutex_);
    while (!flights_.empty() && flights_.front().value <= value) {
        if (flights_.front().work->doubtful()) return run_again();
        flights_.erase(flights_.begin());
    }
}

// The first flight with all its paths; those behind it may have read what it wrote, and follow.
void Timeline::run_again() {
    (void)reached(semaphore_.get(), submitted_, UINT64_MAX);
    const std::vector<Flight> flights = std::exchange(flights_, {});
    for (const Flight& flight : flights) {
        if (&flight != &flights.front()) run_and_wait(flight.work->next());
        if (&flight == &flights.front() || flight.work->doubtful())
            run_and_wait(flight.work->whole());
    }
}

void Timeline::run_and_wait(VkCommandBuffer commands) {
    queue(commands, again_.get(), ++again_value_);
    (void)reached(again_.get(), again_value_, UINT64_MAX);
}

}  // namespace weft::vulkan
