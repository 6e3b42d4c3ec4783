// Memory that ends where it says: behind its last byte, and before its page, nobody may read or
// write. What does crashes, and the report says which struct it was.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::validate {

class Guarded {
public:
    // `size` bytes that end at a page which cannot be touched; zeros. `name` is for the report.
    Guarded(std::string_view name, std::size_t size);
    // A copy of the first `size` bytes of `from`.
    Guarded(std::string_view name, const void* from, std::size_t size);
    ~Guarded();
    Guarded(Guarded&& other) noexcept;
    Guarded& operator=(Guarded&&) = delete;

    [[nodiscard]] void* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    template <class T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(data_);
    }
    // Nobody writes it from here on, or touches it at all.
    void make_read_only();
    void make_untouchable();
    void make_writable();
    // Bytes before it, in the same page, that were written: 0 when all is well.
    [[nodiscard]] std::size_t written_before() const;

private:
    // What the report says of whoever touches what may not be touched.
    void tell(const std::string& text) const;

    std::string name_;
    std::byte* pages_ = nullptr;
    std::size_t room_ = 0;  // in front of the guard page
    void* data_ = nullptr;
    std::size_t size_ = 0;
};

// A struct of the ABI as someone passes it who knows `size` bytes of it: struct_size says so, and
// nothing lies behind them.
template <class T>
[[nodiscard]] Guarded sized(std::string_view name, T value, std::size_t size = sizeof(T)) {
    value.struct_size = static_cast<decltype(value.struct_size)>(size);
    return Guarded(name, &value, size);
}

}  // namespace weft::validate
