// The sources of a program, opened when they are first needed. A film is opened once for every
// moment that must be visible at once: at me@time, at each other time, and as a whole.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "driver/session.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

// One strand of an opened source.
struct OpenStrand {
    std::uint32_t source = 0;  // index into the show's sources
    std::uint32_t output = 0;
    bool has_handle = false;
    weft_handle handle{};
};

// A film that shows one picture at a time: its time axis has a single point.
[[nodiscard]] bool is_film_frame(const weft_grid& grid);

class SourceSet {
public:
    SourceSet(Session& session, const sema::Program& program)
        : session_(session), program_(program) {}

    // Which of a film's openings is meant.
    enum class View : std::uint8_t { frame, whole };

    // Without axes when it cannot be opened; the reason is then in the diagnostics, once.
    [[nodiscard]] const ir::InputShape* shape(sema::StrandId strand);
    // An opening shared by everybody who reads the film at me@time, or whole.
    [[nodiscard]] std::optional<OpenStrand> open(sema::StrandId strand, View view);
    // An opening of its own, to be moved to a time by the caller; empty on failure.
    [[nodiscard]] std::vector<OpenStrand> open_alone(sema::InstanceId instance);
    // How a source's strand is read by get_values; the getter lives as long as the show.
    [[nodiscard]] plugin::Program::Getter* getter(const OpenStrand& strand);

    // Gives the opened sources to the show.
    [[nodiscard]] std::vector<runtime::Source> take_sources() { return std::move(sources_); }
    [[nodiscard]] std::vector<std::unique_ptr<plugin::Program::Getter>> take_getters() {
        return std::move(getters_);
    }
    [[nodiscard]] const runtime::Source& source(std::uint32_t index) const {
        return sources_[index];
    }

private:
    struct Opened {
        std::uint32_t source = sema::kNone;  // kNone: it failed
        std::vector<OpenStrand> strands;
    };
    [[nodiscard]] const Opened* opened(sema::InstanceId instance, View view);
    [[nodiscard]] Opened compile(const sema::Instance& instance, View view);

    Session& session_;
    const sema::Program& program_;
    std::vector<runtime::Source> sources_;
    std::vector<std::unique_ptr<plugin::Program::Getter>> getters_;
    std::map<std::pair<sema::InstanceId, View>, Opened> opened_;
    std::map<sema::StrandId, ir::InputShape> shapes_;
};

}  // namespace weft::driver
