// One open camera behind Video4Linux: negotiates a format and streams into the driver's buffers.
#pragma once

#include "camera_format.h"

#include <memory>
#include <string>
#include <vector>

namespace weft::media {

// What is asked of a camera; it gives what is nearest.
struct CameraWish {
    uint64_t width = 0;
    uint64_t height = 0;
    double fps = 0;
};

class VideoDevice : public std::enable_shared_from_this<VideoDevice> {
public:
    // Streaming when it returns. `path` is of a device, "/dev/video0".
    [[nodiscard]] static Result<std::shared_ptr<VideoDevice>> open(const std::string& path,
                                                                   const CameraWish& wish);
    VideoDevice(const VideoDevice&) = delete;
    VideoDevice& operator=(const VideoDevice&) = delete;
    ~VideoDevice();

    // Readable when a picture is there.
    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    // What it is and where it is plugged in, which outlasts its number.
    [[nodiscard]] const std::string& identity() const { return identity_; }
    [[nodiscard]] uint64_t width() const { return picture_.width; }
    [[nodiscard]] uint64_t height() const { return picture_.height; }

    // The picture that is there, or an empty frame. Of a raw format the frame is the driver's own
    // buffer, which goes back to it with the frame's last reference, in whatever thread; it keeps
    // the device open. A failure is for good: the camera is gone.
    [[nodiscard]] Result<Owned<AVFrame>> next();

private:
    VideoDevice(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

    // The memories that one picture is in, as they are mapped.
    struct Buffer {
        std::array<std::span<uint8_t>, CameraPicture::kMostMemories> mapped;
    };
    // What the driver is told, or tells, of one buffer.
    struct Slot;

    [[nodiscard]] Status choose_kind();
    [[nodiscard]] Status choose_format(const CameraWish& wish);
    [[nodiscard]] std::optional<CameraPicture> negotiate(unsigned long request, uint32_t fourcc,
                                                         uint64_t width, uint64_t height) const;
    [[nodiscard]] double best_rate(const CameraPicture& picture) const;
    void set_rate(double fps);
    [[nodiscard]] Status map_buffers();
    [[nodiscard]] Status start();
    [[nodiscard]] int give_back(uint32_t index);
    [[nodiscard]] Owned<AVBufferRef> hold(uint32_t index);
    [[nodiscard]] Failure failure(const std::string& what, int code) const;

    std::string path_;
    int fd_;
    std::string identity_;
    uint32_t kind_ = 0;  // V4L2_BUF_TYPE_VIDEO_CAPTURE or ..._MPLANE
    CameraPicture picture_;
    std::vector<Buffer> buffers_;
    std::optional<JpegDecoder> jpeg_;
};

// The first device that gives pictures, "" if there is none; `identity`: only this one.
[[nodiscard]] std::string first_camera(const std::string& identity = {});

}  // namespace weft::media
