// Portable float map: a text head, then rows of R G B f32 from the bottom up. It has no alpha.

#include "output.h"

#include <bit>

namespace weft::media {

namespace {

class PfmOutput : public Output {
public:
    explicit PfmOutput(std::unique_ptr<AtomicFile> file) : file_(std::move(file)) {}

    Status picture(const Raster& raster) override {
        if (written_) return Failure{WEFT_INVALID, "a PFM holds one picture"};
        written_ = true;
        // The sign of the scale tells the byte order.
        const std::string head =
            "PF\n" + std::to_string(raster.width) + " " + std::to_string(raster.height) +
            (std::endian::native == std::endian::little ? "\n-1.0\n" : "\n1.0\n");
        if (Status status = file_->write(head.data(), head.size()); !status.ok()) return status;
        std::vector<float> channel(raster.width);
        std::vector<float> row(raster.width * 3);
        for (uint64_t y = raster.height; y-- > 0;) {
            for (uint32_t c = 0; c < 3; ++c) {
                read_channel(raster, y, c, channel);
                for (uint64_t x = 0; x < raster.width; ++x) row[3 * x + c] = channel[x];
            }
            if (Status status = file_->write(row.data(), row.size() * sizeof(float)); !status.ok())
                return status;
        }
        return {};
    }

    Status finish() override {
        if (!written_) return Failure{WEFT_INVALID, "no picture was written"};
        return file_->commit();
    }

private:
    std::unique_ptr<AtomicFile> file_;
    bool written_ = false;
};

}  // namespace

OpenedOutput open_pfm(const OutputSettings& settings) {
    Result<std::unique_ptr<AtomicFile>> file = AtomicFile::create(settings.path);
    if (!file.ok()) return file.failure();
    return std::unique_ptr<Output>(std::make_unique<PfmOutput>(std::move(*file)));
}

}  // namespace weft::media
