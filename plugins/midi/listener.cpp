#include "listener.h"

#include <algorithm>
#include <utility>

namespace weft::midi {

namespace {

// -1..1 with both ends reached, and 0 exactly in the middle.
double bend_value(unsigned pair) {
    const double distance = static_cast<double>(pair) - 8192.0;
    return distance < 0 ? distance / 8192.0 : distance / 8191.0;
}

}  // namespace

Listener::Listener() {
    for (auto& channel : controllers_) channel.fill(kUnknown);
    last_.fill(kUnknown);
    held_.reserve(kNumbers);
}

void Listener::listen(std::span<const std::uint8_t> bytes, std::vector<Reading>& readings,
                      std::vector<Message>& transport) {
    for (const std::uint8_t byte : bytes) {
        const std::optional<Message> message = parser_.feed(byte);
        if (!message) continue;
        ++messages_;
        const unsigned channel = message->channel();
        switch (message->kind()) {
            case kNoteOn:
                if (message->second > 0) {
                    say({Reading::Kind::note_on, channel, message->first, message->second / 127.0},
                        readings);
                    break;
                }
                [[fallthrough]];
            case kNoteOff:
                say({Reading::Kind::note_off, channel, message->first, 0}, readings);
                break;
            case kController: controller(channel, message->first, message->second, readings); break;
            case kBend:
                say({Reading::Kind::bend, channel, 0, bend_value(message->pair())}, readings);
                break;
            case kReset: say({Reading::Kind::notes_off, 0, 0, 0}, readings); break;
            case kSongPosition:
            case kClock:
            case kStart:
            case kContinue:
            case kStop: transport.push_back(*message); break;
            default: break;  // pressure, programs: nothing of ours listens to them
        }
    }
}

bool Listener::weigh(unsigned channel, unsigned number) {
    const unsigned before = std::exchange(last_[channel - 1], static_cast<std::uint8_t>(number));
    if (number >= 2 * kPairs) return false;
    Pair& pair = pairs_[channel - 1][number % kPairs];
    if (number < kPairs) {
        if (std::exchange(pair.open, true)) pair.seen = 0;
        return false;
    }
    const bool behind = before + kPairs == number;
    if (std::exchange(pair.open, false) && behind && pair.seen < kSure) ++pair.seen;
    return behind || pair.seen == kSure;
}

void Listener::controller(unsigned channel, unsigned number, unsigned value,
                          std::vector<Reading>& readings) {
    std::array<std::uint8_t, kNumbers>& known = controllers_[channel - 1];
    known[number] = static_cast<std::uint8_t>(value);
    if (number == kAllSoundOff || number >= kAllNotesOff)
        say({Reading::Kind::notes_off, channel, 0, 0}, readings);
    const bool low = weigh(channel, number);
    const auto tell = [&](unsigned which, bool is_low) {
        say({Reading::Kind::controller, channel, which, controller_value(channel, which), is_low},
            readings);
    };
    const bool sure = number < 2 * kPairs && pairs_[channel - 1][number % kPairs].seen == kSure;
    if (sure && number < kPairs)
        known[number + kPairs] = 0;  // a new high byte makes the low one 0, until that is sent too
    tell(number, low);
    if (sure && low) tell(number - kPairs, false);
}

double Listener::controller_value(unsigned channel, unsigned number) const {
    const std::array<std::uint8_t, kNumbers>& known = controllers_[channel - 1];
    if (number < kPairs && pairs_[channel - 1][number].seen == kSure)
        return (known[number] * 128u + known[number + kPairs]) / 16383.0;
    return known[number] / 127.0;
}

void Listener::release(unsigned channel) {
    std::erase_if(held_, [&](const Reading& held) { return !channel || held.channel == channel; });
}

void Listener::note(const Reading& reading) {
    std::erase_if(held_, [&](const Reading& held) {
        return held.channel == reading.channel && held.number == reading.number;
    });
    if (reading.kind == Reading::Kind::note_on) held_.push_back(reading);
}

void Listener::say(const Reading& reading, std::vector<Reading>& readings) {
    switch (reading.kind) {
        case Reading::Kind::controller: break;
        case Reading::Kind::bend: bends_[reading.channel - 1] = reading.value; break;
        case Reading::Kind::note_on:
        case Reading::Kind::note_off: note(reading); break;
        case Reading::Kind::notes_off: release(reading.channel); break;
    }
    readings.push_back(reading);
}

void Listener::recall(std::vector<Reading>& readings) const {
    for (unsigned channel = 1; channel <= kChannels; ++channel) {
        const auto& known = controllers_[channel - 1];
        for (unsigned number = 0; number < kNumbers; ++number) {
            if (known[number] == kUnknown) continue;
            readings.push_back(
                {Reading::Kind::controller, channel, number, controller_value(channel, number)});
        }
        if (bends_[channel - 1] != 0)
            readings.push_back({Reading::Kind::bend, channel, 0, bends_[channel - 1]});
    }
    readings.insert(readings.end(), held_.begin(), held_.end());
}

}  // namespace weft::midi
