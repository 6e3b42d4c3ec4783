#include "driver/live/screen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "driver/compile/session.h"
#include "driver/live/panes.h"
#include "driver/live/recorder.h"
#include "driver/live/screen_text.h"
#include "driver/offline/outputs.h"
#include "plugin/live_extensions.h"
#include "runtime/inputs.h"
#include "runtime/show.h"
#include "runtime/time.h"
#include "sema/program.h"

namespace weft::driver {
namespace {

// Numbers that change faster than this cannot be read, seconds.
constexpr double kTextPeriod = 0.2;
// A film with sound begins so much later, seconds: sound is computed ahead of its picture.
constexpr double kSoundAhead = 0.1;
// How long a line about a file that was written stays, seconds.
constexpr double kNotePeriod = 4;

constexpr std::uint32_t kControl = 2;
constexpr std::uint32_t kAlt = 4;

class Windowed final : public Screen {
public:
    Windowed(plugin::Backend& backend, ScreenOptions options, Recorder::Writers writers)
        : options_(std::move(options)),
          panes_(backend, options_),
          writers_(std::move(writers)),
          overlay_(options_.overlay) {}
    ~Windowed() override { finish(); }

    Result<void> adopt(const sema::Program& program, const runtime::Show& show,
                       runtime::Inputs* inputs) override {
        program_ = &program;
        show_ = &show;
        inputs_ = inputs;
        status_.params = nullptr;
        bind_inputs();
        std::vector<Display> displays = displays_of(program, show);
        if (recording_ && !goes_on(displays)) {
            end_film();
        }
        next_text_ = 0;
        if (auto done = panes_.show_arrow(follows_mouse()); !done) {
            note(WEFT_LOG_WARNING, done.error().message);
        }
        return panes_.adopt(std::move(displays));
    }

    void poll() override {
        std::array<weft_window_event, 64> events{};
        std::vector<runtime::InputEvent> posted;
        for (;;) {
            const std::uint32_t count = panes_.poll(events.data(), events.size());
            for (std::uint32_t e = 0; e < count; ++e) {
                take(events[e], posted);
            }
            if (count < events.size()) {
                break;
            }
        }
        if (inputs_ != nullptr && !posted.empty()) {
            inputs_->post(posted.data(), posted.size());
        }
    }

    Result<void> show(const FrameResult& frame, const runtime::Buffer* buffers) override {
        last_frame_ = frame.absframe;
        Result<void> outcome = seek();
        refresh_text();
        for (Pane& pane : panes_.all()) {
            const runtime::Buffer& buffer = buffers[pane.display.index];
            keep(pane, frame.absframe, buffer.data);
            if (!pane.window) {
                continue;
            }
            auto shown = panes_.present(pane, buffer);
            if (!shown && shown.error().status == WEFT_UNAVAILABLE) {
                lose(shown.error());
            } else if (!shown && outcome) {
                outcome = std::move(shown);
            }
        }
        return outcome;
    }

    [[nodiscard]] bool wants_sound() const override {
        return recorder_ != nullptr && recorder_->is_recording() &&
               recorder_->shape().channels != 0;
    }
    void sound(std::int64_t first, const float* samples, std::uint32_t channels,
               std::uint64_t count, std::uint64_t stride) override {
        if (wants_sound()) {
            recorder_->sound(first, samples, channels, count, stride);
        }
    }

    void status(const ScreenStatus& status) override {
        if (status.error != status_.error) {
            next_text_ = 0;
        }
        status_ = status;
    }

    [[nodiscard]] bool ended() const override { return ended_; }
    [[nodiscard]] bool has_displays() const override { return !panes_.empty(); }
    [[nodiscard]] StatusWindows counts() const override { return panes_.counts(); }

    void finish() override {
        end_film();
        if (recorder_ != nullptr) {
            recorder_->complete();
            for (const Recorder::News& news : recorder_->take_news()) {
                options_.say(news.bad ? WEFT_LOG_WARNING : WEFT_LOG_INFO, news.line);
            }
        }
        recorder_.reset();
        panes_.close_all();
    }

private:
    // Can what is recorded be recorded on? A film has one size, one rate.
    [[nodiscard]] bool goes_on(const std::vector<Display>& displays) const {
        const bool begun = recorder_ != nullptr && recorder_->is_recording();
        return std::any_of(displays.begin(), displays.end(), [&](const Display& display) {
            return display.name == *recording_ &&
                   (!begun || recorder_->shape().goes_with(shape_of(display)));
        });
    }

    // Windows that are missing, when there is a screen for them.
    [[nodiscard]] Result<void> seek() {
        const std::uint32_t before = panes_.opened();
        Result<void> done = panes_.seek(runtime::monotonic());
        if (lost_ && panes_.opened() != before) {
            lost_ = false;
            note(WEFT_LOG_INFO, "the screen is there again");
        }
        return done;
    }

    // Nobody lets go of what was held in a window that is no more.
    void lose(const Error& why) {
        note(WEFT_LOG_WARNING, why.message + "; the show goes on without windows until it returns");
        lost_ = true;
        const double now = runtime::monotonic();
        std::vector<runtime::InputEvent> released;
        for (const auto& [name, param] : keys_) {
            released.push_back({param, 0, now});
        }
        if (mouse_[2] != sema::kNone) {
            released.push_back({mouse_[2], 0, now});
        }
        if (inputs_ != nullptr && !released.empty()) {
            inputs_->post(released.data(), released.size());
        }
    }

    // --- input

    // Does the program read the mouse? Else nobody looks for its arrow on a full screen.
    [[nodiscard]] bool follows_mouse() const {
        return std::any_of(mouse_.begin(), mouse_.end(),
                           [](sema::ParamId param) { return param != sema::kNone; });
    }

    void bind_inputs() {
        mouse_ = {sema::kNone, sema::kNone, sema::kNone};
        keys_.clear();
        for (sema::ParamId p = 0; p < program_->params.size(); ++p) {
            const std::string& key = program_->params[p].key;
            if (key == "mouse@x") {
                mouse_[0] = p;
            } else if (key == "mouse@y") {
                mouse_[1] = p;
            } else if (key == "mouse@down") {
                mouse_[2] = p;
            } else if (key.rfind("key@", 0) == 0) {
                keys_.emplace_back(key.substr(4), p);
            }
        }
    }

    void take(const weft_window_event& event, std::vector<runtime::InputEvent>& posted) {
        const auto post = [&](sema::ParamId param, double value) {
            if (param != sema::kNone) {
                posted.push_back({param, value, event.time});
            }
        };
        switch (event.kind) {
            case WEFT_WINDOW_EVENT_CLOSE: close(event.window); break;
            case WEFT_WINDOW_EVENT_BUTTON:
                if (event.key == 0) {
                    post(mouse_[2], event.pressed);
                }
                [[fallthrough]];
            case WEFT_WINDOW_EVENT_MOVE:
                post(mouse_[0], event.x);
                post(mouse_[1], event.y);
                break;
            case WEFT_WINDOW_EVENT_KEY:
                for (const auto& [name, param] : keys_) {
                    if (name == event.name) {
                        post(param, event.pressed);
                    }
                }
                if (options_.key && options_.key(event.name, event.pressed != 0, event.modifiers)) {
                    break;
                }
                if (event.pressed != 0) {
                    shortcut(event);
                }
                break;
            default: break;
        }
    }

    void close(std::uint32_t window) {
        if (Pane* pane = panes_.find(window)) {
            panes_.close(*pane);
        }
        const std::vector<Pane>& all = panes_.all();
        ended_ = std::all_of(all.begin(), all.end(), [](const Pane& pane) { return pane.closed; });
    }

    void shortcut(const weft_window_event& event) {
        Pane* const pane = panes_.find(event.window);
        if (pane == nullptr) {
            return;
        }
        const std::string_view key = event.name;
        if (key == "escape") {
            ended_ = true;
        } else if (key == "f1") {
            overlay_ = !overlay_;
            next_text_ = 0;
        } else if (key == "f11" || (key == "enter" && (event.modifiers & kAlt) != 0)) {
            pane->full_screen = !pane->full_screen;
            if (auto done = panes_.change(*pane); !done) {
                note(WEFT_LOG_WARNING, done.error().message);
            }
        } else if (key == "f2" || (key == "s" && (event.modifiers & kControl) != 0)) {
            still_ = pane->display.name;
        } else if (key == "f3") {
            if (recording_) {
                end_film();
            } else {
                recording_ = pane->display.name;
            }
        }
    }

    // --- what goes out

    [[nodiscard]] Recorder& recorder() {
        if (recorder_ == nullptr) {
            recorder_ = std::make_unique<Recorder>(writers_, options_.program);
        }
        return *recorder_;
    }

    // A still that was asked for, and a frame of the film.
    void keep(const Pane& pane, std::int64_t absframe, const void* pixels) {
        if (still_ == pane.display.name) {
            still_.reset();
            auto path = recorder().still(pane.display.layout, pixels);
            if (!path) {
                note(WEFT_LOG_WARNING, path.error().message);
            }
        }
        if (recording_ != pane.display.name) {
            return;
        }
        if (recorder().is_broken()) {
            end_film();
            return;
        }
        if (!recorder().is_recording() && !begin_film(pane.display, absframe)) {
            return;
        }
        recorder().frame(absframe, pixels);
    }

    [[nodiscard]] Recorder::Shape shape_of(const Display& display) const {
        Recorder::Shape shape;
        shape.picture = display.layout;
        shape.fps = show_->settings[WEFT_FIELD_FPS];
        shape.rate = show_->settings[WEFT_FIELD_RATE];
        for (const runtime::TargetLayout& target : show_->targets) {
            if (target.kind == runtime::TargetKind::sound &&
                program_->sinks[target.sinks.front()].kind == sema::SinkKind::play) {
                shape.channels = target.channels;
            }
        }
        return shape;
    }

    bool begin_film(const Display& display, std::int64_t absframe) {
        Recorder::Shape shape = shape_of(display);
        const double later = shape.channels != 0 ? std::ceil(kSoundAhead * shape.fps) : 0;
        shape.first_frame = absframe + static_cast<std::int64_t>(later);
        shape.first_sample = show_->first_sample(shape.first_frame);
        auto path = recorder().begin(shape);
        if (!path) {
            note(WEFT_LOG_WARNING, path.error().message);
            recording_.reset();
        }
        return path.ok();
    }

    void end_film() {
        if (recorder_ != nullptr) {
            recorder_->end(last_frame_ + 1);
        }
        recording_.reset();
    }

    // --- the overlay

    void note(std::uint32_t level, const std::string& line) {
        options_.say(level, line);
        notes_.emplace_back(runtime::monotonic() + kNotePeriod, line);
        next_text_ = 0;
    }

    void refresh_text() {
        if (recorder_ != nullptr) {
            for (const Recorder::News& news : recorder_->take_news()) {
                note(news.bad ? WEFT_LOG_WARNING : WEFT_LOG_INFO, news.line);
            }
        }
        const double now = runtime::monotonic();
        if (now < next_text_) {
            return;
        }
        next_text_ = now + kTextPeriod;
        std::erase_if(notes_, [&](const auto& old) { return old.first < now; });
        std::vector<std::string> lines;
        if (recording_) {
            lines.emplace_back("recording");
        }
        for (const auto& [until, line] : notes_) {
            lines.push_back(line);
        }
        std::string text = screen_text(status_, program_, lines, overlay_);
        if (text == text_ && text_panes_ == panes_.opened()) {
            return;
        }
        text_ = std::move(text);
        text_panes_ = panes_.opened();
        for (Pane& pane : panes_.all()) {
            if (auto done = panes_.overlay(pane, text_); !done) {
                options_.say(WEFT_LOG_WARNING, done.error().message);
            }
        }
    }

    ScreenOptions options_;
    Panes panes_;
    Recorder::Writers writers_;
    std::unique_ptr<Recorder> recorder_;

    const sema::Program* program_ = nullptr;
    const runtime::Show* show_ = nullptr;
    runtime::Inputs* inputs_ = nullptr;
    std::array<sema::ParamId, 3> mouse_{sema::kNone, sema::kNone, sema::kNone};  // x, y, down
    std::vector<std::pair<std::string, sema::ParamId>> keys_;

    bool ended_ = false;
    bool lost_ = false;                     // the screen, with all windows
    std::optional<std::string> still_;      // display of which one is to be taken
    std::optional<std::string> recording_;  // display that is recorded
    std::int64_t last_frame_ = -1;

    bool overlay_;
    ScreenStatus status_;
    std::vector<std::pair<double, std::string>> notes_;  // until when
    std::string text_;
    std::uint32_t text_panes_ = 0;  // windows that were opened when the text was given to them
    double next_text_ = 0;
};

Recorder::Writers find_writers(Session& session) {
    Recorder::Writers writers;
    if (auto still = session.plugins().writer("png", WEFT_WRITES_PICTURE)) {
        writers.still = *still;
    }
    for (const char* extension : {"mp4", "mkv", "webm"}) {
        auto film = session.plugins().writer(extension, WEFT_WRITES_PICTURES | WEFT_WRITES_SOUND);
        if (!film) {
            continue;
        }
        writers.film = *film;
        writers.film_extension = extension;
        break;
    }
    return writers;
}

}  // namespace

Result<std::unique_ptr<Screen>> Screen::open(Session& session, ScreenOptions options) {
    std::string why = "no plugin here offers windows";
    for (const std::string& name : session.plugins().for_extension(WEFT_WINDOW_EXTENSION)) {
        const auto backend = session.backend(name, WEFT_CONTEXT_VISUAL);
        if (!backend) {
            continue;
        }
        if (!plugin::Windows(*backend->backend)) {
            why = "plugin '" + name + "' offers windows and lacks some of what they need";
            continue;
        }
        return std::unique_ptr<Screen>(
            new Windowed(*backend->backend, std::move(options), find_writers(session)));
    }
    return Error{WEFT_UNAVAILABLE, why};
}

}  // namespace weft::driver
