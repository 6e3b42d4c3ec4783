// Which of a machine's devices a back end takes: of those that can be used and whose name was asked
// for, the one with the best score.
#pragma once

#include <weft/devices.h>

#include <string>
#include <vector>

namespace weft::gpu {

struct DeviceOption {
    std::string name;
    std::string missing;  // what it lacks to be used: "has no timeline semaphores"; "" when nothing
    std::int32_t score = 0;
};

// `variable`: of the environment; a part of the name, in capitals or not, or the number in the
// list. Of equal scores the first wins. Throws cpp::Failure(WEFT_UNAVAILABLE) with what is amiss.
[[nodiscard]] std::size_t choose_device(const char* variable, const std::vector<DeviceOption>& all);

// What weft.devices/1 tells of them.
[[nodiscard]] std::uint32_t list_devices(const char* variable, const std::vector<DeviceOption>& all,
                                         weft_device* devices, std::uint32_t room);

}  // namespace weft::gpu
