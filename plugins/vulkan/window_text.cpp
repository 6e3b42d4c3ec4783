#include "window_text.h"

#include <dlfcn.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <weft/cpp/text.hpp>

namespace weft::vulkan {
namespace {

constexpr std::uint32_t kMostColumns = 400;
constexpr std::uint32_t kMostRows = 200;
constexpr std::uint32_t kReplacement = 0xfffd;
constexpr std::uint32_t kTab = 4;

#define WEFT_FREETYPE_FUNCTIONS(F) \
    F(Done_FreeType)               \
    F(Init_FreeType)               \
    F(Load_Char)                   \
    F(New_Face)                    \
    F(Set_Pixel_Sizes)

// Opened when there is text to draw.
struct FreeType {
#define WEFT_FREETYPE_POINTER(name) decltype(&::FT_##name) name = nullptr;
    WEFT_FREETYPE_FUNCTIONS(WEFT_FREETYPE_POINTER)
#undef WEFT_FREETYPE_POINTER
    std::string why;
};

FreeType open_library() {
    FreeType api;
    void* library = ::dlopen("libfreetype.so.6", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* error = ::dlerror();
        api.why = std::string("text needs FreeType: ") + (error != nullptr ? error : "");
        return api;
    }
#define WEFT_FREETYPE_FIND(name)                                                    \
    api.name = reinterpret_cast<decltype(api.name)>(::dlsym(library, "FT_" #name)); \
    if (api.name == nullptr) api.why = "FreeType has no FT_" #name;
    WEFT_FREETYPE_FUNCTIONS(WEFT_FREETYPE_FIND)
#undef WEFT_FREETYPE_FIND
    return api;
}

const FreeType& freetype() {
    static const FreeType api = open_library();
    if (!api.why.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, api.why);
    return api;
}

// The next character; what is no UTF-8 is a replacement for each byte.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const std::uint32_t first = byte(at);
    const std::uint32_t more = first < 0x80   ? 0
                               : first < 0xc2 ? 9
                               : first < 0xe0 ? 1
                               : first < 0xf0 ? 2
                               : first < 0xf5 ? 3
                                              : 9;
    ++at;
    if (more == 0) return first;
    if (more == 9) return kReplacement;
    std::uint32_t code = first & (0x3fu >> more);
    for (std::uint32_t i = 0; i < more; ++i) {
        if ((byte(at + i) & 0xc0) != 0x80) return kReplacement;
        code = code << 6 | (byte(at + i) & 0x3f);
    }
    at += more;
    return code;
}

std::vector<std::vector<std::uint32_t>> lines_of(std::string_view text) {
    std::vector<std::vector<std::uint32_t>> lines(1);
    for (std::size_t at = 0; at < text.size();) {
        const std::uint32_t code = next_character(text, at);
        if (code == '\n') {
            if (lines.size() == kMostRows) break;
            lines.emplace_back();
        } else if (code == '\t') {
            lines.back().resize((lines.back().size() / kTab + 1) * kTab, ' ');
        } else if (code >= ' ' && lines.back().size() < kMostColumns) {
            lines.back().push_back(code);
        }
    }
    while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
    return lines;
}

}  // namespace

std::string find_font() {
    // What was asked for is not replaced by another: that it is no font is for its reader to say.
    if (const char* asked = std::getenv("WEFT_FONT"); asked != nullptr && *asked != 0) return asked;
    const char* home = std::getenv("HOME");
    const std::string own = home != nullptr ? home : "";
    const std::array<std::string, 8> places = {
        "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
        "/usr/share/fonts/TTF/DejaVuSansMono.ttf",
        "/usr/share/fonts/dejavu/DejaVuSansMono.ttf",
        "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
        "/usr/share/fonts/truetype/DejaVuSansMono.ttf",
        "/usr/local/share/fonts/DejaVuSansMono.ttf",
        own + "/.local/share/fonts/DejaVuSansMono.ttf",
        own + "/.fonts/DejaVuSansMono.ttf",
    };
    std::error_code failed;
    for (const std::string& place : places)
        if (std::filesystem::is_regular_file(place, failed)) return place;
    return {};
}

struct Lettering::Font {
    FT_Library library = nullptr;  // its faces go with it
    FT_Face face = nullptr;
    std::uint32_t width = 1;  // of a cell
    std::uint32_t height = 1;
    int ascent = 0;

    ~Font() {
        if (library != nullptr) freetype().Done_FreeType(library);
    }
};

Lettering::Lettering(const std::string& font, std::uint32_t pixels)
    : font_(std::make_unique<Font>()), pixels_(pixels) {
    const FreeType& api = freetype();
    if (api.Init_FreeType(&font_->library) != 0)
        throw cpp::Failure(WEFT_UNAVAILABLE, "FreeType does not start");
    if (api.New_Face(font_->library, font.c_str(), 0, &font_->face) != 0 ||
        api.Set_Pixel_Sizes(font_->face, 0, pixels) != 0 ||
        api.Load_Char(font_->face, 'M', FT_LOAD_DEFAULT) != 0)
        throw cpp::Failure(WEFT_UNAVAILABLE, font + " cannot be read as a font");
    const FT_Size_Metrics& metrics = font_->face->size->metrics;
    font_->width =
        std::max<std::uint32_t>(1, static_cast<std::uint32_t>(font_->face->glyph->advance.x >> 6));
    font_->height = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(metrics.height >> 6));
    font_->ascent = static_cast<int>(metrics.ascender >> 6);
}

Lettering::~Lettering() = default;

const std::vector<std::uint8_t>& Lettering::letter(std::uint32_t character) {
    const auto known = drawn_.find(character);
    if (known != drawn_.end()) return known->second;
    const auto width = static_cast<int>(font_->width);
    const auto height = static_cast<int>(font_->height);
    std::vector<std::uint8_t> coverage(static_cast<std::size_t>(width) *
                                       static_cast<std::size_t>(height));
    if (freetype().Load_Char(font_->face, character, FT_LOAD_RENDER) == 0) {
        const FT_GlyphSlot slot = font_->face->glyph;
        const FT_Bitmap& bitmap = slot->bitmap;
        const bool grey = bitmap.pixel_mode == FT_PIXEL_MODE_GRAY;
        for (int y = 0; grey && y < static_cast<int>(bitmap.rows); ++y) {
            for (int x = 0; x < static_cast<int>(bitmap.width); ++x) {
                const int to_x = x + slot->bitmap_left;
                const int to_y = y + font_->ascent - slot->bitmap_top;
                if (to_x < 0 || to_x >= width || to_y < 0 || to_y >= height) continue;
                coverage[static_cast<std::size_t>(to_y) * font_->width +
                         static_cast<std::size_t>(to_x)] = bitmap.buffer[y * bitmap.pitch + x];
            }
        }
    }
    return drawn_.emplace(character, std::move(coverage)).first->second;
}

TextBlock Lettering::lay_out(std::string_view text) {
    TextBlock block;
    block.cell_width = font_->width;
    block.cell_height = font_->height;
    if (text.empty()) return block;
    const auto lines = lines_of(text);
    std::size_t longest = 1;
    for (const auto& line : lines) longest = std::max(longest, line.size());
    block.columns = static_cast<std::uint32_t>(longest);
    block.rows = static_cast<std::uint32_t>(lines.size());
    block.words.assign(longest * lines.size(), 0);
    const std::size_t letter_words =
        (static_cast<std::size_t>(font_->width) * font_->height + 3) / 4;
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (std::size_t row = 0; row < lines.size(); ++row) {
        for (std::size_t column = 0; column < lines[row].size(); ++column) {
            const std::uint32_t character = lines[row][column];
            if (character == ' ') continue;
            const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
            const auto [number, fresh] = numbers.emplace(character, next);
            block.words[row * longest + column] = number->second;
            if (!fresh) continue;
            const std::vector<std::uint8_t>& coverage = letter(character);
            const std::size_t at = block.words.size();
            block.words.resize(at + letter_words, 0);
            for (std::size_t i = 0; i < coverage.size(); ++i)
                block.words[at + i / 4] |= std::uint32_t{coverage[i]} << (8 * (i % 4));
        }
    }
    return block;
}

}  // namespace weft::vulkan
