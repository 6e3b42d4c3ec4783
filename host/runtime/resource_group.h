// Named, isolated, pinned thread pools. A task of a group runs on that group's threads and on no
// other thread, ever; a busy group queues. Work stealing between groups does not exist, because it
// is what makes one busy part of a show disturb another.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"

namespace weft::runtime {

struct GroupSpec {
    std::string name;
    std::vector<unsigned> cores;  // empty: all cores of the process
    unsigned threads = 0;         // 0: one per core
    // No threads of its own: whoever comes works for it himself, alone, without lock or wait. For
    // work that belongs to a thread which others made, as a sound device's.
    bool on_caller = false;
};

// "audio=cores:0-1+3,threads:2"; both parts may be left out. Cores that this process may not use
// are an error that lists those it may.
[[nodiscard]] Result<GroupSpec> parse_group(std::string_view text);

// Cores this process may run on.
[[nodiscard]] std::vector<unsigned> usable_cores();

class ResourceGroup {
public:
    // A task that is given to a group without allocating. It stays where it is until finish().
    class Errand {
    public:
        template <class Task>
        explicit Errand(Task& task)
            : run_([](void* user) { (*static_cast<Task*>(user))(); }), user_(&task) {}
        Errand(const Errand&) = delete;
        Errand& operator=(const Errand&) = delete;

    private:
        friend class ResourceGroup;
        void (*run_)(void*);
        void* user_;
        Errand* following_ = nullptr;
        std::uint64_t number_ = 0;
        bool done_ = false;  // guarded by the group's mutex
    };

    // Starts the threads, named "weft-NAME-I", each pinned to the group's core set.
    [[nodiscard]] static Result<std::unique_ptr<ResourceGroup>> create(GroupSpec spec);
    ~ResourceGroup();  // finishes queued tasks, joins
    ResourceGroup(const ResourceGroup&) = delete;
    ResourceGroup& operator=(const ResourceGroup&) = delete;

    [[nodiscard]] const std::string& name() const { return spec_.name; }
    [[nodiscard]] const std::vector<unsigned>& cores() const { return spec_.cores; }
    [[nodiscard]] bool on_caller() const { return spec_.on_caller; }
    // Threads that work on one task at most.
    [[nodiscard]] unsigned thread_count() const {
        return spec_.on_caller ? 1 : static_cast<unsigned>(threads_.size());
    }

    // Queues a task. [any thread]
    void submit(std::function<void()> task);
    // Runs a task on the group and waits for it; on one of the group's own threads, at once.
    // No allocation.
    template <class Task>
    void run(Task&& task) {
        if (on_own_thread()) {
            task();
        } else {
            Errand errand(task);
            start(errand);
            finish(errand);
        }
    }
    // Beside the caller, who is none of the group's threads; every start needs its finish.
    void start(Errand& errand);
    void finish(Errand& errand);
    // False: it was not done in time. Then it stays where it is until it is.
    [[nodiscard]] bool finish_within(Errand& errand, std::uint64_t timeout_ns);
    // Another thread, for one that does not come back. [any thread but the group's]
    void add_thread();
    // task(user, 0) ... task(user, count - 1), spread over the group; returns when all are done.
    // A caller that is one of the group's threads takes part, another only waits. No allocation.
    void parallel(std::uint64_t count, void (*task)(void* user, std::uint64_t index), void* user);

    // Tasks queued or running, for balancing load between groups.
    [[nodiscard]] std::uint32_t active() const { return active_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool on_own_thread() const;

private:
    struct Job {
        std::uint64_t count;
        void (*task)(void*, std::uint64_t);
        void* user;
        std::atomic<std::uint64_t> next{0};
        unsigned participants = 0;  // guarded by mutex_
        Job* following = nullptr;
    };

    explicit ResourceGroup(GroupSpec spec) : spec_(std::move(spec)) {}
    void thread_main(std::size_t number);
    static void work_on(Job& job);
    [[nodiscard]] Job* open_job_locked() const;
    [[nodiscard]] Errand* next_errand_locked() const;

    GroupSpec spec_;
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable wake_;  // workers: there is a task, a job, or the end
    std::condition_variable done_;  // callers of parallel and finish: a worker is done
    // First come, first served, whichever way it came.
    struct Queued {
        std::uint64_t number;
        std::function<void()> task;
    };
    std::uint64_t next_number_ = 0;
    std::deque<Queued> queue_;
    Errand* errands_ = nullptr;
    Errand* last_errand_ = nullptr;
    Job* jobs_ = nullptr;
    bool stop_ = false;
    std::atomic<std::uint32_t> active_{0};
};

}  // namespace weft::runtime
