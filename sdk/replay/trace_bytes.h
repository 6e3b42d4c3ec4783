// The bytes of a trace of calls: what crossed the border between a host and its plugins, in the
// order in which it did, so that a plugin can be called again without the host.
//
// A file is kMagic and the version, then records: size of the payload (4 bytes), kind (1 byte),
// payload. A record is written whole before the call that it tells of, so that a crash leaves it
// behind. Numbers are in the machine's order; addresses are numbers by which the same thing is
// known again.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <weft/abi.h>

namespace weft::replay {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::string_view kMagic = "WEFTCALL";
inline constexpr std::uint32_t kVersion = 2;
// Of the oldest trace that can be read: 1 holds no arguments of windows, sound devices and
// semaphores.
inline constexpr std::uint32_t kOldestVersion = 1;
inline constexpr std::size_t kMostRecord = std::size_t{1} << 28;

enum class Kind : std::uint8_t {
    guest = 1,   // a plugin, before its first call
    memory = 2,  // what the next call of this thread will read
    enter = 3,
    leave = 4,
    blocks = 5,  // how often a sound device asked before the next call
};

// Writes.
class Out {
public:
    static constexpr bool reads = false;

    explicit Out(std::string& bytes) : bytes_(bytes) {}
    template <class... T>
    void plain(const T&... values) {
        (raw(&values, sizeof values), ...);
    }
    void text(const weft_str& value) {
        plain(value.data == nullptr ? std::uint64_t{0} : value.size);
        if (value.data != nullptr) raw(value.data, value.size);
    }
    void text(std::string_view value) { text(weft_str{value.data(), value.size()}); }
    // An address, as a number.
    template <class T>
    void address(T* value) {
        plain(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(value)));
    }
    // `count` items of plain memory; none where there is no memory.
    template <class T, class Count>
    void plains(const T* values, Count count) {
        static_assert(std::is_trivially_copyable_v<T>);
        const bool there = values != nullptr;
        plain(static_cast<std::uint8_t>(there));
        if (there) raw(values, static_cast<std::size_t>(count) * sizeof(T));
    }
    template <class T, class Count, class Item>
    void items(const T* values, Count count, Item&& item) {
        const bool there = values != nullptr;
        plain(static_cast<std::uint8_t>(there));
        for (Count i = 0; there && i < count; ++i) item(*this, values[i]);
    }
    void raw(const void* data, std::size_t size) {
        if (size != 0) bytes_.append(static_cast<const char*>(data), size);
    }

private:
    std::string& bytes_;
};

// Memory that what was read points to; it lives as long as this.
class Arena {
public:
    template <class T>
    T* make(std::size_t count) {
        static_assert(std::is_trivially_copyable_v<T>);
        blocks_.push_back(
            std::make_unique<std::max_align_t[]>(count * sizeof(T) / sizeof(std::max_align_t) + 1));
        return reinterpret_cast<T*>(blocks_.back().get());
    }

private:
    std::vector<std::unique_ptr<std::max_align_t[]>> blocks_;
};

// Reads what Out wrote into structs whose pointers lead into the arena. Once something does not fit
// it is not ok(), and everything after it is zero.
class In {
public:
    static constexpr bool reads = true;

    In(std::string_view bytes, Arena& arena) : rest_(bytes), arena_(arena) {}
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    template <class... T>
    void plain(T&... values) {
        (raw(&values, sizeof values), ...);
    }
    template <class T>
    [[nodiscard]] T number() {
        T value{};
        plain(value);
        return value;
    }
    void text(weft_str& value) {
        value.size = number<std::uint64_t>();
        if (!fits(value.size, 1)) value.size = 0;
        char* to = arena_.make<char>(value.size + 1);
        raw(to, value.size);
        value.data = to;
    }
    [[nodiscard]] std::string_view text() {
        weft_str value{};
        text(value);
        return {value.data, static_cast<std::size_t>(value.size)};
    }
    template <class T>
    void address(T*& value) {
        value = reinterpret_cast<T*>(static_cast<std::uintptr_t>(number<std::uint64_t>()));
    }
    template <class T, class Count>
    void plains(T*& values, Count& count) {
        using Value = std::remove_const_t<T>;
        values = nullptr;
        if (number<std::uint8_t>() == 0) return;
        if (!fits(count, sizeof(T))) count = 0;
        auto* made = arena_.make<Value>(static_cast<std::size_t>(count));
        raw(made, static_cast<std::size_t>(count) * sizeof(T));
        values = made;
    }
    template <class T, class Count, class Item>
    void items(T*& values, Count& count, Item&& item) {
        using Value = std::remove_const_t<T>;
        values = nullptr;
        if (number<std::uint8_t>() == 0) return;
        // No item of the ABI is written in less than an eighth of its memory.
        if (!fits(count, (sizeof(T) + 7) / 8)) count = 0;
        auto* made = arena_.make<Value>(static_cast<std::size_t>(count));
        std::memset(static_cast<void*>(made), 0, static_cast<std::size_t>(count) * sizeof(T));
        for (Count i = 0; ok_ && i < count; ++i) item(*this, made[i]);
        values = made;
    }
    void raw(void* to, std::size_t size) {
        if (size > rest_.size()) {
            ok_ = false;
            rest_ = {};
        }
        if (!ok_) {
            if (size <= kMostRecord) std::memset(to, 0, size);
            return;
        }
        if (size != 0) std::memcpy(to, rest_.data(), size);
        rest_.remove_prefix(size);
    }
    [[nodiscard]] std::size_t left() const { return rest_.size(); }

private:
    // Whether so many can still come: each item takes `size` bytes at least.
    bool fits(std::uint64_t count, std::size_t size) {
        ok_ = ok_ && count <= rest_.size() / size;
        if (!ok_) rest_ = {};
        return ok_;
    }

    std::string_view rest_;
    Arena& arena_;
    bool ok_ = true;
};

// A number by which bytes can be compared; not safe against those who mean harm.
[[nodiscard]] inline std::uint64_t hash_of(const void* data, std::size_t size,
                                           std::uint64_t hash = 0xcbf29ce484222325u) {
    const auto* at = static_cast<const unsigned char*>(data);
    for (; size >= 8; at += 8, size -= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, 8);
        hash = (hash ^ word) * 0x100000001b3u;
        hash ^= hash >> 29;
    }
    for (; size != 0; ++at, --size) hash = (hash ^ *at) * 0x100000001b3u;
    return hash;
}

}  // namespace weft::replay
