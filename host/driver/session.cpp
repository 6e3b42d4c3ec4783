#include "driver/session.h"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

namespace weft::driver {
namespace {

std::uint64_t default_budget() {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long size = sysconf(_SC_PAGE_SIZE);
    const std::uint64_t memory =
        pages > 0 && size > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size)
                              : std::uint64_t{4} << 30;
    return memory / 4 * 3;
}

}  // namespace

std::string_view context_name(std::uint32_t context) {
    static constexpr std::array<std::string_view, WEFT_CONTEXT_COUNT> kNames = {
        "visual", "audio", "control", "compute", "file"};
    return context < kNames.size() ? kNames[context] : "unknown";
}

Session::Session(CommonOptions options) : options_(std::move(options)), diagnostics_(&sources_) {}

Result<std::unique_ptr<Session>> Session::create(CommonOptions options) {
    std::unique_ptr<Session> session(new Session(std::move(options)));
    if (auto started = session->start(); !started) {
        return std::move(started).error();
    }
    return session;
}

Result<void> Session::start() {
    if (!options_.no_cache) {
        cache_directory_ = runtime::default_cache_directory();
    }
    pool_ = std::make_unique<runtime::MemoryPool>(
        options_.memory_budget != 0 ? options_.memory_budget : default_budget());
    trials_ = std::make_unique<EdgeTrials>(*pool_);
    std::vector<runtime::GroupSpec> specs;
    specs.push_back({"main", {}, options_.threads});
    for (const std::string& text : options_.groups) {
        Result<runtime::GroupSpec> spec = runtime::parse_group(text);
        if (!spec) {
            return std::move(spec).error();
        }
        const auto same = std::find_if(specs.begin(), specs.end(),
                                       [&](const auto& other) { return other.name == spec->name; });
        if (same == specs.end()) {
            specs.push_back(std::move(*spec));
        } else if (same == specs.begin()) {
            *same = std::move(*spec);
        } else {
            return Error{WEFT_INVALID, "group '" + spec->name + "' is given twice"};
        }
    }
    if (std::none_of(specs.begin(), specs.end(),
                     [](const runtime::GroupSpec& spec) { return spec.name == "io"; })) {
        specs.push_back({"io", {}, options_.threads});
    }
    for (runtime::GroupSpec& spec : specs) {
        std::string name = spec.name;
        auto group = runtime::ResourceGroup::create(std::move(spec));
        if (!group) {
            return std::move(group).error();
        }
        groups_.emplace(name, std::move(*group));
        runtime::LogSink log;
        if (options_.verbose) {
            log = [](std::uint32_t, std::string_view who, std::string_view text) {
                std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(who.size()), who.data(),
                             static_cast<int>(text.size()), text.data());
            };
        } else {
            log = [](std::uint32_t level, std::string_view who, std::string_view text) {
                if (level <= WEFT_LOG_WARNING) {
                    std::fprintf(stderr, "%s: %.*s: %.*s\n",
                                 level == WEFT_LOG_ERROR ? "error" : "warning",
                                 static_cast<int>(who.size()), who.data(),
                                 static_cast<int>(text.size()), text.data());
                }
            };
        }
        services_.emplace(name, std::make_unique<runtime::GroupServices>(
                                    *pool_, *groups_.at(name), counters_, cache_directory_, log));
    }
    plugin::PluginOptions plugins;
    plugins.directories = options_.plugin_directories;
    plugins_ = std::make_unique<plugin::PluginSet>(plugins);
    return {};
}

sema::Environment Session::environment() {
    sema::Environment environment;
    environment.include_directories = options_.include_directories;
    environment.overrides = options_.settings;
    environment.available = [this](std::string_view name) {
        return !plugins_->for_builtin(name).empty() || !plugins_->for_sink(name).empty();
    };
    environment.writes = [this](std::string_view extension) {
        std::uint32_t writes = 0;
        for (const std::uint32_t kind :
             {WEFT_WRITES_PICTURE, WEFT_WRITES_PICTURES, WEFT_WRITES_SOUND, WEFT_WRITES_TABLE}) {
            if (!plugins_->writer_of(extension, kind).empty()) {
                writes |= kind;
            }
        }
        return writes;
    };
    return environment;
}

runtime::ResourceGroup* Session::find_group(const std::string& name) {
    const auto found = groups_.find(name);
    return found == groups_.end() ? nullptr : found->second.get();
}

runtime::ResourceGroup& Session::group(std::uint32_t context) {
    runtime::ResourceGroup* own = find_group(std::string(context_name(context)));
    return own != nullptr ? *own : main_group();
}

std::optional<runtime::BackendRef> Session::backend_for(std::uint32_t context) {
    std::string name = options_.backend_for_all;
    if (const auto chosen = options_.backend_for.find(context);
        chosen != options_.backend_for.end()) {
        name = chosen->second;
    }
    if (name.empty()) {
        const std::vector<std::string> names = plugins_->for_context(context);
        if (names.empty()) {
            plugins_->explain_missing_context(context, diagnostics_);
            return std::nullopt;
        }
        name = names.front();
    }
    return backend(name, context);
}

std::optional<runtime::BackendRef> Session::backend(const std::string& name,
                                                    std::uint32_t context) {
    if (plugins_->find(name) == nullptr) {
        plugins_->explain_missing_backend(name, diagnostics_);
        return std::nullopt;
    }
    runtime::ResourceGroup& threads = group(context);
    // On threads of the group: a driver's own threads inherit the cores of who creates them.
    Result<plugin::Backend*> found = nullptr;
    main_group().run([&] { found = plugins_->backend(name, *services_.at("main")); });
    if (found && threads.name() != "main") {
        // A group has an instance of its own, whose parallel work stays on the group's threads.
        auto& own = instances_[{name, threads.name()}];
        if (own == nullptr) {
            threads.run([&] {
                auto made =
                    plugin::Backend::create((*found)->api(), name, *services_.at(threads.name()));
                if (made) {
                    own = std::move(*made);
                } else {
                    found = std::move(made).error();
                }
            });
        }
        if (own != nullptr) {
            found = own.get();
        }
    }
    if (!found) {
        diagnostics_.add(Code::plugin_call_failed, {}, {found.error().message});
        return std::nullopt;
    }
    return runtime::BackendRef{*found, &threads};
}

void Session::print_diagnostics() {
    if (options_.json) {
        return;  // the command puts them into its document
    }
    if (diagnostics_.all().size() == printed_) {
        return;
    }
    printed_ = diagnostics_.all().size();
    const std::string text = diagnostics_.render(isatty(2) != 0);
    std::fputs(text.c_str(), stderr);
}

}  // namespace weft::driver
