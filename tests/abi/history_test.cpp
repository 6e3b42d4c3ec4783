// The rules of docs/sdk/growth.md that the headers themselves show: what may grow is listed with
// its past, what is not cannot grow, every struct is written down, every extension says what it is.
#include <gtest/gtest.h>

#include <weft/async.h>
#include <weft/audio.h>
#include <weft/control.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/plugin.h>
#include <weft/residency.h>
#include <weft/semaphore.h>
#include <weft/weft.h>
#include <weft/window.h>
#include <weft/writer.h>

#include <weft_paths.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::vector<std::smatch> all(const std::string& text, const std::string& pattern) {
    static std::map<std::string, std::regex> compiled;
    const auto& regex = compiled.try_emplace(pattern, pattern).first->second;
    return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
}

// A struct of a public header: its members, each with the words before its name.
struct Struct {
    std::map<std::string, std::string> members;
    std::string first;
};

std::map<std::string, Struct> public_structs() {
    std::map<std::string, Struct> structs;
    for (const auto& header : fs::directory_iterator(weft::in_source("/sdk/include/weft"))) {
        if (header.path().extension() != ".h") continue;
        static const std::regex comment(R"(/\*[^*]*\*+([^/*][^*]*\*+)*/)");
        const std::string text = std::regex_replace(text_of(header.path()), comment, "");
        for (const auto& found : all(text, R"(typedef struct (\w+) \{([^}]*)\})")) {
            Struct& s = structs[found[1]];
            const std::string body = found[2];
            for (const auto& member :
                 all(body, R"(([^;]*?)(\(\*)?(\w+)(\[[^\]]*\]|\)\([^;]*)?;)")) {
                s.members[member[3]] = member[1];
                if (s.first.empty()) s.first = member[3];
            }
        }
    }
    return structs;
}

struct History {
    const char* name;
    std::size_t now;
    std::vector<std::size_t> sizes;
    std::size_t struct_size_at;
    std::size_t struct_size_bytes;
};

const std::vector<History>& histories() {
    static const std::vector<History> rows = {
#define WEFT_GROWS(type, ...) \
    {#type, sizeof(type), {__VA_ARGS__}, offsetof(type, struct_size), sizeof(type::struct_size)},
#include "sdk/abi/history.def"
    };
    return rows;
}

TEST(Growth, SizesOnlyRoseAndTheLastIsTodays) {
    for (const History& h : histories()) {
        EXPECT_EQ(h.sizes.back(), h.now) << h.name << ": write its new size behind the old ones";
        EXPECT_TRUE(std::is_sorted(h.sizes.begin(), h.sizes.end())) << h.name;
        EXPECT_EQ(h.struct_size_at, 0u) << h.name;
        EXPECT_EQ(h.struct_size_bytes, 4u) << h.name;
    }
}

// Arrays of these are passed, although they begin with struct_size.
const std::set<std::string> kElements = {"weft_audio_device", "weft_device", "weft_monitor"};

TEST(Growth, WhatStandsInAnotherStructKeepsItsSize) {
    std::set<std::string> growing;
    for (const History& h : histories()) growing.insert(h.name);
    std::set<std::string> inner = kElements;
    const auto structs = public_structs();
    ASSERT_GT(structs.size(), 60u);
    for (const auto& [name, s] : structs)
        for (const auto& [member, type] : s.members)
            for (const auto& used : all(type, R"(\b(weft_\w+) *$)")) inner.insert(used[1]);
    for (const auto& [name, s] : structs) {
        const bool may = s.first == "struct_size" && !inner.contains(name);
        EXPECT_EQ(growing.contains(name), may)
            << name << (may ? " may grow: list it in sdk/abi/history.def" : " must not grow");
    }
}

// What inline functions of the headers keep for themselves.
const std::set<std::string> kNeverPassed = {"weft_grid_place"};

TEST(Growth, EveryMemberIsWrittenDown) {
    std::string written, missing;
    for (const auto& file : fs::directory_iterator(weft::in_source("/tests/abi")))
        written += text_of(file.path());
    for (const auto& [name, s] : public_structs()) {
        if (kNeverPassed.contains(name)) continue;
        if (written.find("SIZE(" + name + ", ") == std::string::npos) missing += name + "\n";
        for (const auto& [member, type] : s.members)
            if (written.find("AT(" + name + ", " + member + ", ") == std::string::npos)
                missing += name + "." + member + "\n";
    }
    EXPECT_EQ(missing, "") << "write them into a *layout_test.cpp beside this file";
}

// libweft exports what its header declares, and scripts/check-abi watches all of it.
TEST(Growth, EveryFunctionOfTheLibraryIsWatched) {
    const std::string header = text_of(weft::in_source("/sdk/include/weft/weft.h"));
    const std::string map = text_of(weft::in_source("/cmake/libweft.map"));
    const std::string surface = text_of(weft::in_source("/sdk/abi/surface.c"));
    const auto declared = all(header, R"(WEFT_EXPORT [^;(]*\b(weft_\w+)\()");
    EXPECT_GT(declared.size(), 10u);
    for (const auto& found : declared) {
        const std::string name = found[1];
        EXPECT_NE(map.find(" " + name + ";"), std::string::npos) << name;
        EXPECT_NE(surface.find("FUNCTION(" + name + ")"), std::string::npos) << name;
    }
    EXPECT_EQ(all(map, R"(weft_\w+;)").size(), declared.size());
}

// `#define WEFT_TAPE_EXTENSION "weft.tape/1" /* draft */`, and the same in the page.
TEST(Growth, EveryExtensionIsStableOrDraft) {
    const std::string page = text_of(weft::in_source("/docs/sdk/growth.md"));
    int count = 0;
    for (const auto& header : fs::directory_iterator(weft::in_source("/sdk/include/weft"))) {
        const std::string text = text_of(header.path());
        for (const auto& found : all(text, "#define WEFT_\\w+_EXTENSION (.*)\n")) {
            const std::string said = found[1];
            std::smatch parts;
            ASSERT_TRUE(std::regex_match(
                said, parts, std::regex(R"re("(weft\.\w+/\d+)" /\* (stable|draft) \*/)re")))
                << header.path() << ": " << said;
            const std::regex row("\\| `" + parts[1].str() + "` \\| [^|]* \\| " + parts[2].str() +
                                 " \\|");
            EXPECT_TRUE(std::regex_search(page, row)) << "docs/sdk/growth.md: " << said;
            ++count;
        }
    }
    EXPECT_EQ(static_cast<std::size_t>(count), all(page, R"(\n\| `weft\.)").size());
}

}  // namespace
