// A camera that is looked at: a thread of its own takes what the device gives, always holds the
// newest picture, and waits for the device where it is not there.
#pragma once

#include "services.h"
#include "video_device.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace weft::media {

class Camera {
public:
    // `path` "": the first camera there is. What is not there is told once, and waited for.
    [[nodiscard]] static Result<std::shared_ptr<Camera>> open(const Services& services,
                                                              const std::string& path,
                                                              const CameraWish& wish);
    Camera(const Camera&) = delete;
    Camera& operator=(const Camera&) = delete;
    ~Camera();

    // Of its pictures when it was opened: what was wished for, if it was not there.
    [[nodiscard]] uint64_t width() const { return width_; }
    [[nodiscard]] uint64_t height() const { return height_; }

    // A reference to the newest picture if it is another one than number `seen`, which becomes its
    // number; else empty. To be dropped soon: the device has few buffers.
    [[nodiscard]] Owned<AVFrame> newest(uint64_t& seen);

private:
    Camera(const Services& services, std::string path, const CameraWish& wish, int wake);

    [[nodiscard]] Status connect();
    [[nodiscard]] Result<std::shared_ptr<VideoDevice>> find() const;
    [[nodiscard]] Status take();
    void run();
    // Until something is there to read or `milliseconds` are over; false: the camera is closed.
    [[nodiscard]] bool wait(int fd, int milliseconds, bool& readable) const;
    void lose(const Failure& failure);

    const Services& services_;
    const std::string path_;
    const CameraWish wish_;
    const int wake_;  // readable: it is time to end
    uint64_t width_ = 0;
    uint64_t height_ = 0;
    std::shared_ptr<VideoDevice> device_;  // the thread's; null while it is not there
    std::string identity_;                 // of the last one; it may return under another number
    bool told_ = false;                    // that it gives nothing; until it does
    std::mutex mutex_;
    Owned<AVFrame> newest_;  // both under the lock
    uint64_t number_ = 0;
    std::thread thread_;
};

// The cameras in use: a device is opened once, however many look.
class Cameras {
public:
    // `path` "": the first there is, or, where there is none, the first to come.
    [[nodiscard]] Result<std::shared_ptr<Camera>> find(const Services& services, std::string path,
                                                       const CameraWish& wish);

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<Camera>> open_;
};

}  // namespace weft::media
