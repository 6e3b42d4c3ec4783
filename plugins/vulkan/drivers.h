// Drivers stay in memory once they were loaded. The loader would unload them with the last
// instance; but they leave threads and exit handlers behind, and some cannot be loaded a second
// time.
#pragma once

#include <string>
#include <vector>

namespace weft::vulkan {

// What is loaded while this lives is never unloaded again. The process's libraries may be counted
// for another thread too: that does no harm.
class KeepDrivers {
public:
    KeepDrivers();
    KeepDrivers(const KeepDrivers&) = delete;
    KeepDrivers& operator=(const KeepDrivers&) = delete;
    ~KeepDrivers();

private:
    std::vector<std::string> before_;  // sorted
};

}  // namespace weft::vulkan
