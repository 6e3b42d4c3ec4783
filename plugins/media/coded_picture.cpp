// Pictures whose encoder's one packet is the whole file: JPEG, OpenEXR, TIFF, BMP.

#include "av_log.h"
#include "frames.h"
#include "output.h"

#include <weft/grid.h>

#include <algorithm>
#include <cmath>

namespace weft::media {

namespace {

struct Coding {
    const char* encoder;
    AVPixelFormat format;
    AVColorSpace space = AVCOL_SPC_RGB;
    AVColorRange range = AVCOL_RANGE_JPEG;
};

Coding coding_of(const OutputSettings& settings) {
    const std::string& name = settings.extension;
    const bool alpha = settings.has_alpha;
    if (name == "exr") return {"exr", alpha ? AV_PIX_FMT_GBRAPF32 : AV_PIX_FMT_GBRPF32};
    if (name == "bmp") return {"bmp", alpha ? AV_PIX_FMT_BGRA : AV_PIX_FMT_BGR24};
    if (name == "tif" || name == "tiff") {
        if (settings.picture_format == WEFT_FORMAT_RGBA8)
            return {"tiff", alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24};
        return {"tiff", alpha ? AV_PIX_FMT_RGBA64 : AV_PIX_FMT_RGB48};
    }
    // No colour is thrown away: what a program computed may well be one pixel wide.
    return {"mjpeg", AV_PIX_FMT_YUVJ444P, AVCOL_SPC_BT470BG};
}

// 1..100 to the encoder's scale of 31..1; 0 means 95.
int jpeg_quantiser(uint32_t quality) {
    constexpr uint32_t kDefault = 95;
    const double q = std::clamp<uint32_t>(quality ? quality : kDefault, 1, 100);
    return static_cast<int>(std::lround(31.0 - (q - 1.0) * 30.0 / 99.0));
}

class CodedPicture : public Output {
public:
    CodedPicture(Owned<AVCodecContext> codec, FrameMaker maker, std::unique_ptr<AtomicFile> file)
        : codec_(std::move(codec)), maker_(std::move(maker)), file_(std::move(file)) {}

    Status picture(const Raster& raster) override {
        if (written_) return Failure{WEFT_INVALID, "this file format holds one picture"};
        Result<AVFrame*> frame = maker_.make(raster);
        if (!frame.ok()) return frame.failure();
        (*frame)->quality = codec_->global_quality;
        Owned<AVPacket> packet(av_packet_alloc());
        int code = avcodec_send_frame(codec_.get(), *frame);
        if (code >= 0) code = avcodec_receive_packet(codec_.get(), packet.get());
        if (code == AVERROR(EAGAIN)) {
            code = avcodec_send_frame(codec_.get(), nullptr);
            if (code >= 0) code = avcodec_receive_packet(codec_.get(), packet.get());
        }
        if (code < 0)
            return Failure{WEFT_INTERNAL, "cannot encode '" + file_->path() +
                                              "': " + error_text(code) + " " + take_complaint()};
        written_ = true;
        return file_->write(packet->data, static_cast<uint64_t>(packet->size));
    }

    Status finish() override {
        if (!written_) return Failure{WEFT_INVALID, "no picture was written"};
        return file_->commit();
    }

private:
    Owned<AVCodecContext> codec_;
    FrameMaker maker_;
    std::unique_ptr<AtomicFile> file_;
    bool written_ = false;
};

}  // namespace

OpenedOutput open_coded_picture(const OutputSettings& settings) {
    const Coding coding = coding_of(settings);
    const AVCodec* encoder = avcodec_find_encoder_by_name(coding.encoder);
    if (!encoder)
        return Failure{WEFT_UNSUPPORTED,
                       std::string("this FFmpeg has no encoder '") + coding.encoder + "'"};
    Owned<AVCodecContext> codec(avcodec_alloc_context3(encoder));
    codec->width = static_cast<int>(settings.width);
    codec->height = static_cast<int>(settings.height);
    codec->pix_fmt = coding.format;
    codec->color_range = coding.range;
    codec->colorspace = coding.space;
    codec->time_base = {1, 1};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_BITEXACT;
    Options options;
    if (settings.extension == "exr") options.set("compression", "zip16");
    if (settings.extension == "tif" || settings.extension == "tiff")
        options.set("compression_algo", "deflate");
    if (std::string(coding.encoder) == "mjpeg") {
        codec->flags |= AV_CODEC_FLAG_QSCALE;
        codec->global_quality = jpeg_quantiser(settings.quality) * FF_QP2LAMBDA;
        codec->qmin = 1;
        options.set("huffman", "optimal");
    }
    if (const int code = avcodec_open2(codec.get(), encoder, options.get()); code < 0)
        return Failure{WEFT_UNSUPPORTED,
                       settings.extension + " cannot hold this picture: " + error_text(code)};
    Result<FrameMaker> maker = FrameMaker::create(coding.format, settings.width, settings.height,
                                                  coding.space, coding.range);
    if (!maker.ok()) return maker.failure();
    Result<std::unique_ptr<AtomicFile>> file = AtomicFile::create(settings.path);
    if (!file.ok()) return file.failure();
    return std::unique_ptr<Output>(
        std::make_unique<CodedPicture>(std::move(codec), std::move(*maker), std::move(*file)));
}

}  // namespace weft::media
