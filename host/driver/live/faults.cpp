#include "driver/live/faults.h"

#include <algorithm>

namespace weft::driver {
namespace {

// Seconds until a part is tried again, at first and at last.
constexpr double kFirstWait = 1;
constexpr double kLongestWait = 64;

// A part that has run so long after it failed is well, a device that was there so long is.
constexpr double kProof = 2;
constexpr double kDeviceProof = 60;

const char* state_of(weft_status status) {
    switch (status) {
        case WEFT_DEVICE_LOST: return "lost";
        case WEFT_TIMEOUT: return "hung";
        default: return "disabled";
    }
}

}  // namespace

// Steps of sound disable themselves.
bool Faults::enable(LiveVersion& version, const Fault& fault, bool enabled) {
    runtime::Show& show = version.show();
    if (fault.part.is_source) {
        show.sources[fault.part.index].disabled = !enabled;
    } else if (!show.steps[fault.part.index].of_sound) {
        show.enable_step(fault.part.index, enabled);
    } else {
        return !enabled || version.live().try_again(fault.part.index);
    }
    return true;
}

bool Faults::failed(LiveVersion& version, const Error& error, double now) {
    const auto culprit = version.show().culprit();
    if (!culprit) {
        report_.once(error.message);
        return false;
    }
    return fail(version, *culprit, error, now);
}

bool Faults::failed(LiveVersion& version, const runtime::Live::Failure& failure, double now) {
    return fail(version, {false, failure.step}, failure.error, now);
}

bool Faults::fail(LiveVersion& version, const runtime::Show::Culprit& culprit, const Error& error,
                  double now) {
    auto known = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
        return fault.part.is_source == culprit.is_source && fault.part.index == culprit.index;
    });
    if (known == faults_.end()) {
        known = faults_.insert(faults_.end(), Fault{});
        known->part = culprit;
        runtime::Show& show = version.show();
        const runtime::BackendRef& backend = culprit.is_source ? show.sources[culprit.index].backend
                                                               : show.steps[culprit.index].backend;
        known->name = backend.backend->name();
        // Once each time that it was well; not whenever it is tried.
        report_.say(WEFT_LOG_WARNING, error.message);
    }
    known->reason = error.message;
    known->lost = error.status == WEFT_DEVICE_LOST;
    known->tried = false;
    known->wait = known->wait == 0 ? kFirstWait : std::min(known->wait * 2, kLongestWait);
    if (now - rebuilt_ > kDeviceProof) {
        rebuild_wait_ = 0;
    }
    known->until = now + (known->lost ? rebuild_wait_ : known->wait);
    (void)enable(version, *known, false);
    report_.trouble(known->name, state_of(error.status), known->reason);
    return known->lost && look(version, now);
}

void Faults::hang(LiveVersion& version, const std::vector<Watchdog::News>& all, double now) {
    for (const Watchdog::News& news : all) {
        const std::string part = news.plugin.empty() ? "weft" : news.plugin;
        const auto step = news.sound && !news.over ? version.live().give_up() : std::nullopt;
        if (step) {
            // Nothing is compiled anew for what hangs.
            (void)fail(version, {false, *step}, {WEFT_TIMEOUT, news.reason}, now);
        } else if (news.over) {
            report_.trouble(part, "", "");
            report_.say(WEFT_LOG_INFO, part + " has come back");
        } else {
            report_.trouble(part, "hung", news.reason);
            report_.say(WEFT_LOG_WARNING, news.reason);
        }
    }
}

bool Faults::look(LiveVersion& version, double now) {
    bool rebuild = false;
    for (Fault& fault : faults_) {
        if (fault.tried || now < fault.until) {
            continue;
        }
        if (fault.lost) {
            rebuild_wait_ =
                rebuild_wait_ == 0 ? kFirstWait : std::min(rebuild_wait_ * 2, kLongestWait);
            fault.until = now + rebuild_wait_;
            rebuilt_ = now;
            rebuild = true;
        } else if (enable(version, fault, true)) {
            fault.tried = true;
            fault.until = now + kProof;
        }
    }
    return rebuild;
}

void Faults::passed(double now) {
    std::erase_if(faults_, [&](const Fault& fault) {
        const bool well = fault.tried && now >= fault.until;
        if (well) {
            report_.trouble(fault.name, "", "");
            report_.say(WEFT_LOG_INFO, fault.name + " works again");
        }
        return well;
    });
}

void Faults::clear() {
    for (const Fault& fault : faults_) {
        report_.trouble(fault.name, "", "");
    }
    faults_.clear();
}

}  // namespace weft::driver
