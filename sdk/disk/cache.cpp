#include "disk/cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weft::disk {
namespace {

constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'd', 's', 'k', '1'};
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
// A directory is looked through at a process's first write and then at every so many.
constexpr std::uint64_t kWritesBetweenSweeps = 256;
// How exactly the last reading is known: a file's time is written at most this often.
constexpr auto kReadGrain = std::chrono::hours(12);
// No writer takes this long.
constexpr auto kWriterGone = std::chrono::hours(1);

struct Header {
    char magic[8];
    Key key;
    std::uint64_t bytes;
    std::uint64_t check;  // XXH3-64 of the content
};

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

struct KeyMaker::State {
    XXH3_state_t hash;
    std::uint64_t bytes = 0;
};

KeyMaker::KeyMaker() : state_(std::make_unique<State>()) {
    XXH3_128bits_reset(&state_->hash);
}

KeyMaker::~KeyMaker() = default;

void KeyMaker::bytes(const void* data, std::size_t size) {
    if (size != 0) XXH3_128bits_update(&state_->hash, data, size);
    state_->bytes += size;
}

Key KeyMaker::key() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(&state_->hash);
    return {hash.low64, hash.high64, state_->bytes};
}

Key make_key(std::initializer_list<std::string_view> parts) {
    KeyMaker maker;
    for (const std::string_view part : parts) maker.text(part);
    return maker.key();
}

std::string Cache::file_name(const Key& key) const {
    char name[40];
    std::snprintf(name, sizeof name, "/%016llx%016llx.", static_cast<unsigned long long>(key.high),
                  static_cast<unsigned long long>(key.low));
    return directory_ + name + kind_;
}

std::optional<std::vector<std::uint8_t>> Cache::read(const Key& key) const {
    if (directory_.empty()) return std::nullopt;
    const std::string name = file_name(key);
    const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    Header header{};
    std::vector<std::uint8_t> content;
    struct stat status {};
    bool good = ::fstat(fd, &status) == 0 && read_all(fd, &header, sizeof header) &&
                std::memcmp(header.magic, kMagic, sizeof kMagic) == 0 && header.key == key &&
                header.bytes <= kMostBytes &&
                static_cast<std::uint64_t>(status.st_size) == sizeof header + header.bytes;
    if (good) {
        content.resize(header.bytes);
        good = read_all(fd, content.data(), content.size()) &&
               XXH3_64bits(content.data(), content.size()) == header.check;
    }
    const auto last = std::chrono::system_clock::from_time_t(status.st_mtime);
    if (good && std::chrono::system_clock::now() - last > kReadGrain) ::futimens(fd, nullptr);
    ::close(fd);
    if (good) return content;
    ::unlink(name.c_str());
    return std::nullopt;
}

void Cache::write(const Key& key, const std::vector<std::uint8_t>& content) const {
    if (directory_.empty() || content.size() > kMostBytes) return;
    std::error_code ignored;
    std::filesystem::create_directories(directory_, ignored);
    // Under a name of its own until it is whole: another process may read or write the same key.
    static std::atomic<std::uint64_t> serial{0};
    const std::string name = file_name(key);
    const std::uint64_t number = serial.fetch_add(1);
    const std::string beside =
        name + "." + std::to_string(::getpid()) + "." + std::to_string(number);
    const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) return;
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.key = key;
    header.bytes = content.size();
    header.check = XXH3_64bits(content.data(), content.size());
    const bool written =
        write_all(fd, &header, sizeof header) && write_all(fd, content.data(), content.size());
    if (::close(fd) != 0 || !written || ::rename(beside.c_str(), name.c_str()) != 0)
        ::unlink(beside.c_str());
    if (number % kWritesBetweenSweeps == 0) sweep(directory_, most_bytes_);
}

void sweep(const std::string& directory, std::uint64_t most_bytes) {
    namespace fs = std::filesystem;
    struct File {
        fs::path path;
        fs::file_time_type read;
        std::uint64_t bytes;
    };
    std::vector<File> files;
    std::uint64_t sum = 0;
    std::error_code failed;
    const auto now = fs::file_time_type::clock::now();
    // Others write and delete here at the same time: what cannot be read is gone.
    for (fs::directory_iterator at(directory, failed), end; !failed && at != end;
         at.increment(failed)) {
        std::error_code gone;
        if (!at->is_regular_file(gone)) continue;
        const File file{at->path(), at->last_write_time(gone), at->file_size(gone)};
        if (gone) continue;
        // KEY.KIND is an entry, KEY.KIND.PROCESS.NUMBER one that is being written.
        const std::string name = file.path.filename().string();
        if (std::count(name.begin(), name.end(), '.') > 1) {
            if (now - file.read > kWriterGone) fs::remove(file.path, gone);
            continue;
        }
        files.push_back(file);
        sum += file.bytes;
    }
    std::sort(files.begin(), files.end(),
              [](const File& a, const File& b) { return a.read < b.read; });
    for (const File& file : files) {
        if (sum <= most_bytes) break;
        std::error_code gone;
        fs::remove(file.path, gone);
        sum -= file.bytes;
    }
}

}  // namespace weft::disk
