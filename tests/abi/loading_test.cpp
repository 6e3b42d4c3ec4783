// Every way in which a plugin can be wrong is one clear line, and disturbs no other plugin.
#include <gtest/gtest.h>

#include <string>

#include "plugin/plugin.h"
#include "tests/support/plain_services.h"
#include "tests/support/plugin_dir.h"

namespace {

using namespace weft;
using plugin::PluginSet;
using plugin::State;
using test::PluginDir;

// The one line about the only plugin of a directory, after everything was tried.
std::string line_about(const PluginDir& dir, const std::string& name) {
    PluginSet plugins(dir.options());
    plugins.probe_all();
    const plugin::PluginInfo* info = plugins.find(name);
    if (!info) return "not found";
    EXPECT_EQ(info->reason.find('\n'), std::string::npos);
    if (info->state == State::ready) return "ready";
    test::PlainServices services;
    auto backend = plugins.backend(name, services);
    EXPECT_FALSE(backend.ok());
    if (!backend.ok()) {
        EXPECT_NE(backend.error().message.find("'" + name + "'"), std::string::npos);
    }
    return info->reason;
}

std::string line_about(const std::string& fixture, const std::string& json = {}) {
    const PluginDir dir;
    dir.add(fixture, json);
    return line_about(dir, fixture);
}

std::string with(const std::string& name, const std::string& from, const std::string& to) {
    std::string json = PluginDir::manifest(name);
    const auto at = json.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return json.replace(at, from.size(), to);
}

// Paths differ from run to run.
std::string without(std::string text, const std::string& part) {
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part))
        text.erase(at, part.size());
    return text;
}

TEST(Loading, AGoodOneIsReady) {
    EXPECT_EQ(line_about("plain"), "ready");
    EXPECT_EQ(line_about("newer_struct", with("newer_struct", "\"abi_target\": 1",
                                              "\"abi_target\": 7, \"flags\": [\"fragrant\"]")),
              "ready");
}

TEST(Loading, Files) {
    const PluginDir dir;
    dir.text("alone.json", PluginDir::manifest("alone"));
    EXPECT_EQ(line_about(dir, "alone"), "its library alone.so is not beside its manifest");
    dir.library("bare", PluginDir::fixture("plain"));
    EXPECT_EQ(line_about(dir, "bare"), "there is no manifest bare.json beside it");
    dir.text("dangling.json", PluginDir::manifest("dangling"));
    dir.library("dangling", "/nowhere/dangling.so");
    EXPECT_EQ(without(line_about(dir, "dangling"), dir.path()), "cannot read /dangling.so");
    dir.text("prose.json", PluginDir::manifest("prose"));
    dir.text("prose.so", "It was a dark and stormy night, and no machine code in sight.");
    EXPECT_EQ(without(line_about(dir, "prose"), dir.path()), "/prose.so is not a shared library");
    dir.text("empty.json", PluginDir::manifest("empty"));
    dir.text("empty.so", "");
    EXPECT_EQ(without(line_about(dir, "empty"), dir.path()), "/empty.so is not a shared library");
    dir.text("foreign.json", PluginDir::manifest("foreign"));
    std::string header =
        "\x7f"
        "ELF\x02\x01\x01" +
        std::string(9, '\0') + "\x03" + std::string(1, '\0');
    header += "\x08" + std::string(45, '\0');  // MIPS
    dir.text("foreign.so", header);
    EXPECT_EQ(without(line_about(dir, "foreign"), dir.path()),
              "/foreign.so is built for another kind of processor");
}

TEST(Loading, TruncatedLibrary) {
    const PluginDir dir;
    std::ifstream whole(PluginDir::fixture("plain"), std::ios::binary);
    std::string start(500, '\0');
    whole.read(start.data(), 500);
    dir.text("cut.json", PluginDir::manifest("cut"));
    dir.text("cut.so", start);
    EXPECT_EQ(line_about(dir, "cut").rfind("it cannot be opened: ", 0), 0u);
}

TEST(Loading, Dependencies) {
    EXPECT_EQ(
        line_about("undefined_symbol"),
        "it needs the function weft_function_of_nowhere, which no library of this system has");
    EXPECT_EQ(line_about("needs_library"), "it needs libweft_absent.so, which is not installed");
}

TEST(Loading, Entry) {
    EXPECT_EQ(line_about("no_symbol"), "it is not a plugin of weft: it has no weft_plugin_entry");
    EXPECT_EQ(line_about("entry_null"), "it refuses a host of contract 1");
    EXPECT_EQ(line_about("entry_throws"),
              "weft_plugin_entry: an exception came out of it: no licence found");
}

TEST(Loading, Versions) {
    EXPECT_EQ(line_about("newer_abi"),
              "it needs contract 99; this weft speaks 1 and is too old for it");
    EXPECT_EQ(line_about("older_abi"),
              "it was written for contract 0, which this weft no longer speaks");
    EXPECT_EQ(line_about("confused_abi"), "it was written for contract 1 and yet needs 3");
}

TEST(Loading, Tables) {
    EXPECT_EQ(line_about("small_struct"), "its description is only 12 bytes long");
    EXPECT_EQ(line_about("no_backend"), "it has no back end");
    EXPECT_EQ(line_about("short_table"), "its table of functions is only 32 bytes long");
    EXPECT_EQ(line_about("missing_function"), "its table has no function execute");
    EXPECT_EQ(line_about("describe_null"), "it describes itself with nothing");
    EXPECT_EQ(line_about("describe_garbage"), "its description of itself makes no sense");
    EXPECT_EQ(line_about("describe_builtins"), "its list of builtins makes no sense");
}

TEST(Loading, ManifestsThatLie) {
    const std::string said = "its manifest and its library disagree on ";
    EXPECT_EQ(line_about("plain", with("plain", "[\"visual\"]", "[\"visual\", \"audio\"]")),
              said + "its contexts");
    EXPECT_EQ(line_about("plain", with("plain", "\"1.0\"", "\"2.0\"")),
              said + "its version: \"2.0\" and \"1.0\"");
    EXPECT_EQ(line_about("plain", with("plain", "\"abi_target\": 1", "\"abi_target\": 2")),
              said + "the contract it is for");
    EXPECT_EQ(line_about("plain", with("plain", "\"contexts\"",
                                       "\"flags\": [\"deterministic\"], \"contexts\"")),
              said + "its flags");
    EXPECT_EQ(line_about("plain",
                         with("plain", "\"contexts\"", "\"builtins\": [\"load\"], \"contexts\"")),
              said + "its builtins");
    EXPECT_EQ(
        line_about("plain", with("plain", "\"contexts\"", "\"sinks\": [\"osc\"], \"contexts\"")),
        said + "its sinks");
    EXPECT_EQ(line_about("plain", with("plain", "\"contexts\"",
                                       "\"writes\": [{\"extension\": \"png\", \"kinds\": "
                                       "[\"picture\"]}], \"contexts\"")),
              said + "the files it writes: it writes none");
    const PluginDir dir;
    dir.library("other", PluginDir::fixture("plain"));
    dir.text("other.json", PluginDir::manifest("other"));
    EXPECT_EQ(line_about(dir, "other"), said + "its name: \"other\" and \"plain\"");
}

TEST(Loading, Probing) {
    EXPECT_EQ(line_about("probe_unavailable"), "no such device in this machine");
    EXPECT_EQ(line_about("probe_throws"),
              "plugin 'probe_throws', probe: an exception came out of it: driver exploded");
}

TEST(Loading, OneBadPluginDisturbsNoOther) {
    const PluginDir dir;
    for (const char* name : {"plain", "entry_null", "no_symbol", "describe_garbage", "throws"})
        dir.add(name);
    PluginSet plugins(dir.options());
    plugins.probe_all();
    EXPECT_EQ(plugins.find("plain")->state, State::ready);
    EXPECT_EQ(plugins.find("throws")->state, State::ready);
    EXPECT_EQ(plugins.find("entry_null")->state, State::broken);
    EXPECT_EQ(plugins.find("reference")->state, State::ready);
    EXPECT_EQ(plugins.for_context(WEFT_CONTEXT_VISUAL),
              (std::vector<std::string>{"plain", "throws"}));
}

}  // namespace
