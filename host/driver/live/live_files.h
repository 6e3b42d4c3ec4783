// The files that a running show writes, `export` and `data`, as `weft render` would: every frame of
// the clock once, also those that were left out, which show the picture before them. A thread of
// its own encodes; what it cannot keep up with is left out in the same way, and counted.
//
// Files go on through a reload as long as the same ones are written in the same form; others are
// completed, and new ones begun: "film-2.mkv" where "film.mkv" has another form by now.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "driver/compile/session.h"
#include "driver/offline/outputs.h"
#include "runtime/live.h"
#include "runtime/ring.h"
#include "sema/program.h"

namespace weft::driver {

// What a program writes; empty with errors in the session's diagnostics. [compile thread]
[[nodiscard]] std::vector<OutputSpec> files_of(Session& session, const sema::Program& program);

// The formats in which these files want their pictures (BuildRequest::picture_format). `program`
// lives as long as it is asked.
[[nodiscard]] std::function<std::uint32_t(const sema::Sink&)> formats_of(
    std::vector<OutputSpec> files, const sema::Program& program);

class LiveFiles {
public:
    explicit LiveFiles(Session& session) : session_(session) {}
    ~LiveFiles();  // completes them; nobody computes sound any more
    LiveFiles(const LiveFiles&) = delete;
    LiveFiles& operator=(const LiveFiles&) = delete;

    // The files of this version from now on. `live` lives until the next
    // call. [frame thread]
    [[nodiscard]] Result<void> adopt(const std::vector<OutputSpec>& specs,
                                     const runtime::Show& show, runtime::Live& live);
    // A frame was run. [frame thread]
    void frame(std::int64_t frame, const weft_target* targets);
    // What there is is written. While sound goes on, which the last frame may wait for.
    // [frame thread]
    void complete();
    // What went wrong since, as lines. [any thread]
    [[nodiscard]] std::vector<std::string> take_news();

private:
    struct Job {
        std::int64_t first = 0;  // absframes [first, end) look like this
        std::int64_t end = 0;
        std::vector<std::vector<char>> memory;  // by target of shape_
    };
    [[nodiscard]] bool same(const std::vector<OutputSpec>& specs, const runtime::Show& show) const;
    [[nodiscard]] Result<void> open(const std::vector<OutputSpec>& specs,
                                    const runtime::Show& show);
    void work();
    void write(Job& job);
    void take_sound(Job& job, std::int64_t frame);
    void tell(std::string line);

    Session& session_;
    std::vector<OutputSpec> specs_;
    std::set<std::string> names_;  // of files so far
    runtime::Show shape_;          // settings and targets, nothing that runs
    std::vector<std::unique_ptr<Output>> outputs_;
    std::vector<std::unique_ptr<runtime::Ring>> rings_;  // by target; of sound
    std::vector<std::unique_ptr<runtime::Ring>> spent_;  // of the files before
    runtime::Live* live_ = nullptr;
    std::int64_t next_ = -1;  // frame that is to be written next
    std::uint64_t written_ = 0;

    std::mutex mutex_;  // of what follows
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::vector<Job> free_;
    std::vector<std::string> news_;
    bool ends_ = false;
    std::thread thread_;
};

}  // namespace weft::driver
