#include "runtime/resource_group.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <pthread.h>
#include <sched.h>

#include "base/trace.h"
#include "plugin/thread_roles.h"

namespace weft::runtime {
namespace {

thread_local const ResourceGroup* t_group = nullptr;

std::string list_cores(const std::vector<unsigned>& cores) {
    std::string text;
    for (const unsigned core : cores) {
        text += (text.empty() ? "" : ", ") + std::to_string(core);
    }
    return text;
}

bool read_number(std::string_view& text, unsigned& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

// "0-1+3": ranges and single cores joined by '+'.
bool read_cores(std::string_view text, std::vector<unsigned>& cores) {
    while (true) {
        unsigned first = 0;
        if (!read_number(text, first)) {
            return false;
        }
        unsigned last = first;
        if (text.starts_with('-')) {
            text.remove_prefix(1);
            if (!read_number(text, last) || last < first || last > 65535) {
                return false;
            }
        }
        for (unsigned core = first; core <= last; ++core) {
            cores.push_back(core);
        }
        if (text.empty()) {
            return true;
        }
        if (!text.starts_with('+')) {
            return false;
        }
        text.remove_prefix(1);
    }
}

}  // namespace

std::vector<unsigned> usable_cores() {
    std::vector<unsigned> cores;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
            if (CPU_ISSET(core, &set)) {
                cores.push_back(core);
            }
        }
    }
    return cores;
}

Result<GroupSpec> parse_group(std::string_view text) {
    const auto fail = [&](std::string_view why) {
        return Error{WEFT_INVALID, "group '" + std::string(text) + "': " + std::string(why) +
                                       "; expected NAME=cores:0-1+3,threads:2"};
    };
    GroupSpec spec;
    const std::size_t equals = text.find('=');
    spec.name = text.substr(0, equals);
    if (spec.name.empty()) {
        return fail("the name is missing");
    }
    std::string_view rest = equals == std::string_view::npos ? "" : text.substr(equals + 1);
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        std::string_view item = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
        if (item.starts_with("cores:")) {
            if (!read_cores(item.substr(6), spec.cores)) {
                return fail("the list of cores is not readable");
            }
        } else if (item.starts_with("threads:")) {
            item.remove_prefix(8);
            if (!read_number(item, spec.threads) || !item.empty() || spec.threads == 0 ||
                spec.threads > 1024) {
                return fail("threads must be a number from 1 to 1024");
            }
        } else {
            return fail("'" + std::string(item) + "' is not known");
        }
    }
    const std::vector<unsigned> usable = usable_cores();
    for (const unsigned core : spec.cores) {
        if (std::find(usable.begin(), usable.end(), core) == usable.end()) {
            return Error{WEFT_INVALID, "group '" + spec.name + "': core " + std::to_string(core) +
                                           " cannot be used; this process may use " +
                                           list_cores(usable)};
        }
    }
    return spec;
}

Result<std::unique_ptr<ResourceGroup>> ResourceGroup::create(GroupSpec spec) {
    if (spec.cores.empty()) {
        spec.cores = usable_cores();
    }
    if (spec.threads == 0) {
        spec.threads = static_cast<unsigned>(std::max<std::size_t>(1, spec.cores.size()));
    }
    const unsigned count = spec.on_caller ? 0 : spec.threads;
    std::unique_ptr<ResourceGroup> group(new ResourceGroup(std::move(spec)));
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned core : group->spec_.cores) {
        CPU_SET(core, &set);
    }
    for (unsigned i = 0; i < count; ++i) {
        group->threads_.emplace_back([raw = group.get(), i] { raw->thread_main(i); });
        pthread_t handle = group->threads_.back().native_handle();
        if (!group->spec_.cores.empty() && pthread_setaffinity_np(handle, sizeof set, &set) != 0) {
            return Error{WEFT_UNAVAILABLE, "group '" + group->name() + "': its threads cannot be " +
                                               "pinned to cores " + list_cores(group->cores())};
        }
        const std::string name = ("weft-" + group->name()).substr(0, 12) + "-" + std::to_string(i);
        pthread_setname_np(handle, name.substr(0, 15).c_str());
    }
    return group;
}

ResourceGroup::~ResourceGroup() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

bool ResourceGroup::on_own_thread() const {
    return spec_.on_caller || t_group == this;
}

void ResourceGroup::submit(std::function<void()> task) {
    if (spec_.on_caller) {
        task();
        return;
    }
    active_.fetch_add(1, std::memory_order_relaxed);
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({next_number_++, std::move(task)});
    }
    wake_.notify_one();
}

void ResourceGroup::start(Errand& errand) {
    if (spec_.on_caller) {
        errand.run_(errand.user_);
        return;
    }
    active_.fetch_add(1, std::memory_order_relaxed);
    {
        const std::lock_guard lock(mutex_);
        errand.number_ = next_number_++;
        (last_errand_ == nullptr ? errands_ : last_errand_->following_) = &errand;
        last_errand_ = &errand;
    }
    wake_.notify_one();
}

void ResourceGroup::finish(Errand& errand) {
    if (spec_.on_caller) {
        return;
    }
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return errand.done_; });
}

bool ResourceGroup::finish_within(Errand& errand, std::uint64_t timeout_ns) {
    if (spec_.on_caller) {
        return true;
    }
    constexpr std::uint64_t kLongest = 1'000'000'000ull * 3600 * 24 * 365;
    std::unique_lock lock(mutex_);
    return done_.wait_for(lock, std::chrono::nanoseconds(std::min(timeout_ns, kLongest)),
                          [&] { return errand.done_; });
}

void ResourceGroup::add_thread() {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned core : spec_.cores) {
        CPU_SET(core, &set);
    }
    threads_.emplace_back([this, number = threads_.size()] { thread_main(number); });
    (void)pthread_setaffinity_np(threads_.back().native_handle(), sizeof set, &set);
}

void ResourceGroup::work_on(Job& job) {
    const trace::Span span(trace::What::work, "a share of it");
    while (true) {
        const std::uint64_t index = job.next.fetch_add(1, std::memory_order_relaxed);
        if (index >= job.count) {
            return;
        }
        job.task(job.user, index);
    }
}

void ResourceGroup::parallel(std::uint64_t count, void (*task)(void*, std::uint64_t), void* user) {
    const bool own = on_own_thread();
    if (own && (count <= 1 || thread_count() == 1)) {
        for (std::uint64_t i = 0; i < count; ++i) {
            task(user, i);
        }
        return;
    }
    if (count == 0) {
        return;
    }
    Job job{count, task, user};
    {
        const std::lock_guard lock(mutex_);
        job.following = jobs_;
        jobs_ = &job;
    }
    active_.fetch_add(1, std::memory_order_relaxed);
    wake_.notify_all();
    if (own) {
        work_on(job);
    }
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] {
        return job.participants == 0 && job.next.load(std::memory_order_relaxed) >= count;
    });
    Job** link = &jobs_;
    while (*link != &job) {
        link = &(*link)->following;
    }
    *link = job.following;
    lock.unlock();
    active_.fetch_sub(1, std::memory_order_relaxed);
}

ResourceGroup::Job* ResourceGroup::open_job_locked() const {
    for (Job* job = jobs_; job != nullptr; job = job->following) {
        if (job->next.load(std::memory_order_relaxed) < job->count) {
            return job;
        }
    }
    return nullptr;
}

// The first errand, if it came before the first task.
ResourceGroup::Errand* ResourceGroup::next_errand_locked() const {
    const bool first =
        errands_ != nullptr && (queue_.empty() || errands_->number_ < queue_.front().number);
    return first ? errands_ : nullptr;
}

void ResourceGroup::thread_main(std::size_t number) {
    t_group = this;
    const trace::Thread traced(trace::keep(spec_.name + "-" + std::to_string(number)));
    // Whatever a program needs is done on some group's threads, but for windows and devices.
    const plugin::ThreadRoles roles(WEFT_THREAD_COMPILE | WEFT_THREAD_FRAME | WEFT_THREAD_WORKER);
    std::unique_lock lock(mutex_);
    while (true) {
        // Parts of a running task go before new tasks: somebody waits for them.
        if (Job* job = open_job_locked()) {
            ++job->participants;
            lock.unlock();
            work_on(*job);
            lock.lock();
            if (--job->participants == 0) {
                done_.notify_all();
            }
        } else if (Errand* errand = next_errand_locked()) {
            errands_ = errand->following_;
            if (errands_ == nullptr) {
                last_errand_ = nullptr;
            }
            lock.unlock();
            errand->run_(errand->user_);
            active_.fetch_sub(1, std::memory_order_relaxed);
            lock.lock();
            // Under the lock: the errand is gone as soon as its owner sees this.
            errand->done_ = true;
            done_.notify_all();
        } else if (!queue_.empty()) {
            std::function<void()> task = std::move(queue_.front().task);
            queue_.pop_front();
            lock.unlock();
            task();
            task = nullptr;
            active_.fetch_sub(1, std::memory_order_relaxed);
            lock.lock();
        } else if (stop_) {
            return;
        } else {
            wake_.wait(lock);
        }
    }
}

}  // namespace weft::runtime
