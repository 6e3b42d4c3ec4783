#include "window_picture.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <weft/cpp/backend.hpp>

namespace weft::vulkan {
namespace {

// An import that was not used for so many pictures is nobody's any more.
constexpr std::uint64_t kForgottenAfter = 32;

}  // namespace

std::uint32_t pixel_bytes(std::uint32_t format) {
    if (format == WEFT_FORMAT_RGBA8) return 4;
    return format == WEFT_FORMAT_RGBA16 ? 8 : 0;
}

Pictures::Mapping::Mapping(int fd, std::uint64_t size)
    : data_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0)),
      size_(size) {
    if (data_ == MAP_FAILED) {
        data_ = nullptr;
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           std::string("mapping the picture's memory: ") + std::strerror(errno));
    }
}

Pictures::Mapping::~Mapping() {
    if (data_ != nullptr) ::munmap(data_, size_);
}

const Memory* Pictures::import(const weft_window_picture& picture) {
    if (picture.memory_fd < 0 || picture.memory == nullptr) return nullptr;
    struct stat file {};
    if (::fstat(picture.memory_fd, &file) != 0) return nullptr;
    for (Import& known : imports_) {
        if (known.file != file.st_ino || known.device != file.st_dev ||
            known.size != picture.memory_size)
            continue;
        known.last_used = turn_;
        return known.memory.get();
    }
    // Pages beyond the end of a file are mapped and cannot be touched.
    if (static_cast<std::uint64_t>(file.st_size) < picture.memory_size) return nullptr;
    try {
        Mapping mapping(picture.memory_fd, picture.memory_size);
        auto memory = device_.heap.import_host(mapping.data(), picture.memory_size);
        imports_.push_back({file.st_dev, file.st_ino, picture.memory_size, turn_,
                            std::move(mapping), std::move(memory)});
        return imports_.back().memory.get();
    } catch (const cpp::Failure& failure) {
        if (device_.context.lost()) throw;
        if (!told_)
            device_.context.host.log(WEFT_LOG_INFO,
                                     std::string("window: pictures are copied: ") + failure.what());
        told_ = true;
        return nullptr;
    }
}

BoundPicture Pictures::bind(const weft_window_picture& picture) {
    ++turn_;
    std::erase_if(imports_,
                  [&](const Import& old) { return old.last_used + kForgottenAfter < turn_; });
    if (picture.row_stride % 4 != 0) return copy(picture);
    const auto* const pixels = static_cast<const char*>(picture.pixels);
    const auto* const begin = static_cast<const char*>(picture.memory);
    const std::uint64_t bytes = picture.row_stride * picture.height;
    const bool inside = begin != nullptr && pixels >= begin && (pixels - begin) % 4 == 0 &&
                        static_cast<std::uint64_t>(pixels - begin) + bytes <= picture.memory_size &&
                        picture.memory_size <= device_.largest_range;
    const Memory* const memory = inside ? import(picture) : nullptr;
    if (memory == nullptr) return copy(picture);
    BoundPicture bound;
    bound.buffer = {memory->buffer(), memory->start(), picture.memory_size};
    bound.start = static_cast<std::uint32_t>((pixels - begin) / 4);
    bound.stride = static_cast<std::uint32_t>(picture.row_stride / 4);
    return bound;
}

BoundPicture Pictures::copy(const weft_window_picture& picture) {
    const std::uint64_t row = std::uint64_t{picture.width} * pixel_bytes(picture.format);
    const std::uint64_t bytes = row * picture.height;
    if (copy_ == nullptr || copy_->size < bytes) {
        copy_.reset();
        copy_ = device_.heap.allocate(bytes, gpu::Place::upload);
    }
    const auto* const from = static_cast<const char*>(picture.pixels);
    for (std::uint32_t y = 0; y < picture.height; ++y)
        std::memcpy(copy_->host + y * row, from + y * picture.row_stride, row);
    BoundPicture bound;
    bound.buffer = {copy_->buffer(), copy_->start(), bytes};
    bound.stride = static_cast<std::uint32_t>(row / 4);
    bound.copied = bytes;
    return bound;
}

}  // namespace weft::vulkan
