// The back ends under test, opened as the host opens them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "plugin/plugin.h"
#include "tests/support/plain_services.h"
#include "tests/support/tested_backends.h"

namespace weft::test {

// The plugins beside the test program, shared by all tests: opening some takes a while.
class Backends {
public:
    static Backends& all() {
        static Backends instance;
        return instance;
    }
    // nullptr: `why` says why it cannot work here. With WEFT_TEST_REQUIRE=1 that is a failure, as
    // is always one that is broken.
    plugin::Backend* get(const std::string& name, std::string& why) {
        auto found = plugins_.backend(name, services_);
        if (found) return *found;
        why = found.error().message;
        const plugin::PluginInfo* info = plugins_.find(name);
        const bool absent = !info || info->state == plugin::State::unavailable;
        const char* require = std::getenv("WEFT_TEST_REQUIRE");
        EXPECT_TRUE(absent && !(require && *require)) << why;
        return nullptr;
    }

private:
    PlainServices services_;
    plugin::PluginSet plugins_;
};

}  // namespace weft::test
