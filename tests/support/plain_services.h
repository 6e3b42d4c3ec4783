// Host services without a runtime: memory from the heap, parallel work one after the other.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/host_services.h"

namespace weft::test {

class PlainServices : public plugin::HostServices {
public:
    std::vector<std::string> lines;  // of the log, "plugin: text"
    std::string cache;               // directory; "" is off
    unsigned threads = 1;            // what concurrency() says
    std::uint64_t live = 0;          // pieces of memory handed out

    void log(std::uint32_t, std::string_view plugin, std::string_view text) override {
        lines.push_back(std::string(plugin) + ": " + std::string(text));
    }
    Result<weft_memory> allocate(std::uint64_t size, std::uint32_t) override {
        constexpr std::uint64_t kPage = 4096;
        const std::uint64_t whole = (size + kPage - 1) / kPage * kPage;
        void* data = std::aligned_alloc(kPage, whole ? whole : kPage);
        if (!data) return Error{WEFT_UNAVAILABLE, "out of memory"};
        std::fill_n(static_cast<char*>(data), whole ? whole : kPage, '\0');
        ++live;
        return weft_memory{data, size, -1, 0, nullptr};
    }
    void free(const weft_memory& memory) override {
        std::free(memory.data);
        --live;
    }
    void parallel(std::uint64_t count, void (*task)(void*, std::uint64_t), void* user) override {
        for (std::uint64_t i = 0; i < count; ++i) task(user, i);
    }
    std::uint32_t concurrency() override { return threads; }
    std::string cache_directory(std::string_view) override { return cache; }
};

}  // namespace weft::test
