// What is remembered of trials: across processes while nothing changes that they depend on, and no
// longer. A back end that now lies in its trials shows whether it was asked.
#include <filesystem>
#include <fstream>

#include "tests/unit/driver/edge_test.h"

namespace weft::driver {
namespace {

namespace fs = std::filesystem;

class Remembered : public EdgeTest {
protected:
    Remembered() {
        setenv("WEFT_CACHE_DIR", cache_.path().c_str(), 1);
        options_.plugin_directories = {dir_.path()};
    }
    ~Remembered() override { unsetenv("WEFT_CACHE_DIR"); }

    // What a process finds that begins now: memory of `one`, read by `two`.
    Trial fresh(const std::string& one, const std::string& two) {
        setenv("WEFT_OFFERS", one.c_str(), 1);
        setenv("WEFT_OFFERS_TOO", two.c_str(), 1);
        auto session = Session::create(options_);
        if (!session) return {session.error().message, {}};
        const auto maker = (*session)->backend("offers", WEFT_CONTEXT_VISUAL);
        const auto reader = (*session)->backend("offers_too", WEFT_CONTEXT_VISUAL);
        if (!maker || !reader) return {(*session)->diagnostics().render(false), {}};
        return (*session)->trials().prove(*maker->backend, *reader->backend, WEFT_HANDLE_OPAQUE_FD);
    }
    static bool was_tried(const Trial& trial) {
        EXPECT_EQ(trial.refusal, "");
        return trial.measured && !trial.measured->remembered;
    }
    static bool was_remembered(const Trial& trial) {
        EXPECT_EQ(trial.refusal, "");
        return trial.measured && trial.measured->remembered;
    }
    [[nodiscard]] std::vector<fs::path> records() const {
        std::vector<fs::path> list;
        for (const auto& entry : fs::recursive_directory_iterator(cache_.path()))
            if (entry.path().extension() == ".trial") list.push_back(entry.path());
        return list;
    }

    test::PluginDir cache_;
    CommonOptions options_;
};

TEST_F(Remembered, ATrialIsNotMadeAgain) {
    const Trial first = fresh("fd device=1", "fd device=1");
    ASSERT_TRUE(was_tried(first));
    const Trial second = fresh("fd device=1", "fd device=1 lies");
    ASSERT_TRUE(was_remembered(second));
    EXPECT_EQ(second.measured->seconds, first.measured->seconds);
    EXPECT_EQ(records().size(), 1u);
}

TEST_F(Remembered, AnotherDriverIsTried) {
    ASSERT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
    EXPECT_TRUE(was_tried(fresh("fd device=1", "fd device=1 driver=2")));
    EXPECT_TRUE(was_tried(fresh("fd device=1 driver=2", "fd device=1 driver=2")));
    EXPECT_TRUE(was_remembered(fresh("fd device=1 driver=2", "fd device=1 driver=2")));
    // Each trial has one record, of the driver that it had last.
    EXPECT_EQ(records().size(), 1u);
}

TEST_F(Remembered, AnotherDeviceHasARecordOfItsOwn) {
    ASSERT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
    ASSERT_TRUE(was_tried(fresh("fd device=2", "fd device=2")));
    EXPECT_TRUE(was_remembered(fresh("fd device=1", "fd device=1")));
    EXPECT_TRUE(was_remembered(fresh("fd device=2", "fd device=2")));
}

TEST_F(Remembered, AnotherBuildIsTried) {
    const std::string library = dir_.path() + "/offers.so";
    fs::remove(library);
    fs::copy_file(test::PluginDir::fixture("offers"), library);
    ASSERT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
    ASSERT_TRUE(was_remembered(fresh("fd device=1", "fd device=1")));
    fs::last_write_time(library, fs::file_time_type::clock::now() + std::chrono::seconds(5));
    EXPECT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
}

// It may have been for want of something that is there the next time.
TEST_F(Remembered, AFailureIsTriedAgain) {
    EXPECT_NE(fresh("fd device=1", "fd device=1 lies").refusal, "");
    EXPECT_TRUE(records().empty());
    EXPECT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
}

TEST_F(Remembered, ADamagedRecordIsNoRecord) {
    ASSERT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
    for (const char* damage : {"", "weftdsk1", "nothing that a program wrote"}) {
        for (const fs::path& file : records())
            std::ofstream(file, std::ios::binary | std::ios::trunc) << damage;
        EXPECT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
        EXPECT_TRUE(was_remembered(fresh("fd device=1", "fd device=1")));
    }
}

TEST_F(Remembered, WithoutACacheAllIsTried) {
    ASSERT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
    options_.no_cache = true;
    EXPECT_TRUE(was_tried(fresh("fd device=1", "fd device=1")));
}

TEST_F(Remembered, TheLedgerSaysSince) {
    options_.backend_for[WEFT_CONTEXT_VISUAL] = "offers_too";
    options_.owners = {"trail=offers"};
    const auto ledger = [&](const char* two) {
        setenv("WEFT_OFFERS", "fd local device=1", 1);
        setenv("WEFT_OFFERS_TOO", two, 1);
        auto show = RunningShow::start(kTwoEnds, options_);
        return show->built ? explain_text(*show->built) : show->messages();
    };
    EXPECT_NE(ledger("fd device=1").find("KiB, tried\n"), std::string::npos);
    const std::string again = ledger("fd device=1 lies");
    EXPECT_NE(again.find("KiB, remembered from 20"), std::string::npos) << again;
}

}  // namespace
}  // namespace weft::driver
