// What stands between the host and its plugins when the environment asks for it: WEFT_CHECK=1 tells
// of every breach of the contract, WEFT_CHECK=abort ends the process with the first one, so that a
// debugger shows where; WEFT_TRACE=FILE records every call, for weft-replay (WEFT_TRACE_MEMORY
// bytes at most of what a plugin reads through one view).
#pragma once

#include <memory>

#include "base/result.h"
#include "plugin/border.h"

namespace weft::plugin {
class Checker;
class Recorder;
}  // namespace weft::plugin

namespace weft::driver {

class PluginChecks {
public:
    // As the environment says; null where it asks for nothing. WEFT_INVALID: it asks for something
    // that there is not.
    [[nodiscard]] static Result<std::unique_ptr<PluginChecks>> create();

    ~PluginChecks();
    PluginChecks(const PluginChecks&) = delete;
    PluginChecks& operator=(const PluginChecks&) = delete;

    [[nodiscard]] plugin::Border& border() { return *border_; }

private:
    PluginChecks();

    std::unique_ptr<plugin::Checker> checker_;
    std::unique_ptr<plugin::Recorder> recorder_;
    std::unique_ptr<plugin::Border> border_;
};

}  // namespace weft::driver
