// The public headers are all an author needs: each compiles alone, in C99 and in C++20, without a
// warning, with every compiler that is here; and so does the skeleton of a plugin.
#include <gtest/gtest.h>
#include <unistd.h>

#include <weft_paths.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/absent.h"

namespace {

namespace fs = std::filesystem;

// What we ask of ourselves, and what an author may ask of everything that he includes.
constexpr const char* kWarnings =
    " -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual "
    "-Wdouble-promotion -Wundef -Wwrite-strings -Werror";
const std::string kSdk =
    " -I" + weft::in_source("/sdk/include") + " -I" + weft::in_source("/sdk/cpp/include") + " ";

bool runs(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

void compiles(const std::string& compiler, bool cpp, const std::string& includes) {
    const fs::path source = fs::temp_directory_path() /
                            ("weft-header-" + std::to_string(::getpid()) + (cpp ? ".cpp" : ".c"));
    std::ofstream(source) << includes << "typedef int weft_not_empty;\n";
    const std::string standard = cpp ? " -std=c++20 -Wold-style-cast" : " -std=c99";
    EXPECT_TRUE(runs(compiler + standard + kWarnings + kSdk + source.string()))
        << compiler << standard << ":\n"
        << includes;
    fs::remove(source);
}

// `#include` lines, one a header of a directory of the SDK, in the order of their names.
std::vector<std::string> includes_of(const std::string& directory, const std::string& as) {
    std::vector<std::string> lines;
    for (const auto& entry : fs::directory_iterator(weft::in_source("/sdk/") + directory))
        if (entry.path().extension() == ".h" || entry.path().extension() == ".hpp")
            lines.push_back("#include <" + as + "/" + entry.path().filename().string() + ">\n");
    std::sort(lines.begin(), lines.end());
    EXPECT_GT(lines.size(), 5u) << directory;
    return lines;
}

std::vector<std::string> c_headers() {
    return includes_of("include/weft", "weft");
}

class Headers : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (!runs(std::string(GetParam()) + " --version"))
            weft::test::absent(std::string(GetParam()) + " is not installed");
    }
};

TEST_P(Headers, CompileAloneInC) {
    for (const std::string& include : c_headers()) compiles(GetParam(), false, include);
}

TEST_P(Headers, CompileAloneInCpp) {
    for (const std::string& include : c_headers()) compiles(GetParam(), true, include);
    for (const std::string& include : includes_of("cpp/include/weft/cpp", "weft/cpp"))
        compiles(GetParam(), true, include);
}

// No two of them want the same name, in whichever order they come, once or twice.
TEST_P(Headers, CompileTogether) {
    std::string forth, back;
    for (const std::string& include : c_headers()) {
        forth += include;
        back = include + back;
    }
    for (const bool cpp : {false, true}) {
        compiles(GetParam(), cpp, forth + back);
        compiles(GetParam(), cpp, back);
    }
}

TEST_P(Headers, TheSkeletonIsPlainC) {
    EXPECT_TRUE(runs(std::string(GetParam()) + " -std=c99" + kWarnings + kSdk +
                     weft::in_source("/plugins/null/plugin.c")));
}

INSTANTIATE_TEST_SUITE_P(Compilers, Headers, testing::Values("gcc", "clang"),
                         [](const auto& chosen) { return std::string(chosen.param); });

}  // namespace
