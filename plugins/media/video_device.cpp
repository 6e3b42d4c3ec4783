#include "video_device.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <tuple>

namespace weft::media {

namespace {

// Two that the driver fills in turn, the newest, and the one that is being converted.
constexpr uint32_t kBuffers = 4;
constexpr uint32_t kLeastBuffers = 2;

constexpr int kMostDevices = 64;

// What a driver lists of one thing, at most: some never end.
constexpr uint32_t kMostListed = 64;

int control(int fd, unsigned long request, void* argument) {
    int result = 0;
    do {
        result = ioctl(fd, request, argument);
    } while (result < 0 && errno == EINTR);
    return result;
}

struct Capability {
    uint32_t kind = 0;  // of its buffers, 0: it gives no pictures
    std::string identity;
};

template <size_t size>
std::string text(const __u8 (&bytes)[size]) {
    const auto* const begin = reinterpret_cast<const char*>(bytes);
    return {begin, strnlen(begin, size)};
}

Capability capability_of(int fd) {
    v4l2_capability told = {};
    if (control(fd, VIDIOC_QUERYCAP, &told) < 0) return {};
    const uint32_t can =
        told.capabilities & V4L2_CAP_DEVICE_CAPS ? told.device_caps : told.capabilities;
    if (!(can & V4L2_CAP_STREAMING)) return {};
    Capability capability = {0, text(told.card) + " at " + text(told.bus_info)};
    if (can & V4L2_CAP_VIDEO_CAPTURE)
        capability.kind = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    else if (can & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
        capability.kind = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
    return capability;
}

double rate_of(const v4l2_fract& interval) {
    return interval.numerator ? static_cast<double>(interval.denominator) / interval.numerator : 0;
}

double distance(const CameraPicture& picture, const CameraWish& wish) {
    return std::abs(static_cast<double>(picture.width) - static_cast<double>(wish.width)) +
           std::abs(static_cast<double>(picture.height) - static_cast<double>(wish.height));
}

// What keeps a buffer from going back to the driver.
struct Held {
    std::shared_ptr<VideoDevice> device;
    uint32_t index;
};

}  // namespace

// Through either interface: in the one with several planes a buffer has a list of its memories.
struct VideoDevice::Slot {
    Slot(uint32_t kind, uint32_t index, uint32_t memories) {
        buffer.type = kind;
        buffer.memory = V4L2_MEMORY_MMAP;
        buffer.index = index;
        if (!listed()) return;
        buffer.m.planes = planes;
        buffer.length = memories;
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    [[nodiscard]] bool listed() const { return buffer.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE; }
    [[nodiscard]] size_t length(size_t memory) const {
        return listed() ? planes[memory].length : buffer.length;
    }
    [[nodiscard]] off_t offset(size_t memory) const {
        return listed() ? planes[memory].m.mem_offset : buffer.m.offset;
    }
    // What of the memory is picture.
    [[nodiscard]] std::span<uint8_t> filled(size_t memory, std::span<uint8_t> mapped) const {
        const size_t end =
            std::min<size_t>(listed() ? planes[memory].bytesused : buffer.bytesused, mapped.size());
        const size_t begin = std::min<size_t>(listed() ? planes[memory].data_offset : 0, end);
        return mapped.subspan(begin, end - begin);
    }

    v4l2_buffer buffer = {};
    v4l2_plane planes[VIDEO_MAX_PLANES] = {};
};

Failure VideoDevice::failure(const std::string& what, int code) const {
    return {WEFT_UNAVAILABLE,
            path_ + " " + what + (code ? std::string(": ") + std::strerror(code) : "")};
}

Result<std::shared_ptr<VideoDevice>> VideoDevice::open(const std::string& path,
                                                       const CameraWish& wish) {
    const int fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return Failure{WEFT_UNAVAILABLE, path + " cannot be opened: " + std::strerror(errno)};
    std::shared_ptr<VideoDevice> self(new VideoDevice(path, fd));
    if (Status status = self->choose_kind(); !status.ok()) return status.failure();
    if (Status status = self->choose_format(wish); !status.ok()) return status.failure();
    self->set_rate(wish.fps);
    if (Status status = self->map_buffers(); !status.ok()) return status.failure();
    if (Status status = self->start(); !status.ok()) return status.failure();
    return self;
}

VideoDevice::~VideoDevice() {
    control(fd_, VIDIOC_STREAMOFF, &kind_);
    for (const Buffer& buffer : buffers_) {
        for (const std::span<uint8_t> memory : buffer.mapped)
            if (!memory.empty()) munmap(memory.data(), memory.size());
    }
    close(fd_);
}

Status VideoDevice::choose_kind() {
    Capability capability = capability_of(fd_);
    kind_ = capability.kind;
    identity_ = std::move(capability.identity);
    return kind_ != 0 ? Status() : failure("is no camera", 0);
}

// What the driver makes of a wish, if it is of a form that can be read.
std::optional<CameraPicture> VideoDevice::negotiate(unsigned long request, uint32_t fourcc,
                                                    uint64_t width, uint64_t height) const {
    v4l2_format format = {};
    format.type = kind_;
    const bool listed = kind_ == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
    const auto ask = [&](auto& of) {
        of.width = static_cast<uint32_t>(width);
        of.height = static_cast<uint32_t>(height);
        of.pixelformat = fourcc;
        of.field = V4L2_FIELD_ANY;
    };
    if (listed) {
        ask(format.fmt.pix_mp);
    } else {
        ask(format.fmt.pix);
    }
    if (control(fd_, request, &format) < 0) return std::nullopt;
    errno = 0;  // what is refused from here on is refused by us
    CameraPicture given = listed ? described(format.fmt.pix_mp) : described(format.fmt.pix);
    const bool readable = find_camera_format(given.fourcc) && given.width != 0 &&
                          given.width <= INT16_MAX && given.height != 0 &&
                          given.height <= INT16_MAX && given.memories != 0 &&
                          given.memories <= CameraPicture::kMostMemories;
    return readable ? std::optional(given) : std::nullopt;
}

// The size decides, then how many pictures a second come, then how little a format loses: many
// cameras have their full rate only in JPEG.
Status VideoDevice::choose_format(const CameraWish& wish) {
    using Rank = std::tuple<double, double, size_t>;
    std::optional<Rank> best;
    const std::span<const CameraFormat> known = camera_formats();
    for (uint32_t i = 0; i < kMostListed; ++i) {
        v4l2_fmtdesc listed = {};
        listed.type = kind_;
        listed.index = i;
        if (control(fd_, VIDIOC_ENUM_FMT, &listed) < 0) break;
        const CameraFormat* const found = find_camera_format(listed.pixelformat);
        if (!found) continue;
        const auto tried = negotiate(VIDIOC_TRY_FMT, found->fourcc, wish.width, wish.height);
        if (!tried || tried->fourcc != found->fourcc) continue;
        const Rank rank = {distance(*tried, wish), -std::min(best_rate(*tried), wish.fps),
                           static_cast<size_t>(found - known.data())};
        if (best && *best <= rank) continue;
        best = rank;
        picture_ = *tried;
    }
    if (!best) return failure("gives pictures in no form that is known", 0);
    const auto chosen = negotiate(VIDIOC_S_FMT, picture_.fourcc, picture_.width, picture_.height);
    if (!chosen && errno == EBUSY) return failure("is in use", errno);
    if (!chosen) return failure("refuses its own format", errno);
    picture_ = *chosen;
    if (find_camera_format(picture_.fourcc)->pixels != AV_PIX_FMT_NONE) return {};
    Result<JpegDecoder> jpeg = JpegDecoder::create();
    if (!jpeg.ok()) return jpeg.failure();
    jpeg_ = std::move(*jpeg);
    return {};
}

// 0 where the driver does not say.
double VideoDevice::best_rate(const CameraPicture& picture) const {
    double best = 0;
    for (uint32_t i = 0; i < kMostListed; ++i) {
        v4l2_frmivalenum listed = {};
        listed.index = i;
        listed.pixel_format = picture.fourcc;
        listed.width = picture.width;
        listed.height = picture.height;
        if (control(fd_, VIDIOC_ENUM_FRAMEINTERVALS, &listed) < 0) break;
        const bool discrete = listed.type == V4L2_FRMIVAL_TYPE_DISCRETE;
        best = std::max(best, rate_of(discrete ? listed.discrete : listed.stepwise.min));
        if (!discrete) break;
    }
    return best;
}

// A camera that cannot be told goes at its own rate.
void VideoDevice::set_rate(double fps) {
    constexpr uint32_t kParts = 1000;  // of a second's frame count
    v4l2_streamparm rate = {};
    rate.type = kind_;
    rate.parm.capture.timeperframe.numerator = kParts;
    rate.parm.capture.timeperframe.denominator = static_cast<uint32_t>(
        std::clamp(std::round(fps * kParts), 1.0, static_cast<double>(UINT32_MAX)));
    control(fd_, VIDIOC_S_PARM, &rate);
}

Status VideoDevice::map_buffers() {
    v4l2_requestbuffers request = {};
    request.count = kBuffers;
    request.type = kind_;
    request.memory = V4L2_MEMORY_MMAP;
    if (control(fd_, VIDIOC_REQBUFS, &request) < 0)
        return failure(errno == EBUSY ? "is in use" : "has no buffers", errno);
    if (request.count < kLeastBuffers) return failure("has too few buffers", 0);
    for (uint32_t i = 0; i < request.count; ++i) {
        Slot slot(kind_, i, picture_.memories);
        if (control(fd_, VIDIOC_QUERYBUF, &slot.buffer) < 0)
            return failure("has no buffers", errno);
        Buffer& buffer = buffers_.emplace_back();
        for (size_t m = 0; m < picture_.memories; ++m) {
            void* const data = mmap(nullptr, slot.length(m), PROT_READ | PROT_WRITE, MAP_SHARED,
                                    fd_, slot.offset(m));
            if (data == MAP_FAILED) return failure("has buffers that cannot be read", errno);
            buffer.mapped[m] = {static_cast<uint8_t*>(data), slot.length(m)};
        }
    }
    return {};
}

Status VideoDevice::start() {
    for (uint32_t i = 0; i < buffers_.size(); ++i) {
        if (give_back(i) < 0) return failure("takes no buffers", errno);
    }
    if (control(fd_, VIDIOC_STREAMON, &kind_) < 0) return failure("does not start", errno);
    return {};
}

int VideoDevice::give_back(uint32_t index) {
    Slot slot(kind_, index, picture_.memories);
    return control(fd_, VIDIOC_QBUF, &slot.buffer);
}

// All memories of a buffer, by one reference.
Owned<AVBufferRef> VideoDevice::hold(uint32_t index) {
    auto held = std::make_unique<Held>(Held{shared_from_this(), index});
    const auto release = [](void* opaque, uint8_t*) {
        const std::unique_ptr<Held> done(static_cast<Held*>(opaque));
        // Of a camera that is gone nothing is wanted any more.
        (void)done->device->give_back(done->index);
    };
    const std::span<uint8_t> first = buffers_[index].mapped[0];
    Owned<AVBufferRef> reference(
        av_buffer_create(first.data(), first.size(), release, held.get(), AV_BUFFER_FLAG_READONLY));
    if (reference) (void)held.release();
    return reference;
}

Result<Owned<AVFrame>> VideoDevice::next() {
    Slot slot(kind_, 0, picture_.memories);
    if (control(fd_, VIDIOC_DQBUF, &slot.buffer) < 0) {
        if (errno == EAGAIN) return Owned<AVFrame>();
        return failure("went away", errno == ENODEV ? 0 : errno);
    }
    const uint32_t index = slot.buffer.index;
    if (index >= buffers_.size()) return failure("gives a buffer that there is not", 0);
    std::array<std::span<uint8_t>, CameraPicture::kMostMemories> filled;
    for (size_t m = 0; m < picture_.memories; ++m)
        filled[m] = slot.filled(m, buffers_[index].mapped[m]);
    const bool whole = !filled[0].empty() && !(slot.buffer.flags & V4L2_BUF_FLAG_ERROR);
    if (whole && !jpeg_) {
        Owned<AVBufferRef> owner = hold(index);
        if (!owner) return failure("finds no memory", ENOMEM);
        Result<Owned<AVFrame>> frame =
            raw_frame(picture_, std::span(filled).first(picture_.memories), std::move(owner));
        // A picture that is cut off has gone back with the frame.
        if (frame.ok()) return frame;
        return Owned<AVFrame>();
    }
    Owned<AVFrame> frame;
    if (whole) frame = jpeg_->decode(filled[0]);
    if (give_back(index) < 0) return failure("went away", errno == ENODEV ? 0 : errno);
    return frame;
}

std::string first_camera(const std::string& identity) {
    for (int number = 0; number < kMostDevices; ++number) {
        const std::string path = "/dev/video" + std::to_string(number);
        const int fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) continue;
        const Capability capability = capability_of(fd);
        close(fd);
        if (capability.kind != 0 && (identity.empty() || identity == capability.identity))
            return path;
    }
    return "";
}

}  // namespace weft::media
