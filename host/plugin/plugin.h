// The plugins that are there. Manifests are read at once; a library is opened only when something
// needs it. What is wrong with one plugin never disturbs another: it becomes that plugin's state.
#pragma once

#include <weft/plugin.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "base/result.h"
#include "plugin/backend.h"
#include "plugin/manifest.h"

namespace weft::plugin {

class Border;

enum class State : std::uint8_t {
    listed,       // the manifest is good; the library has not been opened
    ready,        // opened and probed: it can be used
    unavailable,  // opened; it says that it cannot work here
    broken,       // the manifest or the library cannot be used
    hidden,       // a plugin of the same name was found before it
};

// One of the devices that a back end could take.
struct DeviceLine {
    std::string name;
    std::string reason;  // why it cannot be taken; empty: it can
    int score = 0;
    bool chosen = false;
};

struct PluginInfo {
    Manifest manifest;    // of a broken manifest only the name
    std::string library;  // path; "" for what is built in
    State state = State::listed;
    std::string reason;               // unavailable, broken, hidden: one line
    std::string device;               // ready
    int score = 0;                    // ready
    std::string build_id;             // opened
    std::vector<DeviceLine> devices;  // after probe_all(), if the plugin tells (weft.devices/1)
};

// Where plugins are searched, first come first served.
struct SearchPath {
    std::string directory;
    std::string origin;  // "--plugin-dir", "WEFT_PLUGIN_PATH", kInstalled
    bool exists = false;
};
inline constexpr const char* kInstalled = "beside libweft";

struct PluginOptions {
    std::vector<std::string> directories;  // --plugin-dir
    bool use_environment = true;           // WEFT_PLUGIN_PATH
    bool use_installed = true;             // the directory `weft` beside libweft
    Border* border = nullptr;              // around what is opened; outlives the set
};

// Not thread safe; belongs to the compile thread.
class PluginSet {
public:
    // Reads the manifests. Never fails: troubles are in list().
    explicit PluginSet(const PluginOptions& options = {});
    ~PluginSet();  // after all back ends' programs
    PluginSet(const PluginSet&) = delete;
    PluginSet& operator=(const PluginSet&) = delete;

    // In search order, what is built in first.
    [[nodiscard]] const std::vector<PluginInfo>& list() const;
    [[nodiscard]] const std::vector<SearchPath>& searched() const;
    [[nodiscard]] const PluginInfo* find(std::string_view name) const;
    // Opens and probes every plugin, for `weft plugins` and `weft doctor`.
    void probe_all();

    // Names of usable plugins that open `builtin` or deliver `sink`, or that compile kernels for a
    // context, best score first. Opens only candidates.
    [[nodiscard]] std::vector<std::string> for_builtin(std::string_view builtin);
    [[nodiscard]] std::vector<std::string> for_sink(std::string_view sink);
    [[nodiscard]] std::vector<std::string> for_context(std::uint32_t context);
    // Those whose manifest lists an extension, and whose library has it.
    [[nodiscard]] std::vector<std::string> for_extension(std::string_view id);
    // The plugin whose manifest says that it writes ".extension" files with all kinds of `writes`
    // (WEFT_WRITES_*, 0: any); "" if none.
    [[nodiscard]] std::string writer_of(std::string_view extension, std::uint32_t writes = 0) const;

    // The back end's one instance in this set, created when first asked for. `services` outlive the
    // set. The error's line is fit for the user.
    [[nodiscard]] Result<Backend*> backend(std::string_view name, HostServices& services);
    // Its extension table, without creating an instance; nullptr with an Error when it cannot be
    // opened or has none.
    [[nodiscard]] Result<const void*> extension(std::string_view name, std::string_view id);
    [[nodiscard]] Result<const weft_writer_api*> writer(std::string_view extension,
                                                        std::uint32_t writes = 0);

    // What to tell the user about a builtin, sink or context that nothing here serves: which plugin
    // usually does, where was searched, why it is not usable.
    void explain_missing_builtin(std::string_view builtin, Span span, Diagnostics& diagnostics);
    void explain_missing_sink(std::string_view sink, Span span, Diagnostics& diagnostics);
    void explain_missing_context(std::uint32_t context, Diagnostics& diagnostics);
    void explain_missing_backend(std::string_view name, Diagnostics& diagnostics);
    void explain_missing_writer(std::string_view extension, Diagnostics& diagnostics);
    // Broken and hidden plugins, as warnings.
    void report(Diagnostics& diagnostics) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// --- For the command line (report.cpp) -----------------------------------------------------------

// `weft plugins`: a table, or one JSON document. Probes.
[[nodiscard]] std::string plugins_text(PluginSet& plugins);
[[nodiscard]] std::string plugins_json(PluginSet& plugins);

// `weft doctor`: machine, search, plugins, and advice for what is amiss.
struct DoctorInput {
    std::string version;          // of weft
    std::string cache_directory;  // "" when caching is off
};
[[nodiscard]] std::string doctor_text(PluginSet& plugins, const DoctorInput& input);
[[nodiscard]] std::string doctor_json(PluginSet& plugins, const DoctorInput& input);

}  // namespace weft::plugin
