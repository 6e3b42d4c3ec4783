// Positions are byte offsets everywhere; lines and columns are worked out only when a person asks.
#include "base/source.h"

#include <algorithm>
#include <cassert>
#include <mutex>

namespace weft {

struct SourceMap::Entry {
    SourceFile source;
    mutable std::once_flag indexed;
    mutable std::vector<std::uint32_t> line_starts;

    // The offset where the line that holds `offset` begins, and the line's number from 0.
    std::pair<std::uint32_t, std::uint32_t> line_of(std::uint32_t offset) const {
        std::call_once(indexed, [this] {
            line_starts.push_back(0);
            const std::string& text = source.text;
            for (std::size_t i = text.find('\n'); i != std::string::npos;
                 i = text.find('\n', i + 1))
                line_starts.push_back(static_cast<std::uint32_t>(i + 1));
        });
        const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
        return {*(after - 1), static_cast<std::uint32_t>(after - line_starts.begin() - 1)};
    }

    std::uint32_t clamp(std::uint32_t offset) const {
        return static_cast<std::uint32_t>(std::min<std::size_t>(offset, source.text.size()));
    }
};

namespace {

bool continues_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

}  // namespace

SourceMap::SourceMap() = default;
SourceMap::SourceMap(SourceMap&&) noexcept = default;
SourceMap& SourceMap::operator=(SourceMap&&) noexcept = default;
SourceMap::~SourceMap() = default;

Span join(Span a, Span b) {
    assert(a.file == b.file);
    return {a.file, std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

FileId SourceMap::add(std::string path, std::string text) {
    auto entry = std::make_unique<Entry>();
    entry->source = {std::move(path), std::move(text)};
    files_.push_back(std::move(entry));
    return static_cast<FileId>(files_.size() - 1);
}

const SourceFile& SourceMap::file(FileId id) const {
    assert(id < files_.size());
    return files_[id]->source;
}

std::string_view SourceMap::text(Span span) const {
    if (!span.valid()) return {};
    const Entry& entry = *files_[span.file];
    const std::uint32_t begin = entry.clamp(span.begin);
    const std::uint32_t end = std::max(begin, entry.clamp(span.end));
    return std::string_view(entry.source.text).substr(begin, end - begin);
}

LineColumn SourceMap::locate(FileId id, std::uint32_t offset) const {
    const Entry& entry = *files_[id];
    offset = entry.clamp(offset);
    const auto [begin, line] = entry.line_of(offset);
    const std::string_view before = text({id, begin, offset});
    const auto points = std::count_if(before.begin(), before.end(),
                                      [](char c) { return !continues_code_point(c); });
    return {line + 1, static_cast<std::uint32_t>(points) + 1};
}

std::string_view SourceMap::line_at(FileId id, std::uint32_t offset,
                                    std::uint32_t* line_begin) const {
    const Entry& entry = *files_[id];
    const std::uint32_t begin = entry.line_of(entry.clamp(offset)).first;
    if (line_begin != nullptr) *line_begin = begin;
    std::string_view line = std::string_view(entry.source.text).substr(begin);
    line = line.substr(0, line.find('\n'));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

}  // namespace weft
