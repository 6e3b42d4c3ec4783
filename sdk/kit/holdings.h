// What a process holds: memory, file descriptors, threads. What rises with every program is a leak.
// Under a sanitizer memory counts as 0: it keeps what was freed, and finds leaks by itself.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

namespace weft::kit {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryCounts = false;
#elif defined(__has_feature)
constexpr bool kMemoryCounts = !__has_feature(address_sanitizer);
#else
constexpr bool kMemoryCounts = true;
#endif

struct Holdings {
    std::uint64_t resident = 0;  // bytes
    std::size_t descriptors = 0;
    std::size_t threads = 0;

    static std::size_t entries(const char* directory) {
        const std::filesystem::directory_iterator list(directory);
        return static_cast<std::size_t>(std::distance(begin(list), end(list)));
    }
    static Holdings now() {
        std::ifstream statm("/proc/self/statm");
        std::uint64_t total = 0, pages = 0;
        statm >> total >> pages;
        const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        return {kMemoryCounts ? pages * page : 0, entries("/proc/self/fd"),
                entries("/proc/self/task")};
    }
};

}  // namespace weft::kit
