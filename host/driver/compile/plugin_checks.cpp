#include "driver/compile/plugin_checks.h"

#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "driver/compile/plugin_log.h"
#include "plugin/checked.h"
#include "plugin/recorder.h"

namespace weft::driver {
namespace {

std::string_view environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Result<std::uint64_t> most_memory() {
    const std::string_view text = environment("WEFT_TRACE_MEMORY");
    if (text.empty()) return plugin::Recorder::kMostMemory;
    std::uint64_t bytes = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
        return Error{WEFT_INVALID,
                     "WEFT_TRACE_MEMORY is '" + std::string(text) + "'; expected bytes"};
    return bytes;
}

void tell(const plugin::Offence& offence) {
    Diagnostics told(nullptr);
    told.add(offence.by_host ? Code::contract_broken_here : Code::contract_broken, {},
             {offence.plugin, offence.function, offence.text});
    std::string line = told.render(false);
    while (!line.empty() && line.back() == '\n') line.pop_back();
    warn_of_plugins(line);
}

}  // namespace

PluginChecks::PluginChecks() = default;
PluginChecks::~PluginChecks() = default;

Result<std::unique_ptr<PluginChecks>> PluginChecks::create() {
    const std::string_view check = environment("WEFT_CHECK");
    if (!check.empty() && check != "0" && check != "1" && check != "abort")
        return Error{WEFT_INVALID,
                     "WEFT_CHECK is '" + std::string(check) + "'; expected 0, 1 or abort"};
    std::unique_ptr<PluginChecks> checks(new PluginChecks);
    std::vector<plugin::Watcher*> watchers;
    if (check == "abort") {
        checks->checker_ = std::make_unique<plugin::Checker>(
            [](const plugin::Offence& offence) {
                tell(offence);
                std::abort();
            },
            true);
    } else if (check == "1") {
        checks->checker_ = std::make_unique<plugin::Checker>(tell);
    }
    if (checks->checker_ != nullptr) watchers.push_back(checks->checker_.get());
    if (const std::string_view path = environment("WEFT_TRACE"); !path.empty()) {
        auto most = most_memory();
        if (!most) return std::move(most).error();
        auto recorder = plugin::Recorder::open(std::string(path), *most);
        if (!recorder) return std::move(recorder).error();
        checks->recorder_ = std::move(*recorder);
        watchers.push_back(checks->recorder_.get());
    }
    if (watchers.empty()) return std::unique_ptr<PluginChecks>();
    checks->border_ = std::make_unique<plugin::Border>(std::move(watchers));
    return checks;
}

}  // namespace weft::driver
