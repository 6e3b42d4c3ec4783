#include "window.h"

#include <algorithm>
#include <cmath>

#include <weft/cpp/backend.hpp>

namespace weft::vulkan {
namespace {

// Of letters on a screen with one pixel a point.
constexpr double kLetterPixels = 14;
constexpr double kMarginPixels = 6;

}  // namespace

Window::Window(cpp::Host host, OpenWindow& open, std::uint32_t index, bool vsync,
               WindowEvents& events)
    : host_(host), open_(open), index_(index), vsync_(vsync), events_(events) {
    listen();
    refresh_ = open_.refresh();
}

Window::~Window() {
    const Glfw& glfw = *open_.glfw();
    glfw->SetWindowUserPointer(open_.get(), nullptr);
}

void Window::take(WindowDevice& device) {
    drawing_ = std::make_unique<Drawing>(device, *open_.glfw(), open_.get());
    letter();
}

void Window::present(const weft_window_picture& picture) {
    if (pixel_bytes(picture.format) == 0 || picture.pixels == nullptr || picture.width == 0 ||
        picture.height == 0 ||
        picture.row_stride < std::uint64_t{picture.width} * pixel_bytes(picture.format))
        throw cpp::Failure(WEFT_INVALID, "a picture of this format or size cannot be shown");
    picture_ = {picture.width, picture.height};
    const Extent content = open_.content();
    if (content.width == 0 || content.height == 0) {
        ++missed_;
        return;
    }
    if (lettering_ != nullptr &&
        lettering_->pixels() != std::lround(kLetterPixels * open_.scale())) {
        lettering_.reset();  // it is on another screen now
        letter();
    }
    std::uint64_t copied = 0;
    const Shown shown = drawing_->draw(picture, content, vsync_, copied);
    copied_ += copied;
    shared_ = copied == 0;
    if (shown != Shown::shown) {
        ++missed_;
        return;
    }
    if (++presented_ % 256 == 1) refresh_ = open_.refresh();
}

void Window::overlay(std::string_view text) {
    text_ = text;
    letter();
}

// Gives the text to what draws.
void Window::letter() {
    if (drawing_ == nullptr) return;
    if (text_.empty() || no_font_) return drawing_->set_text({}, 0);
    try {
        if (lettering_ == nullptr) {
            const std::string font = find_font();
            if (font.empty())
                throw cpp::Failure(WEFT_UNAVAILABLE,
                                   "DejaVuSansMono.ttf is not found (fonts-dejavu-core); "
                                   "WEFT_FONT may name a font's file");
            lettering_ = std::make_unique<Lettering>(
                font, static_cast<std::uint32_t>(std::lround(kLetterPixels * open_.scale())));
        }
        drawing_->set_text(lettering_->lay_out(text_),
                           static_cast<std::uint32_t>(std::lround(kMarginPixels * open_.scale())));
    } catch (const cpp::Failure& failure) {
        if (failure.code() != WEFT_UNAVAILABLE || lettering_ != nullptr) throw;
        no_font_ = true;
        host_.log(WEFT_LOG_WARNING,
                  std::string("window: no text over the picture: ") + failure.what());
    }
}

void Window::tell(weft_window_counters& counters) const {
    counters.shared = shared_ ? 1 : 0;
    counters.presented = presented_;
    counters.missed = missed_;
    counters.copied = copied_;
    counters.refresh = refresh_;
}

}  // namespace weft::vulkan
