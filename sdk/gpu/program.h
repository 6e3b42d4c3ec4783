// One compiled batch on a Device: texts and pipelines, memory of caches and tables, recorded work,
// and what a frame needs to run. Back ends use it as it is.
#pragma once

#include <memory>

#include "gpu/device.h"

namespace weft::gpu {

// `device` outlives the program.
[[nodiscard]] std::unique_ptr<cpp::Program> compile(cpp::Host host, Device& device,
                                                    const weft_batch& batch);

// Tables of the extensions a back end built on Device offers, as extensions.cpp lists them; null
// for others. `device_of` finds the device of a back end's instance.
using DeviceOf = Device& (*)(weft_backend* backend);
[[nodiscard]] const void* extension(std::string_view id, DeviceOf device_of);

}  // namespace weft::gpu
