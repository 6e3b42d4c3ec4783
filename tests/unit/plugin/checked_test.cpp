// What a plugin may not do is found while it does it, and told once, by the function's name.
#include "plugin/checked.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "guest.h"
#include "plugin/thread_roles.h"

namespace {

using namespace weft;
using plugin::Border;
using plugin::Checker;
using plugin::Offence;
using plugin::Rule;
using plugin::ThreadRoles;
using test::g_behaviour;
using test::Visit;

// "memory_alloc, thread: called on ...": what was told, in order.
struct Told {
    std::vector<std::string> lines;
    std::vector<bool> by_host;
    Checker checker{[this](const Offence& offence) {
        lines.push_back(std::string(offence.function) + ", " +
                        std::string(plugin::rule_name(offence.rule)) + ": " + offence.text);
        by_host.push_back(offence.by_host);
        EXPECT_STREQ(offence.plugin, "guest");
    }};
    Border border{{&checker}};
    Visit visit{border};

    void expect(std::initializer_list<const char*> begins) {
        checker.flush();
        ASSERT_EQ(lines.size(), begins.size()) << testing::PrintToString(lines);
        std::size_t i = 0;
        for (const char* begin : begins) EXPECT_EQ(lines[i++].substr(0, std::strlen(begin)), begin);
    }
};

weft_memory allocate(const weft_host* host) {
    weft_memory memory{};
    weft_error error{};
    error.struct_size = sizeof error;
    EXPECT_EQ(host->memory_alloc(host->context, 64, 0, &memory, &error), WEFT_OK);
    return memory;
}

TEST(Checked, AGoodLifeIsSilent) {
    Told told;
    Visit& v = told.visit;
    g_behaviour.compile = [](const weft_batch*, weft_program** program, weft_error* error) {
        const weft_host* host = g_behaviour.host;
        weft_memory memory = allocate(host);
        host->memory_free(host->context, &memory);
        weft_binding binding{};
        binding.struct_size = sizeof binding;
        EXPECT_EQ(host->lookup(host->context, 1, &binding, error), WEFT_OK);
        *program = reinterpret_cast<weft_program*>(&test::g_object);
        return weft_status{WEFT_OK};
    };
    v.begin();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(v.execute(), WEFT_OK);
    v.end();
    told.expect({});
}

TEST(Checked, CallsFromAThreadOfItsOwn) {
    Told told;
    g_behaviour.execute = [](const weft_frame*, weft_error*) {
        std::thread([] { (void)allocate(g_behaviour.host); }).join();
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    (void)told.visit.execute();
    (void)told.visit.execute();  // told once
    told.expect({"memory_alloc, thread: called on a thread of its own"});
    EXPECT_FALSE(told.by_host[0]);
}

TEST(Checked, PromisesOfTheFunctionThatIsCalled) {
    Told told;
    g_behaviour.execute = [](const weft_frame*, weft_error* error) {
        const weft_host* host = g_behaviour.host;
        weft_memory memory = allocate(host);
        host->memory_free(host->context, &memory);
        weft_binding binding{};
        (void)host->lookup(host->context, 1, &binding, error);
        (void)host->cache_directory(host->context);
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    (void)told.visit.execute();
    told.expect({"memory_alloc, promise: called within execute, which promises no allocation",
                 "memory_free, promise: called within execute, which promises no allocation",
                 "lookup, state: called within execute; expected within compile",
                 "cache_directory, thread: called on the frame-thread, within execute; expected "
                 "compile-thread"});
}

// Where a sound device waits nothing is told, until somebody else comes by.
TEST(Checked, WhatIsFoundOnTheAudioThreadIsToldLater) {
    Told told;
    g_behaviour.execute = [](const weft_frame*, weft_error*) {
        (void)allocate(g_behaviour.host);
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    {
        const ThreadRoles roles(WEFT_THREAD_AUDIO | WEFT_THREAD_FRAME);
        (void)told.visit.execute();
        EXPECT_TRUE(told.lines.empty());
    }
    (void)told.visit.api->describe();
    told.expect({"memory_alloc, thread: called on the audio-thread, within execute"});
}

TEST(Checked, WhatNobodyToldIsToldAtTheEnd) {
    std::string plugin;
    {
        Checker checker([&](const Offence& offence) { plugin = offence.plugin; });
        Border border({&checker});
        Visit visit(border);
        g_behaviour.execute = [](const weft_frame*, weft_error*) {
            (void)allocate(g_behaviour.host);
            return weft_status{WEFT_OK};
        };
        visit.begin();
        const ThreadRoles roles(WEFT_THREAD_AUDIO | WEFT_THREAD_FRAME);
        (void)visit.execute();
        EXPECT_EQ(plugin, "");
    }
    EXPECT_EQ(plugin, "guest");
}

TEST(Checked, TasksAreWorkers) {
    Told told;
    g_behaviour.execute = [](const weft_frame*, weft_error*) {
        const weft_host* host = g_behaviour.host;
        host->parallel(
            host->context, 2, [](void*, std::uint64_t) { (void)allocate(g_behaviour.host); },
            nullptr);
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    (void)told.visit.execute();
    told.expect({"memory_alloc, thread: called on a worker, within weft_parallel_task"});
}

TEST(Checked, GettersAreForFramesAndWorkers) {
    Told told;
    static weft_binding binding;
    g_behaviour.compile = [](const weft_batch*, weft_program** program, weft_error* error) {
        binding.struct_size = sizeof binding;
        (void)g_behaviour.host->lookup(g_behaviour.host->context, 1, &binding, error);
        *program = reinterpret_cast<weft_program*>(&test::g_object);
        return weft_status{WEFT_OK};
    };
    g_behaviour.execute = [](const weft_frame*, weft_error* error) {
        const weft_points points{};
        double value = 0;
        EXPECT_EQ(binding.get_values(binding.getter, &points, &value, error), WEFT_OK);
        EXPECT_EQ(value, 7);
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    (void)told.visit.execute();
    told.expect({});
    std::thread([] {
        const weft_points points{};
        double value = 0;
        (void)binding.get_values(binding.getter, &points, &value, nullptr);
    }).join();
    told.expect({"get_values, thread: called on a thread of its own"});
}

TEST(Checked, FailuresLeaveNothingAndSayWhy) {
    Told told;
    Visit& v = told.visit;
    (void)v.create();
    g_behaviour.compile = [](const weft_batch*, weft_program** program, weft_error* error) {
        *program = reinterpret_cast<weft_program*>(&test::g_object);
        return test::fail(error, "one\ntwo");
    };
    (void)v.compile();
    g_behaviour.compile = nullptr;
    (void)v.compile();
    g_behaviour.execute = [](const weft_frame*, weft_error* error) {
        std::memset(error->message, 'x', sizeof error->message);
        return weft_status{99};
    };
    (void)v.execute();
    told.expect({"compile, message: its message is more than one line",
                 "compile, result: failed and left a pointer", "execute, status: returned 99",
                 "execute, message: its message is not terminated"});
}

TEST(Checked, HandlesAreWhatWasAskedFor) {
    Told told;
    Visit& v = told.visit;
    static weft_view view = {nullptr, 5, -1};
    g_behaviour.get_handle = [](weft_handle* handle, weft_error*) {
        handle->kind = WEFT_HANDLE_HOST;
        handle->view = &view;
        return weft_status{WEFT_OK};
    };
    g_behaviour.execute = [](const weft_frame*, weft_error*) {
        --view.generation;
        return weft_status{WEFT_OK};
    };
    v.begin();
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_LOCAL;
    (void)v.api->get_handle(v.program, 0, &handle, &v.error);
    (void)v.execute();
    told.expect({"get_handle, handle: gave a handle of kind 1; kind 4 was asked for",
                 "execute, generation: a view's generation went from 5 back to 4"});
}

TEST(Checked, MemoryComesBackOnce) {
    Told told;
    static weft_memory twice;
    g_behaviour.compile = [](const weft_batch*, weft_program** program, weft_error*) {
        const weft_host* host = g_behaviour.host;
        (void)allocate(host);
        twice = allocate(host);
        char nobodys = 0;
        weft_memory other{&nobodys, 9, -1, 0, nullptr};
        host->memory_free(host->context, &twice);
        host->memory_free(host->context, &twice);  // now without data: allowed
        host->memory_free(host->context, &other);
        *program = reinterpret_cast<weft_program*>(&test::g_object);
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    told.visit.end();
    told.expect({"memory_free, memory: 9 bytes that are not allocated are freed",
                 "cleanup, memory: 1 pieces of the host's memory, 64 bytes, were never freed"});
}

TEST(Checked, NothingIsCalledOfWhatIsGone) {
    Told told;
    Visit& v = told.visit;
    v.begin();
    v.api->release(v.program);
    (void)v.execute();
    v.api->cleanup(v.backend);
    const weft_host* host = g_behaviour.host;
    host->log(host->context, WEFT_LOG_INFO, {"still here", 10});
    told.expect({"execute, state: called after release", "log, state: called after cleanup"});
    EXPECT_TRUE(told.by_host[0]);
    EXPECT_FALSE(told.by_host[1]);
}

TEST(Checked, SessionsEnd) {
    Told told;
    Visit& v = told.visit;
    (void)v.create();
    const auto* api = v.extension<weft_control_api>(WEFT_CONTROL_EXTENSION);
    ASSERT_NE(api, nullptr);
    static int posted = 0;
    const weft_control_host host = {
        sizeof host, 0,
        nullptr,     [](void*, const weft_control_event*, std::uint32_t) {
                                        ++posted; },
        nullptr,     nullptr};
    weft_control_wish wish{};
    wish.struct_size = sizeof wish;
    weft_control_session* session = nullptr;
    ASSERT_EQ(api->open(v.backend, &wish, &host, &session, &v.error), WEFT_OK);
    const auto post = [] { g_behaviour.control->post(g_behaviour.control->context, nullptr, 0); };
    std::thread(post).join();
    told.expect({});
    api->close(session);
    post();
    told.expect({"post, state: called after it was closed"});
    EXPECT_EQ(posted, 2);
}

TEST(Checked, OneThreadAtATime) {
    Told told;
    std::atomic<bool> inside{false};
    std::atomic<bool> over{false};
    std::atomic<int> calls{0};
    g_behaviour.execute = [&](const weft_frame*, weft_error*) {
        if (calls.fetch_add(1) == 0) {
            inside = true;
            inside.notify_all();
            over.wait(false);
        }
        return weft_status{WEFT_OK};
    };
    told.visit.begin();
    std::thread other([&] { (void)told.visit.execute(); });
    inside.wait(false);
    (void)told.visit.execute();
    over = true;
    over.notify_all();
    other.join();
    (void)told.visit.execute();
    told.expect({"execute, at once: called while another thread is in one of its functions"});
    EXPECT_TRUE(told.by_host[0]);
}

TEST(Checked, TheHostIsHeldToItsWordsToo) {
    Told told;
    told.visit.begin();
    const auto* async = told.visit.extension<weft_async_api>(WEFT_ASYNC_EXTENSION);
    ASSERT_NE(async, nullptr);
    const ThreadRoles roles(WEFT_THREAD_COMPILE);
    std::uint64_t value = 0;
    (void)async->submit(told.visit.program, &told.visit.frame, &value, &told.visit.error);
    told.expect({"submit, thread: called on the compile-thread; expected frame-thread"});
    EXPECT_TRUE(told.by_host[0]);
}

}  // namespace
