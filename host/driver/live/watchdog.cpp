#include "driver/live/watchdog.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace weft::driver {
namespace {

// Beyond the limit, for the main thread: it waits for others as long as that.
constexpr double kGrace = 2;  // seconds
// A disk, a network, a name may take its time.
constexpr double kOutside = 4;
// So may a driver that is set up, and what compiles.
constexpr double kStart = 24;
constexpr double kCompile = 12;

constexpr double kSlowestLook = 0.25;  // seconds

}  // namespace

Watchdog& Watchdog::start(std::uint64_t limit_ns) {
    static Watchdog* const watchdog = [limit_ns] {
        auto* made = new Watchdog(static_cast<double>(limit_ns) * 1e-9);
        if (limit_ns != UINT64_MAX) {
            std::thread([made] { made->watch(); }).detach();
        }
        return made;
    }();
    return *watchdog;
}

void Watchdog::end(int code) {
    static const plugin::Working* const to_the_end = new plugin::Working(frames);
    (void)to_the_end;
    code_.store(code);
    stage_.store(Stage::ends);
}

std::vector<Watchdog::News> Watchdog::take_news() {
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, {});
}

void Watchdog::tell(std::function<void(const std::string&)> last_words) {
    const std::lock_guard lock(mutex_);
    last_words_ = std::move(last_words);
}

void Watchdog::watch() {
    Watched main{frames, "the main thread"};
    Watched sounding{sound, "the sound's thread"};
    Watched compiling{compiler, "what compiles"};
    const double period = std::min(kSlowestLook, limit_ / 8);
    while (true) {
        std::this_thread::sleep_for(std::chrono::duration<double>(period));
        // Looks are counted, not the time that passes: a process that was stopped, or a machine
        // that slept, hangs nowhere.
        for (Watched* watched : {&main, &sounding, &compiling}) {
            look(*watched, period);
        }
        const Stage stage = stage_.load();
        const double patience = stage == Stage::starts ? kStart * limit_ : limit_ + kGrace;
        if (is_too_long(main, patience, kOutside * patience)) {
            give_up(main);
        }
        if (stage == Stage::ends) {
            // The main thread waits for them.
            for (const Watched* watched : {&sounding, &compiling}) {
                if (is_too_long(*watched, patience, kOutside * patience)) {
                    give_up(*watched);
                }
            }
            continue;
        }
        tell_news(sounding, limit_, kOutside * limit_);
        sound_hangs_.store(sounding.hangs, std::memory_order_release);
        tell_news(compiling, kCompile * limit_, kStart * limit_);
    }
}

void Watchdog::look(Watched& watched, double passed) {
    const plugin::Whereabouts::Place place = watched.whereabouts.look();
    const bool still = place.works && place.moves == watched.moves;
    watched.still = still ? watched.still + passed : 0;
    watched.moves = place.moves;
}

bool Watchdog::is_too_long(const Watched& watched, double within, double outside) const {
    return watched.still > within &&
           (watched.still > outside || !watched.whereabouts.look().plugin.empty());
}

std::string Watchdog::describe(const Watched& watched) {
    const plugin::Whereabouts::Place place = watched.whereabouts.look();
    if (place.plugin.empty()) {
        return fmt::format("{} has not moved for {:.1f} s", watched.name, watched.still);
    }
    // A part is named after the back end that it is of.
    const std::string part = place.part.empty() ? "" : fmt::format(" of {}", place.part);
    return fmt::format("{} has been in plugin '{}', {}{}, for {:.1f} s", watched.name, place.plugin,
                       place.function, part, watched.still);
}

void Watchdog::tell_news(Watched& watched, double within, double outside) {
    const bool hangs = is_too_long(watched, within, outside);
    if (hangs == watched.hangs) {
        return;
    }
    watched.hangs = hangs;
    if (hangs) {
        watched.plugin = watched.whereabouts.look().plugin;
    }
    News news{&watched.whereabouts == &sound, !hangs, watched.plugin,
              hangs ? describe(watched) : ""};
    const std::lock_guard lock(mutex_);
    news_.push_back(std::move(news));
}

void Watchdog::give_up(const Watched& watched) {
    const std::string text = describe(watched) + ": the process ends";
    // Whoever holds the lock may be who hangs.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock.owns_lock() && last_words_) {
        last_words_(text);
    } else {
        (void)!::write(STDERR_FILENO, (text + "\n").data(), text.size() + 1);
    }
    std::_Exit(code_.load());
}

}  // namespace weft::driver
