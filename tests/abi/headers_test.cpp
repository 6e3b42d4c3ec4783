// The public headers are all an author needs: each compiles alone, in C99 and in C++20, without a
// warning, with every compiler that is here; and so does the skeleton of a plugin.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

constexpr const char* kWarnings = " -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror";
constexpr const char* kSdk =
    " -I" WEFT_SOURCE_DIR "/sdk/include -I" WEFT_SOURCE_DIR "/sdk/cpp/include ";

bool runs(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

void compiles(const std::string& compiler, const std::string& standard, const std::string& include,
              const std::string& language) {
    const fs::path source =
        fs::temp_directory_path() / ("weft-header-" + std::to_string(::getpid()) + "." + language);
    std::ofstream(source) << "#include <" << include << ">\ntypedef int weft_not_empty;\n";
    EXPECT_TRUE(runs(compiler + " -std=" + standard + kWarnings + kSdk + source.string()))
        << compiler << " -std=" << standard << ": " << include;
    fs::remove(source);
}

class Headers : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!runs(std::string(GetParam()) + " --version"))
            GTEST_SKIP() << GetParam() << " is not installed";
    }
};

TEST_P(Headers, CompileAloneInC) {
    for (const auto& entry : fs::directory_iterator(WEFT_SOURCE_DIR "/sdk/include/weft"))
        if (entry.path().extension() == ".h")
            compiles(GetParam(), "c99", "weft/" + entry.path().filename().string(), "c");
}

TEST_P(Headers, CompileAloneInCpp) {
    for (const auto& entry : fs::directory_iterator(WEFT_SOURCE_DIR "/sdk/include/weft"))
        if (entry.path().extension() == ".h")
            compiles(GetParam(), "c++20", "weft/" + entry.path().filename().string(), "cpp");
    for (const auto& entry : fs::directory_iterator(WEFT_SOURCE_DIR "/sdk/cpp/include/weft/cpp"))
        compiles(GetParam(), "c++20", "weft/cpp/" + entry.path().filename().string(), "cpp");
}

TEST_P(Headers, TheSkeletonIsPlainC) {
    EXPECT_TRUE(runs(std::string(GetParam()) + " -std=c99" + kWarnings + kSdk +
                     WEFT_SOURCE_DIR "/plugins/null/plugin.c"));
}

INSTANTIATE_TEST_SUITE_P(Compilers, Headers, testing::Values("gcc", "clang"),
                         [](const auto& chosen) { return std::string(chosen.param); });

}  // namespace
