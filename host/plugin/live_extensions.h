// The extensions of the ABI that a live show needs: sound devices, control, windows, each behind
// calls that cannot surprise (call.h). An object made from a back end that does not offer the
// extension is false and refuses. The back end outlives all that was made from it.
#pragma once

#include <weft/audio.h>
#include <weft/control.h>
#include <weft/window.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plugin/backend.h"

namespace weft::plugin {

// "weft.audio/1". [main-thread]
class SoundDevices {
public:
    // An open device; closed with the object.
    class Stream {
    public:
        Stream() = default;
        Stream(const SoundDevices& from, weft_audio_stream* stream)
            : from_(&from), stream_(stream) {}
        Stream(Stream&& other) noexcept;
        Stream& operator=(Stream&& other) noexcept;
        ~Stream();
        explicit operator bool() const { return stream_ != nullptr; }
        // [any-thread]
        [[nodiscard]] weft_audio_state state() const;

    private:
        const SoundDevices* from_ = nullptr;
        weft_audio_stream* stream_ = nullptr;
    };

    SoundDevices() = default;
    explicit SoundDevices(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    [[nodiscard]] std::vector<weft_audio_device> devices() const;
    // `process` may be called before this returns, and until the stream is gone. The object itself
    // stays where it is as long as there are streams.
    [[nodiscard]] Result<Stream> open(const weft_audio_wish& wish, weft_audio_process process,
                                      void* user) const;

private:
    Backend* backend_ = nullptr;
    const weft_audio_api* api_ = nullptr;
};

// "weft.control/1".
class Controls {
public:
    // What a program listens and sends to; closed with the object.
    class Session {
    public:
        Session() = default;
        Session(const Controls& from, weft_control_session* session)
            : from_(&from), session_(session) {}
        Session(Session&& other) noexcept;
        Session& operator=(Session&& other) noexcept;
        ~Session();
        explicit operator bool() const { return session_ != nullptr; }
        // [frame-thread]
        [[nodiscard]] Result<void> send(std::uint32_t sink, const double* values) const;
        [[nodiscard]] Result<void> flush(double time) const;
        void tempo(const weft_control_tempo& tempo) const;
        // [any-thread]
        [[nodiscard]] weft_control_counters counters() const;

    private:
        const Controls* from_ = nullptr;
        weft_control_session* session_ = nullptr;
    };

    Controls() = default;
    explicit Controls(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    // [compile-thread] `host` outlives the session. On failure `detail`, if given, holds the record
    // as the plugin filled it. The object itself stays where it is as long as there are sessions.
    [[nodiscard]] Result<Session> open(const weft_control_wish& wish, const weft_control_host& host,
                                       weft_error* detail = nullptr) const;

private:
    Backend* backend_ = nullptr;
    const weft_control_api* api_ = nullptr;
};

// "weft.window/1". [main-thread]
class Windows {
public:
    class Window {
    public:
        Window() = default;
        Window(const Windows& from, weft_window* window) : from_(&from), window_(window) {}
        Window(Window&& other) noexcept;
        Window& operator=(Window&& other) noexcept;
        ~Window();
        explicit operator bool() const { return window_ != nullptr; }
        [[nodiscard]] Result<void> present(const weft_window_picture& picture) const;
        [[nodiscard]] Result<void> overlay(std::string_view text) const;
        [[nodiscard]] Result<void> change(const weft_window_wish& wish) const;
        // `pixels` null: only the size.
        [[nodiscard]] Result<void> read(void* pixels, std::uint64_t size, std::uint32_t& width,
                                        std::uint32_t& height) const;
        // [any-thread]
        [[nodiscard]] weft_window_counters counters() const;

    private:
        const Windows* from_ = nullptr;
        weft_window* window_ = nullptr;
    };

    Windows() = default;
    explicit Windows(Backend& backend);
    explicit operator bool() const { return api_ != nullptr; }

    [[nodiscard]] std::vector<weft_monitor> monitors() const;
    // The object itself stays where it is as long as there are windows.
    [[nodiscard]] Result<Window> open(const weft_window_wish& wish) const;
    // The next events of all windows, up to `capacity`; how many. No allocation.
    [[nodiscard]] std::uint32_t poll(weft_window_event* events, std::uint32_t capacity) const;

private:
    Backend* backend_ = nullptr;
    const weft_window_api* api_ = nullptr;
};

}  // namespace weft::plugin
