// The sources of a program, opened when they are first needed. A film is opened once for every
// moment that must be visible at once: at me@time, at each other time, and as a whole.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "driver/compile/session.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

// One strand of an opened source.
struct OpenStrand {
    std::uint32_t source = 0;  // index into the show's sources; kNone: the host's own memory
    std::uint32_t output = 0;
    bool has_handle = false;
    weft_handle handle{};
};

// A film that shows one picture at a time: its time axis has a single point.
[[nodiscard]] bool is_film_frame(const weft_grid& grid);

// `mic`: what the host hears, and nobody opens.
[[nodiscard]] bool is_heard(std::string_view builtin);
[[nodiscard]] bool is_heard(const sema::Instance& instance);
// The n of mic(n); 0 where nothing is said.
[[nodiscard]] std::uint32_t device_of(const sema::Instance& instance);

// Samples by which sound may be ahead of the newest one that a frame reads.
[[nodiscard]] std::uint64_t sound_room(const CommonOptions& options, const sema::Program& program);

class SourceSet {
public:
    // Of the program that this one replaces, or null: `heard`, its rings; `open`, its sources.
    SourceSet(Session& session, const sema::Program& program,
              const std::vector<runtime::SoundInput>* heard,
              const std::vector<runtime::Source>* open = nullptr)
        : session_(session), program_(program), heard_before_(heard), open_before_(open) {}

    // Which of a film's openings is meant.
    enum class View : std::uint8_t { frame, whole };

    // Without axes when it cannot be opened; the reason is then in the diagnostics, once.
    [[nodiscard]] const ir::InputShape* shape(sema::StrandId strand);
    // An opening shared by everybody who reads the film at me@time, or whole.
    [[nodiscard]] std::optional<OpenStrand> open(sema::StrandId strand, View view);
    // An opening of its own, to be moved to a time by the caller; empty on failure.
    [[nodiscard]] std::vector<OpenStrand> open_alone(sema::InstanceId instance);
    // Of a film or a camera in a live show: what sound scans instead, a ring of its last pictures.
    // False where there is no memory for it; the diagnostics say so.
    [[nodiscard]] bool keep(sema::InstanceId instance, OpenStrand& strand);
    // How a source's strand is read by get_values; the getter lives as long as the show.
    [[nodiscard]] plugin::Program::Getter* getter(const OpenStrand& strand);

    // Gives the opened sources to the show.
    [[nodiscard]] std::vector<runtime::Source> take_sources() { return std::move(sources_); }
    [[nodiscard]] std::vector<std::unique_ptr<plugin::Program::Getter>> take_getters() {
        return std::move(getters_);
    }
    [[nodiscard]] std::vector<runtime::SoundInput> take_heard() { return std::move(heard_); }
    [[nodiscard]] const runtime::Source& source(std::uint32_t index) const {
        return sources_[index];
    }

private:
    struct Opened {
        std::uint32_t source = sema::kNone;
        std::vector<OpenStrand> strands;  // none: it failed
    };
    [[nodiscard]] const Opened* opened(sema::InstanceId instance, View view);
    [[nodiscard]] Opened compile(const sema::Instance& instance, View view, bool alone = false);
    [[nodiscard]] std::shared_ptr<plugin::Program> open(const sema::Instance& instance, View view,
                                                        plugin::Backend& backend);
    [[nodiscard]] std::string key_of(const sema::Instance& instance, View view, bool alone) const;
    [[nodiscard]] Opened hear(const sema::Instance& instance);
    [[nodiscard]] Result<std::shared_ptr<runtime::Ring>> ring_of(std::uint32_t device);

    Session& session_;
    const sema::Program& program_;
    const std::vector<runtime::SoundInput>* heard_before_;
    const std::vector<runtime::Source>* open_before_;
    std::vector<runtime::SoundInput> heard_;
    std::vector<runtime::Source> sources_;
    std::vector<std::unique_ptr<plugin::Program::Getter>> getters_;
    std::map<std::pair<sema::InstanceId, View>, Opened> opened_;
    std::map<sema::StrandId, ir::InputShape> shapes_;
};

}  // namespace weft::driver
