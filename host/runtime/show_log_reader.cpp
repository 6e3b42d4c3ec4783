// Reads a show's log: two readings of one file, frames and sound, each in their own order, and the
// order in which they can be run together.
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "runtime/log_format.h"
#include "runtime/show_log.h"

namespace weft::runtime {
namespace {

constexpr std::uint64_t kMostParams = 1u << 20;
constexpr std::uint64_t kMostChannels = 4096;
constexpr std::uint64_t kMostSamples = 1u << 24;  // of a block

Error damaged(std::uint64_t at) {
    return {WEFT_INVALID, fmt::format("the log is damaged at byte {}", at)};
}

// One reading of the file: the payloads of chunks of some kinds, one after the other.
class Chunks {
public:
    Chunks(std::istream& file, std::uint64_t size) : file_(file), size_(size) {}

    struct Piece {
        log::Chunk kind;
        std::string payload;
        std::uint64_t at;
    };
    // The next chunk that `wanted` says true of; none at the end.
    template <class Wanted>
    Result<std::optional<Piece>> next(Wanted wanted) {
        for (;;) {
            const std::uint64_t at = at_;
            if (size_ - at < log::kChunkHeader) return std::optional<Piece>();
            char header[log::kChunkHeader];
            file_.clear();
            file_.seekg(static_cast<std::streamoff>(at));
            if (!file_.read(header, sizeof header)) return damaged(at);
            log::Reader in(std::string_view(header, sizeof header));
            const auto kind = static_cast<log::Chunk>(in.byte());
            std::uint32_t length = 0;
            in.raw(&length, sizeof length);
            const std::uint64_t checksum = in.fixed();
            if (length == 0 || length > log::kMostChunk || kind < log::Chunk::program ||
                kind > log::Chunk::sound)
                return damaged(at);
            // The last chunk of a log that nobody closed.
            if (size_ - at - log::kChunkHeader < length) return std::optional<Piece>();
            at_ = at + log::kChunkHeader + length;
            if (!wanted(kind)) continue;
            Piece piece{kind, std::string(length, '\0'), at};
            if (!file_.read(piece.payload.data(), length)) return damaged(at);
            if (XXH3_64bits(piece.payload.data(), length) == checksum)
                return std::optional<Piece>(std::move(piece));
            if (at_ == size_) return std::optional<Piece>();
            return damaged(at);
        }
    }

private:
    std::istream& file_;
    std::uint64_t size_;
    std::uint64_t at_ = log::kMagic.size() + 1;
};

void read_changes(log::Reader& in, std::vector<double>& params) {
    const std::uint64_t count = in.whole(params.size());
    std::uint64_t next = 0;
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        next += in.whole(params.size() - next);
        if (next >= params.size()) return in.fail();
        params[next++] = in.number();
    }
}

bool read_program(std::string_view bytes, LoggedProgram& program) {
    log::Reader in(bytes);
    program.version = static_cast<std::uint32_t>(in.whole(0xffffffff));
    const std::uint64_t files = in.whole(bytes.size());
    for (std::uint64_t i = 0; i < files && in.ok(); ++i) {
        LoggedProgram::File file;
        file.path = in.text();
        file.text = in.text();
        program.files.push_back(std::move(file));
    }
    const std::uint64_t settings = in.whole(WEFT_FIELD_COUNT);
    for (std::uint64_t i = 0; i < settings && in.ok(); ++i) {
        const auto field = static_cast<std::uint32_t>(in.whole(WEFT_FIELD_COUNT - 1));
        const double value = in.number();
        program.settings.emplace_back(field, value);
    }
    const std::uint64_t params = in.whole(bytes.size());
    for (std::uint64_t i = 0; i < params && in.ok(); ++i) program.params.emplace_back(in.text());
    program.param_count = static_cast<std::uint32_t>(in.whole(kMostParams));
    program.channels = static_cast<std::uint32_t>(in.whole(kMostChannels));
    program.tempo = in.byte() != 0;
    const std::uint64_t media = in.whole(bytes.size());
    for (std::uint64_t i = 0; i < media && in.ok(); ++i) {
        LoggedMedia& one = program.media.emplace_back();
        one.path = in.text();
        one.size = in.fixed();
        one.hash = in.fixed();
    }
    return in.ok() && in.rest() == 0 && program.version != 0 && !program.files.empty() &&
           program.param_count >= program.params.size();
}

}  // namespace

class ShowLogReader::Impl {
public:
    Impl(std::unique_ptr<std::istream> file, std::uint64_t size)
        : file_(std::move(file)), frame_chunks_(*file_, size), sound_chunks_(*file_, size) {}

    Result<std::optional<LogRecord>> next() {
        if (!frame_)
            if (auto done = read_frame(); !done) return std::move(done).error();
        if (!sound_)
            if (auto done = read_sound(); !done) return std::move(done).error();
        if (auto program = take_program()) return std::optional<LogRecord>(std::move(*program));
        // What a log lacks at its end, nobody can have read of.
        const auto* const block = sound_ ? std::get_if<LoggedBlock>(&*sound_) : nullptr;
        if (!frame_ && block != nullptr && needed_ > newest_) return std::optional<LogRecord>();
        // What is heard stays with its block.
        bool frames_turn = frame_.has_value();
        if (frame_ && sound_) {
            const auto* const frame = std::get_if<LoggedFrame>(&*frame_);
            frames_turn = frame == nullptr || is_turn_of(*frame);
        }
        if (frames_turn)
            if (const auto* const frame = std::get_if<LoggedFrame>(&*frame_))
                newest_ = {frame->version, frame->frame};
        std::optional<LogRecord>& which = frames_turn ? frame_ : sound_;
        std::optional<LogRecord> result = std::move(which);
        which.reset();
        return result;
    }

private:
    // A place among the frames of all programs; what precedes a program's first frame is its -1.
    using Place = std::pair<std::uint32_t, std::int64_t>;

    // The program that comes next: the first one, or one that is named by what comes next. Those
    // before it come first, though they may not have run a frame: what it took over went through
    // them.
    std::optional<LoggedProgram> take_program() {
        const auto* const frame = frame_ ? std::get_if<LoggedFrame>(&*frame_) : nullptr;
        const bool frames_turn = frame != nullptr && is_turn_of(*frame);
        const std::uint32_t named = frames_turn ? frame->version : needed_.first;
        if (programs_.empty() || (began_ && programs_.begin()->first > named)) return std::nullopt;
        began_ = true;
        LoggedProgram program = std::move(programs_.begin()->second);
        programs_.erase(programs_.begin());
        newest_ = {program.version, -1};
        return program;
    }
    // A frame comes as late as it can: when a block read of it, or of a program that came after it.
    // Where nothing is heard that could read of frames, it comes after the sound that it read.
    [[nodiscard]] bool is_turn_of(const LoggedFrame& frame) const {
        if (!sound_) return true;
        const auto* const block = std::get_if<LoggedBlock>(&*sound_);
        if (block == nullptr) return false;
        const bool silence = block->heard.version == 0 && block->falling.version == 0;
        return Place(frame.version, frame.frame) <= needed_ ||
               (silence && frame.samples_done <= block->first);
    }

    Result<void> read_frame() {
        while (frame_at_ == frame_text_.size()) {
            auto piece =
                frame_chunks_.next([](log::Chunk kind) { return kind != log::Chunk::sound; });
            if (!piece) return std::move(piece).error();
            if (!*piece) return {};
            frame_place_ = (*piece)->at;
            if ((*piece)->kind == log::Chunk::program) {
                LoggedProgram program;
                if (!read_program((*piece)->payload, program)) return damaged((*piece)->at);
                counts_[program.version] = program.param_count;
                programs_.insert_or_assign(program.version, std::move(program));
                continue;
            }
            frame_text_ = std::move((*piece)->payload);
            frame_at_ = 0;
        }
        log::Reader in(std::string_view(frame_text_).substr(frame_at_));
        const auto kind = static_cast<log::Kind>(in.byte());
        if (kind == log::Kind::gap) {
            frame_ = LoggedGap{in.whole()};
        } else if (kind == log::Kind::frame) {
            LoggedFrame& frame = last_frame_;
            const auto version = static_cast<std::uint32_t>(in.whole(0xffffffff));
            const auto count = counts_.find(version);
            if (count == counts_.end()) return damaged(frame_place_);
            if (version != frame.version)
                params_.assign(count->second, std::numeric_limits<double>::quiet_NaN());
            frame.version = version;
            frame.frame = add(frame.frame, in.signed_whole());
            frame.samples_done = add(frame.samples_done, in.signed_whole());
            frame.left_out = add(frame.left_out, in.signed_whole());
            read_changes(in, params_);
            frame.checksum = in.fixed();
            frame.params = params_;
            frame_ = frame;
        } else {
            return damaged(frame_place_);
        }
        if (!in.ok()) return damaged(frame_place_);
        frame_at_ = frame_text_.size() - in.rest();
        return {};
    }

    Result<void> read_sound() {
        while (sound_at_ == sound_text_.size()) {
            auto piece =
                sound_chunks_.next([](log::Chunk kind) { return kind == log::Chunk::sound; });
            if (!piece) return std::move(piece).error();
            if (!*piece) return {};
            sound_place_ = (*piece)->at;
            sound_text_ = std::move((*piece)->payload);
            sound_at_ = 0;
        }
        log::Reader in(std::string_view(sound_text_).substr(sound_at_));
        const auto kind = static_cast<log::Kind>(in.byte());
        if (kind == log::Kind::gap) {
            sound_ = LoggedGap{in.whole()};
        } else if (kind == log::Kind::heard || kind == log::Kind::silence) {
            LoggedSound sound;
            sound.first = add(sample_, in.signed_whole());
            sound.count = in.whole(kMostSamples);
            if (kind == log::Kind::heard) {
                sound.width = static_cast<std::uint32_t>(in.whole(kMostChannels));
                const std::uint64_t channels = sound.width * in.whole(kMostChannels);
                if (channels * sound.count * sizeof(float) > in.rest())
                    return damaged(sound_place_);
                sound.samples.resize(channels * sound.count);
                in.raw(sound.samples.data(), sound.samples.size() * sizeof(float));
            }
            sound_ = std::move(sound);
        } else if (kind == log::Kind::block) {
            LoggedBlock block;
            block.first = add(sample_, in.signed_whole());
            block.count = in.whole(kMostSamples);
            sample_ = add(block.first, static_cast<std::int64_t>(block.count));
            for (LoggedVoice* voice : {&block.heard, &block.falling})
                if (!read_voice(in, *voice)) return damaged(sound_place_);
            block.checksum = in.fixed();
            for (const LoggedVoice* voice : {&block.heard, &block.falling})
                if (voice->version != 0)
                    needed_ = std::max(needed_, {voice->version, voice->frame});
            sound_ = std::move(block);
        } else {
            return damaged(sound_place_);
        }
        if (!in.ok()) return damaged(sound_place_);
        sound_at_ = sound_text_.size() - in.rest();
        return {};
    }

    // A voice may be heard in the file before the chunk of its program's first frame is read: then
    // that comes first.
    bool read_voice(log::Reader& in, LoggedVoice& voice) {
        voice.version = static_cast<std::uint32_t>(in.whole(0xffffffff));
        if (voice.version == 0) return in.ok();
        voice.frame = in.signed_whole();
        const auto known = voices_.find(voice.version);
        if (known == voices_.end()) {
            const std::optional<std::uint32_t> count = params_of(voice.version);
            if (!count) return false;
            voices_[voice.version].assign(*count, std::numeric_limits<double>::quiet_NaN());
        }
        std::vector<double>& params = voices_[voice.version];
        read_changes(in, params);
        voice.params = params;
        return in.ok();
    }

    std::optional<std::uint32_t> params_of(std::uint32_t version) {
        const auto found = counts_.find(version);
        if (found != counts_.end()) return found->second;
        Chunks chunks = frame_chunks_;
        for (;;) {
            auto piece = chunks.next([](log::Chunk kind) { return kind == log::Chunk::program; });
            if (!piece || !*piece) return std::nullopt;
            LoggedProgram program;
            if (!read_program((*piece)->payload, program)) return std::nullopt;
            counts_[program.version] = program.param_count;
            if (program.version == version) return program.param_count;
        }
    }

    static std::int64_t add(std::int64_t a, std::int64_t b) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) +
                                         static_cast<std::uint64_t>(b));
    }

    std::unique_ptr<std::istream> file_;
    Chunks frame_chunks_;
    Chunks sound_chunks_;
    std::string frame_text_;
    std::string sound_text_;
    std::size_t frame_at_ = 0;
    std::size_t sound_at_ = 0;
    std::uint64_t frame_place_ = 0;
    std::uint64_t sound_place_ = 0;

    std::optional<LogRecord> frame_;  // read ahead
    std::optional<LogRecord> sound_;
    LoggedFrame last_frame_;
    // Read, and not given: a program is written before the frames that were logged shortly before.
    std::map<std::uint32_t, LoggedProgram> programs_;
    bool began_ = false;
    std::vector<double> params_;                           // of the frames' program
    std::map<std::uint32_t, std::uint32_t> counts_;        // params by version
    std::map<std::uint32_t, std::vector<double>> voices_;  // by version
    std::int64_t sample_ = 0;
    Place needed_{0, -1};  // the newest that a block read of
    Place newest_{0, -1};  // that was given
};

ShowLogReader::ShowLogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShowLogReader::~ShowLogReader() = default;

namespace {

Result<std::uint64_t> check_begin(std::istream& file) {
    char begin[8] = {};
    static_assert(log::kMagic.size() + 1 == sizeof begin);
    file.read(begin, sizeof begin);
    if (!file || std::string_view(begin, log::kMagic.size()) != log::kMagic)
        return Error{WEFT_INVALID, "it is not the log of a show"};
    const auto version = static_cast<std::uint8_t>(begin[log::kMagic.size()]);
    if (version != log::kVersion)
        return Error{WEFT_INVALID,
                     fmt::format("it is a log of version {}, and this reads version {}", version,
                                 log::kVersion)};
    file.seekg(0, std::ios::end);
    return static_cast<std::uint64_t>(file.tellg());
}

}  // namespace

Result<std::unique_ptr<ShowLogReader>> ShowLogReader::open(const std::string& path) {
    auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*file)
        return Error{WEFT_INVALID, std::string("it cannot be read: ") + std::strerror(errno)};
    auto size = check_begin(*file);
    if (!size) return std::move(size).error();
    return std::unique_ptr<ShowLogReader>(
        new ShowLogReader(std::make_unique<Impl>(std::move(file), *size)));
}

Result<std::unique_ptr<ShowLogReader>> ShowLogReader::read(std::string bytes) {
    auto file = std::make_unique<std::istringstream>(std::move(bytes), std::ios::binary);
    auto size = check_begin(*file);
    if (!size) return std::move(size).error();
    return std::unique_ptr<ShowLogReader>(
        new ShowLogReader(std::make_unique<Impl>(std::move(file), *size)));
}

Result<std::optional<LogRecord>> ShowLogReader::next() {
    return impl_->next();
}

}  // namespace weft::runtime
