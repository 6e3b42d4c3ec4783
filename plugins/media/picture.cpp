#include "picture.h"

#include "pfm_reader.h"
#include "stored_source.h"
#include "truncation.h"

namespace weft::media {

Result<DecodedPicture> decode_picture(Container& container) {
    if (is_pfm(container)) return decode_pfm(container);
    if (Status whole = check_whole(container); !whole.ok()) return whole.failure();
    // A decoder that shares its work over threads reports damage later, and there is one picture.
    Result<Decoder> decoder = Decoder::open(container, container.picture_stream(), 1, true);
    if (!decoder.ok()) return decoder.failure();
    DecodedPicture picture;
    picture.frame.reset(av_frame_alloc());
    Result<bool> got = decoder->next(*picture.frame);
    if (!got.ok()) return got.failure();
    if (!*got) return container.failure(WEFT_INVALID, "holds no picture");
    if (picture.frame->decode_error_flags || picture.frame->flags & AV_FRAME_FLAG_CORRUPT)
        return container.failure(WEFT_INVALID, "is damaged or truncated");

    picture.orientation = orientation_of(*picture.frame);
    picture.width = static_cast<uint64_t>(picture.frame->width);
    picture.height = static_cast<uint64_t>(picture.frame->height);
    if (picture.orientation.transpose) std::swap(picture.width, picture.height);
    return picture;
}

OpenedSource open_picture(Container& container, const Services& services, uint32_t outputs,
                          uint32_t wrap) {
    Result<DecodedPicture> picture = decode_picture(container);
    if (!picture.ok()) return picture.failure();
    if (Status status = container.check_size(picture->width, picture->height, outputs);
        !status.ok())
        return status.failure();

    auto source = std::make_unique<StoredSource>();
    weft_grid grid = {};
    set_picture_axes(grid, picture->width, picture->height, wrap);
    if (Status status = source->store.allocate(services, grid, outputs); !status.ok())
        return status.failure();
    PixelConverter converter;
    const Planes planes = {source->store.floats(), picture->width, picture->height,
                           source->store.plane_floats(), outputs};
    if (Status status = converter.convert(*picture->frame, picture->orientation, planes, services);
        !status.ok())
        return container.failure(status.failure().code, ": " + status.failure().message);
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weft::media
