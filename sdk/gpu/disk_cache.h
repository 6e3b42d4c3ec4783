// Compiled kernels on disk, safe for several processes: written beside and renamed, read with
// length, header and checksum verified. An entry that does not verify is deleted and missed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::gpu {

// A key is the XXH3-128 of everything that decides about the code, and these lengths: two kernels
// can share an entry only if they are the same.
struct CacheKey {
    std::uint64_t low = 0, high = 0;
    std::uint64_t source_bytes = 0;
    bool operator==(const CacheKey&) const = default;
};
// `device`: name, driver and version; `options`: whatever else the compiler is told.
[[nodiscard]] CacheKey make_key(std::string_view source, std::string_view device,
                                std::string_view options);

// Any thread.
class DiskCache {
public:
    // "" switches it off.
    explicit DiskCache(std::string directory) : directory_(std::move(directory)) {}
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> read(const CacheKey& key) const;
    // Failing to write is no error: the next run compiles again.
    void write(const CacheKey& key, const std::vector<std::uint8_t>& code) const;

private:
    std::string directory_;
};

}  // namespace weft::gpu
