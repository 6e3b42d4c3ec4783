#include "camera.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace weft::media {

namespace {

constexpr int kRetryMs = 500;

// A camera in the dark may take a second for a picture; one that hangs takes for ever.
constexpr int kSilenceMs = 5000;

const char* const kFrozen = "; its last picture stays until it returns";

}  // namespace

Result<std::shared_ptr<Camera>> Camera::open(const Services& services, const std::string& path,
                                             const CameraWish& wish) {
    const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake < 0)
        return Failure{WEFT_UNAVAILABLE, std::string("no more cameras: ") + std::strerror(errno)};
    std::shared_ptr<Camera> self(new Camera(services, path, wish, wake));
    if (Status status = self->connect(); !status.ok()) {
        services.warn("camera: " + status.failure().message + "; black until it is there");
        self->told_ = true;
    }
    if (self->device_) {
        self->width_ = self->device_->width();
        self->height_ = self->device_->height();
    }
    self->thread_ = std::thread([camera = self.get()] { camera->run(); });
    return self;
}

Camera::Camera(const Services& services, std::string path, const CameraWish& wish, int wake)
    : services_(services),
      path_(std::move(path)),
      wish_(wish),
      wake_(wake),
      width_(wish.width),
      height_(wish.height) {}

Camera::~Camera() {
    if (thread_.joinable()) {
        (void)eventfd_write(wake_, 1);
        thread_.join();
    }
    newest_.reset();
    device_.reset();
    close(wake_);
}

Result<std::shared_ptr<VideoDevice>> Camera::find() const {
    const std::string path = path_.empty() ? first_camera() : path_;
    if (path.empty()) return Failure{WEFT_UNAVAILABLE, "no /dev/video* is a camera"};
    Result<std::shared_ptr<VideoDevice>> device = VideoDevice::open(path, wish_);
    if (device.ok() || identity_.empty()) return device;
    const std::string moved = first_camera(identity_);
    return moved.empty() || moved == path ? std::move(device) : VideoDevice::open(moved, wish_);
}

Status Camera::connect() {
    Result<std::shared_ptr<VideoDevice>> device = find();
    if (!device.ok()) return device.failure();
    device_ = std::move(*device);
    identity_ = device_->identity();
    return {};
}

bool Camera::wait(int fd, int milliseconds, bool& readable) const {
    pollfd waits[] = {{wake_, POLLIN, 0}, {fd, POLLIN, 0}};
    int ready = 0;
    do {
        ready = poll(waits, std::size(waits), milliseconds);
    } while (ready < 0 && errno == EINTR);
    readable = ready > 0 && waits[1].revents != 0;
    return waits[0].revents == 0;
}

Status Camera::take() {
    Result<Owned<AVFrame>> next = device_->next();
    if (!next.ok()) return next.failure();
    if (!*next) return {};
    if (std::exchange(told_, false))
        services_.log(WEFT_LOG_INFO, "camera: " + device_->path() + " is there");
    Owned<AVFrame> older = std::move(*next);
    {
        const std::lock_guard lock(mutex_);
        newest_.swap(older);
        ++number_;
    }
    return {};  // the older one goes back to the device outside the lock
}

// Told once until pictures come again. The device cannot be opened again while a frame of it is
// held.
void Camera::lose(const Failure& failure) {
    if (!std::exchange(told_, true)) services_.warn("camera: " + failure.message + kFrozen);
    const std::lock_guard lock(mutex_);
    newest_.reset();
    device_.reset();
}

void Camera::run() {
    bool readable = false;
    while (wait(device_ ? device_->fd() : -1, device_ ? kSilenceMs : kRetryMs, readable)) {
        if (device_) {
            const Status status =
                readable ? take()
                         : Failure{WEFT_UNAVAILABLE, device_->path() + " gives no pictures"};
            if (!status.ok()) lose(status.failure());
        } else {
            (void)connect();  // still not there: it will be asked for again
        }
    }
}

Owned<AVFrame> Camera::newest(uint64_t& seen) {
    const std::lock_guard lock(mutex_);
    if (!newest_ || seen == number_) return nullptr;
    seen = number_;
    return Owned<AVFrame>(av_frame_clone(newest_.get()));
}

Result<std::shared_ptr<Camera>> Cameras::find(const Services& services, std::string path,
                                              const CameraWish& wish) {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const auto& entry) { return entry.second.expired(); });
    if (path.empty()) path = first_camera();
    if (const auto found = open_.find(path); found != open_.end()) {
        if (std::shared_ptr<Camera> camera = found->second.lock()) return camera;
    }
    Result<std::shared_ptr<Camera>> camera = Camera::open(services, path, wish);
    if (camera.ok()) open_[path] = *camera;
    return camera;
}

}  // namespace weft::media
