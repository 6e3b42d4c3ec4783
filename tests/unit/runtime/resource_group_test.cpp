#include "runtime/resource_group.h"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

namespace weft::runtime {
namespace {

std::string thread_name() {
    char name[16] = {};
    pthread_getname_np(pthread_self(), name, sizeof name);
    return name;
}

std::vector<unsigned> thread_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    pthread_getaffinity_np(pthread_self(), sizeof set, &set);
    std::vector<unsigned> cores;
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, &set)) {
            cores.push_back(core);
        }
    }
    return cores;
}

std::unique_ptr<ResourceGroup> make(const std::string& spec) {
    const Result<GroupSpec> parsed = parse_group(spec);
    EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
    auto group = ResourceGroup::create(*parsed);
    EXPECT_TRUE(group.ok());
    return std::move(*group);
}

struct Seen {
    std::mutex mutex;
    std::set<std::string> names;
    std::set<std::vector<unsigned>> cores;
    void note() {
        const std::lock_guard lock(mutex);
        names.insert(thread_name());
        cores.insert(thread_cores());
    }
};

// Two groups under load at once: every task is seen on a thread of its own group, by name and by
// CPU mask.
TEST(ResourceGroup, TasksStayOnTheirGroup) {
    const std::vector<unsigned> usable = usable_cores();
    ASSERT_FALSE(usable.empty());
    const std::string first = std::to_string(usable.front());
    const std::string last = std::to_string(usable.back());
    auto a = make("alpha=cores:" + first + ",threads:2");
    auto b = make("beta=cores:" + last + ",threads:3");
    Seen seen_a;
    Seen seen_b;
    std::atomic<int> left{400};
    for (int i = 0; i < 200; ++i) {
        a->submit([&] {
            seen_a.note();
            std::this_thread::sleep_for(std::chrono::microseconds(50));
            --left;
        });
        b->submit([&] {
            seen_b.note();
            std::this_thread::sleep_for(std::chrono::microseconds(50));
            --left;
        });
    }
    a->parallel(
        100, [](void* user, std::uint64_t) { static_cast<Seen*>(user)->note(); }, &seen_a);
    b->run([&] {
        b->parallel(
            100, [](void* user, std::uint64_t) { static_cast<Seen*>(user)->note(); }, &seen_b);
    });
    while (left.load() != 0) {
        std::this_thread::yield();
    }
    for (const std::string& name : seen_a.names) {
        EXPECT_TRUE(name.starts_with("weft-alpha-")) << name;
    }
    for (const std::string& name : seen_b.names) {
        EXPECT_TRUE(name.starts_with("weft-beta-")) << name;
    }
    EXPECT_EQ(seen_a.cores, (std::set<std::vector<unsigned>>{{usable.front()}}));
    EXPECT_EQ(seen_b.cores, (std::set<std::vector<unsigned>>{{usable.back()}}));
}

TEST(ResourceGroup, FullGroupQueues) {
    auto group = make("one=threads:1");
    std::atomic<bool> open{false};
    std::atomic<int> done{0};
    for (int i = 0; i < 10; ++i) {
        group->submit([&] {
            while (!open.load()) {
                std::this_thread::yield();
            }
            ++done;
        });
    }
    EXPECT_EQ(group->active(), 10u);
    EXPECT_EQ(done.load(), 0);
    open = true;
    group->run([] {});
    EXPECT_EQ(done.load(), 10);
}

TEST(ResourceGroup, ParallelDoesEveryIndexOnce) {
    auto group = make("par=threads:4");
    std::vector<std::atomic<int>> counts(10000);
    group->run([&] {
        group->parallel(
            counts.size(),
            [](void* user, std::uint64_t i) {
                ++(*static_cast<std::vector<std::atomic<int>>*>(user))[i];
            },
            &counts);
    });
    for (const auto& count : counts) {
        ASSERT_EQ(count.load(), 1);
    }
}

TEST(ResourceGroup, ParallelNests) {
    auto group = make("nest=threads:2");
    struct Both {
        ResourceGroup* group;
        std::atomic<int> count{0};
    } both{group.get()};
    group->parallel(
        8,
        [](void* user, std::uint64_t) {
            static_cast<Both*>(user)->group->parallel(
                8, [](void* inner, std::uint64_t) { ++static_cast<Both*>(inner)->count; }, user);
        },
        &both);
    EXPECT_EQ(both.count.load(), 64);
}

TEST(ResourceGroup, CoresThatDoNotExistAreAnError) {
    const Result<GroupSpec> spec = parse_group("audio=cores:4095,threads:1");
    ASSERT_FALSE(spec.ok());
    EXPECT_NE(spec.error().message.find("core 4095"), std::string::npos);
    EXPECT_NE(spec.error().message.find("may use"), std::string::npos);
}

TEST(ResourceGroup, SpecsThatAreWrong) {
    for (const char* text :
         {"", "=threads:1", "a=threads:0", "a=threads:x", "a=cores:", "a=cores:1-0", "a=colour:red",
          "a=cores:0,,threads:1", "a=threads:99999"}) {
        EXPECT_FALSE(parse_group(text).ok()) << text;
    }
    EXPECT_TRUE(parse_group("plain").ok());
}

// A sound device's thread belongs to nobody: whoever comes works for the group at once.
TEST(ResourceGroup, WithoutThreadsWorksOnWhoeverComes) {
    GroupSpec spec;
    spec.name = "audio";
    spec.on_caller = true;
    auto group = ResourceGroup::create(spec);
    ASSERT_TRUE(group.ok());
    EXPECT_TRUE((*group)->on_own_thread());
    EXPECT_EQ((*group)->thread_count(), 1u);
    const std::thread::id here = std::this_thread::get_id();
    std::vector<std::uint64_t> order;
    auto task = [&] {
        EXPECT_EQ(std::this_thread::get_id(), here);
        order.push_back(100);
    };
    (*group)->run(task);
    (*group)->submit(task);
    ResourceGroup::Errand errand(task);
    (*group)->start(errand);
    EXPECT_TRUE((*group)->finish_within(errand, 0));
    (*group)->parallel(
        3,
        [](void* user, std::uint64_t index) {
            static_cast<std::vector<std::uint64_t>*>(user)->push_back(index);
        },
        &order);
    EXPECT_EQ(order, (std::vector<std::uint64_t>{100, 100, 100, 0, 1, 2}));
}

// What does not come back keeps its thread; the others' work goes on.
TEST(ResourceGroup, AnErrandCanBeGivenUp) {
    GroupSpec spec;
    spec.name = "main";
    spec.threads = 1;
    auto group = ResourceGroup::create(spec);
    ASSERT_TRUE(group.ok());
    std::atomic<bool> goes_on{true};
    auto task = [&] {
        while (goes_on) {
            std::this_thread::yield();
        }
    };
    ResourceGroup::Errand errand(task);
    (*group)->start(errand);
    EXPECT_FALSE((*group)->finish_within(errand, 1'000'000));
    (*group)->add_thread();
    bool done = false;
    (*group)->run([&] { done = true; });
    EXPECT_TRUE(done);
    goes_on = false;
    (*group)->finish(errand);
}

}  // namespace
}  // namespace weft::runtime
