// The threads behind the test host's `parallel`, each with a name for the report.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace weft::validate {

class WorkerPool {
public:
    // `threads`: the caller of run() included.
    explicit WorkerPool(std::uint32_t threads);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    using Task = void (*)(void* user, std::uint64_t index);
    // Calls task(user, 0) ... task(user, count - 1); returns when all are done.
    void run(std::uint64_t count, Task task, void* user);

private:
    struct Job {
        std::uint64_t count;
        Task task;
        void* user;
        std::atomic<std::uint64_t> next{0};
    };
    static void take_part(Job& job);
    void work(std::uint32_t number);

    std::mutex one_at_a_time_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Job* job_ = nullptr;
    std::uint64_t round_ = 0;
    std::size_t at_work_ = 0;
    bool over_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace weft::validate
