#include "gpu/disk_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weft::gpu {
namespace {

constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'g', 'p', 'u', '1'};
constexpr std::uint64_t kMostBytes = 256u << 20;

struct Header {
    char magic[8];
    CacheKey key;
    std::uint64_t code_bytes;
    std::uint64_t check;  // XXH3-64 of the code
};

std::string file_name(const std::string& directory, const CacheKey& key) {
    char name[64];
    std::snprintf(name, sizeof name, "/%016llx%016llx.kernel",
                  static_cast<unsigned long long>(key.high),
                  static_cast<unsigned long long>(key.low));
    return directory + name;
}

bool read_all(int fd, void* data, std::uint64_t bytes) {
    auto* at = static_cast<char*>(data);
    while (bytes > 0) {
        const ssize_t got = ::read(fd, at, bytes);
        if (got <= 0) return false;
        at += got;
        bytes -= static_cast<std::uint64_t>(got);
    }
    return true;
}

bool write_all(int fd, const void* data, std::uint64_t bytes) {
    const auto* at = static_cast<const char*>(data);
    while (bytes > 0) {
        const ssize_t put = ::write(fd, at, bytes);
        if (put <= 0) return false;
        at += put;
        bytes -= static_cast<std::uint64_t>(put);
    }
    return true;
}

}  // namespace

CacheKey make_key(std::string_view source, std::string_view device, std::string_view options) {
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (const std::string_view part : {source, device, options}) {
        const std::uint64_t size = part.size();
        XXH3_128bits_update(&state, &size, sizeof size);
        XXH3_128bits_update(&state, part.data(), part.size());
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(&state);
    return {hash.low64, hash.high64, source.size()};
}

std::optional<std::vector<std::uint8_t>> DiskCache::read(const CacheKey& key) const {
    if (directory_.empty()) return std::nullopt;
    const std::string name = file_name(directory_, key);
    const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    Header header{};
    std::vector<std::uint8_t> code;
    struct stat status {};
    bool good = ::fstat(fd, &status) == 0 && read_all(fd, &header, sizeof header) &&
                std::memcmp(header.magic, kMagic, sizeof kMagic) == 0 && header.key == key &&
                header.code_bytes <= kMostBytes &&
                static_cast<std::uint64_t>(status.st_size) == sizeof header + header.code_bytes;
    if (good) {
        code.resize(header.code_bytes);
        good = read_all(fd, code.data(), code.size()) &&
               XXH3_64bits(code.data(), code.size()) == header.check;
    }
    ::close(fd);
    if (good) return code;
    ::unlink(name.c_str());
    return std::nullopt;
}

void DiskCache::write(const CacheKey& key, const std::vector<std::uint8_t>& code) const {
    if (directory_.empty() || code.size() > kMostBytes) return;
    static std::atomic<std::uint64_t> serial{0};
    const std::string name = file_name(directory_, key);
    const std::string beside =
        name + "." + std::to_string(::getpid()) + "." + std::to_string(serial.fetch_add(1));
    const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) return;
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.key = key;
    header.code_bytes = code.size();
    header.check = XXH3_64bits(code.data(), code.size());
    const bool written =
        write_all(fd, &header, sizeof header) && write_all(fd, code.data(), code.size());
    if (::close(fd) != 0 || !written || ::rename(beside.c_str(), name.c_str()) != 0)
        ::unlink(beside.c_str());
}

}  // namespace weft::gpu
