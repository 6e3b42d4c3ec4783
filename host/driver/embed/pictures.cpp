#include "driver/embed/pictures.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace weft::driver {
namespace {

struct PixelKind {
    std::uint32_t format;  // of the memory that is computed
    std::uint64_t bytes;
};

// By WEFT_PIXELS_*.
constexpr std::array kKinds{
    PixelKind{WEFT_FORMAT_RGBA8, 4},
    PixelKind{WEFT_FORMAT_RGBA16, 8},
    PixelKind{WEFT_FORMAT_F32, 16},
};

void copy_rows(const runtime::TargetLayout& layout, const weft_target& from,
               const weft_picture& to) {
    const std::uint64_t row = layout.width * pixel_bytes(to.pixels);
    const std::uint64_t stride = to.row_stride != 0 ? to.row_stride : row;
    for (std::uint64_t y = 0; y < layout.height; ++y) {
        std::memcpy(static_cast<char*>(to.data) + y * stride,
                    static_cast<const char*>(from.data) + y * row, row);
    }
}

// Four planes become one.
void weave_rows(const runtime::TargetLayout& layout, const weft_target& from,
                const weft_picture& to) {
    const auto* plane = static_cast<const float*>(from.data);
    const std::uint64_t next = layout.plane_bytes / sizeof(float);
    const std::uint64_t stride = to.row_stride != 0 ? to.row_stride : layout.width * 16;
    for (std::uint64_t y = 0; y < layout.height; ++y) {
        auto* pixel = reinterpret_cast<float*>(static_cast<char*>(to.data) + y * stride);
        for (std::uint64_t x = 0; x < layout.width; ++x, ++plane, pixel += 4) {
            pixel[0] = plane[0];
            pixel[1] = plane[next];
            pixel[2] = plane[2 * next];
            pixel[3] = plane[3 * next];
        }
    }
}

}  // namespace

std::uint64_t pixel_bytes(std::uint32_t pixels) {
    return pixels < kKinds.size() ? kKinds[pixels].bytes : 0;
}

Result<Pictures> Pictures::build(ShowContext& context, const std::shared_ptr<Messages>& messages,
                                 const sema::Program& program,
                                 const std::vector<std::uint32_t>& displays, std::uint32_t pixels,
                                 const Pictures* before) {
    BuildRequest request;
    request.program = &program;
    request.wanted = [displays](std::uint32_t sink) {
        return std::find(displays.begin(), displays.end(), sink) != displays.end();
    };
    request.picture_format = [pixels](const sema::Sink&) { return kKinds[pixels].format; };
    auto part = Part::build(context, messages, std::move(request),
                            before != nullptr ? before->part_.get() : nullptr);
    if (!part) {
        return std::move(part).error();
    }
    std::vector<std::uint32_t> targets;
    for (const std::uint32_t sink : displays) {
        targets.push_back((*part)->target_of(sink));
    }
    return Pictures(std::move(*part), std::move(targets));
}

Result<void> Pictures::render(const weft_picture& to, const ParamValues& params) {
    if (frame_ != to.frame || params_ != params.state()) {
        frame_.reset();
        if (auto done = part_->run(to.frame, params.values()); !done) {
            return done;
        }
        frame_ = to.frame;
        params_ = params.state();
    }
    const std::uint32_t target = targets_[to.display];
    const runtime::TargetLayout& layout = part_->show().targets[target];
    (layout.format == WEFT_FORMAT_F32 ? weave_rows : copy_rows)(layout, part_->target(target), to);
    return {};
}

}  // namespace weft::driver
