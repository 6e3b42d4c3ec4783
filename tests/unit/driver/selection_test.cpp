// Which back end computes: the best score that is there, unless somebody asks for another.
#include <gtest/gtest.h>

#include "driver/compile/session.h"
#include "tests/support/plugin_dir.h"

namespace weft::driver {
namespace {

class Selection : public ::testing::Test {
protected:
    Selection() {
        dir_.add("offers", R"({"name": "offers", "version": "1.0", "summary": "a fixture",)"
                           R"( "abi_min": 1, "abi_target": 1, "contexts": ["visual", "compute"]})");
        options_.plugin_directories = {dir_.path()};
        options_.threads = 1;
    }

    std::string chosen(std::uint32_t context) {
        auto session = Session::create(options_);
        EXPECT_TRUE(session.ok());
        const auto backend = (*session)->backend_for(context);
        return backend ? backend->backend->name() : "";
    }

    test::PluginDir dir_;
    CommonOptions options_;
};

// The fixture's score of 10 is that of a driver in software.
TEST_F(Selection, SoftwareDriversComeAfterMachineCode) {
    EXPECT_EQ(chosen(WEFT_CONTEXT_VISUAL), "cpu");
    EXPECT_EQ(chosen(WEFT_CONTEXT_COMPUTE), "cpu");
}

TEST_F(Selection, WhoIsAskedForComputes) {
    options_.backend_for[WEFT_CONTEXT_VISUAL] = "offers";
    EXPECT_EQ(chosen(WEFT_CONTEXT_VISUAL), "offers");
    EXPECT_EQ(chosen(WEFT_CONTEXT_COMPUTE), "cpu");
    options_.backend_for_all = "reference";
    EXPECT_EQ(chosen(WEFT_CONTEXT_VISUAL), "offers");
    EXPECT_EQ(chosen(WEFT_CONTEXT_COMPUTE), "reference");
}

TEST_F(Selection, WhatIsThereSaysHowGoodItIs) {
    auto session = Session::create(options_);
    ASSERT_TRUE(session.ok());
    const std::string text = plugin::plugins_text((*session)->plugins());
    EXPECT_NE(text.find("offers 1.0: ready, plain memory, score 10\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace weft::driver
