// What a trace tells of a running show beside its spans: how loaded it is, and what happened to it.
#pragma once

#include <cstdint>
#include <string>

namespace weft::driver {

struct RunParts;

class TraceMarks {
public:
    // Once a frame: numbers as they change, blocks that came too late, devices that went.
    void look(const RunParts& parts);

    // Another version runs.
    void reloaded(std::uint64_t version) const;
    // The newest save of the program is not taken, with this message.
    void refused(const std::string& message) const;
    // A part is lost, hung, ...; "": it is well again.
    void trouble(const std::string& part, const std::string& state) const;

private:
    double next_ = 0;  // when numbers are told again
    std::uint64_t xruns_ = 0;
    std::uint64_t losses_ = 0;
};

}  // namespace weft::driver
