// `weft doctor`: the machine, the search, the plugins, and what to do about what is amiss.
#include <fmt/format.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <weft/backend.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "plugin/plugin.h"
#include "plugin/report.h"

namespace weft::plugin {
namespace {

struct Machine {
    std::string processor;
    std::vector<std::string> features;  // those that matter to code generators
    unsigned cores = 0;                 // that this process may use
    unsigned cores_installed = 0;
    std::uint64_t memory = 0;       // bytes
    std::uint64_t memory_free = 0;  // bytes, without swapping
};

constexpr std::array<std::string_view, 12> kFeatures = {
    "sse4_2",   "avx",      "f16c",     "fma",   "avx2", "avx512f",
    "avx512dq", "avx512bw", "avx512vl", "asimd", "sve",  "sve2"};

// "model name	: X" of /proc files: the value behind the first line with this key.
std::string value_of(const std::string& path, std::string_view key) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        if (line.rfind(key, 0) != 0) continue;
        const auto colon = line.find(':');
        const auto begin = line.find_first_not_of(" \t", colon + 1);
        if (colon != std::string::npos && begin != std::string::npos) return line.substr(begin);
    }
    return {};
}

std::uint64_t kilobytes(std::string_view key) {
    std::istringstream text(value_of("/proc/meminfo", key));
    std::uint64_t number = 0;
    text >> number;
    return number * 1024;
}

Machine look_at_machine() {
    Machine m;
    m.processor = value_of("/proc/cpuinfo", "model name");
    if (m.processor.empty()) m.processor = value_of("/proc/cpuinfo", "CPU implementer");
    std::string flags = value_of("/proc/cpuinfo", "flags");
    if (flags.empty()) flags = value_of("/proc/cpuinfo", "Features");
    std::istringstream words(flags);
    for (std::string word; words >> word;)
        if (std::find(kFeatures.begin(), kFeatures.end(), word) != kFeatures.end())
            m.features.push_back(word);
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        m.cores = static_cast<unsigned>(CPU_COUNT(&set));
    m.cores_installed = static_cast<unsigned>(std::max(0L, sysconf(_SC_NPROCESSORS_CONF)));
    m.memory = kilobytes("MemTotal");
    m.memory_free = kilobytes("MemAvailable");
    return m;
}

struct Cache {
    bool on = false;
    bool writable = false;
    std::uint64_t room = 0;  // bytes
};

Cache look_at_cache(const std::string& directory) {
    Cache c;
    c.on = !directory.empty();
    if (!c.on) return c;
    // The directory itself is made on demand: ask the nearest one that exists.
    std::string at = directory;
    while (at.size() > 1 && access(at.c_str(), F_OK) != 0) at.resize(at.find_last_of('/'));
    if (at.empty()) at = "/";
    c.writable = access(at.c_str(), W_OK) == 0;
    struct statvfs room {};
    if (statvfs(at.c_str(), &room) == 0) c.room = room.f_bavail * room.f_frsize;
    return c;
}

// One line for each thing that is amiss, with what to do.
std::vector<std::string> advice(PluginSet& plugins, const Cache& cache, const DoctorInput& input) {
    std::vector<std::string> lines;
    for (const SearchPath& path : plugins.searched())
        if (!path.exists && path.origin != kInstalled)
            lines.push_back(
                fmt::format("{} names {}, which is not a directory", path.origin, path.directory));
    for (const PluginInfo& info : plugins.list()) {
        if (info.state == State::broken)
            lines.push_back(fmt::format("repair or remove the plugin '{}': {}", info.manifest.name,
                                        info.reason));
        if (info.state == State::hidden)
            lines.push_back(fmt::format("{} is never used: {}", info.library, info.reason));
    }
    for (const std::uint32_t context : {WEFT_CONTEXT_VISUAL, WEFT_CONTEXT_AUDIO})
        if (plugins.for_context(context).empty())
            lines.push_back(
                fmt::format("no plugin computes for {}: programs can only be judged "
                            "with --on reference; install a back end or set "
                            "WEFT_PLUGIN_PATH",
                            context_name(context)));
    if (!cache.on)
        lines.emplace_back("caching is off: every start compiles anew");
    else if (!cache.writable)
        lines.push_back(
            fmt::format("{} cannot be written: every start compiles anew", input.cache_directory));
    else if (cache.room < (64u << 20))
        lines.push_back(fmt::format("{} has less than 64 MiB left", input.cache_directory));
    return lines;
}

double gib(std::uint64_t bytes) {
    return static_cast<double>(bytes) / (1u << 30);
}

}  // namespace

std::string doctor_text(PluginSet& plugins, const DoctorInput& input) {
    plugins.probe_all();
    const Machine m = look_at_machine();
    const Cache cache = look_at_cache(input.cache_directory);
    std::string text = fmt::format("weft {}, contract {}\n\n", input.version, WEFT_ABI_VERSION);
    text += "machine\n";
    text += fmt::format("    processor {}\n", m.processor.empty() ? "unknown" : m.processor);
    text += fmt::format("    features  {}\n", fmt::join(m.features, " "));
    text += fmt::format("    cores     {} usable of {}\n", m.cores, m.cores_installed);
    text += fmt::format("    memory    {:.1f} GiB, {:.1f} GiB free\n", gib(m.memory),
                        gib(m.memory_free));
    text += fmt::format("    cache     {}\n\n", cache.on ? input.cache_directory : "off");
    text += "searched\n";
    for (const SearchPath& path : plugins.searched())
        text += fmt::format("    {} ({}{})\n", path.directory, path.origin,
                            path.exists ? "" : ", not there");
    text += "\nplugins\n";
    for (const PluginInfo& info : plugins.list()) {
        std::istringstream lines(plugin_text(info));
        for (std::string line; std::getline(lines, line);) text += "    " + line + "\n";
    }
    const auto lines = advice(plugins, cache, input);
    text += lines.empty() ? "\nnothing is amiss\n" : "\nadvice\n";
    for (const std::string& line : lines) text += "    " + line + "\n";
    return text;
}

std::string doctor_json(PluginSet& plugins, const DoctorInput& input) {
    const Machine m = look_at_machine();
    const Cache cache = look_at_cache(input.cache_directory);
    nlohmann::json json = nlohmann::json::parse(plugins_json(plugins));
    json["version"] = input.version;
    json["abi"] = WEFT_ABI_VERSION;
    json["machine"] = {{"processor", m.processor}, {"features", m.features},
                       {"cores", m.cores},         {"cores_installed", m.cores_installed},
                       {"memory", m.memory},       {"memory_free", m.memory_free}};
    json["cache"] = {{"directory", input.cache_directory},
                     {"on", cache.on},
                     {"writable", cache.writable},
                     {"free", cache.room}};
    json["advice"] = advice(plugins, cache, input);
    return to_text(json);
}

}  // namespace weft::plugin
