// Keys by XXH3-128 over the canonical bytes of a batch; files with a header that is checked.
#include "object_cache.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include <llvm/Config/llvm-config.h>
#include <unistd.h>
#include <xxhash.h>

#include "build_id.h"

namespace weft::cpu {
namespace {

struct Header {
    char magic[8];
    std::uint64_t key_low;
    std::uint64_t key_high;
    std::uint64_t info_count;
    std::uint64_t object_size;
    std::uint64_t checksum;  // XXH3-64 of what follows
};

constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'c', 'p', 'u', '1'};
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

class Hasher {
public:
    Hasher() : state_(XXH3_createState(), XXH3_freeState) { XXH3_128bits_reset(state_.get()); }
    void bytes(const void* data, std::size_t size) {
        if (size != 0) XXH3_128bits_update(state_.get(), data, size);
    }
    template <class T>
    void number(T value) {
        bytes(&value, sizeof value);
    }
    template <class T>
    void list(const T* data, std::uint64_t count) {
        number(count);
        bytes(data, count * sizeof(T));
    }
    void text(std::string_view t) { list(t.data(), t.size()); }
    [[nodiscard]] ContentKey key() const {
        const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
        return {hash.low64, hash.high64};
    }

private:
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

void add_grid(Hasher& hash, const weft_grid& grid) {
    hash.number(grid.format);
    hash.number(grid.channels);
    hash.number(grid.channel_stride);
    hash.list(grid.axes, grid.axis_count);
}

void add_kernel(Hasher& hash, const KernelContent& content) {
    const weft_kernel& kernel = *content.kernel;
    hash.number(kernel.domain);
    hash.number(kernel.width);
    hash.number(kernel.height);
    hash.list(kernel.ir.values, kernel.ir.value_count);
    hash.list(kernel.ir.args, kernel.ir.arg_count);
    hash.list(kernel.ir.loops, kernel.ir.loop_count);
    hash.list(kernel.ir.affines, kernel.ir.affine_count);
    hash.list(kernel.stores, kernel.store_count);
    hash.number(content.inputs->size());
    for (const InputShape& input : *content.inputs) {
        hash.number(std::uint32_t{input.getter});
        hash.number(std::uint32_t{input.internal});
        hash.number(input.channel);
        hash.number(input.own);
        add_grid(hash, input.grid);
    }
    hash.number(content.outputs->size());
    for (const OutputShape& output : *content.outputs) {
        hash.number(output.kind);
        add_grid(hash, output.grid);
    }
}

const std::string& this_build() {
    static const std::string id = build_id();
    return id;
}

// Code is kept only where it can be told from another build's.
bool is_off(std::string_view directory) {
    return directory.empty() || this_build().empty();
}

std::filesystem::path path_of(std::string_view directory, const ContentKey& key) {
    char name[48];
    std::snprintf(name, sizeof name, "%016llx%016llx.o", static_cast<unsigned long long>(key.high),
                  static_cast<unsigned long long>(key.low));
    return std::filesystem::path(directory) / name;
}

}  // namespace

ContentKey content_key(const Machine& machine, const std::vector<KernelContent>& kernels) {
    Hasher hash;
    hash.text(this_build());
    hash.text(LLVM_VERSION_STRING);
    hash.text(machine.cpu);
    hash.text(machine.features);
    hash.number(machine.lanes);
    hash.number(kernels.size());
    for (const KernelContent& kernel : kernels) add_kernel(hash, kernel);
    return hash.key();
}

bool load_code(std::string_view directory, const ContentKey& key, CachedCode& code) {
    if (is_off(directory)) return false;
    std::ifstream file(path_of(directory, key), std::ios::binary);
    Header header{};
    if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return false;
    const bool ours = std::memcmp(header.magic, kMagic, sizeof kMagic) == 0 &&
                      header.key_low == key.low && header.key_high == key.high;
    if (!ours || header.info_count > kMostBytes / sizeof(KernelInfo) ||
        header.object_size > kMostBytes)
        return false;
    const std::size_t info_bytes = header.info_count * sizeof(KernelInfo);
    std::string payload(info_bytes + header.object_size, '\0');
    if (!file.read(payload.data(), static_cast<std::streamsize>(payload.size()))) return false;
    if (file.peek() != std::ifstream::traits_type::eof()) return false;
    if (XXH3_64bits(payload.data(), payload.size()) != header.checksum) return false;
    code.infos.resize(header.info_count);
    std::memcpy(code.infos.data(), payload.data(), info_bytes);
    code.object = payload.substr(info_bytes);
    return true;
}

void store_code(std::string_view directory, const ContentKey& key, const CachedCode& code) {
    if (is_off(directory)) return;
    std::string payload(code.infos.size() * sizeof(KernelInfo), '\0');
    std::memcpy(payload.data(), code.infos.data(), payload.size());
    payload += code.object;
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.key_low = key.low;
    header.key_high = key.high;
    header.info_count = code.infos.size();
    header.object_size = code.object.size();
    header.checksum = XXH3_64bits(payload.data(), payload.size());

    // Under a name of its own until it is whole: another process may read or write the same key.
    static std::atomic<unsigned> counter{0};
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    const std::filesystem::path path = path_of(directory, key);
    std::filesystem::path partial = path;
    partial += "." + std::to_string(getpid()) + "." + std::to_string(counter++);
    {
        std::ofstream file(partial, std::ios::binary | std::ios::trunc);
        file.write(reinterpret_cast<const char*>(&header), sizeof header);
        file.write(payload.data(), static_cast<std::streamsize>(payload.size()));
        file.close();
        if (!file) {
            std::filesystem::remove(partial, ignored);
            return;
        }
    }
    std::filesystem::rename(partial, path, ignored);
    if (ignored) std::filesystem::remove(partial, ignored);
}

}  // namespace weft::cpu
