#include "plugin/library.h"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>

#include "plugin/border.h"
#include "plugin/call.h"

namespace weft::plugin {
namespace {

Error reason(weft_status status, std::string text) {
    return {status, std::move(text)};
}

// An error of a call, without the plugin's name, which its reader has already.
Error reason(const Error& of_call, std::string_view plugin) {
    const std::string prefix = fmt::format("plugin '{}', ", plugin);
    const bool named = of_call.message.rfind(prefix, 0) == 0;
    return {of_call.status, named ? of_call.message.substr(prefix.size()) : of_call.message};
}

// --- The file ------------------------------------------------------------------------------------

// The machine this program itself was built for, from its own header.
Elf64_Half own_machine() {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    Elf64_Ehdr header{};
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    return file ? header.e_machine : Elf64_Half{EM_NONE};
}

// What dlopen would say less clearly.
Result<void> check_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return reason(WEFT_UNAVAILABLE, fmt::format("cannot read {}", path));
    Elf64_Ehdr header{};
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    if (file.gcount() < EI_NIDENT || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return reason(WEFT_INCOMPATIBLE, fmt::format("{} is not a shared library", path));
    const Elf64_Half machine = own_machine();
    if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
        (machine != EM_NONE && header.e_machine != machine))
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("{} is built for another kind of processor", path));
    return {};
}

// "libfoo.so.1: cannot open shared object file: No such file or directory" and the like.
Error loader_error(const std::string& path, const std::string& text) {
    constexpr std::string_view kMissing = ": cannot open shared object file";
    if (const auto at = text.find(kMissing); at != std::string::npos && text.rfind(path, 0) != 0)
        return reason(WEFT_UNAVAILABLE,
                      fmt::format("it needs {}, which is not installed", text.substr(0, at)));
    constexpr std::string_view kSymbol = "undefined symbol: ";
    if (const auto at = text.find(kSymbol); at != std::string::npos) {
        const std::string symbol = text.substr(at + kSymbol.size());
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("it needs the function {}, which no library of this system has",
                                  symbol.substr(0, symbol.find_first_of(" ("))));
    }
    return reason(WEFT_INCOMPATIBLE, fmt::format("it cannot be opened: {}", one_line(text)));
}

// --- The tables ----------------------------------------------------------------------------------

Result<void> check_versions(const weft_plugin& plugin) {
    if (!WEFT_HAS(&plugin, weft_plugin, backend))
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("its description is only {} bytes long", plugin.struct_size));
    if (plugin.abi_min > plugin.abi_target)
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("it was written for contract {} and yet needs {}",
                                  plugin.abi_target, plugin.abi_min));
    if (plugin.abi_min > WEFT_ABI_VERSION)
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("it needs contract {}; this weft speaks {} and "
                                  "is too old for it",
                                  plugin.abi_min, WEFT_ABI_VERSION));
    constexpr std::uint32_t kOldest = 1;
    if (plugin.abi_target < kOldest)
        return reason(WEFT_INCOMPATIBLE, fmt::format("it was written for contract {}, which this "
                                                     "weft no longer speaks",
                                                     plugin.abi_target));
    if (!plugin.backend) return reason(WEFT_INCOMPATIBLE, "it has no back end");
    return {};
}

Result<void> check_api(const weft_backend_api& api) {
    if (!WEFT_HAS(&api, weft_backend_api, cleanup))
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("its table of functions is only {} bytes long", api.struct_size));
    const struct {
        const char* name;
        bool there;
    } needed[] = {
        {"describe", api.describe != nullptr},     {"probe", api.probe != nullptr},
        {"create", api.create != nullptr},         {"compile", api.compile != nullptr},
        {"get_handle", api.get_handle != nullptr}, {"get_values", api.get_values != nullptr},
        {"execute", api.execute != nullptr},       {"release", api.release != nullptr},
        {"cleanup", api.cleanup != nullptr}};
    for (const auto& function : needed)
        if (!function.there)
            return reason(WEFT_INCOMPATIBLE,
                          fmt::format("its table has no function {}", function.name));
    return {};
}

constexpr std::uint64_t kMostText = 4096;
constexpr std::uint32_t kMostItems = 1024;

bool sane(const weft_str& text) {
    return text.size <= kMostText && (text.size == 0 || text.data != nullptr);
}

std::string_view view(const weft_str& text) {
    return {text.data, text.data ? static_cast<std::size_t>(text.size) : 0};
}

Result<std::set<std::string>> names(const weft_str* list, std::uint32_t count, const char* what) {
    if (count > kMostItems || (count != 0 && !list))
        return reason(WEFT_INCOMPATIBLE, fmt::format("its list of {} makes no sense", what));
    std::set<std::string> out;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!sane(list[i]) || list[i].size == 0)
            return reason(WEFT_INCOMPATIBLE, fmt::format("its list of {} makes no sense", what));
        out.emplace(view(list[i]));
    }
    return out;
}

constexpr std::uint32_t kKnownContexts = (1u << WEFT_CONTEXT_COUNT) - 1;
constexpr std::uint32_t kKnownFlags = WEFT_BACKEND_RAW_IR | WEFT_BACKEND_DETERMINISTIC;

Error lie(std::string_view what) {
    return reason(WEFT_INCOMPATIBLE,
                  fmt::format("its manifest and its library disagree on {}", what));
}

Result<void> check_info(const weft_plugin& plugin, const Manifest& manifest) {
    const weft_backend_info* info = nullptr;
    if (auto told =
            call_plain(manifest.name, "describe", [&] { info = plugin.backend->describe(); });
        !told)
        return reason(told.error(), manifest.name);
    if (!info) return reason(WEFT_INCOMPATIBLE, "it describes itself with nothing");
    if (!WEFT_HAS(info, weft_backend_info, sinks) || info->struct_size > kMostText ||
        !sane(info->name) || !sane(info->version) || !sane(info->summary))
        return reason(WEFT_INCOMPATIBLE, "its description of itself makes no sense");
    if (view(info->name) != manifest.name)
        return lie(fmt::format("its name: \"{}\" and \"{}\"", manifest.name,
                               one_line(view(info->name), 64)));
    if (view(info->version) != manifest.version)
        return lie(fmt::format("its version: \"{}\" and \"{}\"", manifest.version,
                               one_line(view(info->version), 64)));
    if (plugin.abi_min != manifest.abi_min || plugin.abi_target != manifest.abi_target)
        return lie("the contract it is for");
    // Of a newer contract only what this one knows: its manifest was read no further either.
    const bool newer = plugin.abi_target > WEFT_ABI_VERSION;
    const std::uint32_t contexts = newer ? kKnownContexts : ~0u;
    const std::uint32_t flags = newer ? kKnownFlags : ~0u;
    if ((info->contexts & contexts) != manifest.contexts) return lie("its contexts");
    if ((info->flags & flags) != manifest.flags) return lie("its flags");
    auto builtins = names(info->builtins, info->builtin_count, "builtins");
    if (!builtins) return builtins.error();
    if (*builtins != std::set<std::string>(manifest.builtins.begin(), manifest.builtins.end()))
        return lie("its builtins");
    auto sinks = names(info->sinks, info->sink_count, "sinks");
    if (!sinks) return sinks.error();
    if (*sinks != std::set<std::string>(manifest.sinks.begin(), manifest.sinks.end()))
        return lie("its sinks");
    return {};
}

Result<void> check_writer(const Library& library, const Manifest& manifest) {
    const auto* writer =
        static_cast<const weft_writer_api*>(library.extension(WEFT_WRITER_EXTENSION));
    if (!writer) {
        if (manifest.formats.empty()) return {};
        return lie("the files it writes: it writes none");
    }
    if (!WEFT_HAS(writer, weft_writer_api, abort) || writer->format_count > kMostItems ||
        (writer->format_count != 0 && !writer->formats) || !writer->open || !writer->finish ||
        !writer->abort)
        return reason(WEFT_INCOMPATIBLE, "its table of a writer makes no sense");
    std::set<std::pair<std::string, std::uint32_t>> said, found;
    for (const WriterFormat& f : manifest.formats) said.emplace(f.extension, f.writes);
    for (std::uint32_t i = 0; i < writer->format_count; ++i) {
        const weft_writer_format& f = writer->formats[i];
        if (!sane(f.extension) || !sane(f.summary))
            return reason(WEFT_INCOMPATIBLE, "its table of a writer makes no sense");
        found.emplace(view(f.extension), f.writes);
    }
    if (said != found) {
        for (const auto& f : said)
            if (!found.contains(f)) return lie(fmt::format("the files it writes: .{}", f.first));
        for (const auto& f : found)
            if (!said.contains(f)) return lie(fmt::format("the files it writes: .{}", f.first));
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<Library>> Library::wrap(weft_plugin_query query, const Manifest& manifest,
                                               Border* border, const std::string& path) {
    std::unique_ptr<Library> library(new Library);
    library->name_ = manifest.name;
    const weft_plugin* plugin = nullptr;
    if (auto asked = call_plain(manifest.name, WEFT_PLUGIN_SYMBOL,
                                [&] { plugin = query(WEFT_ABI_VERSION); });
        !asked)
        return reason(asked.error(), manifest.name);
    if (!plugin)
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("it refuses a host of contract {}", WEFT_ABI_VERSION));
    if (auto good = check_versions(*plugin); !good) return good.error();
    if (auto good = check_api(*plugin->backend); !good) return good.error();
    library->plugin_ = plugin;
    library->api_ = plugin->backend;
    if (auto good = check_info(*plugin, manifest); !good) return good.error();
    if (auto good = check_writer(*library, manifest); !good) return good.error();
    if (border != nullptr) library->api_ = border->wrap(library->api_, manifest.name, path);
    return library;
}

Result<std::unique_ptr<Library>> Library::open(const std::string& path, const Manifest& manifest,
                                               Border* border) {
    if (auto good = check_file(path); !good) return good.error();
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) return loader_error(path, dlerror());
    void* symbol = dlsym(library, WEFT_PLUGIN_SYMBOL);
    if (!symbol)
        return reason(WEFT_INCOMPATIBLE,
                      fmt::format("it is not a plugin of weft: it has no {}", WEFT_PLUGIN_SYMBOL));
    return wrap(reinterpret_cast<weft_plugin_query>(symbol), manifest, border, path);
}

std::string Library::build_id() const {
    return sane(plugin_->build_id) ? one_line(view(plugin_->build_id), 128) : "";
}

const void* Library::extension(std::string_view id) const {
    const weft_backend_api* table = api();
    if (!WEFT_HAS(table, weft_backend_api, extension) || !table->extension) return nullptr;
    const void* result = nullptr;
    const auto asked = call_plain(name_, "extension", [&] {
        result = table->extension({id.data(), id.size()});
    });
    return asked ? result : nullptr;
}

}  // namespace weft::plugin
