// What one run of the command line has at its disposal: sources and messages, plugins, memory,
// threads. Members are destroyed from the last to the first, so that plugins go before what they
// were given.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "driver/compile/edge_trials.h"
#include "driver/compile/order_trials.h"
#include "driver/compile/plugin_checks.h"
#include "plugin/plugin.h"
#include "runtime/services.h"
#include "runtime/show.h"
#include "sema/analyze.h"

namespace weft::driver {

// Options that most commands share.
struct CommonOptions {
    std::vector<std::string> plugin_directories;
    std::vector<std::string> include_directories;
    bool use_environment = true;                 // plugins are searched in WEFT_PLUGIN_PATH too
    runtime::LogSink log;                        // of plugins; unset: standard error
    std::vector<std::string> groups;             // "audio=cores:0,threads:1"
    unsigned threads = 0;                        // of the main group; 0: one per core
    bool live = false;                           // sound is computed on a device's thread
    bool cameras = false;                        // are looked at; else test pictures stand for them
    std::uint64_t memory_budget = 0;             // bytes; 0: three quarters of the machine's memory
    runtime::DeviceShare device_memory;          // of each back end
    std::uint64_t deadline_ns = 60'000'000'000;  // of a frame's work beside the host
    std::map<std::uint32_t, std::string> backend_for;              // WEFT_CONTEXT_* -> name
    std::string backend_for_all;                                   // --on
    std::vector<std::string> owners;                               // "instance=backend"
    std::array<std::optional<double>, WEFT_FIELD_COUNT> settings;  // --size, --fps, --rate
    std::string dump_after;
    bool no_cache = false;
    bool verbose = false;
    bool json = false;
};

// Texts of one compilation, and what is to be said about them.
struct Messages {
    SourceMap sources;
    Diagnostics diagnostics{&sources};
};

class Session {
public:
    // Starts the resource groups and reads the plugins' manifests.
    [[nodiscard]] static Result<std::unique_ptr<Session>> create(CommonOptions options);

    [[nodiscard]] const CommonOptions& options() const { return options_; }
    [[nodiscard]] SourceMap& sources() { return messages_->sources; }
    [[nodiscard]] Diagnostics& diagnostics() { return messages_->diagnostics; }
    [[nodiscard]] const std::shared_ptr<Messages>& messages() const { return messages_; }
    // Begins another compilation: what was said so far is its last owner's. [compile thread]
    void renew_messages();
    // Goes on with the texts of an earlier compilation, of which everything was said.
    void resume(std::shared_ptr<Messages> messages);
    [[nodiscard]] plugin::PluginSet& plugins() { return *plugins_; }
    [[nodiscard]] runtime::MemoryPool& pool() { return *pool_; }
    [[nodiscard]] EdgeTrials& trials() { return *trials_; }
    [[nodiscard]] OrderTrials& order_trials() { return *order_trials_; }
    [[nodiscard]] runtime::HostCounters& counters() { return counters_; }
    [[nodiscard]] const std::string& cache_directory() const { return cache_directory_; }

    // From now on a setting of every program.
    void set(std::uint32_t field, double value) { options_.settings[field] = value; }
    // What sema may know of the outside.
    [[nodiscard]] sema::Environment environment();

    // The threads of a context: the group of its name ("audio") where one was asked for, else the
    // main group. Of a live show's sound whoever comes, as it is the device that comes.
    [[nodiscard]] runtime::ResourceGroup& group(std::uint32_t context);
    [[nodiscard]] runtime::ResourceGroup& main_group() { return *groups_.at("main"); }
    // Threads that encode and write files: the group "io".
    [[nodiscard]] runtime::ResourceGroup& io_group() { return *groups_.at("io"); }
    [[nodiscard]] runtime::ResourceGroup* find_group(const std::string& name);

    // The back end that computes for a context: the one asked for, else the best that is there.
    // Reports to the diagnostics and returns nothing on failure.
    [[nodiscard]] std::optional<runtime::BackendRef> backend_for(std::uint32_t context);
    // The one of this name, if it computes at all.
    [[nodiscard]] std::optional<runtime::BackendRef> computing(const std::string& name,
                                                               std::uint32_t context);
    // A back end by name, with the threads of a context.
    [[nodiscard]] std::optional<runtime::BackendRef> backend(const std::string& name,
                                                             std::uint32_t context);

    // Does any diagnostic say that a device or a plugin failed?
    [[nodiscard]] bool device_failed() const;
    // Prints the diagnostics that nobody was told so far to stderr.
    void print_diagnostics();
    // All diagnostics as a JSON array, for the document of a command with --json.
    [[nodiscard]] std::string tell_json();

private:
    explicit Session(CommonOptions options);
    [[nodiscard]] Result<void> start();

    CommonOptions options_;
    std::shared_ptr<Messages> messages_ = std::make_shared<Messages>();
    std::size_t told_ = 0;
    std::string cache_directory_;
    runtime::HostCounters counters_;
    std::unique_ptr<runtime::MemoryPool> pool_;
    std::map<std::string, std::unique_ptr<runtime::ResourceGroup>> groups_;
    std::map<std::string, std::unique_ptr<runtime::GroupServices>> services_;  // by group's name
    std::unique_ptr<PluginChecks> checks_;  // null: nobody asked for any
    std::unique_ptr<plugin::PluginSet> plugins_;
    // Instances beside those of the set, by back end and group.
    std::map<std::pair<std::string, std::string>, std::unique_ptr<plugin::Backend>> instances_;
    std::unique_ptr<EdgeTrials> trials_;
    std::unique_ptr<OrderTrials> order_trials_;
};

}  // namespace weft::driver
