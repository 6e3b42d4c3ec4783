#include "plugin/plugin.h"

#include <fmt/format.h>
#include <weft/devices.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>

#include "plugin/call.h"
#include "plugin/library.h"
#include "plugin/reference.h"
#include "plugin/search.h"

namespace weft::plugin {
namespace {

constexpr std::size_t kMostManifest = 1u << 20;
constexpr std::uint32_t kMostDevices = 64;

template <std::size_t N>
std::string text_of(const char (&array)[N]) {
    return one_line({array, strnlen(array, N)});
}

Result<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return Error{WEFT_UNAVAILABLE, fmt::format("cannot read {}", path)};
    std::string text(kMostManifest + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMostManifest)
        return Error{WEFT_INVALID, fmt::format("{} is too large for a manifest", path)};
    return text;
}

PluginInfo read_candidate(const Found& found) {
    PluginInfo info;
    info.manifest.name = found.name;
    info.library = found.library;
    const auto broken = [&](std::string why) {
        info.state = State::broken;
        info.reason = std::move(why);
        return info;
    };
    if (found.manifest.empty())
        return broken(fmt::format("there is no manifest {}.json beside it", found.name));
    auto text = read_text(found.manifest);
    if (!text) return broken(text.error().message);
    auto manifest = parse_manifest(*text, found.name);
    if (!manifest) return broken(manifest.error().message);
    info.manifest = std::move(manifest).value();
    if (found.library.empty())
        return broken(fmt::format("its library {}.so is not beside its manifest", found.name));
    return info;
}

}  // namespace

struct PluginSet::Impl {
    std::vector<SearchPath> paths;
    std::vector<PluginInfo> plugins;
    std::map<std::string, std::unique_ptr<Library>, std::less<>> libraries;
    std::map<std::string, std::unique_ptr<Backend>, std::less<>> backends;
    Border* border = nullptr;

    // The plugin that this name means: the first that is not hidden.
    PluginInfo* find(std::string_view name) {
        for (PluginInfo& info : plugins)
            if (info.manifest.name == name && info.state != State::hidden) return &info;
        return nullptr;
    }

    // Opens the library and asks whether it can be used here; what comes out is its state.
    void open(PluginInfo& info) {
        if (info.state != State::listed) return;
        const auto broken = [&](const std::string& why) {
            info.state = State::broken;
            info.reason = why;
        };
        auto library = info.library.empty() ? Library::wrap(reference_entry, info.manifest, border)
                                            : Library::open(info.library, info.manifest, border);
        if (!library) return broken(library.error().message);
        info.build_id = (*library)->build_id();
        probe(info, **library);
        if (info.state != State::broken) libraries[info.manifest.name] = std::move(library).value();
    }

    static void probe(PluginInfo& info, const Library& library) {
        weft_probe found{};
        found.struct_size = sizeof found;
        const auto done = call(info.manifest.name, "probe", [&](weft_error* error) {
            return library.api()->probe(&found, error);
        });
        if (!done) {
            info.state = State::unavailable;
            info.reason = done.error().message;
            return;
        }
        info.device = text_of(found.device);
        info.score = found.score;
        info.state = found.available ? State::ready : State::unavailable;
        if (!found.available) {
            info.reason = text_of(found.reason);
            if (info.reason.empty()) info.reason = "it does not say why";
        }
    }

    // What it could run on, chosen or not. A plugin that does not tell has no list.
    static void list_devices(PluginInfo& info, const Library& library) {
        const auto* api =
            static_cast<const weft_devices_api*>(library.extension(WEFT_DEVICES_EXTENSION));
        if (api == nullptr || api->struct_size < sizeof *api || api->list == nullptr) return;
        std::vector<weft_device> told(kMostDevices);
        for (weft_device& device : told) device.struct_size = sizeof device;
        std::uint32_t count = 0;
        const auto done = call(info.manifest.name, "list", [&](weft_error* error) {
            return api->list(told.data(), kMostDevices, &count, error);
        });
        info.devices.clear();
        if (!done) return;
        for (std::uint32_t i = 0; i < std::min(count, kMostDevices); ++i)
            info.devices.push_back({text_of(told[i].name), text_of(told[i].reason), told[i].score,
                                    told[i].chosen != 0});
    }

    // Usable plugins among those whose manifest matches, best score first.
    std::vector<std::string> ranked(const std::function<bool(const Manifest&)>& matches) {
        std::vector<const PluginInfo*> usable;
        for (PluginInfo& info : plugins) {
            if (info.state == State::hidden || info.state == State::broken ||
                !matches(info.manifest))
                continue;
            open(info);
            if (info.state == State::ready) usable.push_back(&info);
        }
        std::stable_sort(usable.begin(), usable.end(),
                         [](const auto* a, const auto* b) { return a->score > b->score; });
        std::vector<std::string> names;
        names.reserve(usable.size());
        for (const PluginInfo* info : usable) names.push_back(info->manifest.name);
        return names;
    }
};

PluginSet::PluginSet(const PluginOptions& options) : impl_(std::make_unique<Impl>()) {
    impl_->paths = search_paths(options);
    impl_->border = options.border;
    PluginInfo reference;
    reference.manifest = reference_manifest();
    impl_->plugins.push_back(std::move(reference));
    for (const Found& found : find_plugins(impl_->paths)) {
        PluginInfo info = read_candidate(found);
        if (const PluginInfo* first = impl_->find(info.manifest.name)) {
            info.state = State::hidden;
            info.reason = first->library.empty()
                              ? "a back end of this name is built in"
                              : fmt::format("{} was found before it", first->library);
        }
        impl_->plugins.push_back(std::move(info));
    }
}

PluginSet::~PluginSet() = default;

const std::vector<PluginInfo>& PluginSet::list() const {
    return impl_->plugins;
}
const std::vector<SearchPath>& PluginSet::searched() const {
    return impl_->paths;
}
const PluginInfo* PluginSet::find(std::string_view name) const {
    return impl_->find(name);
}

void PluginSet::probe_all() {
    for (PluginInfo& info : impl_->plugins) {
        impl_->open(info);
        const auto library = impl_->libraries.find(info.manifest.name);
        if (library != impl_->libraries.end() && info.state != State::hidden)
            Impl::list_devices(info, *library->second);
    }
}

std::vector<std::string> PluginSet::for_builtin(std::string_view builtin) {
    return impl_->ranked([&](const Manifest& m) {
        return std::find(m.builtins.begin(), m.builtins.end(), builtin) != m.builtins.end();
    });
}

std::vector<std::string> PluginSet::for_sink(std::string_view sink) {
    return impl_->ranked([&](const Manifest& m) {
        return std::find(m.sinks.begin(), m.sinks.end(), sink) != m.sinks.end();
    });
}

std::vector<std::string> PluginSet::for_context(std::uint32_t context) {
    auto names =
        impl_->ranked([&](const Manifest& m) { return (m.contexts >> context & 1u) != 0; });
    std::erase_if(names, [&](const std::string& name) { return impl_->find(name)->score <= 0; });
    return names;
}

std::vector<std::string> PluginSet::for_extension(std::string_view id) {
    auto names = impl_->ranked([&](const Manifest& m) {
        return std::find(m.extensions.begin(), m.extensions.end(), id) != m.extensions.end();
    });
    std::erase_if(names, [&](const std::string& name) {
        return impl_->libraries.at(name)->extension(id) == nullptr;
    });
    return names;
}

std::string PluginSet::writer_of(std::string_view extension, std::uint32_t writes) const {
    for (const PluginInfo& info : impl_->plugins) {
        if (info.state == State::hidden || info.state == State::broken ||
            info.state == State::unavailable)
            continue;
        for (const WriterFormat& format : info.manifest.formats)
            if (format.extension == extension && (format.writes & writes) == writes)
                return info.manifest.name;
    }
    return {};
}

// Opens the plugin of that name, or says in one line why not.
static Result<PluginInfo*> usable(PluginInfo* info, std::string_view name) {
    if (!info) return Error{WEFT_UNAVAILABLE, fmt::format("there is no plugin '{}'", name)};
    if (info->state == State::broken || info->state == State::unavailable)
        return Error{
            WEFT_UNAVAILABLE,
            fmt::format("plugin '{}' {}: {}", name,
                        info->state == State::broken ? "cannot be used" : "is not available",
                        info->reason)};
    return info;
}

Result<Backend*> PluginSet::backend(std::string_view name, HostServices& services) {
    if (const auto made = impl_->backends.find(name); made != impl_->backends.end())
        return made->second.get();
    PluginInfo* info = impl_->find(name);
    if (info) impl_->open(*info);
    auto found = usable(info, name);
    if (!found) return found.error();
    const Library& library = *impl_->libraries.at(info->manifest.name);
    auto created = Backend::create(library.api(), info->manifest.name, services);
    if (!created) return created.error();
    Backend* result = created->get();
    impl_->backends.emplace(info->manifest.name, std::move(created).value());
    return result;
}

Result<const void*> PluginSet::extension(std::string_view name, std::string_view id) {
    PluginInfo* info = impl_->find(name);
    if (info) impl_->open(*info);
    auto found = usable(info, name);
    if (!found) return found.error();
    const void* table = impl_->libraries.at(info->manifest.name)->extension(id);
    if (!table)
        return Error{WEFT_UNSUPPORTED, fmt::format("plugin '{}' does not offer {}", name, id)};
    return table;
}

Result<const weft_writer_api*> PluginSet::writer(std::string_view extension_name,
                                                 std::uint32_t writes) {
    const std::string name = writer_of(extension_name, writes);
    if (name.empty())
        return Error{WEFT_UNAVAILABLE, fmt::format("no plugin writes .{} files", extension_name)};
    auto table = extension(name, WEFT_WRITER_EXTENSION);
    if (!table) return table.error();
    return static_cast<const weft_writer_api*>(*table);
}

}  // namespace weft::plugin
