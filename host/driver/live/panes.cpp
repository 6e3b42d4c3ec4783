#include "driver/live/panes.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "runtime/time.h"
#include "sema/program.h"

namespace weft::driver {
namespace {

// A server that starts, or a projector that is switched on, takes seconds.
constexpr double kRetry = 1;

void add(StatusWindows& counts, const Pane& pane) {
    const weft_window_counters more = pane.window.counters();
    counts.shown += more.presented;
    counts.missed += more.missed;
    counts.copied += more.copied;
}

}  // namespace

std::vector<Display> displays_of(const sema::Program& program, const runtime::Show& show) {
    std::vector<Display> displays;
    for (std::uint32_t t = 0; t < show.targets.size(); ++t) {
        for (const std::uint32_t s : show.targets[t].sinks) {
            if (program.sinks[s].kind != sema::SinkKind::display) {
                continue;
            }
            displays.push_back({program.sinks[s].target, t, show.targets[t]});
            break;
        }
    }
    return displays;
}

weft_window_wish Panes::wish_of(const Pane& pane) const {
    weft_window_wish wish{};
    wish.struct_size = sizeof wish;
    wish.flags = (pane.full_screen ? WEFT_WINDOW_FULL_SCREEN : 0) |
                 (options_.vsync ? WEFT_WINDOW_VSYNC : 0) |
                 (pane.full_screen && !arrow_ ? WEFT_WINDOW_NO_CURSOR : 0);
    wish.title = {pane.title.data(), pane.title.size()};
    wish.monitor = {pane.monitor.data(), pane.monitor.size()};
    wish.width = static_cast<std::uint32_t>(pane.display.layout.width);
    wish.height = static_cast<std::uint32_t>(pane.display.layout.height);
    return wish;
}

// `place`: among the displays of the program.
Pane Panes::make(Display display, std::size_t place) const {
    Pane pane;
    pane.title = std::filesystem::path(options_.program).stem().string();
    if (!display.name.empty()) {
        pane.title += " - " + display.name;
    }
    if (place < options_.monitors.size()) {
        pane.monitor = options_.monitors[place];
    }
    pane.full_screen = options_.full_screen;
    pane.display = std::move(display);
    return pane;
}

Result<void> Panes::adopt(std::vector<Display> displays) {
    std::vector<Pane> before = std::exchange(panes_, {});
    for (Display& display : displays) {
        const auto same = std::find_if(before.begin(), before.end(), [&](const Pane& pane) {
            return pane.display.name == display.name;
        });
        if (same == before.end()) {
            panes_.push_back(make(std::move(display), panes_.size()));
            continue;
        }
        same->display = std::move(display);
        panes_.push_back(std::move(*same));
        before.erase(same);
    }
    for (Pane& pane : before) {
        drop(pane);
    }
    return open_missing();
}

// The first failure is told when all were tried.
Result<void> Panes::open_missing() {
    next_try_ = runtime::monotonic() + kRetry;
    Result<void> outcome;
    for (Pane& pane : panes_) {
        if (pane.window || pane.closed) {
            continue;
        }
        auto window = windows_.open(wish_of(pane));
        if (window) {
            pane.number = opened_++;
            pane.window = std::move(*window);
        } else if (outcome) {
            outcome = std::move(window).error();
        }
    }
    return outcome;
}

Result<void> Panes::seek(double now) {
    const bool missing = std::any_of(panes_.begin(), panes_.end(),
                                     [](const Pane& pane) { return !pane.window && !pane.closed; });
    return missing && now >= next_try_ ? open_missing() : Result<void>();
}

Result<void> Panes::present(Pane& pane, const runtime::Buffer& buffer) {
    const runtime::TargetLayout& layout = pane.display.layout;
    weft_window_picture picture{};
    picture.struct_size = sizeof picture;
    picture.format = layout.format;
    picture.width = static_cast<std::uint32_t>(layout.width);
    picture.height = static_cast<std::uint32_t>(layout.height);
    picture.pixels = buffer.data;
    picture.row_stride = layout.width * (picture.format == WEFT_FORMAT_RGBA8 ? 4u : 8u);
    picture.memory_fd = buffer.fd;
    picture.memory = buffer.data;
    picture.memory_size = buffer.capacity;
    auto shown = pane.window.present(picture);
    // It was made anew.
    if (!shown && shown.error().status == WEFT_DEVICE_LOST) {
        shown = pane.window.present(picture);
    }
    if (!shown && shown.error().status == WEFT_UNAVAILABLE) {
        ++gone_.lost;
        close_all();
        next_try_ = runtime::monotonic() + kRetry;
    }
    return shown;
}

Result<void> Panes::change(Pane& pane) {
    return pane.window ? pane.window.change(wish_of(pane)) : Result<void>();
}

Result<void> Panes::overlay(Pane& pane, std::string_view text) {
    return pane.window ? pane.window.overlay(text) : Result<void>();
}

Result<void> Panes::show_arrow(bool shown) {
    Result<void> outcome;
    if (std::exchange(arrow_, shown) == shown) {
        return outcome;
    }
    for (Pane& pane : panes_) {
        if (auto done = change(pane); !done && outcome) {
            outcome = std::move(done);
        }
    }
    return outcome;
}

void Panes::drop(Pane& pane) {
    add(gone_, pane);
    pane.window = {};
}

void Panes::close(Pane& pane) {
    drop(pane);
    pane.closed = true;
}

void Panes::close_all() {
    for (Pane& pane : panes_) {
        drop(pane);
    }
}

Pane* Panes::find(std::uint32_t window) {
    const auto found = std::find_if(panes_.begin(), panes_.end(), [&](const Pane& pane) {
        return pane.window && pane.number == window;
    });
    return found == panes_.end() ? nullptr : &*found;
}

StatusWindows Panes::counts() const {
    StatusWindows counts = gone_;
    counts.displays = panes_.size();
    for (const Pane& pane : panes_) {
        counts.open += pane.window ? 1 : 0;
        add(counts, pane);
    }
    return counts;
}

}  // namespace weft::driver
