// `camera([number])`: a live picture, or the test picture where nobody is live.
//
// Copies of a picture: none on its way here (the driver writes into buffers that are mapped, and a
// frame is a view of one), one when it is shown, straight into the memory that other back ends read
// in place. That one is a conversion: what a driver gives is packed, of 8 bits and often YUV, and
// everybody reads planes of f32. JPEG is decoded in between, into a frame of the decoder's.

#include "camera.h"
#include "grid_store.h"
#include "pixels.h"
#include "shown_source.h"
#include "test_picture.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace weft::media {

namespace {

constexpr uint32_t kMostPlanes = 4;  // r, g, b, a
constexpr const char* kTest = "test";

// Brings pictures of another size to the one that everybody has been told.
class Resizer {
public:
    // Null when the format cannot be scaled.
    [[nodiscard]] const AVFrame* fit(const AVFrame& frame, uint64_t width, uint64_t height) {
        const int w = static_cast<int>(width);
        const int h = static_cast<int>(height);
        if (frame.width == w && frame.height == h) return &frame;
        const auto format = static_cast<AVPixelFormat>(frame.format);
        scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height, format, w,
                                           h, format, SWS_BILINEAR, nullptr, nullptr, nullptr));
        fitted_.reset(av_frame_alloc());
        if (!scaler_ || !fitted_ || av_frame_copy_props(fitted_.get(), &frame) < 0) return nullptr;
        fitted_->format = frame.format;
        fitted_->width = w;
        fitted_->height = h;
        if (av_frame_get_buffer(fitted_.get(), 0) < 0) return nullptr;
        sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, fitted_->data,
                  fitted_->linesize);
        return fitted_.get();
    }

private:
    Owned<SwsContext> scaler_;
    Owned<AVFrame> fitted_;
};

// Of a camera only now can be seen: the newest picture, whatever time is asked for.
class CameraSource final : public Source {
public:
    CameraSource(std::shared_ptr<Camera> camera, const Services& services)
        : services_(services), camera_(std::move(camera)) {}

    Status open(uint32_t outputs, uint32_t wrap) {
        const weft_grid grid = moving_grid(camera_->width(), camera_->height(), wrap, 1, 0, 1);
        if (Status status = store_.allocate(services_, grid, outputs); !status.ok()) return status;
        if (outputs == kMostPlanes)  // black, and there
            std::fill_n(store_.floats() + 3 * store_.plane_floats(),
                        camera_->width() * camera_->height(), 1.0f);
        return {};
    }

    weft_handle handle(uint32_t output) const override { return store_.handle(output); }

    Status values(uint32_t output, const weft_points& points, double* values) override {
        const std::lock_guard lock(mutex_);
        store_.read(output, points, values);
        return {};
    }

    Status execute(const weft_frame&) override {
        const Owned<AVFrame> frame = camera_->newest(seen_);
        if (!frame) return {};
        const uint64_t width = camera_->width();
        const uint64_t height = camera_->height();
        const std::lock_guard lock(mutex_);
        const AVFrame* const fitted = resizer_.fit(*frame, width, height);
        if (!fitted) return Failure{WEFT_UNSUPPORTED, "the camera's pictures cannot be scaled"};
        const Planes planes = {store_.floats(), width, height, store_.plane_floats(),
                               store_.outputs()};
        if (Status status = converter_.convert(*fitted, {}, planes, services_); !status.ok())
            return status;
        store_.touch();
        return {};
    }

private:
    const Services& services_;
    std::shared_ptr<Camera> camera_;
    uint64_t seen_ = 0;
    std::mutex mutex_;  // values may be asked for by several workers
    GridStore store_;
    Resizer resizer_;
    PixelConverter converter_;
};

// "" for the first one, a device, or kTest.
Result<std::string> which_camera(Arguments& arguments) {
    constexpr double kMostNumber = 4095;
    const std::optional<std::variant<double, std::string>> given = arguments.take_any();
    if (!given) return std::string();
    if (const auto* name = std::get_if<std::string>(&*given)) {
        if (*name == kTest) return *name;
        return Failure{WEFT_INVALID, "camera takes a number, or \"test\", not \"" + *name + "\""};
    }
    const double number = std::get<double>(*given);
    if (!(number >= 0 && number <= kMostNumber) || number != std::floor(number))
        return Failure{WEFT_INVALID, "camera takes a whole number, that of a /dev/video*"};
    return "/dev/video" + std::to_string(static_cast<int>(number));
}

}  // namespace

OpenedSource open_camera(OpenRequest& request) {
    const Services& services = *request.services;
    Result<std::string> which = which_camera(request.arguments);
    if (!which.ok()) return which.failure();
    Result<uint32_t> wrap = take_wrap(request.arguments, WEFT_WRAP_CLAMP);
    if (!wrap.ok()) return wrap.failure();
    Result<std::optional<double>> live = request.arguments.take_named_number("weft.live");
    if (!live.ok()) return live.failure();
    if (Status rest = request.arguments.finish(); !rest.ok()) return rest.failure();
    const auto outputs = static_cast<uint32_t>(request.outputs.size());
    if (outputs > kMostPlanes)
        return Failure{WEFT_INVALID, "camera has at most 4 outputs, r, g, b and a"};
    if (live->value_or(0) == 0 || *which == kTest)
        return open_shown(std::make_unique<TestPicture>(request.width, request.height, request.fps),
                          services, outputs, *wrap);

    Result<std::shared_ptr<Camera>> camera =
        request.cameras->find(services, *which, {request.width, request.height, request.fps});
    if (!camera.ok()) return camera.failure();
    auto source = std::make_unique<CameraSource>(std::move(*camera), services);
    if (Status status = source->open(outputs, *wrap); !status.ok()) return status.failure();
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weft::media
