#include "runtime/memory_pool.h"

#include <cstring>

#include <gtest/gtest.h>

namespace weft::runtime {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

Buffer take(MemoryPool& pool, std::size_t size, bool shared = true) {
    Result<Buffer> buffer = pool.allocate(size, shared, false);
    EXPECT_TRUE(buffer.ok());
    return buffer.ok() ? *buffer : Buffer{};
}

// A small request must neither take nor drop the big buffer for good.
TEST(MemoryPool, BigSmallBig) {
    MemoryPool pool(64 * kMiB);
    const Buffer big = take(pool, kMiB);
    pool.free(big);
    const Buffer other = take(pool, kMiB);
    EXPECT_EQ(other.data, big.data);
    const Buffer small = take(pool, 64 << 10);
    pool.free(other);
    pool.free(small);
    ASSERT_EQ(pool.pooled_count(), 2u);

    const Buffer small_again = take(pool, 64 << 10);
    EXPECT_EQ(small_again.data, small.data) << "its own bucket goes first";
    pool.free(small_again);
    const Buffer big_again = take(pool, kMiB);
    EXPECT_EQ(big_again.data, big.data);
    EXPECT_EQ(pool.pooled_count(), 1u) << "the 64 KiB buffer is still there";
    EXPECT_EQ(pool.stats().allocations, 2u);
    pool.free(big_again);
}

// A buffer that is too small is passed over, and stays.
TEST(MemoryPool, TooSmallIsKept) {
    MemoryPool pool(64 * kMiB);
    const Buffer small = take(pool, 64 << 10);
    pool.free(small);
    const Buffer big = take(pool, kMiB);
    EXPECT_NE(big.data, small.data);
    EXPECT_EQ(pool.pooled_count(), 1u);
    pool.free(big);
}

TEST(MemoryPool, LargerBucketsServeSmallRequests) {
    MemoryPool pool(64 * kMiB);
    const Buffer big = take(pool, 3 * kMiB);
    pool.free(big);
    const Buffer small = take(pool, 5000);
    EXPECT_EQ(small.data, big.data);
    EXPECT_EQ(pool.stats().reuses, 1u);
    pool.free(small);
}

TEST(MemoryPool, SharedBuffersAreMemfds) {
    MemoryPool pool(64 * kMiB);
    const Buffer shared = take(pool, 10000);
    const Buffer own = take(pool, 10000, false);
    EXPECT_GE(shared.fd, 0);
    EXPECT_EQ(own.fd, -1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(shared.data) % 4096, 0u);
    pool.free(shared);
    pool.free(own);
}

TEST(MemoryPool, ZeroedOnRequest) {
    MemoryPool pool(64 * kMiB);
    const Buffer dirty = take(pool, 4096);
    std::memset(dirty.data, 0x5a, 4096);
    pool.free(dirty);
    const Result<Buffer> clean = pool.allocate(4096, true, true);
    ASSERT_TRUE(clean.ok());
    EXPECT_EQ(clean->data, dirty.data);
    const char zeros[4096] = {};
    EXPECT_EQ(std::memcmp(clean->data, zeros, sizeof zeros), 0);
    pool.free(*clean);
}

TEST(MemoryPool, BudgetIsHeldAndSaid) {
    MemoryPool pool(4 * kMiB);
    const Buffer kept = take(pool, 3 * kMiB);
    const Result<Buffer> refused = pool.allocate(2 * kMiB, true, false);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("2.0 MiB"), std::string::npos);
    EXPECT_NE(refused.error().message.find("4.0 MiB"), std::string::npos);
    pool.free(kept);
    // Pooled memory is no reason to refuse.
    const Buffer now = take(pool, 2 * kMiB);
    pool.free(now);
}

TEST(MemoryPool, AbsurdSizes) {
    MemoryPool pool(4 * kMiB);
    EXPECT_FALSE(pool.allocate(~std::size_t{0}, true, false).ok());
    EXPECT_FALSE(pool.allocate(std::size_t{1} << 45, false, false).ok());
}

}  // namespace
}  // namespace weft::runtime
