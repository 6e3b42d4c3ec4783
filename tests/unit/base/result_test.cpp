// Results hold exactly one of value and error, and pass move-only values through.
#include <gtest/gtest.h>

#include <memory>

#include "base/result.h"

namespace weft {
namespace {

Result<std::unique_ptr<int>> make(bool good) {
    if (good) return std::make_unique<int>(7);
    return Error{WEFT_UNAVAILABLE, "no device"};
}

Result<void> check(bool good) {
    if (good) return {};
    return Error{WEFT_TIMEOUT, "too late"};
}

TEST(Result, Value) {
    Result<std::unique_ptr<int>> result = make(true);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(**result, 7);
    const std::unique_ptr<int> taken = std::move(result).value();
    EXPECT_EQ(*taken, 7);
}

TEST(Result, Failure) {
    const Result<std::unique_ptr<int>> result = make(false);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().status, WEFT_UNAVAILABLE);
    EXPECT_EQ(result.error().message, "no device");
}

TEST(Result, Void) {
    EXPECT_TRUE(check(true).ok());
    const Result<void> failed = check(false);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().status, WEFT_TIMEOUT);
}

}  // namespace
}  // namespace weft
