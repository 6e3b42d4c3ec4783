// The headers say in words on which threads and in which state a function is called; calls.def says
// it to programs. Here the headers are read, so that neither can say something else, and so that no
// function is without a row.
#include <gtest/gtest.h>

#include <weft/calls.h>
#include <weft_paths.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

struct Row {
    int number;
    std::string table;
    std::string function;
    std::uint32_t side;
    std::uint32_t threads;
    std::uint32_t state;
    std::uint32_t tags;
    std::uint32_t since;

    [[nodiscard]] std::string name() const { return table + "." + function; }
};

const Row kRows[] = {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) \
    {number, #table, #function, side, threads, state, tags, since},
#define WEFT_CALLBACK(number, name, side, threads, state, tags, since) \
    {number, "", #name, side, threads, state, tags, since},
#include <weft/calls.def>
};

// A function as a header declares it, with the comment before it.
struct Declared {
    std::string header;
    std::string comment;
};

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The comment that ends before `at` with nothing but one declaration's words between; on one line.
std::string comment_before(const std::string& text, std::size_t at) {
    const std::size_t end = text.rfind("*/", at);
    if (end == std::string::npos) return {};
    if (text.substr(end, at - end).find_first_of(";{}") != std::string::npos) return {};
    std::string line;
    for (const char c : text.substr(text.rfind("/*", end), end - text.rfind("/*", end))) {
        const bool gap = c == '\n' || c == ' ' || c == '*';
        if (!gap) line += c;
        if (gap && !line.empty() && line.back() != ' ') line += ' ';
    }
    return line;
}

// Every pointer to a function that is a member of a struct, as "weft_host.log".
std::map<std::string, Declared> declared_in_headers() {
    std::map<std::string, Declared> all;
    for (const auto& entry :
         std::filesystem::directory_iterator(weft::in_source("/sdk/include/weft"))) {
        if (entry.path().extension() != ".h") continue;
        const std::string text = text_of(entry.path());
        const std::string header = entry.path().filename().string();
        const std::string opens = "typedef struct ";
        for (std::size_t at = text.find(opens); at != std::string::npos;
             at = text.find(opens, at + 1)) {
            const std::size_t brace = text.find('{', at);
            if (brace == std::string::npos || text.find(';', at) < brace) continue;  // opaque
            const std::size_t name = at + opens.size();
            const std::string table = text.substr(name, text.find(' ', name) - name);
            const std::size_t close = text.find("\n} " + table + ";", brace);
            for (std::size_t f = text.find("(*", brace); f < close; f = text.find("(*", f)) {
                const std::string function = text.substr(f + 2, text.find(')', f) - f - 2);
                all[table + "." + function] = {header, comment_before(text, f)};
                f = text.find(';', f);  // past its parameters
            }
        }
    }
    return all;
}

const char* const kThreads[] = {"any-thread",   "main-thread",  "compile-thread",
                                "frame-thread", "audio-thread", "worker"};
const char* const kStates[] = {"", "created", "compiling", "compiled", "open"};

// "[compile-thread, frame-thread & created]"
std::string bracket(const Row& row) {
    std::string text;
    for (std::size_t i = 0; i < std::size(kThreads); ++i)
        if ((row.threads >> i & 1u) != 0)
            text += (text.empty() ? "" : ", ") + std::string(kThreads[i]);
    if (row.state != WEFT_STATE_NONE) text += " & " + std::string(kStates[row.state]);
    return "[" + text + "]";
}

bool says(const std::string& comment, const char* words) {
    return comment.find(words) != std::string::npos;
}

TEST(CallTable, HasARowForEveryFunctionOfEveryTable) {
    std::set<std::string> rows;
    std::set<int> numbers;
    for (const Row& row : kRows) {
        EXPECT_TRUE(numbers.insert(row.number).second) << row.number << " is taken twice";
        if (row.table.empty()) continue;
        EXPECT_TRUE(rows.insert(row.name()).second) << row.name() << " has two rows";
    }
    const auto declared = declared_in_headers();
    EXPECT_GT(declared.size(), 60u);
    for (const auto& [name, where] : declared)
        EXPECT_TRUE(rows.contains(name)) << name << " of " << where.header << " has no row";
    for (const std::string& name : rows)
        EXPECT_TRUE(declared.contains(name)) << name << " is in no header";
}

TEST(CallTable, SaysWhatTheHeadersSay) {
    const auto declared = declared_in_headers();
    for (const Row& row : kRows) {
        const auto found = declared.find(row.name());
        if (found == declared.end()) continue;
        const std::string& comment = found->second.comment;
        const std::string begins = "/ " + bracket(row);
        EXPECT_EQ(comment.substr(0, begins.size()), begins)
            << found->second.header << ", " << row.name() << ": " << comment;
        const auto tag = [&](std::uint32_t bit) { return (row.tags & bit) != 0; };
        EXPECT_EQ(tag(WEFT_CALL_OPTIONAL), says(comment, "May be NULL.")) << row.name();
        EXPECT_EQ(tag(WEFT_CALL_TAKES_NULL), says(comment, "NULL is allowed")) << row.name();
        // What is "as" another function promises what that one promises.
        if (says(comment, "As weft_")) continue;
        EXPECT_EQ(tag(WEFT_CALL_NO_ALLOCATION),
                  says(comment, "No allocation.") || says(comment, "No allocation, no host query."))
            << row.name();
        EXPECT_EQ(tag(WEFT_CALL_NO_QUERY),
                  says(comment, "no host query.") || says(comment, "No host query,"))
            << row.name();
    }
}

// Words that nobody defined would be checked by nobody.
TEST(CallTable, UsesDefinedWordsOnly) {
    for (const Row& row : kRows) {
        EXPECT_LE(row.side, WEFT_CALL_HOST) << row.name();
        EXPECT_NE(row.threads, 0u) << row.name();
        EXPECT_LT(row.threads, 1u << std::size(kThreads)) << row.name();
        EXPECT_LT(row.state, std::size(kStates)) << row.name();
        EXPECT_LT(row.tags, WEFT_CALL_QUERY << 1) << row.name();
        EXPECT_GE(row.since, 1u) << row.name();
        const bool alone = (row.threads & WEFT_THREAD_ANY) == 0 || row.threads == WEFT_THREAD_ANY;
        EXPECT_TRUE(alone) << row.name() << ": any-thread says it all";
    }
}

}  // namespace
