#include "driver/live/supervisor.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include <unistd.h>

namespace weft::driver {
namespace {

TEST(Restart, WhatIsAskedFor) {
    EXPECT_FALSE(parse_restart("no")->restarts);
    const auto usual = parse_restart("on-failure");
    ASSERT_TRUE(usual.ok());
    EXPECT_TRUE(usual->restarts);
    EXPECT_FALSE(usual->always);
    EXPECT_EQ(usual->times, 10U);
    EXPECT_EQ(usual->within, 300);
    const auto always = parse_restart("always:5/60.5s");
    ASSERT_TRUE(always.ok());
    EXPECT_TRUE(always->always);
    EXPECT_EQ(always->times, 5U);
    EXPECT_EQ(always->within, 60.5);
    for (const char* wrong :
         {"", "never", "no:1/2s", "always:", "always:5", "always:5/", "always:/5", "always:-1/5s",
          "always:5/0s", "always:5/-3s", "always:5/nan", "always:5/60m", "on-failure:5/60s more"}) {
        EXPECT_FALSE(parse_restart(wrong).ok()) << wrong;
    }
}

// Supervised as a program is: by a process of one thread, to which its signals go. A fork would be
// that, too, but sanitizers hand no signals on in the fork of a process that other cases left
// threads in: the test is executed anew.
void expect_code(int code, const RestartPolicy& policy, void (*show)()) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto supervised = [&] {
        const auto ended = supervise(policy, "");
        if (!ended) show();
        std::_Exit(ended.value_or(0));
    };
    EXPECT_EXIT(supervised(), testing::ExitedWithCode(code), "");
}

TEST(Restart, TheExitCodeIsTheShows) {
    const RestartPolicy once{true, false, 0, 60};
    expect_code(0, once, [] {});
    expect_code(1, once, [] { std::_Exit(1); });
    expect_code(2, once, [] { std::_Exit(2); });
    expect_code(3, once, [] { std::_Exit(3); });
    expect_code(128 + SIGKILL, once, [] { std::raise(SIGKILL); });
}

TEST(Restart, WithoutAPolicyThereIsOneProcess) {
    EXPECT_EQ(supervise(RestartPolicy{}, ""), std::nullopt);
}

TEST(Restart, ASignalIsHandedOnAndEndsIt) {
    const RestartPolicy always{true, true, 1000, 60};
    // Once it runs the child ends its parent, which ends it.
    expect_code(7, always, [] {
        std::signal(SIGTERM, [](int) { std::_Exit(7); });
        ::kill(::getppid(), SIGTERM);
        while (true) ::pause();
    });
}

}  // namespace
}  // namespace weft::driver
