// Back ends as data.
#include <gtest/gtest.h>

#include "graph/arrangement.h"

namespace weft::graph {
namespace {

TEST(Backends, AreReadFromJson) {
    const auto table = read_backends(
        R"({"backends": [{"name": "a", "contexts": ["visual"], "score": 5},
                         {"name": "b", "contexts": ["visual"], "score": 9, "builtins": ["load"]},
                         {"name": "c", "contexts": ["visual"], "score": 99,
                          "available": false}]})");
    ASSERT_TRUE(table.ok());
    EXPECT_EQ(table->serving(WEFT_CONTEXT_VISUAL), 1u);
    EXPECT_EQ(table->serving(WEFT_CONTEXT_AUDIO), kNone);
    EXPECT_EQ(table->at_home("load"), 1u);
    EXPECT_EQ(table->at_home("mic"), kNone);
}

TEST(Backends, AChoiceWins) {
    const auto table = read_backends(
        R"({"backends": [{"name": "a", "contexts": ["visual"]}, {"name": "b"}],
            "contexts": {"visual": "b"}, "owners": {"img": "b"}})");
    ASSERT_TRUE(table.ok());
    EXPECT_EQ(table->serving(WEFT_CONTEXT_VISUAL), 1u);
}

TEST(Backends, MistakesAreNamed) {
    for (const char* text : {"", "[]", R"({"backends": [{}]})", R"({"backends": 3})",
                             R"({"backends": [{"name": "a", "contexts": ["smell"]}]})",
                             R"({"contexts": {"smell": "a"}})", R"({"owners": {"a": 3}})",
                             R"({"backends": [{"name": "a", "score": "x"}]})"}) {
        const auto table = read_backends(text);
        EXPECT_FALSE(table.ok() && !std::string_view(text).empty() && text[0] == '[') << text;
        if (!table.ok()) {
            EXPECT_FALSE(table.error().message.empty());
        }
    }
}

}  // namespace
}  // namespace weft::graph
