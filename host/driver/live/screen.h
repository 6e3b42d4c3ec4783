// What a running program shows and is told by hand: one window for each of its `display` targets,
// mouse and keys into its parameters, shortcuts, text over the picture, stills and recordings.
//
// The windows are those of the plugin that offers "weft.window/1". Everything here is called on the
// main thread, as window systems demand.
//
//     auto screen = Screen::open(session, options);           // no window yet
//     (*screen)->adopt(program, show, &inputs);                // and again after each reload
//     while (!(*screen)->ended()) {
//         (*screen)->poll();                                   // before a frame: input, shortcuts
//         ... run the frame into `buffers`, one a target of the show ...
//         (*screen)->status(status);
//         (*screen)->show(frame, buffers.data());
//     }
//     (*screen)->finish();
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "driver/live/status.h"
#include "runtime/memory_pool.h"

namespace weft::sema {
struct Program;
}
namespace weft::runtime {
class Inputs;
class Show;
}  // namespace weft::runtime

namespace weft::driver {

class Session;
struct FrameResult;

struct ScreenOptions {
    bool full_screen = false;
    bool vsync = true;                  // false: a picture is shown as soon as it is there
    bool overlay = false;               // shown from the start
    std::vector<std::string> monitors;  // part of a name or a number: of the first window, ...
    std::string program;                // its file: stills and recordings go beside it
    // Hears what there is to say: a line, and WEFT_LOG_* for how bad it is. Never empty.
    std::function<void(std::uint32_t level, std::string_view line)> say;
    // Hears every key with what is held (bits of weft_window_event.modifiers), before shortcuts;
    // true: it was meant there, and is none. May be empty.
    std::function<bool(std::string_view key, bool pressed, std::uint32_t modifiers)> key;
};

// What the overlay tells. `error` is shown whether the overlay is on or not.
struct ScreenStatus {
    double frame_ms = 0;  // of work on the last frame
    double fps = 0;       // pictures shown a second, of late
    std::uint64_t left_out = 0;
    std::uint64_t xruns = 0;
    const double* params = nullptr;  // one per sema::Program::params of the program adopted
    std::string error;               // why the newest text does not run, as it is printed; lines
    std::vector<std::string> more;   // lines of others
};

class Screen {
public:
    // WEFT_UNAVAILABLE: no plugin offers windows, or there is no screen; the message says which.
    [[nodiscard]] static Result<std::unique_ptr<Screen>> open(Session& session,
                                                              ScreenOptions options);
    virtual ~Screen() = default;
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // The displays of this program from now on. A window stays where one of its target's name was,
    // others are opened and closed; one that cannot be opened is tried again. `program` and `show`
    // live until the next call; `inputs` is told of mouse and keys, null: nobody is.
    [[nodiscard]] virtual Result<void> adopt(const sema::Program& program,
                                             const runtime::Show& show,
                                             runtime::Inputs* inputs) = 0;

    // What happened since: input goes to the parameters, shortcuts are done.
    virtual void poll() = 0;

    // Shows, and records, what a frame left. `buffers`: the memory behind frame.targets, one each.
    // Windows that are lost with their screen are opened again when it returns.
    [[nodiscard]] virtual Result<void> show(const FrameResult& frame,
                                            const runtime::Buffer* buffers) = 0;

    // Is a recording made that wants sound? Then what is played goes to sound(), in its order:
    // samples from abssample `first` on, channel c at samples + c * stride. What is left out,
    // channels too, is silent in the recording.
    [[nodiscard]] virtual bool wants_sound() const = 0;
    virtual void sound(std::int64_t first, const float* samples, std::uint32_t channels,
                       std::uint64_t count, std::uint64_t stride) = 0;

    virtual void status(const ScreenStatus& status) = 0;

    // The last window was closed by hand, or Escape pressed: the program is to end.
    [[nodiscard]] virtual bool ended() const = 0;
    [[nodiscard]] virtual bool has_displays() const = 0;
    [[nodiscard]] virtual StatusWindows counts() const = 0;

    // Completes a recording that runs and closes the windows.
    virtual void finish() = 0;

protected:
    Screen() = default;
};

}  // namespace weft::driver
