// A trace as a file that Perfetto and chrome://tracing open: JSON, "Trace Event Format". A thread
// of its own writes what all others have recorded (base/trace.h).
//
// The file is whole after every write, whatever ends the process. It grows up to a size and then
// begins anew behind its head, so that the newest is kept: the order of events in it means nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace weft::runtime {

class TraceFile {
public:
    // A smaller one would hold nothing worth reading.
    static constexpr std::uint64_t kLeastSize = std::uint64_t{1} << 20;

    // Makes the file anew, and begins. `size`: bytes that it may have. `about`: what is traced.
    // There is one at a time.
    [[nodiscard]] static Result<std::unique_ptr<TraceFile>> create(const std::string& path,
                                                                   std::uint64_t size,
                                                                   const std::string& about);
    ~TraceFile();
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;

    // Writes what there is, and ends. What is to be said of it; "": it holds everything.
    [[nodiscard]] std::string end();

private:
    class Impl;
    explicit TraceFile(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::runtime
