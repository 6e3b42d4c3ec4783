// Which plugins are found, which one a name means, and what is said when none serves.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "plugin/plugin.h"
#include "tests/support/plain_services.h"
#include "tests/support/plugin_dir.h"

namespace {

using namespace weft;
using plugin::PluginSet;
using plugin::State;
using test::PluginDir;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

TEST(PluginSet, NothingIsOpenedBeforeItIsNeeded) {
    const PluginDir dir;
    dir.add("plain");
    dir.add("entry_null");
    PluginSet plugins(dir.options());
    EXPECT_EQ(plugins.find("plain")->state, State::listed);
    EXPECT_EQ(plugins.find("entry_null")->state, State::listed);
    EXPECT_TRUE(plugins.for_builtin("load").empty());
    EXPECT_EQ(plugins.find("plain")->state, State::listed);
    EXPECT_EQ(plugins.for_context(WEFT_CONTEXT_VISUAL), std::vector<std::string>{"plain"});
    EXPECT_EQ(plugins.find("plain")->state, State::ready);
    EXPECT_EQ(plugins.find("plain")->score, 10);
}

TEST(PluginSet, TheFirstOfANameWins) {
    const PluginDir first, second;
    first.add("plain");
    second.add("plain");
    second.add("gain", "{}");
    plugin::PluginOptions options = first.options();
    options.directories.push_back(second.path());
    options.directories.push_back(first.path());  // once is enough
    PluginSet plugins(options);
    ASSERT_EQ(plugins.list().size(), 4u);  // with the reference
    EXPECT_EQ(plugins.find("plain")->library, first.path() + "/plain.so");
    EXPECT_EQ(plugins.list()[3].state, State::hidden);
    EXPECT_EQ(plugins.list()[3].reason, first.path() + "/plain.so was found before it");
    const SourceMap sources;
    Diagnostics diagnostics(&sources);
    plugins.report(diagnostics);
    EXPECT_FALSE(diagnostics.has_errors());
    ASSERT_EQ(diagnostics.all().size(), 2u);
    EXPECT_EQ(diagnostics.all()[0].text,
              "the plugin 'gain' cannot be used: the manifest has no \"name\"");
    EXPECT_EQ(diagnostics.all()[1].code, Code::plugin_hidden);
}

TEST(PluginSet, WhatIsBuiltInCannotBeReplaced) {
    const PluginDir dir;
    dir.text("reference.json", PluginDir::manifest("reference"));
    dir.library("reference", PluginDir::fixture("plain"));
    PluginSet plugins(dir.options());
    EXPECT_EQ(plugins.find("reference")->library, "");
    EXPECT_EQ(plugins.list()[1].reason, "a back end of this name is built in");
}

TEST(PluginSet, TheEnvironmentAddsDirectories) {
    const PluginDir dir;
    dir.add("plain");
    setenv("WEFT_PLUGIN_PATH", (":/nowhere/at/all:" + dir.path()).c_str(), 1);
    plugin::PluginOptions options;
    options.use_installed = false;
    PluginSet plugins(options);
    unsetenv("WEFT_PLUGIN_PATH");
    ASSERT_EQ(plugins.searched().size(), 2u);
    EXPECT_FALSE(plugins.searched()[0].exists);
    EXPECT_EQ(plugins.searched()[1].origin, "WEFT_PLUGIN_PATH");
    EXPECT_NE(plugins.find("plain"), nullptr);
}

TEST(PluginSet, OneInstanceABackend) {
    const PluginDir dir;
    dir.add("plain");
    test::PlainServices services;
    PluginSet plugins(dir.options());
    auto first = plugins.backend("plain", services);
    auto again = plugins.backend("plain", services);
    ASSERT_TRUE(first.ok() && again.ok());
    EXPECT_EQ(*first, *again);
    EXPECT_EQ((*first)->name(), "plain");
    EXPECT_EQ(plugins.backend("nobody", services).error().message, "there is no plugin 'nobody'");
    EXPECT_EQ(plugins.extension("plain", "weft.writer/1").error().message,
              "plugin 'plain' does not offer weft.writer/1");
    EXPECT_EQ(plugins.writer("png").error().message, "no plugin writes .png files");
}

TEST(PluginSet, MissingThingsAreExplained) {
    const PluginDir dir;
    dir.text("media.json", replaced(PluginDir::manifest("media"), "\"contexts\"",
                                    "\"builtins\": [\"load\"], \"contexts\""));
    PluginSet plugins(dir.options());
    const SourceMap sources;
    Diagnostics d(&sources);
    plugins.explain_missing_builtin("mic", {}, d);
    plugins.explain_missing_builtin("load", {}, d);
    plugins.explain_missing_sink("osc", {}, d);
    plugins.explain_missing_context(WEFT_CONTEXT_AUDIO, d);
    plugins.explain_missing_backend("referense", d);
    plugins.explain_missing_backend("media", d);
    plugins.explain_missing_writer("png", d);
    ASSERT_EQ(d.all().size(), 7u);
    EXPECT_EQ(d.all()[0].text, "mic() needs the plugin 'audio', which is not there");
    EXPECT_EQ(d.all()[0].notes[0].text, "searched " + dir.path() + " (--plugin-dir)");
    EXPECT_EQ(d.all()[0].suggestion, "'weft doctor' tells more");
    EXPECT_EQ(d.all()[1].text,
              "load() needs the plugin 'media', which cannot be used: its library media.so is not "
              "beside its manifest");
    EXPECT_EQ(d.all()[2].text, "osc needs the plugin 'osc', which is not there");
    EXPECT_EQ(d.all()[3].text, "no plugin here computes for audio");
    EXPECT_EQ(d.all()[4].text, "there is no back end 'referense'");
    EXPECT_EQ(d.all()[4].suggestion, "did you mean 'reference'?");
    EXPECT_EQ(d.all()[5].code, Code::backend_unusable);
    EXPECT_EQ(d.all()[6].text, "no plugin here writes .png files");
}

TEST(PluginSet, ReportsAreWhole) {
    const PluginDir dir;
    dir.add("plain");
    dir.add("entry_null");
    PluginSet plugins(dir.options());
    const auto json = nlohmann::json::parse(plugin::plugins_json(plugins));
    ASSERT_EQ(json["plugins"].size(), 3u);
    EXPECT_EQ(json["plugins"][0]["name"], "reference");
    EXPECT_EQ(json["plugins"][1]["state"], "broken");
    EXPECT_EQ(json["plugins"][1]["reason"], "it refuses a host of contract 1");
    EXPECT_EQ(json["plugins"][2]["score"], 10);
    const std::string text = plugin::plugins_text(plugins);
    EXPECT_NE(text.find("plain 1.0: ready, nothing, score 10\n"), std::string::npos) << text;
    const auto doctor = nlohmann::json::parse(plugin::doctor_json(plugins, {"9.9", ""}));
    EXPECT_EQ(doctor["version"], "9.9");
    EXPECT_GE(doctor["machine"]["cores"], 1);
    EXPECT_GT(doctor["machine"]["memory"], 1u << 20);
    const std::string advice = doctor["advice"].dump();
    EXPECT_NE(advice.find("repair or remove the plugin 'entry_null'"), std::string::npos) << advice;
    EXPECT_NE(advice.find("no plugin computes for audio"), std::string::npos) << advice;
    EXPECT_NE(advice.find("caching is off"), std::string::npos) << advice;
    EXPECT_NE(plugin::doctor_text(plugins, {"9.9", "/tmp"}).find("weft 9.9, contract 1"),
              std::string::npos);
}

}  // namespace
