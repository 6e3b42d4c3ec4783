// Stills and films of a running show, beside its program. Pictures are copied and a thread of its
// own encodes them: a show never waits for a file. What the encoder cannot keep up with is left
// out, and the picture before it stands for it, so that picture and sound stay together.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <weft/writer.h>

#include "base/result.h"
#include "runtime/show.h"

namespace weft::driver {

class Film;

class Recorder {
public:
    struct Writers {
        const weft_writer_api* still = nullptr;  // ".png"
        const weft_writer_api* film = nullptr;
        std::string film_extension;  // "mp4"
    };
    // Files are named after `program`. A writer that is null cannot be used.
    Recorder(Writers writers, std::string program);
    // What was begun is completed.
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // All that follows: one thread. Each returns the name of the file that will be there.
    [[nodiscard]] Result<std::string> still(const runtime::TargetLayout& layout,
                                            const void* pixels);

    struct Shape {
        runtime::TargetLayout picture;
        double fps = 60;
        double rate = 48000;
        std::uint32_t channels = 0;    // 0: no sound
        std::int64_t first_frame = 0;  // absframe
        std::int64_t first_sample = 0;

        // Of one film: only when it began may differ.
        [[nodiscard]] bool goes_with(const Shape& other) const;
    };
    [[nodiscard]] Result<std::string> begin(const Shape& shape);
    [[nodiscard]] bool is_recording() const { return film_.has_value(); }
    [[nodiscard]] const Shape& shape() const { return *film_; }
    // What is recorded is written nowhere any more: the disk is full.
    [[nodiscard]] bool is_broken() const { return film_ && broken_ == films_; }
    void frame(std::int64_t absframe, const void* pixels);
    void sound(std::int64_t first, const float* samples, std::uint32_t channels,
               std::uint64_t count, std::uint64_t stride);
    // The film is completed up to this frame, without it; when, take_news() tells.
    void end(std::int64_t absframe);

    // Waits until everything is written; nothing comes after it.
    void complete();

    // What was written or failed since.
    struct News {
        bool bad = false;
        std::string line;
    };
    [[nodiscard]] std::vector<News> take_news();

private:
    enum class What : std::uint8_t { still, begin, frame, sound, end, stop };
    struct Job {
        What what = What::stop;
        std::string path;
        Shape shape;
        std::int64_t number = 0;  // absframe, or abssample
        std::uint64_t count = 0;  // samples
        std::uint32_t film = 0;   // its number, where it begins
        std::vector<unsigned char> bytes;
    };

    [[nodiscard]] std::string new_name(const std::string& extension);
    [[nodiscard]] std::vector<unsigned char> copy(const void* data, std::uint64_t bytes);
    void put(Job job);
    void work();
    void do_job(const Job& job);
    void tell(bool bad, std::string line);

    Writers writers_;
    std::string program_;
    std::optional<Shape> film_;
    std::uint32_t films_ = 0;               // begun so far
    std::set<std::string> names_;           // given, whether there or not
    std::atomic<std::uint32_t> broken_{0};  // the film that failed last, counted from 1

    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::uint32_t frames_waiting_ = 0;
    std::vector<std::vector<unsigned char>> free_;
    std::vector<News> news_;

    std::unique_ptr<Film> writing_;  // both the thread's
    std::uint32_t writing_film_ = 0;
    std::thread thread_;
};

}  // namespace weft::driver
