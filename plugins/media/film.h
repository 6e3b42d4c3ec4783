// Any frame of a film, exactly: decodes forward, and seeks where that is shorter or the only way.
#pragma once

#include "container.h"
#include "film_index.h"
#include "shown_source.h"

#include <memory>

namespace weft::media {

class Film final : public MovingPictures {
public:
    [[nodiscard]] static Result<std::unique_ptr<Film>> open(std::unique_ptr<Container> container,
                                                            const Services& services);

    [[nodiscard]] const FilmIndex& index() const { return index_; }
    [[nodiscard]] const Container& container() const { return *container_; }
    [[nodiscard]] uint64_t width() const override { return width_; }
    [[nodiscard]] uint64_t height() const override { return height_; }
    [[nodiscard]] uint64_t frame_at(double time) const override { return index_.frame_at(time); }

    // The picture of frame number `frame`, converted into `planes`.
    [[nodiscard]] Status read(uint64_t frame, const Planes& planes) override;

private:
    Film(std::unique_ptr<Container> container, FilmIndex index, Decoder decoder,
         const Services& services);

    [[nodiscard]] Status decode_to(uint64_t frame);
    [[nodiscard]] Status seek(uint64_t frame);
    [[nodiscard]] Status begin_again();
    [[nodiscard]] Result<bool> next(AVFrame& frame);
    void warn_of_damage();

    const Services& services_;
    std::unique_ptr<Container> container_;
    FilmIndex index_;
    Decoder decoder_;
    PixelConverter converter_;
    Orientation orientation_;
    uint64_t width_ = 0;
    uint64_t height_ = 0;
    // `current_` was decoded last but for `ahead_`, which is the one after it if it was needed to
    // know that `current_` is in force. Both empty: nothing decoded yet.
    Owned<AVFrame> current_;
    Owned<AVFrame> ahead_;
    bool has_current_ = false;
    bool has_ahead_ = false;
    bool warned_ = false;
    int64_t count_ = 0;  // frames since the beginning, for files without time stamps
};

}  // namespace weft::media
