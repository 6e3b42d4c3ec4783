// The back end "reference": the judge of all others. It runs the kernels as they were lowered,
// without optimisation, by the f64 evaluator, through the same tables as every plugin. It is linked
// into the program, is chosen only by name, and opens no sources.
#pragma once

#include <weft/plugin.h>

#include "plugin/manifest.h"

namespace weft::plugin {

[[nodiscard]] Manifest reference_manifest();
[[nodiscard]] const weft_plugin* reference_entry(std::uint32_t host_abi_version);

}  // namespace weft::plugin
