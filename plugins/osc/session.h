// What one program listens and sends to. Opened from the host's wish; the network's thread brings
// it what comes in and takes what goes out.
#pragma once

#include <weft/control.h>

#include <memory>
#include <optional>
#include <vector>

#include "counters.h"
#include "hub.h"
#include "inputs.h"
#include "outbox.h"

namespace weft::osc {

class Session {
public:
    // [compile-thread] All or nothing. `log` hears of what is no failure: names without an address.
    [[nodiscard]] static Result<std::unique_ptr<Session>> open(std::shared_ptr<Hub> hub,
                                                               const weft_control_wish& wish,
                                                               const weft_control_host& host,
                                                               const weft_host& log);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // [frame-thread]
    [[nodiscard]] Outbox& outbox() { return outbox_; }
    void flush(double time);
    // [any-thread]
    void read_counters(weft_control_counters& into) { counters_->read(into); }

    // On the network's thread.
    void take(const Packet& packet, const Listener& listener);
    void deliver() { inputs_.deliver(); }
    void count_malformed(uint64_t packets, const Listener& listener);
    [[nodiscard]] bool send_queued();  // false: there was nothing
    void let_go();                     // of listeners and destinations

private:
    struct Parts;
    Session(std::shared_ptr<Hub> hub, Parts parts, const weft_control_host& host);
    [[nodiscard]] std::optional<uint32_t> number_of(const Listener& listener) const;

    std::shared_ptr<Hub> hub_;
    weft_control_host host_;
    std::shared_ptr<Counters> counters_;
    std::vector<std::shared_ptr<Listener>> listeners_;
    uint32_t general_count_;  // of the listeners: the first ones, heard by inputs without a port
    std::vector<std::shared_ptr<Destination>> destinations_;
    Inputs inputs_;
    Outbox outbox_;
    std::vector<Outgoing> outgoing_;  // memory of send_queued
};

}  // namespace weft::osc
