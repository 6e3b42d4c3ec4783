#include "ensemble.h"

#include <cmath>
#include <utility>

namespace weft::link {

namespace {

constexpr double kDefaultBpm = 120;  // what a program has that sets none
constexpr double kPeriod = 0.5;      // seconds between two tellings of the same
constexpr double kPatience = 1.0;    // seconds in which a program may say its own tempo first
constexpr double kSettles = 0.02;    // seconds in which Link's thread takes over what was set
constexpr double kSame = 1e-3;       // bpm
constexpr double kSlowest = 20;      // what Link can
constexpr double kFastest = 999;

std::string count_of(std::size_t peers) {
    if (peers == 0) return "nobody else";
    return std::to_string(peers) + (peers == 1 ? " peer" : " peers");
}

}  // namespace

Ensemble::Ensemble(double quantum, std::function<void(const std::string&)> say)
    : say_(std::move(say)),
      timeline_(kDefaultBpm, quantum, [this] { changed_.wake(); }),
      thread_([this] { run(); }) {}

Ensemble::~Ensemble() {
    ending_ = true;
    changed_.wake();
    thread_.join();
}

void Ensemble::join(const weft_control_host& host) {
    const std::lock_guard lock(mutex_);
    hosts_.push_back(&host);
    changed_.wake();
}

void Ensemble::leave(const weft_control_host& host) {
    const std::lock_guard lock(mutex_);
    std::erase(hosts_, &host);
}

void Ensemble::lead(const weft_control_tempo& tempo) {
    if (!(tempo.bpm >= kSlowest && tempo.bpm <= kFastest) || !std::isfinite(tempo.beat)) return;
    if (std::abs(tempo.bpm - own_bpm_.load(std::memory_order_relaxed)) < kSame) return;
    // Whoever comes while it is being read tries again with the next frame.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    own_bpm_.store(tempo.bpm, std::memory_order_relaxed);
    own_ = tempo;
    changed_.wake();
}

// Alone, the program leads.
void Ensemble::follow(const weft_control_tempo& own) {
    if (timeline_.peers() > 0) {
        placed_ = true;
        return;
    }
    timeline_.set(own, !placed_);
    if (!placed_) settled_ = cpp::now() + kSettles;
    placed_ = true;
}

void Ensemble::tell() {
    const weft_control_tempo tempo = timeline_.at(cpp::now());
    const std::lock_guard lock(mutex_);
    for (const weft_control_host* host : hosts_)
        if (host->tempo != nullptr) host->tempo(host->context, &tempo);
    if (!hosts_.empty()) told_.fetch_add(1, std::memory_order_relaxed);
}

void Ensemble::run() {
    const double begun = cpp::now();
    std::size_t peers = 0;
    while (!ending_) {
        std::optional<weft_control_tempo> own;
        {
            const std::lock_guard lock(mutex_);
            own = std::exchange(own_, std::nullopt);
        }
        if (own) follow(*own);
        // Before anybody has said a tempo there is none to tell.
        const std::size_t present = timeline_.peers();
        const double now = cpp::now();
        if (now >= settled_ && (placed_ || present > 0 || now - begun > kPatience)) tell();
        if (std::exchange(peers, present) != present) say_("Ableton Link: " + count_of(present));
        changed_.sleep_until(now < settled_ ? settled_ : now + kPeriod);
    }
}

}  // namespace weft::link
