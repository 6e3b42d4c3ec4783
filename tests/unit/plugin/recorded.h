// Calls that are recorded, and made again with the plugin inside the test.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guest.h"
#include "plugin/recorder.h"
#include "replay/replayer.h"
#include "replay/trace.h"
#include "tests/support/temp_dir.h"

namespace weft::test {

inline std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A recorded visit.
struct Recorded {
    TempDir directory;
    std::string path = directory / "trace";
    std::unique_ptr<plugin::Recorder> recorder = std::move(*plugin::Recorder::open(path, 1 << 20));
    std::unique_ptr<plugin::Border> border =
        std::make_unique<plugin::Border>(std::vector<plugin::Watcher*>{recorder.get()});
    Visit visit{*border};

    // As it is in the file now.
    [[nodiscard]] std::optional<replay::Trace> trace() const {
        std::string why;
        auto read = replay::Trace::read(text_of_file(path), why);
        EXPECT_TRUE(read.has_value()) << why;
        return read;
    }
};

// What a trace says is done again; what differs, and what was left out or lacks something.
inline std::vector<std::string> replayed(const replay::Trace& trace) {
    static const weft_plugin plugin = {sizeof plugin, 1, 1, 0, {"", 0}, &kGuest};
    replay::Exchange exchange(trace, {0});
    replay::Replayer replayer(trace, 0, plugin, exchange, false);
    EXPECT_TRUE(replayer.run([](const replay::Call&) {})) << replayer.refused();
    std::vector<std::string> said = replayer.differences();
    for (const std::string& remark : replayer.remarks()) said.push_back(remark);
    return said;
}

}  // namespace weft::test
