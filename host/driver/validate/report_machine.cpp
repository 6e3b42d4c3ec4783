// The reports that programs read.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "driver/validate/report.h"
#include "plugin/call.h"

namespace weft::validate {
namespace {

using Json = nlohmann::ordered_json;

// The other side's bytes, as text that any reader takes.
std::string clean(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += plugin::one_line(text.substr(0, end), text.size());
        if (end == text.size()) break;
        out += '\n';
        text.remove_prefix(end + 1);
    }
    return out;
}

Json check_json(const Check& check) {
    return {{"id", check.id},     {"group", group_of(check)}, {"level", name_of(check.level)},
            {"asks", check.asks}, {"says", check.says},       {"page", page_of(check)}};
}

std::size_t count(const Report& report, Outcome outcome) {
    const auto is = [outcome](const CheckResult& result) { return result.outcome == outcome; };
    return static_cast<std::size_t>(
        std::count_if(report.results.begin(), report.results.end(), is));
}

std::string xml(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string case_xml(const Report& report, const CheckResult& result) {
    const Check& check = *result.check;
    std::string text = fmt::format(R"(    <testcase classname="{}.{}" name="{}" time="{:.3f}")",
                                   xml(report.options.subject.name), group_of(check), xml(check.id),
                                   result.seconds);
    if (result.outcome == Outcome::passed) return text + "/>\n";
    text += ">\n";
    if (result.outcome == Outcome::skipped)
        text += fmt::format("      <skipped message=\"{}\"/>\n", xml(clean(result.message)));
    if (result.outcome == Outcome::failed)
        text += fmt::format("      <failure message=\"{}\">due: {} ({}); more: {}</failure>\n",
                            xml(clean(result.message)), xml(check.asks), xml(check.says),
                            page_of(check));
    if (!result.output.empty())
        text += fmt::format("      <system-out>{}</system-out>\n", xml(clean(result.output)));
    return text + "    </testcase>\n";
}

}  // namespace

std::string report_json(const Report& report) {
    Json checks = Json::array();
    for (const CheckResult& result : report.results) {
        Json one = check_json(*result.check);
        one["result"] = name_of(result.outcome);
        one["message"] = clean(result.message);
        one["output"] = clean(result.output);
        one["seconds"] = result.seconds;
        checks.push_back(std::move(one));
    }
    const Json document = {{"plugin", report.options.subject.name},
                           {"library", report.options.subject.library},
                           {"level", name_of(report.options.level)},
                           {"seed", report.options.seed},
                           {"passed", count(report, Outcome::passed)},
                           {"failed", count(report, Outcome::failed)},
                           {"skipped", count(report, Outcome::skipped)},
                           {"seconds", report.seconds},
                           {"checks", std::move(checks)}};
    return document.dump(2) + "\n";
}

std::string list_json(const std::vector<const Check*>& checks) {
    Json list = Json::array();
    for (const Check* check : checks) list.push_back(check_json(*check));
    return list.dump(2) + "\n";
}

std::string report_junit(const Report& report) {
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"weft validate {}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" "
        "time=\"{:.3f}\">\n"
        "    <properties>\n"
        "      <property name=\"level\" value=\"{}\"/>\n"
        "      <property name=\"seed\" value=\"{}\"/>\n"
        "    </properties>\n",
        xml(report.options.subject.name), report.results.size(), count(report, Outcome::failed),
        count(report, Outcome::skipped), report.seconds, name_of(report.options.level),
        report.options.seed);
    for (const CheckResult& result : report.results) text += case_xml(report, result);
    return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace weft::validate
