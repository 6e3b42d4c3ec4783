// What took time to make, on disk: compiled code, results of trials. Safe for several processes:
// written beside and renamed, read with length, header and checksum verified. An entry that does
// not verify is deleted and missed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::disk {

// The XXH3-128 of everything that decides about an entry, and its length: two contents can share an
// entry only if they are the same.
struct Key {
    std::uint64_t low = 0, high = 0;
    std::uint64_t bytes = 0;
    bool operator==(const Key&) const = default;
};

// Gathers what decides, in an order that is always the same.
class KeyMaker {
public:
    KeyMaker();
    ~KeyMaker();
    KeyMaker(const KeyMaker&) = delete;
    KeyMaker& operator=(const KeyMaker&) = delete;

    void bytes(const void* data, std::size_t size);
    template <class T>
    void number(T value) {
        bytes(&value, sizeof value);
    }
    template <class T>
    void list(const T* data, std::uint64_t count) {
        number(count);
        bytes(data, count * sizeof(T));
    }
    void text(std::string_view text) { list(text.data(), text.size()); }
    [[nodiscard]] Key key() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] Key make_key(std::initializer_list<std::string_view> parts);

constexpr std::uint64_t kMostBytesKept = std::uint64_t{1} << 30;  // in a directory

// Any thread.
class Cache {
public:
    // "" switches it off. `kind` ends the names of the files.
    Cache(std::string directory, std::string_view kind, std::uint64_t most_bytes = kMostBytesKept)
        : directory_(std::move(directory)), kind_(kind), most_bytes_(most_bytes) {}
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> read(const Key& key) const;
    // Failing to write is no error: the next run makes it again.
    void write(const Key& key, const std::vector<std::uint8_t>& content) const;

private:
    [[nodiscard]] std::string file_name(const Key& key) const;

    std::string directory_;
    std::string kind_;
    std::uint64_t most_bytes_;
};

// Deletes what was not read for longest until the files of `directory` are at most `most_bytes`,
// and what writers that were killed left behind.
void sweep(const std::string& directory, std::uint64_t most_bytes);

}  // namespace weft::disk
