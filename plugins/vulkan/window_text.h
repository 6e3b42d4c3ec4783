// Text over a picture as the pass to the screen reads it: a grid of letters and the coverage of
// each letter's pixels, drawn by FreeType with DejaVu Sans Mono.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::vulkan {

// `words`: columns * rows numbers of letters (0: none), row by row; then letters 1, 2, ..., each
// of cell_width * cell_height bytes of coverage, rows from the top, in whole words.
struct TextBlock {
    std::uint32_t columns = 0;  // 0: no text
    std::uint32_t rows = 0;
    std::uint32_t cell_width = 1;
    std::uint32_t cell_height = 1;
    std::vector<std::uint32_t> words;
};

// The file of the font: what WEFT_FONT names, else the usual places; "" if it is nowhere.
[[nodiscard]] std::string find_font();

class Lettering {
public:
    // Letters `pixels` high. Throws cpp::Failure(WEFT_UNAVAILABLE) with the reason.
    Lettering(const std::string& font, std::uint32_t pixels);
    Lettering(const Lettering&) = delete;
    Lettering& operator=(const Lettering&) = delete;
    ~Lettering();

    [[nodiscard]] std::uint32_t pixels() const { return pixels_; }
    // UTF-8 in lines. What the font lacks is shown as it shows what it lacks.
    [[nodiscard]] TextBlock lay_out(std::string_view text);

private:
    struct Font;
    const std::vector<std::uint8_t>& letter(std::uint32_t character);

    std::unique_ptr<Font> font_;
    std::uint32_t pixels_;
    std::map<std::uint32_t, std::vector<std::uint8_t>> drawn_;  // coverage, by character
};

}  // namespace weft::vulkan
