#include "driver/live/screen_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace weft::driver {
namespace {

constexpr std::size_t kMostKnobs = 40;
constexpr int kBar = 12;

// "speed@s  0.500  [######------]  label"
std::string knob_line(const sema::Param& param, double value, std::size_t name_width) {
    std::string line = fmt::format("{:<{}}  {:>10.5g}", param.name, name_width, value);
    if (param.high > param.low && std::isfinite(value)) {
        const double part = std::clamp((value - param.low) / (param.high - param.low), 0.0, 1.0);
        const auto full = static_cast<std::size_t>(std::lround(part * kBar));
        line += "  [" + std::string(full, '#') + std::string(kBar - full, '-') + "]";
    }
    if (!param.label.empty()) line += "  " + param.label;
    return line;
}

}  // namespace

std::string screen_text(const ScreenStatus& status, const sema::Program* program,
                        const std::vector<std::string>& notes, bool on) {
    std::string text;
    if (on) {
        text += fmt::format("{:5.1f} fps  {:6.2f} ms  {} left out  {} xruns\n", status.fps,
                            status.frame_ms, status.left_out, status.xruns);
        for (const std::string& line : status.more) text += line + '\n';
        for (const std::string& line : notes) text += line + '\n';
        if (program != nullptr && status.params != nullptr) {
            const std::size_t count = std::min(program->params.size(), kMostKnobs);
            std::size_t width = 0;
            for (std::size_t p = 0; p < count; ++p)
                width = std::max(width, program->params[p].name.size());
            for (std::size_t p = 0; p < count; ++p)
                text += knob_line(program->params[p], status.params[p], width) + '\n';
            for (const sema::Badge& badge : program->badges) text += badge.text + '\n';
        }
    }
    if (!status.error.empty()) {
        if (!text.empty()) text += '\n';
        text += status.error;
    }
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

}  // namespace weft::driver
