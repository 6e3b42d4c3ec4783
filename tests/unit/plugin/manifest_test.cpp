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
    "abi_min": 1, "abi_target": 1,
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
    EXPECT_EQ(parsed->abi_target, 1u);
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

// A plugin that knows more than this host has more to say: it lives with the host all the same.
TEST(Manifest, OfANewerContractMaySayMore) {
    const auto parsed = parse_manifest(R"({
        "name": "tape", "version": "1", "summary": "s", "abi_min": 1, "abi_target": 99,
        "contexts": ["visual", "haptic"], "flags": ["deterministic", "fragrant"],
        "scents": ["rose"], "builtins": [{"name": "reel", "context": "visual", "speed": 2}],
        "writes": [{"extension": "mkv", "kinds": ["pictures", "smell"], "depth": 3}]
    })",
                                       "tape");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->contexts, 1u << WEFT_CONTEXT_VISUAL);
    EXPECT_EQ(parsed->flags, WEFT_BACKEND_DETERMINISTIC);
    EXPECT_EQ(parsed->formats.at(0).writes, WEFT_WRITES_PICTURES);
    EXPECT_EQ(parsed->builtins, std::vector<std::string>{"reel"});
}

constexpr const char* kOwn = R"({
    "name": "tape", "version": "1", "summary": "s", "abi_min": 1, "abi_target": 1,
    "contexts": [],
    "builtins": ["load", {"name": "reel", "context": "control", "arguments": "tnd", "least": 1,
                          "outputs": [1, 255], "axis": "turn", "options": "port wrap",
                          "summary": "reels", "example": ["a", 2]}]
})";

TEST(Manifest, DeclaresSourcesOfThePluginsOwn) {
    const auto parsed = parse_manifest(kOwn, "tape");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->builtins, (std::vector<std::string>{"load", "reel"}));
    ASSERT_EQ(parsed->own_builtins.size(), 1u);
    const weft::plugin::OwnBuiltin& reel = parsed->own_builtins[0];
    EXPECT_EQ(reel.name, "reel");
    EXPECT_EQ(reel.context, WEFT_CONTEXT_CONTROL);
    EXPECT_EQ(reel.least, 1u);
    EXPECT_EQ(reel.most_outputs, 255u);
    EXPECT_EQ(reel.axis, "turn");
    EXPECT_EQ(reel.arguments, "tnd");
    EXPECT_EQ(reel.options, "port wrap");
    ASSERT_EQ(reel.example.size(), 2u);
    EXPECT_EQ(reel.example[0].text, "a");
    EXPECT_EQ(reel.example[1].number, 2);
    EXPECT_EQ(parse_manifest(R"({"name": "t", "version": "1", "summary": "s", "abi_min": 1,
        "abi_target": 1, "contexts": [], "builtins": [{"name": "a", "context": "file",
        "arguments": "nt"}]})",
                             "t")
                  ->own_builtins[0]
                  .least,
              2u);
}

TEST(Manifest, SourcesMustBePossible) {
    EXPECT_EQ(
        trouble(kOwn, "\"reel\"", "\"sin\""),
        "no source can be called \"sin\": it is no name, or the language has one of that name");
    for (const std::string name : {"load", "spindle", "a b", "1st", "cache", ""})
        EXPECT_NE(trouble(kOwn, "\"reel\"", '"' + name + '"'), "ok") << name;
    EXPECT_EQ(trouble(kOwn, "\"control\"", "\"visible\""), "there is no context \"visible\"");
    EXPECT_EQ(trouble(kOwn, "\"control\"", "\"file\""),
              "\"arguments\" takes n and t, and d as the last one of context control");
    EXPECT_NE(trouble(kOwn, "\"tnd\"", "\"dn\""), "ok");
    EXPECT_EQ(trouble(kOwn, "\"least\": 1", "\"least\": 4"),
              "\"least\" is more than there are \"arguments\"");
    for (const std::string range : {"[0, 1]", "[2, 1]", "[1]", "3", "[1, 256]", "[-1, 2]"})
        EXPECT_EQ(trouble(kOwn, "[1, 255]", range),
                  "\"outputs\" is not [least, most], from 1 to 255");
    for (const std::string example : {"[]", "[\"a\", \"b\"]", "[1, 2]", "[\"a\", 1, 2]", "\"a\""})
        EXPECT_EQ(trouble(kOwn, "[\"a\", 2]", example),
                  "\"example\" is not a list of \"arguments\"")
            << example;
    EXPECT_EQ(trouble(kOwn, "\"axis\": \"turn\"", "\"axis\": \"a-b\""),
              "no axis can be called \"a-b\"");
    EXPECT_EQ(trouble(kOwn, "\"options\"", "\"option\""),
              "an item of \"builtins\" has an unknown key \"option\"");
}

TEST(Manifest, AnyBytesAreSurvived) {
    for (const std::string text : {"", "\"x\"", "[]", "null", "{\"name\": \xff}", "1e999"})
        EXPECT_FALSE(parse_manifest(text, "tape").ok()) << text;
    EXPECT_FALSE(parse_manifest(std::string(100000, '['), "tape").ok());
    const std::string nested = "{\"name\":" + std::string(100, '[') + std::string(100, ']') + "}";
    EXPECT_EQ(parse_manifest(nested, "tape").error().message, "the manifest is not JSON");
}

}  // namespace
