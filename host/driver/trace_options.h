// `--trace` of the commands that run frames.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/trace.h"
#include "runtime/trace_file.h"

namespace CLI {
class App;
}

namespace weft::driver {

struct TraceOptions {
    std::string path;                 // "": none is wanted
    std::uint64_t size = 256u << 20;  // bytes
};

// `options` live until the command line was parsed.
void add_trace(CLI::App& command, TraceOptions& options);

// A trace from now on, where one is wanted. Before there are other threads.
class Tracing {
public:
    // `main` is what the calling thread is called. An error: the file cannot be made.
    [[nodiscard]] Result<void> begin(const TraceOptions& options, const char* main, int argc,
                                     char** argv);
    // Says what the file lacks. Nothing else runs any more.
    ~Tracing();
    Tracing() = default;
    Tracing(const Tracing&) = delete;
    Tracing& operator=(const Tracing&) = delete;

private:
    std::unique_ptr<runtime::TraceFile> file_;
    std::optional<trace::Thread> main_;
};

}  // namespace weft::driver
