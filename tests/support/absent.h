// Something that a test needs is not there: a driver, a compiler.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace weft::test {

// WEFT_TEST_REQUIRE=1, as scripts/software-drivers sets it: what scripts/packages.txt installs is
// there, and its absence is a failure.
inline bool all_is_installed() {
    const char* require = std::getenv("WEFT_TEST_REQUIRE");
    return require != nullptr && *require != '\0';
}

// For `return absent(why);` in SetUp or a test: skipped where `why` may be, else failed. `listed`:
// scripts/packages.txt installs it.
inline void absent(const std::string& why, bool listed = true) {
    if (listed && all_is_installed()) FAIL() << why;
    GTEST_SKIP() << why;
}

}  // namespace weft::test
