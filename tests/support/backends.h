// The back ends under test, opened as the host opens them.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "plugin/plugin.h"
#include "tests/support/absent.h"
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
    // nullptr: `why` says why it cannot work here, for absent(); one that is broken has failed.
    plugin::Backend* get(const std::string& name, std::string& why) {
        if (!opened_) opened_.emplace();
        auto found = opened_->plugins.backend(name, opened_->services);
        if (found) return *found;
        why = found.error().message;
        const plugin::PluginInfo* info = opened_->plugins.find(name);
        EXPECT_TRUE(!info || info->state == plugin::State::unavailable) << why;
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
