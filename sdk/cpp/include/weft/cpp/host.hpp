// The host's table as an object: memory that frees itself, lambdas as parallel tasks, failures as
// exceptions.
#pragma once

#include <weft/host.h>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "text.hpp"

namespace weft::cpp {

// Memory from the host's pool, returned to it at the end.
class Memory {
public:
    Memory() = default;
    Memory(const weft_host* host, std::uint64_t size, std::uint32_t flags) : host_(host) {
        weft_error error{};
        error.struct_size = sizeof error;
        const weft_status status = host->memory_alloc(host->context, size, flags, &memory_, &error);
        if (status != WEFT_OK) throw Failure(status, error.message);
    }
    ~Memory() {
        if (host_) host_->memory_free(host_->context, &memory_);
    }
    Memory(Memory&& other) noexcept
        : host_(std::exchange(other.host_, nullptr)), memory_(other.memory_) {}
    Memory& operator=(Memory&& other) noexcept {
        std::swap(host_, other.host_);
        std::swap(memory_, other.memory_);
        return *this;
    }

    [[nodiscard]] void* data() const { return memory_.data; }
    [[nodiscard]] std::uint64_t size() const { return memory_.size; }
    // The memfd behind it, -1 if it is not shared; borrowed.
    [[nodiscard]] int fd() const { return memory_.fd; }

private:
    const weft_host* host_ = nullptr;
    weft_memory memory_{};
};

// A copyable view of the table.
class Host {
public:
    explicit Host(const weft_host* table) : table_(table) {}
    [[nodiscard]] const weft_host* table() const { return table_; }

    void log(std::uint32_t level, std::string_view text) const {
        table_->log(table_->context, level, to_str(text));
    }
    // [compile-thread]
    [[nodiscard]] Memory allocate(std::uint64_t size, std::uint32_t flags = 0) const {
        return {table_, size, flags};
    }
    // [compile-thread, within compile]
    [[nodiscard]] weft_binding lookup(std::uint64_t id) const {
        weft_binding binding{};
        binding.struct_size = sizeof binding;
        weft_error error{};
        error.struct_size = sizeof error;
        const weft_status status = table_->lookup(table_->context, id, &binding, &error);
        if (status != WEFT_OK) throw Failure(status, error.message);
        return binding;
    }
    // [compile-thread, within compile]
    void expose(std::uint64_t id, const weft_handle& handle) const {
        weft_error error{};
        error.struct_size = sizeof error;
        const weft_status status = table_->expose(table_->context, id, &handle, &error);
        if (status != WEFT_OK) throw Failure(status, error.message);
    }
    // [frame-thread] body(0) ... body(count - 1) on the group's threads. `body` must not throw.
    template <class Body>
    void parallel(std::uint64_t count, Body&& body) const {
        using Plain = std::remove_reference_t<Body>;
        table_->parallel(
            table_->context, count,
            [](void* user, std::uint64_t index) { (*static_cast<Plain*>(user))(index); },
            const_cast<void*>(static_cast<const void*>(&body)));
    }
    [[nodiscard]] std::uint32_t concurrency() const { return table_->concurrency(table_->context); }
    // "" when caching is off.
    [[nodiscard]] std::string_view cache_directory() const {
        return view(table_->cache_directory(table_->context));
    }

    // [compile-thread] All of them where the host has no word for it.
    [[nodiscard]] std::uint64_t device_memory(std::uint64_t available) const {
        const bool asks =
            WEFT_HAS(table_, weft_host, device_memory) && table_->device_memory != nullptr;
        return asks ? table_->device_memory(table_->context, available) : available;
    }

private:
    const weft_host* table_;
};

}  // namespace weft::cpp
