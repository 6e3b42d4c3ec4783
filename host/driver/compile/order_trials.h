// Which back ends can be ordered without the host: one signals a semaphore behind its work, the
// other waits for it before its own. Believed only after a trial: work that takes a while writes a
// pattern, a reading is queued behind the semaphore at once, and what it read must be the pattern;
// a few times in turn, as a semaphore must go back to where it was. Each pair is tried once, and
// remembered as edge_trials.h does.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "driver/compile/edge_trials.h"

namespace weft::driver {

struct OrderTrial {
    std::string refusal;          // why the host waits; empty: it need not
    bool producer_makes = false;  // whose semaphore it is
};

class OrderTrials {
public:
    explicit OrderTrials(EdgeTrials& memory) : memory_(memory) {}

    // Whether `consumer` can wait for what `producer` signals, over opaque fds of `maker`'s memory:
    // one of the two.
    [[nodiscard]] const OrderTrial& prove(plugin::Backend& producer, plugin::Backend& consumer,
                                          plugin::Backend& maker);

    // What can be said without trying; empty: a trial decides.
    [[nodiscard]] std::string refusal(plugin::Backend& producer, plugin::Backend& consumer);

private:
    // A back end's part in it; none without the extension.
    struct Side {
        explicit Side(plugin::Backend& backend);
        [[nodiscard]] bool can(std::uint32_t flag) const { return (caps.flags & flag) != 0; }

        plugin::Semaphores semaphores;
        weft_semaphore_caps caps{};
    };
    using Key = std::tuple<plugin::Backend*, plugin::Backend*, plugin::Backend*>;

    [[nodiscard]] const Side& side(plugin::Backend& backend);
    [[nodiscard]] bool can_order(plugin::Backend& producer, plugin::Backend& consumer,
                                 bool producer_makes);
    [[nodiscard]] OrderTrial attempt(plugin::Backend& producer, plugin::Backend& consumer,
                                     plugin::Backend& maker);
    [[nodiscard]] std::string try_order(plugin::Backend& producer, plugin::Backend& consumer,
                                        plugin::Backend& maker, bool producer_makes);

    EdgeTrials& memory_;
    std::map<plugin::Backend*, std::unique_ptr<Side>> sides_;
    std::map<Key, OrderTrial> tried_;
};

}  // namespace weft::driver
