// The host of the first SDK (sdk/abi/archive/1/host.c), built against the headers of then, opens
// the plugins of today: they read no further in a struct than that host says it goes, and compute.
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <weft_paths.h>

#include <string>
#include <vector>

#include "tests/support/absent.h"
#include "tests/support/tested_backends.h"

namespace {

constexpr int kUnavailable = 77;

struct Outcome {
    int code;  // 128 and more: the number of a signal
    std::string said;
};

Outcome old_host_opens(const std::string& plugin, const std::string& argument = {}) {
    const std::string command = "timeout 60 " + weft::in_build("/tests/archive/1/host") + " '" +
                                plugin + "' " + argument + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return {-1, "popen"};
    Outcome outcome{};
    char line[512];
    while (fgets(line, sizeof line, pipe) != nullptr) outcome.said += line;
    outcome.code = WEXITSTATUS(pclose(pipe));
    return outcome;
}

std::string fixture(const std::string& name) {
    return weft::in_build("/tests/plugins/") + name + ".so";
}

const std::string kValues = "10.625 2.5 2510\n";

TEST(OldHost, OpensAThirdPartysPlugin) {
    const Outcome outcome = old_host_opens(fixture("gain"));
    EXPECT_EQ(outcome.code, 0) << outcome.said;
    EXPECT_EQ(outcome.said, kValues);
}

TEST(OldHost, OpensItsOwn) {
    const Outcome outcome =
        old_host_opens(weft::in_build("/tests/archive/1/plugins/archived.so"), "cache");
    EXPECT_EQ(outcome.code, 0) << outcome.said;
}

class OldHostAndOurs : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OldHostAndOurs);

TEST_P(OldHostAndOurs, Compute) {
    const Outcome outcome =
        old_host_opens(weft::in_build("/lib/weft/") + GetParam() + ".so", "cache");
    if (outcome.code == kUnavailable) return weft::test::absent(outcome.said);
    EXPECT_EQ(outcome.code, 0) << outcome.said;
    EXPECT_EQ(outcome.said, "tick 0\ntick 1\ntick 2\ntick 3\ntick 4\n" + kValues);
}

std::vector<std::string> ours() {
    std::vector<std::string> names = weft::test::tested_backends();
    std::erase(names, "reference");  // built in
    return names;
}

INSTANTIATE_TEST_SUITE_P(Plugins, OldHostAndOurs, testing::ValuesIn(ours()),
                         [](const auto& chosen) { return chosen.param; });

TEST(OldHost, IsToldThatTheSkeletonDoesNothing) {
    const Outcome outcome = old_host_opens(weft::in_build("/lib/weft/null.so"));
    EXPECT_EQ(outcome.code, kUnavailable) << outcome.said;
    EXPECT_EQ(outcome.said, "it is a skeleton: no operator is implemented\n");
}

// The memory behind what it lends cannot be read: else it would see nothing of the above.
TEST(OldHost, FellsWhoReadsTooFar) {
    const Outcome outcome = old_host_opens(fixture("greedy"));
    EXPECT_GE(outcome.code, 1);
    EXPECT_NE(outcome.code, kUnavailable);
    EXPECT_EQ(outcome.said.find(kValues), std::string::npos);
}

}  // namespace
