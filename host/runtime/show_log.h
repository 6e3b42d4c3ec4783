// What a show got from outside and when its parts saw it, kept in a file so that the show can be
// run again, the same bit for bit: `weft run --record`, `weft render --replay`.
//
// Frames and blocks of sound are logged apart, each in their own order, by the thread that runs
// them; a thread of the log's own writes the file, so that nobody waits for a disk. A block tells
// which frame's numbers it read, a frame how much sound there was: that is all a replay needs to
// put them in one order. Programs are logged with their whole text.
//
// The file: "WEFTLOG" and a version byte, then chunks of a kind, a length and a checksum. What a
// crash left behind the last whole chunk is not read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <weft/fields.h>

#include "base/result.h"

namespace weft::runtime {

// A file that a program loads: what tells it from another.
struct LoggedMedia {
    std::string path;
    std::uint64_t size = 0;  // bytes; 0: it is not there
    std::uint64_t hash = 0;
};

// A version of the program; from the frame on that names it.
struct LoggedProgram {
    std::uint32_t version = 0;  // from 1
    struct File {
        std::string path;
        std::string text;
    };
    std::vector<File> files;  // the program itself, then those that it uses
    // Settings from elsewhere than the text: the command line, a sound device.
    std::vector<std::pair<std::uint32_t, double>> settings;
    std::vector<std::string> params;  // sema::Param::key of its own; hidden ones follow
    std::uint32_t param_count = 0;    // of all
    std::uint32_t channels = 0;       // that are played
    bool tempo = false;               // beats come from outside
    std::vector<LoggedMedia> media;
};

struct LoggedFrame {
    std::uint32_t version = 0;
    std::int64_t frame = 0;
    std::int64_t samples_done = 0;  // FrameRequest
    std::int64_t left_out = 0;
    std::vector<double> params;
    std::uint64_t checksum = 0;  // of the targets' memory
};

// A program that was heard in a block.
struct LoggedVoice {
    std::uint32_t version = 0;  // 0: none
    std::int64_t frame = -1;    // whose numbers it read
    std::vector<double> params;
};

struct LoggedBlock {
    std::int64_t first = 0;
    std::uint64_t count = 0;
    LoggedVoice heard;
    LoggedVoice falling;         // the program before, while it fades
    std::uint64_t checksum = 0;  // of what is played, channel by channel
};

// What was heard, before the block of the same samples.
struct LoggedSound {
    std::int64_t first = 0;
    std::uint64_t count = 0;
    std::uint32_t width = 0;     // channels of one device
    std::vector<float> samples;  // device by device, channel by channel; empty: silence
};

// Records that are missing: the disk was slower than the show.
struct LoggedGap {
    std::uint64_t records = 0;
};

using LogRecord = std::variant<LoggedProgram, LoggedFrame, LoggedBlock, LoggedSound, LoggedGap>;

// A frame that was run.
struct FrameSeen {
    std::uint32_t version = 0;
    std::int64_t frame = 0;
    std::int64_t samples_done = 0;
    std::int64_t left_out = 0;
    std::span<const double> params;
    std::uint64_t checksum = 0;
};

// A voice of a block that is being computed. `seen`: param_count numbers of the voice's own, NaN at
// first, where the log remembers what it has written.
struct VoiceSeen {
    std::uint32_t version = 0;
    std::int64_t frame = -1;
    std::span<const double> params;
    double* seen = nullptr;
};

struct LogCounters {
    std::uint64_t bytes = 0;  // written
    std::uint64_t lost = 0;   // records
};

class ShowLog {
public:
    // Makes the file anew. The error says why not.
    [[nodiscard]] static Result<std::unique_ptr<ShowLog>> create(const std::string& path);
    // Writes what there is; nobody logs any more.
    ~ShowLog();
    ShowLog(const ShowLog&) = delete;
    ShowLog& operator=(const ShowLog&) = delete;

    // Before the first frame of a version, behind the last of the one before. [frame thread]
    void program(const LoggedProgram& program);
    // No allocation, no waiting. [frame thread]
    void frame(const FrameSeen& frame);
    // [the thread that computes sound] Wait-free, no allocation, no system call.
    void heard(std::int64_t first, const float* const* channels, std::uint32_t width,
               std::uint32_t devices, std::uint64_t count) noexcept;
    void block(std::int64_t first, std::uint64_t count, const VoiceSeen& heard,
               const VoiceSeen& falling, std::uint64_t checksum) noexcept;

    [[nodiscard]] LogCounters counters() const;  // [any thread]
    // Why nothing is written any more, once. [one thread]
    [[nodiscard]] std::optional<std::string> take_failure();

private:
    class Impl;
    explicit ShowLog(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The records of a log in an order in which they can be run: a program before its first frame,
// a frame before the first block that read of it.
class ShowLogReader {
public:
    [[nodiscard]] static Result<std::unique_ptr<ShowLogReader>> open(const std::string& path);
    [[nodiscard]] static Result<std::unique_ptr<ShowLogReader>> read(std::string bytes);
    ~ShowLogReader();
    ShowLogReader(const ShowLogReader&) = delete;
    ShowLogReader& operator=(const ShowLogReader&) = delete;

    // The next record; none: the end. An error: the log is damaged.
    [[nodiscard]] Result<std::optional<LogRecord>> next();

private:
    class Impl;
    explicit ShowLogReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Of a frame's targets and a block's channels; begins with 0. No allocation.
[[nodiscard]] std::uint64_t log_checksum(std::uint64_t so_far, const void* data,
                                         std::uint64_t bytes) noexcept;

}  // namespace weft::runtime
