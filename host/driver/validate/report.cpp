#include "driver/validate/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "plugin/call.h"
#include "plugin/search.h"

namespace weft::validate {
namespace {

constexpr std::size_t kMostLines = 20;

// What the plugin printed, its last lines, each behind a bar.
std::string quoted(std::string_view output) {
    std::vector<std::string> lines;
    while (!output.empty()) {
        const std::size_t end = output.find('\n');
        lines.push_back(plugin::one_line(output.substr(0, end)));
        output = end == std::string_view::npos ? "" : output.substr(end + 1);
    }
    std::string text;
    const std::size_t first = lines.size() > kMostLines ? lines.size() - kMostLines : 0;
    for (std::size_t i = first; i < lines.size(); ++i)
        text += fmt::format("            | {}\n", lines[i]);
    return text;
}

}  // namespace

std::string_view name_of(Level level) {
    constexpr std::array<std::string_view, 3> kNames = {"quick", "standard", "strict"};
    return kNames[static_cast<std::size_t>(level)];
}

std::string_view name_of(Outcome outcome) {
    constexpr std::array<std::string_view, 4> kNames = {"none", "passed", "skipped", "failed"};
    return kNames[static_cast<std::size_t>(outcome)];
}

std::string_view group_of(const Check& check) {
    return check.id.substr(0, check.id.find('.'));
}

std::string page_of(const Check& check) {
    return fmt::format("{}#{}", plugin::page_of_the_manual("docs/sdk/validate.md"),
                       group_of(check));
}

std::string result_text(const CheckResult& result) {
    const Check& check = *result.check;
    if (result.outcome == Outcome::passed) return fmt::format("  ok    {}\n", check.id);
    if (result.outcome == Outcome::skipped)
        return fmt::format("  skip  {}: {}\n", check.id, result.message);
    std::string text = fmt::format("  FAIL  {}: {}\n", check.id, result.message);
    text += fmt::format("            due: {} ({})\n", check.asks, check.says);
    if (!result.output.empty()) text += "            it printed\n" + quoted(result.output);
    return text + fmt::format("            more: {}\n", page_of(check));
}

std::string summary_text(const Report& report) {
    std::array<std::size_t, 4> counts{};
    const CheckResult* first = nullptr;
    for (const CheckResult& result : report.results) {
        ++counts[static_cast<std::size_t>(result.outcome)];
        if (!first && result.outcome == Outcome::failed) first = &result;
    }
    const auto count = [&](Outcome outcome) { return counts[static_cast<std::size_t>(outcome)]; };
    std::string text = fmt::format("{}: {} passed, {} failed, {} skipped in {:.1f} s\n",
                                   report.options.subject.name, count(Outcome::passed),
                                   count(Outcome::failed), count(Outcome::skipped), report.seconds);
    if (first)
        text += fmt::format(
            "in a debugger: gdb --args weft validate {} --check {} --level {} "
            "--seed {}{}{} --in-process\n",
            report.options.subject.library.empty() ? report.options.subject.name
                                                   : report.options.subject.library,
            first->check->id, name_of(report.options.level), report.options.seed,
            report.options.subject.beside.empty() ? "" : " --beside ",
            report.options.subject.beside);
    return text;
}

std::string list_text(const std::vector<const Check*>& checks) {
    std::size_t width = 0;
    for (const Check* check : checks) width = std::max(width, check->id.size());
    std::string text;
    for (const Check* check : checks)
        text += fmt::format("{:<{}}  {:<8}  {}\n", check->id, width, name_of(check->level),
                            check->asks);
    return text;
}

}  // namespace weft::validate
