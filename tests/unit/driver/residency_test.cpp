// A device that is full: what runs goes on, the message says who holds what, and the user's limit
// is the one that counts.
#include <gtest/gtest.h>

#include "plugin/extensions.h"
#include "tests/support/absent.h"
#include "tests/support/running_show.h"
#include "tests/support/tested_backends.h"

namespace weft::driver {
namespace {

constexpr std::uint64_t kTick = 64 * 48 * sizeof(float);
constexpr const char* kRunning =
    "cache(me@x * .5 + me@time, 8)::kept<v>\n"
    "display(kept@v, kept@v[kept@k ~ 5], me@y)\n";
constexpr const char* kLarge =
    "cache(me@x * me@y, 400)::large<v>\n"
    "display(large@v, large@v[large@k ~ 399], me@y)\n";

class DeviceMemory : public testing::TestWithParam<std::string> {
protected:
    std::unique_ptr<test::RunningShow> start(runtime::DeviceShare share) {
        CommonOptions options;
        options.backend_for_all = GetParam();
        options.threads = 2;
        options.settings[WEFT_FIELD_WIDTH] = 64;
        options.settings[WEFT_FIELD_HEIGHT] = 48;
        options.device_memory = share;
        return test::RunningShow::start(kRunning, options);
    }
    static std::optional<weft_residency> residency(const test::RunningShow& running) {
        return plugin::residency_of(*running.built->show->steps.front().backend.backend);
    }
};

TEST_P(DeviceMemory, AReloadThatDoesNotFitLeavesTheOldOneShowing) {
    const auto undisturbed = start({});
    if (!undisturbed->built) return test::absent(undisturbed->messages());
    const auto running = start({100 * kTick, 1});
    ASSERT_TRUE(running->built) << running->messages();
    for (std::int64_t k = 0; k < 20; ++k) {
        if (k == 10) {
            Session& session = *running->session;
            const sema::Program large =
                sema::analyze_text("large.weft", kLarge, session.sources(), session.environment(),
                                   session.diagnostics());
            BuildRequest request;
            request.program = &large;
            const auto built = build_show(session, request);
            const auto now = residency(*running);
            ASSERT_TRUE(now);
            if (built) {
                // A device with memory of its own: the newcomer lives beside it.
                EXPECT_GE(now->spilled, 400 * kTick);
            } else {
                const std::string said = running->messages();
                for (const char* word : {"large@v (64 x 48, 400 ticks) needs 5 MB", "1 MB that",
                                         "kept@v (64 x 48, 8 ticks): 98304 bytes"})
                    EXPECT_NE(said.find(word), std::string::npos) << word << " in " << said;
            }
            EXPECT_EQ(now->moves, 0u);
        }
        ASSERT_TRUE(undisturbed->frame(k).ok());
        ASSERT_TRUE(running->frame(k).ok());
        EXPECT_EQ(running->memory, undisturbed->memory) << k;
    }
}

TEST_P(DeviceMemory, TheUsersShareIsTheLimit) {
    const auto half = start({0, 1.0 / 1024});
    if (!half->built) return test::absent(half->messages());
    const auto whole = start({});
    const auto bytes = start({1u << 20, 1});
    ASSERT_TRUE(whole->built && bytes->built);
    EXPECT_EQ(residency(*bytes)->limit, 1u << 20);
    EXPECT_NEAR(static_cast<double>(residency(*half)->limit) * 1024,
                static_cast<double>(residency(*whole)->limit), 1e9);
    EXPECT_GE(residency(*bytes)->resident, 8 * kTick);
    EXPECT_EQ(residency(*bytes)->spilled, 0u);
}

std::vector<std::string> accelerators() {
    std::vector<std::string> names = test::tested_backends();
    std::erase_if(names, [](const auto& name) { return name == "reference" || name == "cpu"; });
    return names;
}
INSTANTIATE_TEST_SUITE_P(All, DeviceMemory, testing::ValuesIn(accelerators()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace weft::driver
