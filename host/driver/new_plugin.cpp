#include "driver/new_plugin.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/diagnostics.h"
#include "driver/template_files.h"

namespace weft::driver {
namespace {

namespace fs = std::filesystem;

constexpr int kWrong = 1;
constexpr int kUsage = 2;
constexpr std::string_view kCommon = "common";  // files of every language

struct Language {
    std::string_view name;
    std::string_view packages;  // of Debian, for the CI of the new plugin
};
constexpr std::array kLanguages = {Language{"c", "gcc cmake make pkg-config"},
                                   Language{"c++", "g++ cmake make pkg-config"},
                                   Language{"rust", "rustc cargo"}};

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (is_letter(c)) c = static_cast<char>(c - 'a' + 'A');
    return result;
}

// What `name` would be if it were one; "" if nothing is left of it.
std::string as_name(std::string_view name) {
    std::string result;
    for (char c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (!is_letter(c) && !is_digit(c)) c = '_';
        if (is_letter(c) || (!result.empty() && (is_digit(c) || result.back() != '_'))) result += c;
    }
    while (!result.empty() && result.back() == '_') result.pop_back();
    return result;
}

// Why no plugin can be called that; "" if one can. The name is one of a file, of a target and of an
// identifier in three languages.
std::string wrong_with(std::string_view name) {
    constexpr std::size_t kMost = 64;
    const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
    if (name.empty() || !is_letter(name.front()) || !std::all_of(name.begin(), name.end(), fits))
        return "a name is a letter, then letters, digits and _, all lower case";
    if (name.size() > kMost) return "a name has at most 64 characters";
    if (name.starts_with("lib")) return "files of that name are libraries that plugins bring along";
    if (name == "reference") return "that is the back end which judges all others";
    return {};
}

// `text` with what stands for the new plugin's own words replaced.
class Words {
public:
    Words(const NewPluginOptions& options, std::string_view packages)
        : words_{{{"TEMPLATE_NAME", options.name},
                  {"TEMPLATE_UPPER", upper(options.name)},
                  {"TEMPLATE_VERSION", WEFT_VERSION},
                  {"TEMPLATE_PACKAGES", std::string(packages)}}} {}

    [[nodiscard]] std::string put_into(std::string_view text) const {
        std::string result(text);
        for (const auto& [word, value] : words_)
            for (std::size_t at = 0; (at = result.find(word, at)) != std::string::npos;
                 at += value.size())
                result.replace(at, word.size(), value);
        return result;
    }

private:
    std::array<std::pair<std::string_view, std::string>, 4> words_;
};

// "": it was written. A file that begins as scripts do can be run as they can.
std::string write(const fs::path& path, const std::string& text) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (failed) return failed.message();
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) return std::strerror(errno);
    if (text.starts_with("#!"))
        fs::permissions(path,
                        fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                        fs::perm_options::add, failed);
    return failed ? failed.message() : "";
}

// Why nothing can be made at `directory`; "" if something can.
std::string in_the_way(const fs::path& directory) {
    std::error_code failed;
    const fs::file_status status = fs::status(directory, failed);
    if (!fs::exists(status)) return {};
    if (!fs::is_directory(status)) return "it is there, and no directory";
    const bool empty = fs::is_empty(directory, failed);
    if (failed) return failed.message();
    return empty ? "" : "it is not empty, and nothing is overwritten";
}

// Moves what is in `from`, or `from` itself where nothing stands in its way: an empty directory may
// be one that somebody is in.
std::string move_to(const fs::path& directory, const fs::path& from) {
    std::error_code failed;
    if (!fs::exists(directory)) {
        fs::rename(from, directory, failed);
        return failed ? failed.message() : "";
    }
    std::vector<fs::path> names;
    for (fs::directory_iterator at(from, failed), end; !failed && at != end; at.increment(failed))
        names.push_back(at->path().filename());
    for (const fs::path& name : names)
        if (!failed) fs::rename(from / name, directory / name, failed);
    if (!failed) {
        fs::remove(from, failed);
        return {};
    }
    std::string why = failed.message();
    for (const fs::path& name : names) fs::remove_all(directory / name, failed);
    return why;
}

// Everything is written beside `directory` and moved there whole. "": done.
std::string make(const fs::path& directory, std::string_view language, const Words& words) {
    if (std::string why = in_the_way(directory); !why.empty()) return why;
    std::error_code failed;
    fs::create_directories(directory.parent_path(), failed);
    if (failed) return failed.message();
    const fs::path beside = directory.string() + ".new-" + std::to_string(getpid());
    std::string trouble;
    for (const TemplateFile& file : template_files()) {
        const std::size_t slash = file.path.find('/');
        const std::string_view part = file.path.substr(0, slash);
        if (!trouble.empty() || (part != kCommon && part != language)) continue;
        const std::string path = words.put_into(file.path.substr(slash + 1));
        trouble = write(beside / path, words.put_into(file.text));
    }
    if (trouble.empty()) trouble = move_to(directory, beside);
    if (!trouble.empty()) fs::remove_all(beside, failed);
    return trouble;
}

int fail(int code, Code what, std::initializer_list<std::string_view> args,
         const std::string& suggestion = {}) {
    Diagnostics told(nullptr);
    told.add(what, {}, args).suggest(suggestion);
    std::fputs(told.render(false).c_str(), stderr);
    return code;
}

}  // namespace

CLI::App* add_new_plugin(CLI::App& app, NewPluginOptions& options) {
    CLI::App* const command =
        app.add_subcommand("new-plugin", "make a directory with a back end to begin with");
    command->add_option("NAME", options.name, "what the plugin is called")->required();
    command->add_option("--lang", options.language, "c, c++ or rust")
        ->type_name("LANGUAGE")
        ->check(CLI::IsMember({"c", "c++", "rust"}));
    command->add_option("--dir", options.directory, "the directory to make: NAME unless said")
        ->type_name("DIR");
    return command;
}

int new_plugin(const NewPluginOptions& options) {
    if (const std::string why = wrong_with(options.name); !why.empty()) {
        const std::string near = as_name(options.name);
        return fail(kUsage, Code::plugin_name, {options.name, why},
                    wrong_with(near).empty() ? "did you mean '" + near + "'?" : "");
    }
    const auto language = std::find_if(kLanguages.begin(), kLanguages.end(), [&](const auto& one) {
        return one.name == options.language;
    });
    const std::string shown = options.directory.empty() ? options.name : options.directory;
    // Without a slash at the end, which would name what is inside.
    fs::path directory = fs::absolute(shown).lexically_normal();
    if (directory.filename().empty()) directory = directory.parent_path();
    const std::string trouble = make(directory, language->name, Words(options, language->packages));
    if (!trouble.empty()) return fail(kWrong, Code::plugin_directory, {shown, trouble});
    std::printf("%s: a back end in %s\n  cd %s\n  scripts/build\n  tests/run\n", shown.c_str(),
                options.language.c_str(), shown.c_str());
    return 0;
}

}  // namespace weft::driver
