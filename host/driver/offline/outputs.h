// Files that a render writes: still pictures, numbered or single; films, sounds and tables that
// grow frame by frame; raw pixels to standard output. Encoding is the writers' (weft.writer/1).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <weft/writer.h>

#include "base/result.h"
#include "runtime/show.h"

namespace weft::driver {

// What one frame left in memory, for all outputs.
struct FrameResult {
    std::int64_t absframe = 0;
    std::uint64_t position = 0;  // 0 for the first frame of this render
    std::uint64_t sample_count = 0;
    double time = 0;  // seconds
    const weft_target* targets = nullptr;
};

// Which sinks go to a file, and how. Sinks are numbers of sema::Program::sinks, kNoSink for none.
inline constexpr std::uint32_t kNoSink = 0xffffffffu;
struct OutputSpec {
    std::string path;                         // as given; "-" is standard output
    const weft_writer_api* writer = nullptr;  // null: raw
    std::uint32_t writes = 0;                 // WEFT_WRITES_* of the format
    std::uint32_t picture_sink = kNoSink;
    std::uint32_t sound_sink = kNoSink;
    std::uint32_t table_sink = kNoSink;
    std::uint32_t picture_format = WEFT_FORMAT_RGBA8;
    bool has_alpha = false;
    std::uint32_t quality = 0;
    std::vector<std::string> columns;
};

class Output {
public:
    virtual ~Output() = default;
    // Frames of an ordered output arrive in their order, one at a time; others in any order, from
    // several threads at once. [worker]
    [[nodiscard]] virtual Result<void> frame(const FrameResult& frame) = 0;
    [[nodiscard]] virtual bool ordered() const = 0;
    // After the last frame. `complete` is false when the render stopped early: what is there is
    // then kept beside the wanted name, and the result says where ("" if there is nothing).
    [[nodiscard]] virtual Result<std::string> finish(bool complete) = 0;
};

// Opens the output (creating nothing yet for numbered pictures). `picture`, `sound` and `table` are
// indices of the show's targets, kNoSink where the spec has none.
struct OutputTargets {
    std::uint32_t picture = kNoSink;
    std::uint32_t sound = kNoSink;
    std::uint32_t table = kNoSink;
};
[[nodiscard]] Result<std::unique_ptr<Output>> open_output(const OutputSpec& spec,
                                                          const runtime::Show& show,
                                                          OutputTargets targets);

// "%05d" and the like: one conversion of a whole number. Nothing if there is none or a wrong one.
[[nodiscard]] bool is_pattern(const std::string& path);
// Is there a '%' that does not make a pattern?
[[nodiscard]] bool is_bad_pattern(const std::string& path);
[[nodiscard]] std::string expand_pattern(const std::string& path, std::int64_t number);

// Lets workers in one after the other, in the order of their positions.
class Turnstile {
public:
    void wait_for(std::uint64_t position);
    void leave();

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    std::uint64_t next_ = 0;
};

}  // namespace weft::driver
