// The host's services as the rest of the plugin sees them: log, memory, threads.
#pragma once

#include "result.h"

#include <weft/host.h>

#include <cstdint>
#include <string>
#include <type_traits>

namespace weft::media {

class Services {
public:
    explicit Services(const weft_host* host) : host_(host) {}

    void log(uint32_t level, std::string_view line) const {
        if (host_->log) host_->log(host_->context, level, text(line));
    }
    void warn(std::string_view line) const { log(WEFT_LOG_WARNING, line); }

    [[nodiscard]] uint32_t concurrency() const {
        const uint32_t count = host_->concurrency ? host_->concurrency(host_->context) : 1;
        return count ? count : 1;
    }

    // Runs task(0) ... task(count - 1) on the host's threads and waits for them.
    template <class Task>
    void parallel(uint64_t count, Task&& task) const {
        using Plain = std::remove_reference_t<Task>;
        if (!host_->parallel || count < 2) {
            for (uint64_t i = 0; i < count; ++i) task(i);
            return;
        }
        host_->parallel(
            host_->context, count,
            [](void* user, uint64_t index) { (*static_cast<Plain*>(user))(index); }, &task);
    }

    [[nodiscard]] const weft_host* host() const { return host_; }

private:
    const weft_host* host_;
};

// Shared memory of the host's pool, given back when it goes out of scope.
class Memory {
public:
    Memory() = default;
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;
    ~Memory() {
        if (host_) host_->memory_free(host_->context, &memory_);
    }

    [[nodiscard]] Status allocate(const Services& services, uint64_t size, uint32_t flags) {
        weft_error error = {};
        error.struct_size = sizeof error;
        const weft_host* host = services.host();
        const weft_status status = host->memory_alloc(host->context, size ? size : 1,
                                                      flags | WEFT_MEMORY_SHARED, &memory_, &error);
        if (status != WEFT_OK) return Failure{status, error.message};
        host_ = host;
        return {};
    }

    [[nodiscard]] void* data() const { return memory_.data; }
    [[nodiscard]] const weft_memory& block() const { return memory_; }

private:
    const weft_host* host_ = nullptr;
    weft_memory memory_ = {};
};

}  // namespace weft::media
