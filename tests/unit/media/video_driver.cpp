#include "video_driver.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstring>
#include <thread>

namespace weft::test {
namespace {

constexpr uint32_t kPage = 4096;

std::atomic<VideoDriver*> current{nullptr};

int fail(int code) {
    errno = code;
    return -1;
}

// Where a picture begins in memory that is one of several.
constexpr uint32_t kOffset = 64;

// Enough for four bytes a pixel.
uint32_t size_for(uint32_t width, uint32_t height) {
    return (width * height * 4 + kOffset + kPage) / kPage * kPage;
}

std::string path_of(int number) {
    return "/dev/video" + std::to_string(number);
}

}  // namespace

VideoDriver::VideoDriver(int number, uint32_t fourcc, uint32_t width, uint32_t height)
    : path_(path_of(number)),
      fourcc_(fourcc),
      width_(width),
      height_(height),
      planes_(fourcc == V4L2_PIX_FMT_NV12M ? 2 : 1) {
    current = this;
}

VideoDriver::~VideoDriver() {
    current = nullptr;
}

bool VideoDriver::feed(std::span<const uint8_t> bytes) {
    const std::lock_guard lock(mutex_);
    if (!streaming_ || queued_.empty()) return false;
    const uint32_t index = queued_.front();
    queued_.erase(queued_.begin());
    const size_t first = planes_ == 1 ? bytes.size() : bytes.size() * 2 / 3;  // NV12
    fill(index, 0, bytes.first(first));
    if (planes_ > 1) fill(index, 1, bytes.subspan(first));
    filled_.push_back(index);
    return true;
}

uint8_t* VideoDriver::memory(uint32_t index, uint32_t plane) {
    return memory_ + size_t{index * planes_ + plane} * plane_size_;
}

void VideoDriver::fill(uint32_t index, uint32_t plane, std::span<const uint8_t> bytes) {
    const uint32_t begin = planes_ > 1 ? kOffset : 0;
    const size_t count = std::min<size_t>(bytes.size(), plane_size_ - begin);
    std::memcpy(memory(index, plane) + begin, bytes.data(), count);
    used_[index * planes_ + plane] = static_cast<uint32_t>(begin + count);
}

void VideoDriver::unplug() {
    const std::lock_guard lock(mutex_);
    plugged_ = false;
}

void VideoDriver::plug(int number, uint32_t width, uint32_t height) {
    const std::lock_guard lock(mutex_);
    path_ = path_of(number);
    width_ = width;
    height_ = height;
    plugged_ = true;
}

bool VideoDriver::streaming() {
    const std::lock_guard lock(mutex_);
    return streaming_;
}

int VideoDriver::opened() {
    const std::lock_guard lock(mutex_);
    return opened_;
}

bool VideoDriver::open(const char* path, int& result) {
    const std::lock_guard lock(mutex_);
    if (path != path_) return false;
    if (!plugged_) {
        result = fail(ENOENT);
    } else if (streaming_) {
        result = fail(EBUSY);  // sooner than a true one, which says it of buffers
    } else {
        fd_ = result = memfd_create("camera", MFD_CLOEXEC);
        ++opened_;
    }
    return true;
}

bool VideoDriver::control(int fd, unsigned long request, void* argument, int& result) {
    {
        const std::lock_guard lock(mutex_);
        if (fd_ < 0 || fd != fd_) return false;
        result = answer(request, argument);
    }
    // Whoever polls finds the file readable, and comes again at once.
    const int code = errno;
    if (result < 0 && code == EAGAIN) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    errno = code;
    return true;
}

void VideoDriver::describe(v4l2_format& format) const {
    if (planes_ > 1) {
        v4l2_pix_format_mplane& of = format.fmt.pix_mp;
        of = {};
        of.width = width_;
        of.height = height_;
        of.pixelformat = fourcc_;
        of.colorspace = V4L2_COLORSPACE_SRGB;
        of.num_planes = static_cast<uint8_t>(planes_);
        return;
    }
    v4l2_pix_format& of = format.fmt.pix;
    of = {};
    of.width = width_;
    of.height = height_;
    of.pixelformat = fourcc_;
    of.colorspace = V4L2_COLORSPACE_SRGB;
    of.sizeimage = size_for(width_, height_);
}

int VideoDriver::take_back(v4l2_buffer& buffer) {
    if (!plugged_) return fail(ENODEV);
    if (filled_.empty()) return fail(EAGAIN);
    buffer.index = filled_.front();
    const uint32_t* const used = &used_[buffer.index * planes_];
    if (planes_ == 1) buffer.bytesused = used[0];
    for (uint32_t plane = 0; planes_ > 1 && plane < planes_; ++plane) {
        buffer.m.planes[plane].bytesused = used[plane];
        buffer.m.planes[plane].data_offset = kOffset;
    }
    filled_.erase(filled_.begin());
    return 0;
}

int VideoDriver::make_buffers(uint32_t count) {
    plane_size_ = size_for(width_, height_);
    const size_t size = size_t{count} * planes_ * plane_size_;
    if (ftruncate(fd_, static_cast<off_t>(size)) < 0) return -1;
    void* const mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (mapped == MAP_FAILED) return -1;
    memory_ = static_cast<uint8_t*>(mapped);
    used_.assign(size_t{count} * planes_, 0);
    return 0;
}

void VideoDriver::stop() {
    streaming_ = false;
    fd_ = -1;
    if (memory_) munmap(memory_, used_.size() * plane_size_);
    memory_ = nullptr;
    used_.clear();
    queued_.clear();
    filled_.clear();
}

int VideoDriver::answer(unsigned long request, void* argument) {
    switch (request) {
        case VIDIOC_QUERYCAP: {
            auto& capability = *static_cast<v4l2_capability*>(argument);
            capability.capabilities =
                (planes_ > 1 ? V4L2_CAP_VIDEO_CAPTURE_MPLANE : V4L2_CAP_VIDEO_CAPTURE) |
                V4L2_CAP_STREAMING;
            std::strcpy(reinterpret_cast<char*>(capability.bus_info), "usb-of-a-test");
            return 0;
        }
        case VIDIOC_ENUM_FMT: {
            auto& listed = *static_cast<v4l2_fmtdesc*>(argument);
            listed.pixelformat = fourcc_;
            return listed.index == 0 ? 0 : fail(EINVAL);
        }
        case VIDIOC_TRY_FMT:
        case VIDIOC_S_FMT: describe(*static_cast<v4l2_format*>(argument)); return 0;
        case VIDIOC_S_PARM: return 0;
        case VIDIOC_REQBUFS:
            return make_buffers(static_cast<v4l2_requestbuffers*>(argument)->count);
        case VIDIOC_QUERYBUF: {
            auto& buffer = *static_cast<v4l2_buffer*>(argument);
            const auto begin = static_cast<uint32_t>(memory(buffer.index, 0) - memory_);
            if (planes_ == 1) {
                buffer.length = plane_size_;
                buffer.m.offset = begin;
            }
            for (uint32_t plane = 0; planes_ > 1 && plane < planes_; ++plane) {
                buffer.m.planes[plane].length = plane_size_;
                buffer.m.planes[plane].m.mem_offset = begin + plane * plane_size_;
            }
            return 0;
        }
        case VIDIOC_QBUF: {
            const uint32_t index = static_cast<v4l2_buffer*>(argument)->index;
            if (!plugged_) return fail(ENODEV);
            if (index * planes_ >= used_.size()) return fail(EINVAL);
            queued_.push_back(index);
            return 0;
        }
        case VIDIOC_DQBUF: return take_back(*static_cast<v4l2_buffer*>(argument));
        case VIDIOC_STREAMON: streaming_ = true; return 0;
        case VIDIOC_STREAMOFF: stop(); return 0;
        default: return fail(EINVAL);
    }
}

}  // namespace weft::test

#pragma GCC visibility push(default)
extern "C" {

int open(const char* path, int flags, ...) {
    int result = 0;
    weft::test::VideoDriver* const driver = weft::test::current;
    if (driver && driver->open(path, result)) return result;
    va_list more;
    va_start(more, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int ioctl(int fd, unsigned long request, ...) noexcept {
    va_list more;
    va_start(more, request);
    void* const argument = va_arg(more, void*);
    va_end(more);
    int result = 0;
    weft::test::VideoDriver* const driver = weft::test::current;
    if (driver && driver->control(fd, request, argument, result)) return result;
    return static_cast<int>(syscall(SYS_ioctl, fd, request, argument));
}
}
#pragma GCC visibility pop
