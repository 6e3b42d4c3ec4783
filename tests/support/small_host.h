// What a device asks of its host: a cache directory, and to be heard.
#pragma once

#include <string>
#include <utility>

#include <weft/cpp/host.hpp>

namespace weft::test {

class SmallHost {
public:
    explicit SmallHost(std::string cache = {}) : cache_(std::move(cache)) {
        table_.struct_size = sizeof table_;
        table_.context = this;
        table_.log = [](void* context, std::uint32_t, weft_str text) {
            static_cast<SmallHost*>(context)->log += cpp::view(text);
        };
        table_.cache_directory = [](void* context) {
            return cpp::to_str(static_cast<SmallHost*>(context)->cache_);
        };
    }
    SmallHost(const SmallHost&) = delete;
    SmallHost& operator=(const SmallHost&) = delete;
    [[nodiscard]] cpp::Host host() const { return cpp::Host(&table_); }
    std::string log;

private:
    std::string cache_;
    weft_host table_{};
};

}  // namespace weft::test
