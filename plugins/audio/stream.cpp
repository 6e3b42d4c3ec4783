#include "stream.h"

#include <algorithm>
#include <chrono>
#include <new>

#include <jack/patience.h>

#include "jack_guard.h"

namespace weft::audio {
namespace {

constexpr double kLook = 0.1;    // seconds between two looks at a device that runs
constexpr double kSilent = 2;    // seconds without a block after which it is gone
constexpr double kSearch = 0.5;  // seconds between two searches for one that is away, at first
constexpr double kSearchRarely = 3;
constexpr double kBlockEnds = 5;  // seconds in which a block of the host must end

}  // namespace

Stream::Stream(const cpp::Host& host, const weft_audio_wish& wish, weft_audio_process process,
               void* user)
    : host_(host), shared_(std::make_shared<Shared>(wish, process, user)) {
    try {
        if (!connect(false)) throw cpp::Failure(WEFT_TIMEOUT, "the sound system does not answer");
    } catch (const cpp::Failure& failure) {
        if (failure.code() != WEFT_UNAVAILABLE || !shared_->wish.later) throw;
        rate_ = shared_->wish.rate;
        reason_ = failure.what();
    }
    watch_ = std::thread([this] { watch(); });
}

Stream::~Stream() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    watch_.join();
    if (!shared_->carrier->close(kBlockEnds))
        say(WEFT_LOG_ERROR, "a block of sound does not end; its device is closed nevertheless");
    if (disconnect()) return;
    say(WEFT_LOG_WARNING, device_ + " does not answer; it is left to end by itself");
    // Its memory with it: the device's thread may still call.
    new (std::nothrow) std::shared_ptr<Shared>(shared_);
}

// False: it is not known yet, and will be undone.
bool Stream::connect(bool resumed) {
    const auto shared = shared_;
    const bool answered = weft::jack::run_within(
        kPatience,
        [shared, resumed] {
            shared->connection.reset();
            try {
                shared->connection =
                    std::make_unique<Connection>(shared->wish, *shared->carrier, resumed);
            } catch (...) {
                if (resumed) Library::look_again();
                throw;
            }
        },
        [shared] { shared->connection.reset(); });
    if (!answered) return false;
    const Connection& made = *shared->connection;
    if (!resumed)
        for (const std::string& note : made.notes()) say(WEFT_LOG_WARNING, note);
    // Whoever computes the sound counts on the rate that it was opened with. And it is this device
    // that is looked for when it goes, not whatever is the default then: a card that we took
    // meanwhile would keep its sound server from coming back.
    shared->wish.rate = made.rate();
    shared->wish.output = made.output();
    shared->wish.input = made.input();
    on_jack_ = made.on_jack();
    {
        const std::lock_guard lock(mutex_);
        state_ = WEFT_AUDIO_RUNNING;
        rate_ = made.rate();
        device_ = made.output().empty() ? made.input() : made.output();
        reason_.clear();
    }
    shared->carrier->open();
    return true;
}

bool Stream::disconnect() {
    const auto shared = shared_;
    return weft::jack::run_within(kPatience, [shared] { shared->connection.reset(); });
}

// True: the stream is to end.
bool Stream::wait(double seconds) {
    std::unique_lock lock(mutex_);
    return stopping_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return stop_; });
}

void Stream::watch() {
    if (is_away()) search(kSearch);
    while (!wait(0)) search(run_until_lost() ? kSearch : kLook);
}

// False: there is nothing wrong with this device; but PortAudio is to see the devices anew.
bool Stream::run_until_lost() {
    std::string why;
    std::uint64_t seen = shared_->carrier->blocks();
    double still = 0;
    while (why.empty()) {
        if (wait(kLook)) return true;
        const std::uint64_t blocks = shared_->carrier->blocks();
        still = blocks == seen ? still + kLook : 0;
        seen = blocks;
        if (on_jack_ && jack::gone())
            why = "the JACK server went: " + jack::why_gone();
        else if (shared_->carrier->finished())
            why = "the device stopped";
        else if (still > kSilent)
            why = "the device asks for no more sound";
        else if (Library::is_to_end())
            break;
    }
    // Where it cannot be closed now it will be by the thread that is left behind.
    if (!shared_->carrier->close(kBlockEnds)) say(WEFT_LOG_ERROR, "a block of sound does not end");
    const bool lost = !why.empty();
    why_ = why;
    if (lost) {
        const std::lock_guard lock(mutex_);
        state_ = WEFT_AUDIO_AWAY;
        ++losses_;
        reason_ = why;
    }
    if (lost) say(WEFT_LOG_WARNING, device_ + " is away: " + why + "; it is looked for");
    if (!disconnect()) say(WEFT_LOG_WARNING, device_ + " does not answer");
    return lost;
}

void Stream::search(double pause) {
    std::string before;
    for (; !wait(pause); pause = std::min(pause * 1.2, kSearchRarely)) {
        std::string failed = "the sound system does not answer";
        try {
            const bool was_away = is_away();
            if (connect(true)) {
                if (was_away)
                    say(WEFT_LOG_INFO, device_ + (why_.empty() ? " is there" : " is back"));
                return;
            }
        } catch (const std::exception& failure) {
            failed = failure.what();
        }
        if (failed == before) continue;
        say(WEFT_LOG_DEBUG,
            "looking for " + (device_.empty() ? "a sound device" : device_) + ": " + failed);
        const std::lock_guard lock(mutex_);
        state_ = WEFT_AUDIO_AWAY;
        reason_ = why_.empty() ? failed : why_ + "; " + failed;
        before = failed;
    }
}

bool Stream::is_away() const {
    const std::lock_guard lock(mutex_);
    return state_ == WEFT_AUDIO_AWAY;
}

void Stream::state(weft_audio_state& state) const {
    const std::uint32_t size = state.struct_size;
    shared_->carrier->state(state);
    state.struct_size = size;
    const std::lock_guard lock(mutex_);
    state.state = state_;
    state.rate = rate_;
    state.losses = losses_;
    cpp::copy_text(state.device, device_);
    cpp::copy_text(state.reason, reason_);
}

}  // namespace weft::audio
