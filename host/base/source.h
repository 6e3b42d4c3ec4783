// Source texts and positions in them. Every later stage speaks of places as a Span; only the
// printer of diagnostics turns a Span into line and column.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

using FileId = std::uint32_t;

// A half-open byte range of one file. A default Span belongs to no file ("<command line>").
struct Span {
    static constexpr FileId kNoFile = 0xffffffffu;
    FileId file = kNoFile;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    [[nodiscard]] bool valid() const { return file != kNoFile; }
};

// The smallest span that covers both; both must be of the same file.
[[nodiscard]] Span join(Span a, Span b);

struct SourceFile {
    std::string path;  // as the user wrote it, for messages
    std::string text;  // whole, may hold any bytes
};

struct LineColumn {
    std::uint32_t line = 1;    // 1-based
    std::uint32_t column = 1;  // 1-based, counted in UTF-8 code points
};

// Owns all texts of one compilation. Pointers into a text stay valid for the map's life.
// Not thread safe while files are being added; reading is, the lazily built line index included.
class SourceMap {
public:
    SourceMap();
    SourceMap(SourceMap&&) noexcept;
    SourceMap& operator=(SourceMap&&) noexcept;
    ~SourceMap();

    FileId add(std::string path, std::string text);
    [[nodiscard]] const SourceFile& file(FileId id) const;
    [[nodiscard]] std::size_t size() const { return files_.size(); }
    // The text a span covers; empty for an invalid span.
    [[nodiscard]] std::string_view text(Span span) const;
    // An offset past the end counts as the end.
    [[nodiscard]] LineColumn locate(FileId id, std::uint32_t offset) const;
    // The line (without its end) that holds `offset`, and the offset where it begins.
    [[nodiscard]] std::string_view line_at(FileId id, std::uint32_t offset,
                                           std::uint32_t* line_begin) const;

private:
    struct Entry;
    std::vector<std::unique_ptr<Entry>> files_;
};

}  // namespace weft
