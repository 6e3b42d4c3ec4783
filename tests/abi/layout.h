// How the layout tests write a struct down: its size, and where each member is.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>

#define SIZE(type, size) EXPECT_EQ(sizeof(type), std::size_t{size}) << #type
#define AT(type, member, offset) \
    EXPECT_EQ(offsetof(type, member), std::size_t{offset}) << #type "." #member
