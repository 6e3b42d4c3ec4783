// An open stream as the host knows it: a device while there is one, and a watch that notices when
// it goes, and takes it up again when it is back.
#pragma once

#include <weft/audio.h>
#include <weft/cpp/host.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "carrier.h"
#include "connection.h"

namespace weft::audio {

class Stream {
public:
    // Opens and starts; throws when that fails, unless the device may come later. `host` outlives
    // the stream.
    Stream(const cpp::Host& host, const weft_audio_wish& wish, weft_audio_process process,
           void* user);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();

    // [any-thread]
    void state(weft_audio_state& state) const;

private:
    // What a work that was left behind may still use; it keeps it alive.
    struct Shared {
        Shared(const weft_audio_wish& wanted, weft_audio_process process, void* user)
            : wish(wanted), carrier(make_carrier(process, user)) {}
        Wish wish;
        ResidentCarrier carrier;
        std::unique_ptr<Connection> connection;  // within run_within only
    };

    [[nodiscard]] bool connect(bool resumed);
    [[nodiscard]] bool disconnect();
    void watch();
    [[nodiscard]] bool wait(double seconds);
    [[nodiscard]] bool run_until_lost();
    void search(double pause);
    [[nodiscard]] bool is_away() const;
    void say(std::uint32_t level, const std::string& text) const { host_.log(level, text); }

    cpp::Host host_;
    std::shared_ptr<Shared> shared_;

    mutable std::mutex mutex_;  // of what follows
    std::condition_variable stopping_;
    bool stop_ = false;
    // For state().
    std::uint32_t state_ = WEFT_AUDIO_AWAY;
    std::uint64_t losses_ = 0;
    double rate_ = 0;
    std::string device_;
    std::string reason_;

    // The watch's own.
    bool on_jack_ = false;
    std::string why_;  // it went
    std::thread watch_;
};

}  // namespace weft::audio
