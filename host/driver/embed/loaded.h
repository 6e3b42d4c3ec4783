// A program that is loaded: what it consists of, its parameters, and what was compiled of it so
// far.
#pragma once

#include <weft/weft.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/embed/answers.h"
#include "driver/embed/heard.h"
#include "driver/embed/param_values.h"
#include "driver/embed/pictures.h"

namespace weft::driver {

struct LoadRequest {
    std::uint32_t flags = 0;  // WEFT_LOAD_*
    std::uint32_t pixels = WEFT_PIXELS_RGBA8;
    std::string file;
    std::optional<std::string> text;  // none: the file is read
    std::array<std::optional<double>, WEFT_FIELD_COUNT> settings;
};

class Loaded {
public:
    // What is wrong stands in context.said. Takes over from `before`, which may be null, what
    // parameters were set to, and what the same caches remember.
    [[nodiscard]] static Result<std::unique_ptr<Loaded>> load(ShowContext& context,
                                                              const LoadRequest& request,
                                                              const Loaded* before);
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

    [[nodiscard]] const sema::Program& program() const { return program_; }
    // Sinks of the program.
    [[nodiscard]] const std::vector<std::uint32_t>& displays() const { return displays_; }
    [[nodiscard]] std::uint32_t channels() const { return channels_; }  // of sound
    [[nodiscard]] ParamValues& params() { return *params_; }

    // What was not compiled yet is now, with messages of its own.
    [[nodiscard]] Result<Pictures*> pictures(std::uint32_t pixels);
    [[nodiscard]] Result<Heard*> sound();
    [[nodiscard]] Result<Answers*> answers(const std::string& expression);

private:
    explicit Loaded(ShowContext& context) : context_(context), messages_(context.said) {}
    void count_sinks();
    // `before`: what has a past that may go on, or null.
    [[nodiscard]] Result<void> compile(std::uint32_t flags, std::uint32_t pixels,
                                       const Loaded* before = nullptr);

    ShowContext& context_;
    std::shared_ptr<Messages> messages_;
    sema::Program program_;
    std::vector<std::uint32_t> displays_;
    std::uint32_t channels_ = 0;
    std::optional<ParamValues> params_;
    std::map<std::uint32_t, Pictures> pictures_;  // by WEFT_PIXELS_*
    std::optional<Heard> sound_;
    std::optional<Answers> answers_;
};

}  // namespace weft::driver
