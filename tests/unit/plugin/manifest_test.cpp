// Manifests: what is read from a good one, and the one line about each kind of bad one.
#include "plugin/manifest.h"

#include <gtest/gtest.h>
#include <weft/backend.h>
#include <weft/writer.h>

#include <string>

namespace {

using weft::plugin::parse_manifest;

constexpr const char* kGood = R"({
    "name": "tape", "version": "1.2", "summary": "tapes",
    "abi_min": 1, "abi_target": 2,
    "contexts": ["visual", "file"], "flags": ["deterministic", "raw_ir"],
    "builtins": ["load", "camera"], "sinks": ["osc"],
    "writes": [{"extension": "mkv", "kinds": ["pictures", "sound"], "summary": "film"}]
})";

std::string trouble(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    const auto parsed = parse_manifest(text.replace(at, from.size(), to), "tape");
    return parsed.ok() ? "ok" : parsed.error().message;
}

TEST(Manifest, IsReadWhole) {
    const auto parsed = parse_manifest(kGood, "tape");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->version, "1.2");
    EXPECT_EQ(parsed->abi_min, 1u);
    EXPECT_EQ(parsed->abi_target, 2u);
    EXPECT_EQ(parsed->contexts, 1u << WEFT_CONTEXT_VISUAL | 1u << WEFT_CONTEXT_FILE);
    EXPECT_EQ(parsed->flags, WEFT_BACKEND_DETERMINISTIC | WEFT_BACKEND_RAW_IR);
    EXPECT_EQ(parsed->builtins, (std::vector<std::string>{"load", "camera"}));
    EXPECT_EQ(parsed->sinks, std::vector<std::string>{"osc"});
    ASSERT_EQ(parsed->formats.size(), 1u);
    EXPECT_EQ(parsed->formats[0].extension, "mkv");
    EXPECT_EQ(parsed->formats[0].writes, WEFT_WRITES_PICTURES | WEFT_WRITES_SOUND);
}

TEST(Manifest, TroublesAreNamed) {
    EXPECT_EQ(trouble(kGood, "{", "["), "the manifest is not JSON");
    EXPECT_EQ(trouble(kGood, "\"tape\"", "\"tapes\""),
              "the manifest is of \"tapes\", the file of \"tape\"");
    EXPECT_EQ(trouble(kGood, "\"summary\": \"tapes\",", ""), "the manifest has no \"summary\"");
    EXPECT_EQ(trouble(kGood, "\"sinks\"", "\"sings\""),
              "the manifest has an unknown key \"sings\"");
    EXPECT_EQ(trouble(kGood, "\"abi_min\": 1", "\"abi_min\": -1"),
              "\"abi_min\" is not a whole number");
    EXPECT_EQ(trouble(kGood, "\"abi_min\": 1", "\"abi_min\": \"1\""),
              "\"abi_min\" is not a whole number");
    EXPECT_EQ(trouble(kGood, "\"1.2\"", "1.2"), "\"version\" is not a text");
    EXPECT_EQ(trouble(kGood, "\"visual\"", "\"visible\""),
              "\"contexts\" does not know \"visible\"");
    EXPECT_EQ(trouble(kGood, "[\"osc\"]", "\"osc\""), "\"sinks\" is not a list");
    EXPECT_EQ(trouble(kGood, "\"camera\"", "7"), "\"builtins\" holds something that is not a name");
    EXPECT_EQ(trouble(kGood, "\"sound\"", "\"smell\""), "\"kinds\" does not know \"smell\"");
    EXPECT_EQ(trouble(kGood, "\"extension\": \"mkv\",", ""),
              "an item of \"writes\" has no \"extension\"");
}

TEST(Manifest, AnyBytesAreSurvived) {
    for (const std::string text : {"", "\"x\"", "[]", "null", "{\"name\": \xff}", "1e999"})
        EXPECT_FALSE(parse_manifest(text, "tape").ok()) << text;
    EXPECT_FALSE(parse_manifest(std::string(100000, '['), "tape").ok());
    const std::string nested = "{\"name\":" + std::string(100, '[') + std::string(100, ']') + "}";
    EXPECT_EQ(parse_manifest(nested, "tape").error().message, "the manifest is not JSON");
}

}  // namespace
