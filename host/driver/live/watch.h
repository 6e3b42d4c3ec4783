// Notices changes of files, by inotify; where the system has none left to give, by looking again
// and again. It is directories that are watched: an editor may write a new file and give it the old
// one's name, and a file may be away for a moment.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace weft::driver {

class Watch {
public:
    // Changes that follow each other within this time are one.
    static constexpr std::chrono::milliseconds kSettle{3};
    // A file that is away so long is gone.
    static constexpr std::chrono::milliseconds kAway{300};

    [[nodiscard]] static Result<std::unique_ptr<Watch>> create();
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // From now on these files, whether they exist or not; what they were before does not count.
    // [the thread that waits]
    void set_files(const std::vector<std::string>& files);

    // Waits until a file has changed, or wake() was called: true where a file has.
    // [the thread that waits]
    [[nodiscard]] bool wait();
    // Has a file changed since? Then wait() will not wait. [the thread that waits]
    [[nodiscard]] bool has_changed();
    void wake();  // [any thread]

private:
    class Impl;
    explicit Watch(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::driver
