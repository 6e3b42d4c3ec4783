#include "driver/validate/validate.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/result.h"
#include "driver/validate/harness.h"
#include "driver/validate/report.h"
#include "plugin/reference.h"
#include "plugin/search.h"

namespace weft::validate {
namespace {

namespace fs = std::filesystem;

constexpr int kPassed = 0, kFailed = 1, kUsage = 2, kCannotRun = 3, kInterrupted = 130;

int refuse(int code, const std::string& why) {
    std::fprintf(stderr, "error: %s\n", why.c_str());
    return code;
}

// A plugin's files, by the path of its library, or by its name as `weft plugins` shows it.
Result<Subject> find_subject(const ValidateOptions& options, const std::string& wanted) {
    const fs::path path(wanted);
    std::error_code failed;
    if (path.has_parent_path() || path.extension() == ".so") {
        const fs::path library = fs::absolute(path, failed).lexically_normal();
        if (failed || !fs::is_regular_file(library, failed))
            return Error{WEFT_INVALID, fmt::format("there is no file {}", wanted)};
        fs::path manifest = library;
        manifest.replace_extension(".json");
        return Subject{library.string(), manifest.string(), library.stem().string(), ""};
    }
    if (wanted == plugin::reference_manifest().name) return Subject{"", "", wanted, ""};
    plugin::PluginOptions where;
    where.directories = options.plugin_directories;
    std::string searched;
    const auto paths = plugin::search_paths(where);
    for (const plugin::Found& found : plugin::find_plugins(paths))
        if (found.name == wanted && !found.library.empty())
            return Subject{fs::absolute(found.library, failed).string(), found.manifest, found.name,
                           ""};
    for (const plugin::SearchPath& tried : paths)
        searched += (searched.empty() ? "" : ", ") + tried.directory;
    return Error{WEFT_INVALID, fmt::format("there is no plugin '{}' in {}; a path of a library has "
                                           "a / in it, or ends in .so",
                                           wanted, searched)};
}

Result<Level> level_of(const std::string& name) {
    for (const Level level : {Level::quick, Level::standard, Level::strict})
        if (name_of(level) == name) return level;
    return Error{WEFT_INVALID,
                 fmt::format("--level: '{}' is none of quick, standard, strict", name)};
}

Result<std::vector<const Check*>> chosen(const ValidateOptions& options, Level level) {
    std::vector<const Check*> checks;
    std::vector<bool> used(options.words.size(), false);
    for (const Check& check : all_checks()) {
        bool wanted = options.words.empty() && check.level <= level;
        for (std::size_t i = 0; i < options.words.size(); ++i) {
            if (check.id.find(options.words[i]) == std::string_view::npos) continue;
            used[i] = wanted = true;
        }
        if (wanted) checks.push_back(&check);
    }
    for (std::size_t i = 0; i < used.size(); ++i)
        if (!used[i])
            return Error{WEFT_INVALID,
                         fmt::format("--check: no check has '{}' in its name; weft validate --list "
                                     "shows all",
                                     options.words[i])};
    return checks;
}

int run(const ValidateOptions& options, const RunOptions& run_options) {
    const auto begin = std::chrono::steady_clock::now();
    if (!options.json)
        std::printf("%s: level %s, %zu checks, seed %llu\n", run_options.subject.name.c_str(),
                    std::string(name_of(run_options.level)).c_str(), run_options.checks.size(),
                    static_cast<unsigned long long>(run_options.seed));
    std::fflush(stdout);
    const auto results = run_checks(run_options, [&](const CheckResult& result) {
        if (options.json) return;
        std::fputs(result_text(result).c_str(), stdout);
        std::fflush(stdout);
    });
    if (!results)
        return refuse(results.error().status == WEFT_CANCELLED ? kInterrupted : kCannotRun,
                      results.error().message);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    const Report report{run_options, *results, seconds.count()};
    std::fputs((options.json ? report_json(report) : summary_text(report)).c_str(), stdout);
    if (!options.junit.empty() && !(std::ofstream(options.junit) << report_junit(report)))
        return refuse(kCannotRun, fmt::format("cannot write {}", options.junit));
    for (const CheckResult& result : *results)
        if (result.outcome == Outcome::failed) return kFailed;
    return kPassed;
}

}  // namespace

const std::vector<Check>& all_checks() {
    static const std::vector<Check> all = [] {
        std::vector<Check> checks;
        for (const auto& group :
             {loading_checks(), version_checks(), lifecycle_checks(), failure_checks(),
              error_checks(), ownership_checks(), thread_checks(), realtime_checks(), edge_checks(),
              semantics_checks(), extension_checks()})
            checks.insert(checks.end(), group.begin(), group.end());
        return checks;
    }();
    return all;
}

int validate_plugin(const ValidateOptions& options) {
    const auto level = level_of(options.level);
    if (!level) return refuse(kUsage, level.error().message);
    // Asked for what there is, every level is shown.
    const auto checks = chosen(options, options.list ? Level::strict : *level);
    if (!checks) return refuse(kUsage, checks.error().message);
    if (options.list) {
        std::fputs((options.json ? list_json(*checks) : list_text(*checks)).c_str(), stdout);
        return kPassed;
    }
    if (options.plugin.empty()) return refuse(kUsage, "which plugin? weft validate PLUGIN.so");
    auto subject = find_subject(options, options.plugin);
    if (!subject) return refuse(kUsage, subject.error().message);
    if (!options.beside.empty()) {
        const auto beside = find_subject(options, options.beside);
        if (!beside) return refuse(kUsage, beside.error().message);
        if (beside->library.empty()) return refuse(kUsage, "--beside: it is built in");
        subject->beside = beside->library;
    }
    if (!options.child.empty()) run_child(*subject, options.child);
    RunOptions run_options;
    run_options.subject = *subject;
    run_options.checks = *checks;
    run_options.seed = options.seed ? *options.seed : std::random_device{}();
    run_options.level = *level;
    run_options.in_process = options.in_process;
    run_options.patience = options.patience;
    return run(options, run_options);
}

}  // namespace weft::validate
