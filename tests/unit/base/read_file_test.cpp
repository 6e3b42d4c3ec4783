#include "base/read_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace weft {
namespace {

class ReadFile : public ::testing::Test {
protected:
    std::string write(const std::string& text) {
        std::ofstream(path_, std::ios::binary) << text;
        return path_;
    }

    test::TempDir directory_;
    std::string path_ = directory_ / "show.weft";
};

TEST_F(ReadFile, EveryByte) {
    std::string bytes(100'000, 'x');
    bytes[70'000] = '\0';
    EXPECT_EQ(read_file(write(bytes)).value(), bytes);
    EXPECT_EQ(read_file(write("")).value(), "");
}

TEST_F(ReadFile, WhyNot) {
    EXPECT_EQ(read_file("/nowhere/at/all").error().message, "there is no such file");
    EXPECT_EQ(read_file(::testing::TempDir()).error().message, "it is a directory");
    EXPECT_EQ(read_file("/dev/null/x").error().message, "Not a directory");
}

TEST_F(ReadFile, AProgramIsText) {
    EXPECT_EQ(read_program(write("a = 1\n")).value(), "a = 1\n");
    EXPECT_EQ(read_program(write(std::string("\x7f"
                                             "ELF\0",
                                             5)))
                  .error()
                  .message,
              "it is no text in UTF-8");
}

}  // namespace
}  // namespace weft
