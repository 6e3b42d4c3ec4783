// One plugin's shared library, opened and found to be what it says it is.
#pragma once

#include <weft/plugin.h>
#include <weft/writer.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "plugin/manifest.h"

namespace weft::plugin {

class Border;

// Owns the loaded code. Libraries are not unloaded before the process ends: threads and exit
// handlers of what they link may outlive any wish to.
class Library {
public:
    // Errors are the reason only: "it is not a shared library", to stand after the plugin's name.
    // With a border the tables stand behind it, as soon as they have been found to be good.
    [[nodiscard]] static Result<std::unique_ptr<Library>> open(const std::string& path,
                                                               const Manifest& manifest,
                                                               Border* border = nullptr);
    // The same checks for what is linked into the program.
    [[nodiscard]] static Result<std::unique_ptr<Library>> wrap(weft_plugin_query query,
                                                               const Manifest& manifest,
                                                               Border* border = nullptr,
                                                               const std::string& path = {});

    [[nodiscard]] const weft_backend_api* api() const { return api_; }
    [[nodiscard]] std::string build_id() const;
    [[nodiscard]] const void* extension(std::string_view id) const;

private:
    Library() = default;
    const weft_plugin* plugin_ = nullptr;
    const weft_backend_api* api_ = nullptr;
    std::string name_;
};

}  // namespace weft::plugin
