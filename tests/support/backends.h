// The back ends under test, opened as the host opens them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "plugin/plugin.h"
#include "tests/support/plain_services.h"
#include "tests/support/tested_backends.h"

namespace weft::test {

// The plugins beside the test program, shared by all tests: opening some takes a while. Closed when
// the last test is done: at the exit of the process some drivers are gone before us.
class Backends final : public testing::Environment {
public:
    static Backends& all() {
        static auto* const instance =
            static_cast<Backends*>(testing::AddGlobalTestEnvironment(new Backends));
        return *instance;
    }
    // nullptr: `why` says why it cannot work here. With WEFT_TEST_REQUIRE=1 that is a failure, as
    // is always one that is broken.
    plugin::Backend* get(const std::string& name, std::string& why) {
        if (!opened_) opened_.emplace();
        auto found = opened_->plugins.backend(name, opened_->services);
        if (found) return *found;
        why = found.error().message;
        const plugin::PluginInfo* info = opened_->plugins.find(name);
        const bool absent = !info || info->state == plugin::State::unavailable;
        const char* require = std::getenv("WEFT_TEST_REQUIRE");
        EXPECT_TRUE(absent && !(require && *require)) << why;
        return nullptr;
    }

    void TearDown() override { opened_.reset(); }

private:
    struct Opened {
        PlainServices services;
        plugin::PluginSet plugins;
    };
    std::optional<Opened> opened_;
};

}  // namespace weft::test
