#include "driver/validate/worker_pool.h"

#include <fmt/format.h>

#include "driver/validate/trace.h"

namespace weft::validate {
namespace {

// A task may come back here, through a getter: it then does all of the work itself.
thread_local bool t_at_work = false;

}  // namespace

WorkerPool::WorkerPool(std::uint32_t threads) {
    for (std::uint32_t i = 1; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::take_part(Job& job) {
    t_at_work = true;
    for (std::uint64_t i = job.next++; i < job.count; i = job.next++) job.task(job.user, i);
    t_at_work = false;
}

void WorkerPool::run(std::uint64_t count, Task task, void* user) {
    if (t_at_work) {
        for (std::uint64_t i = 0; i < count; ++i) task(user, i);
        return;
    }
    const std::lock_guard turn(one_at_a_time_);
    Job job{count, task, user, {}};
    {
        const std::lock_guard lock(mutex_);
        job_ = &job;
        ++round_;
        at_work_ = threads_.size();
    }
    changed_.notify_all();
    take_part(job);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return at_work_ == 0; });
    job_ = nullptr;
}

void WorkerPool::work(std::uint32_t number) {
    name_thread(fmt::format("worker {} of parallel", number));
    std::uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return over_ || round_ != seen; });
        if (over_) return;
        seen = round_;
        Job* const job = job_;
        lock.unlock();
        take_part(*job);
        lock.lock();
        if (--at_work_ == 0) changed_.notify_all();
    }
}

}  // namespace weft::validate
