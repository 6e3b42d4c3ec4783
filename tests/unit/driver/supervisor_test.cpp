#include "driver/live/supervisor.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include <sys/wait.h>
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

// Supervised as a program is: by a process of one thread, to which its signals go, whatever threads
// other cases left in this one.
int code_of(const RestartPolicy& policy, void (*show)()) {
    const pid_t supervisor = ::fork();
    if (supervisor == 0) {
        const auto code = supervise(policy, "");
        if (!code) show();
        std::_Exit(code.value_or(0));
    }
    int status = 0;
    EXPECT_EQ(::waitpid(supervisor, &status, 0), supervisor);
    EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    return WEXITSTATUS(status);
}

TEST(Restart, TheExitCodeIsTheShows) {
    const RestartPolicy once{true, false, 0, 60};
    EXPECT_EQ(code_of(once, [] {}), 0);
    EXPECT_EQ(code_of(once, [] { std::_Exit(1); }), 1);
    EXPECT_EQ(code_of(once, [] { std::_Exit(2); }), 2);
    EXPECT_EQ(code_of(once, [] { std::_Exit(3); }), 3);
    EXPECT_EQ(code_of(once, [] { std::raise(SIGKILL); }), 128 + SIGKILL);
}

TEST(Restart, WithoutAPolicyThereIsOneProcess) {
    EXPECT_EQ(supervise(RestartPolicy{}, ""), std::nullopt);
}

TEST(Restart, ASignalIsHandedOnAndEndsIt) {
    const RestartPolicy always{true, true, 1000, 60};
    // Once it runs the child ends its parent, which ends it.
    EXPECT_EQ(code_of(always,
                      [] {
                          std::signal(SIGTERM, [](int) { std::_Exit(7); });
                          ::kill(::getppid(), SIGTERM);
                          while (true) ::pause();
                      }),
              7);
}

}  // namespace
}  // namespace weft::driver
