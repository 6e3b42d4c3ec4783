#include "driver/compile/session.h"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

#include "base/contexts.h"
#include "driver/compile/plugin_log.h"
#include "driver/compile/source_set.h"

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

// A group that nothing would ever run in is a slip.
Result<void> check_group(std::string_view name) {
    std::string groups;
    const auto is_named = [&](std::string_view group) {
        groups += (groups.empty() ? "" : ", ") + std::string(group);
        return group == name;
    };
    for (const std::string_view group : {"main", "io", "reload"}) {
        if (is_named(group)) return {};
    }
    for (const std::string_view group : kContextNames) {
        if (is_named(group)) return {};
    }
    return Error{WEFT_INVALID,
                 "there is no group '" + std::string(name) + "'; groups are " + groups};
}

}  // namespace

Session::Session(CommonOptions options) : options_(std::move(options)) {}

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
    std::vector<runtime::GroupSpec> specs;
    specs.push_back({"main", {}, options_.threads});
    for (const std::string& text : options_.groups) {
        Result<runtime::GroupSpec> spec = runtime::parse_group(text);
        if (!spec) {
            return std::move(spec).error();
        }
        if (auto known = check_group(spec->name); !known) {
            return known;
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
    if (options_.live) {
        const std::string_view sound = context_name(WEFT_CONTEXT_AUDIO);
        if (std::none_of(specs.begin(), specs.end(),
                         [&](const runtime::GroupSpec& spec) { return spec.name == sound; })) {
            specs.push_back({std::string(sound), {}, 1});
        }
        for (runtime::GroupSpec& spec : specs) {
            spec.on_caller = spec.name == sound;
        }
    }
    for (runtime::GroupSpec& spec : specs) {
        std::string name = spec.name;
        auto group = runtime::ResourceGroup::create(std::move(spec));
        if (!group) {
            return std::move(group).error();
        }
        groups_.emplace(name, std::move(*group));
        // Of a show that runs one wants to know that a device is back, and where it listens.
        const std::uint32_t most = options_.live ? WEFT_LOG_INFO : WEFT_LOG_WARNING;
        const runtime::LogSink log = [this, most](std::uint32_t level, std::string_view who,
                                                  std::string_view text) {
            if (level > most && !options_.verbose) {
                return;
            }
            if (options_.log) {
                options_.log(level, who, text);
            } else {
                log_of_plugins(level, who, text);
            }
        };
        services_.emplace(name, std::make_unique<runtime::GroupServices>(
                                    *pool_, *groups_.at(name), counters_, cache_directory_, log,
                                    options_.device_memory));
    }
    plugin::PluginOptions plugins;
    plugins.directories = options_.plugin_directories;
    auto checks = PluginChecks::create();
    if (!checks) {
        return std::move(checks).error();
    }
    checks_ = std::move(*checks);
    plugins.border = checks_ != nullptr ? &checks_->border() : nullptr;
    plugins.use_environment = options_.use_environment;
    plugins_ = std::make_unique<plugin::PluginSet>(plugins);
    trials_ = std::make_unique<EdgeTrials>(
        *pool_, *plugins_,
        TrialRecords(cache_directory_.empty() ? "" : cache_directory_ + "/trials"));
    order_trials_ = std::make_unique<OrderTrials>(*trials_);
    return {};
}

void Session::renew_messages() {
    messages_ = std::make_shared<Messages>();
    told_ = 0;
}

void Session::resume(std::shared_ptr<Messages> messages) {
    messages->diagnostics = Diagnostics(&messages->sources);
    messages_ = std::move(messages);
    told_ = 0;
}

sema::Environment Session::environment() {
    sema::Environment environment;
    environment.include_directories = options_.include_directories;
    environment.overrides = options_.settings;
    for (const plugin::PluginInfo& info : plugins_->list()) {
        for (const plugin::OwnBuiltin& own : info.manifest.own_builtins) {
            sema::Builtin builtin;
            builtin.name = own.name;
            builtin.plugin = info.manifest.name;
            builtin.context = own.context;
            builtin.least = own.least;
            builtin.most = static_cast<std::uint32_t>(own.arguments.size());
            builtin.least_outputs = own.least_outputs;
            builtin.most_outputs = own.most_outputs;
            builtin.axis = own.axis;
            builtin.arguments = own.arguments;
            builtin.options = own.options;
            environment.builtins.push_back(builtin);
        }
    }
    environment.available = [this](std::string_view name) {
        return is_heard(name) || !plugins_->for_builtin(name).empty() ||
               !plugins_->for_sink(name).empty();
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
            plugins_->explain_missing_context(context, diagnostics());
            return std::nullopt;
        }
        name = names.front();
    }
    return computing(name, context);
}

std::optional<runtime::BackendRef> Session::computing(const std::string& name,
                                                      std::uint32_t context) {
    const plugin::PluginInfo* info = plugins_->find(name);
    if (info != nullptr && info->state != plugin::State::broken && info->manifest.contexts == 0) {
        diagnostics()
            .add(Code::computes_nothing, {}, {name})
            .suggest("'weft plugins' lists those that compute");
        return std::nullopt;
    }
    return backend(name, context);
}

std::optional<runtime::BackendRef> Session::backend(const std::string& name,
                                                    std::uint32_t context) {
    if (plugins_->find(name) == nullptr) {
        plugins_->explain_missing_backend(name, diagnostics());
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
        if (const plugin::State state = plugins_->find(name)->state;
            state == plugin::State::unavailable || state == plugin::State::broken) {
            plugins_->explain_missing_backend(name, diagnostics());
        } else {
            diagnostics().add(Code::device_failed, {}, {found.error().message});
        }
        return std::nullopt;
    }
    return runtime::BackendRef{*found, &threads};
}

bool Session::device_failed() const {
    const auto& all = messages_->diagnostics.all();
    return std::any_of(all.begin(), all.end(), [](const Diagnostic& diagnostic) {
        return diagnostic.code == Code::backend_unusable || diagnostic.code == Code::device_failed;
    });
}

void Session::print_diagnostics() {
    if (diagnostics().all().size() == told_) {
        return;
    }
    const std::string text = diagnostics().render(isatty(2) != 0, told_);
    told_ = diagnostics().all().size();
    std::fputs(text.c_str(), stderr);
}

std::string Session::tell_json() {
    told_ = diagnostics().all().size();
    return diagnostics().render_json();
}

}  // namespace weft::driver
