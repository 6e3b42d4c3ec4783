#include "driver/compile/order_trials.h"

#include <chrono>

#include "runtime/join.h"

namespace weft::driver {
namespace {

constexpr int kTurns = 3;
// Nothing that a trial queues takes as long.
constexpr std::uint64_t kTimeoutNs = 2'000'000'000;

std::string lacks(const std::string& name, const char* what, const char* reason) {
    return name + " does not " + what + (*reason != '\0' ? std::string(": ") + reason : "");
}

}  // namespace

OrderTrials::Side::Side(plugin::Backend& backend) : semaphores(backend) {
    if (!semaphores) {
        return;
    }
    if (auto told = semaphores.caps()) {
        caps = *told;
    } else {
        semaphores = {};
    }
}

const OrderTrials::Side& OrderTrials::side(plugin::Backend& backend) {
    auto& side = sides_[&backend];
    if (side == nullptr) {
        side = std::make_unique<Side>(backend);
    }
    return *side;
}

const OrderTrial& OrderTrials::prove(plugin::Backend& producer, plugin::Backend& consumer,
                                     plugin::Backend& maker) {
    const Key key{&producer, &consumer, &maker};
    auto found = tried_.find(key);
    if (found == tried_.end()) {
        found = tried_.emplace(key, attempt(producer, consumer, maker)).first;
    }
    return found->second;
}

std::string OrderTrials::refusal(plugin::Backend& producer, plugin::Backend& consumer) {
    const Side& from = side(producer);
    const Side& to = side(consumer);
    for (const auto& [side, name] : {std::pair(&from, producer.name()), {&to, consumer.name()}}) {
        if (!side->semaphores) {
            return name + " does not offer " WEFT_SEMAPHORE_EXTENSION;
        }
    }
    if (can_order(producer, consumer, true) || can_order(producer, consumer, false)) {
        return device_refusal(producer.name(), from.caps.device_uuid, consumer.name(),
                              to.caps.device_uuid);
    }
    // Nobody hands one out, or whoever could meets somebody who takes none.
    if (from.can(WEFT_SEMAPHORE_EXPORTS)) {
        return lacks(consumer.name(), "wait for semaphores of others", to.caps.no_import);
    }
    if (to.can(WEFT_SEMAPHORE_EXPORTS)) {
        return lacks(producer.name(), "signal semaphores of others", from.caps.no_import);
    }
    return lacks(producer.name(), "export semaphores", from.caps.no_export) + "; " +
           lacks(consumer.name(), "export semaphores", to.caps.no_export);
}

bool OrderTrials::can_order(plugin::Backend& producer, plugin::Backend& consumer,
                            bool producer_makes) {
    const Side& from = side(producer);
    const Side& to = side(consumer);
    return producer_makes ? from.can(WEFT_SEMAPHORE_EXPORTS) && to.can(WEFT_SEMAPHORE_WAITS)
                          : to.can(WEFT_SEMAPHORE_EXPORTS) && from.can(WEFT_SEMAPHORE_SIGNALS);
}

OrderTrial OrderTrials::attempt(plugin::Backend& producer, plugin::Backend& consumer,
                                plugin::Backend& maker) {
    if (std::string known = refusal(producer, consumer); !known.empty()) {
        return {std::move(known), false};
    }
    std::string failed;
    for (const bool producer_makes : {true, false}) {
        if (!can_order(producer, consumer, producer_makes)) {
            continue;
        }
        const TrialRecords::Question question = memory_.question(
            std::string("order, semaphore of the ") + (producer_makes ? "producer" : "consumer") +
                ", memory of " + maker.name(),
            producer, &consumer);
        if (memory_.records().find(question)) {
            return {{}, producer_makes};
        }
        const auto begin = std::chrono::steady_clock::now();
        failed = try_order(producer, consumer, maker, producer_makes);
        if (failed.empty()) {
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
            memory_.records().keep(question, took.count());
            return {{}, producer_makes};
        }
    }
    return {"a trial failed: " + failed, false};
}

// What went wrong; empty: nothing did.
std::string OrderTrials::try_order(plugin::Backend& producer, plugin::Backend& consumer,
                                   plugin::Backend& maker, bool producer_makes) {
    const auto memory =
        memory_.side(maker).memory.begin_trial(WEFT_HANDLE_OPAQUE_FD, kTrialBytes, 0);
    if (!memory) {
        return memory.error().message;
    }
    const auto join = runtime::Join::make(producer, consumer, producer_makes);
    if (!join) {
        return join.error().message;
    }
    const plugin::SharedMemory::Trial* const of_producer = &maker == &producer ? &*memory : nullptr;
    const plugin::SharedMemory::Trial* const of_consumer = &maker == &consumer ? &*memory : nullptr;
    for (std::uint32_t turn = 1; turn <= kTurns; ++turn) {
        const std::uint32_t seed = turn * 40503;
        const auto writing = side(producer).semaphores.write_trial(of_producer, memory->handle(),
                                                                   seed, (*join)->signal());
        if (!writing) {
            return writing.error().message;
        }
        const auto sum = side(consumer).semaphores.read_trial(of_consumer, memory->handle(),
                                                              (*join)->wait(), kTimeoutNs);
        if (!sum) {
            return sum.error().message;
        }
        if (*sum != trial_sum(seed)) {
            return consumer.name() + " did not wait for " + producer.name();
        }
    }
    return {};
}

}  // namespace weft::driver
