#include "driver/compile/edge_trials.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace weft::driver {
namespace {

constexpr std::uint32_t bit(std::uint32_t kind) {
    return 1u << kind;
}

constexpr std::uint32_t word(std::uint32_t seed, std::uint64_t i) {
    return static_cast<std::uint32_t>(seed + i * 2654435761u);
}

bool known(const std::uint8_t (&uuid)[16]) {
    return std::any_of(std::begin(uuid), std::end(uuid), [](auto byte) { return byte != 0; });
}

bool same(const std::uint8_t (&a)[16], const std::uint8_t (&b)[16]) {
    return std::equal(std::begin(a), std::end(a), std::begin(b));
}

std::string side_refuses(const char* side, const std::string& name, const char* verb,
                         const char* reason) {
    return std::string("the ") + side + " " + name + " does not " + verb + " it" +
           (*reason != '\0' ? std::string(": ") + reason : std::string());
}

// What can be said without trying: what each side offers, and whose memory it is.
std::string known_refusal(const MemorySide& from, const plugin::Backend& producer,
                          const MemorySide& to, const plugin::Backend& consumer,
                          std::uint32_t kind) {
    if (kind == WEFT_HANDLE_LOCAL && &producer != &consumer) {
        return producer.name() == consumer.name() ? "they are two instances of " + producer.name()
                                                  : "they are different back ends";
    }
    if (!from.exports(kind)) {
        return side_refuses("producer", producer.name(), "export", from.caps.no_export);
    }
    if (!to.imports(kind)) {
        return side_refuses("consumer", consumer.name(), "import", to.caps.no_import);
    }
    if (kind != WEFT_HANDLE_OPAQUE_FD) return {};
    return device_refusal(producer.name(), from.caps.device_uuid, consumer.name(),
                          to.caps.device_uuid);
}

}  // namespace

std::uint64_t trial_sum(std::uint32_t seed) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < kTrialBytes / 4; ++i) {
        sum += word(seed, i);
    }
    return sum;
}

// The drivers' UUIDs do not count: one vendor's differ from API to API although memory is shared
// between them. Whether it is, the trial tells.
std::string device_refusal(const std::string& one, const std::uint8_t (&device)[16],
                           const std::string& other, const std::uint8_t (&other_device)[16]) {
    if (known(device) && same(device, other_device)) return {};
    return one + " and " + other + " work on different devices";
}

std::string kind_name(std::uint32_t kind) {
    switch (kind) {
        case WEFT_HANDLE_LOCAL: return "own memory";
        case WEFT_HANDLE_OPAQUE_FD: return "opaque fd";
        case WEFT_HANDLE_DMA_BUF: return "dma-buf";
        case WEFT_HANDLE_HOST: return "host memory in place";
        default: return "values at points";
    }
}

MemorySide::MemorySide() {
    caps.flags = WEFT_MEMORY_UNIFIED;
    caps.exports = caps.imports = bit(WEFT_HANDLE_HOST);
    for (char* text : {caps.no_export, caps.no_import}) {
        std::strcpy(text, "it works in host memory");
    }
}

MemorySide::MemorySide(plugin::Backend& backend) : MemorySide() {
    plugin::SharedMemory offered(backend);
    if (!offered) {
        return;
    }
    if (auto told = offered.caps()) {
        caps = *told;
        memory = offered;
    }
}

const MemorySide& EdgeTrials::side(plugin::Backend& backend) {
    auto& side = sides_[&backend];
    if (side == nullptr) {
        side = std::make_unique<MemorySide>(backend);
    }
    return *side;
}

Result<EdgeTrials::Lent> EdgeTrials::lend(plugin::Backend& lender, std::uint32_t kind,
                                          std::uint64_t size) {
    constexpr std::uint64_t kUnit = 65536;
    auto made = side(lender).memory.begin_trial(kind, (size + kUnit - 1) / kUnit * kUnit, 0);
    if (!made) {
        return std::move(made).error();
    }
    return std::make_shared<plugin::SharedMemory::Trial>(std::move(*made));
}

TrialRecords::Question EdgeTrials::question(const std::string& trial, plugin::Backend& producer,
                                            plugin::Backend* consumer) {
    TrialRecords::Question question{trial, std::string("weft ") + WEFT_VERSION + '\n' + boot_id()};
    for (plugin::Backend* backend : {&producer, consumer}) {
        if (backend == nullptr) {
            continue;
        }
        const weft_memory_caps& caps = side(*backend).caps;
        question.trial += '\n' + backend->name();
        for (const auto* uuid : {&caps.device_uuid, &caps.driver_uuid}) {
            question.trial.append(reinterpret_cast<const char*>(*uuid), sizeof *uuid);
        }
        if (const plugin::PluginInfo* info = plugins_.find(backend->name())) {
            question.circumstances += '\n' + identity_of(*info);
        }
        question.circumstances += std::string("\n") + caps.identity;
    }
    return question;
}

template <class Run>
Trial EdgeTrials::remember(const TrialRecords::Question& question, const Run& run) const {
    if (const auto known = records_.find(question)) {
        return {{}, known};
    }
    Trial trial = run();
    if (trial.refusal.empty() && trial.measured) {
        records_.keep(question, trial.measured->seconds);
    }
    return trial;
}

const Trial& EdgeTrials::prove(plugin::Backend& producer, plugin::Backend& consumer,
                               std::uint32_t kind) {
    const Key key{&producer, &consumer, kind};
    auto found = tried_.find(key);
    if (found == tried_.end()) {
        found = tried_.emplace(key, attempt(producer, consumer, kind)).first;
    }
    return found->second;
}

const Trial& EdgeTrials::prove_readable(plugin::Backend& producer) {
    const Key key{&producer, nullptr, WEFT_HANDLE_HOST};
    if (const auto found = tried_.find(key); found != tried_.end()) {
        return found->second;
    }
    const MemorySide& from = side(producer);
    Trial trial;
    if (!from.exports(WEFT_HANDLE_HOST)) {
        trial.refusal = "the producer " + producer.name() + " leaves nothing in host memory";
    } else if (from.memory) {
        trial = remember(question("read by the host", producer, nullptr), [&]() -> Trial {
            const auto seed = static_cast<std::uint32_t>(tried_.size() * 40503 + 77);
            const auto made = from.memory.begin_trial(WEFT_HANDLE_HOST, kTrialBytes, seed);
            if (!made) {
                return {"a trial failed: " + made.error().message, {}};
            }
            return read(MemorySide(), "the host", made->handle(), seed);
        });
    }
    return tried_.emplace(key, std::move(trial)).first->second;
}

const Trial& EdgeTrials::prove_host(plugin::Backend& consumer) {
    const Key key{nullptr, &consumer, WEFT_HANDLE_HOST};
    if (const auto found = tried_.find(key); found != tried_.end()) {
        return found->second;
    }
    const MemorySide& to = side(consumer);
    Trial trial;
    if (!to.imports(WEFT_HANDLE_HOST)) {
        trial.refusal = "the consumer " + consumer.name() + " does not use it in place" +
                        (to.caps.no_import[0] != 0 ? std::string(": ") + to.caps.no_import : "");
    } else if (to.memory) {
        trial = remember(question("of the host", consumer, nullptr), [&]() -> Trial {
            const auto seed = static_cast<std::uint32_t>(tried_.size() * 40503 + 177);
            return read_pool(to, consumer.name(), seed);
        });
    }
    return tried_.emplace(key, std::move(trial)).first->second;
}

Trial EdgeTrials::attempt(plugin::Backend& producer, plugin::Backend& consumer,
                          std::uint32_t kind) {
    const MemorySide& from = side(producer);
    const MemorySide& to = side(consumer);
    if (std::string refusal = known_refusal(from, producer, to, consumer, kind); !refusal.empty()) {
        return {std::move(refusal), {}};
    }
    if (!from.memory && !to.memory) {
        return {};  // memory of this process, between two that use nothing else
    }
    return remember(question(kind_name(kind), producer, &consumer), [&]() -> Trial {
        // A seed of its own, so that memory left over from another trial does not pass for this
        // one.
        const auto seed = static_cast<std::uint32_t>(tried_.size() * 40503 + kind + 1);
        if (!from.memory) {
            return read_pool(to, consumer.name(), seed);
        }
        const auto made = from.memory.begin_trial(kind, kTrialBytes, seed);
        if (!made) {
            return {"a trial failed: " + made.error().message, {}};
        }
        return read(to, consumer.name(), made->handle(), seed);
    });
}

// The host's own memory, for back ends that have no other.
Trial EdgeTrials::read_pool(const MemorySide& consumer, const std::string& name,
                            std::uint32_t seed) const {
    const auto buffer = pool_.allocate(kTrialBytes, true, false);
    if (!buffer) {
        return {"a trial failed: " + buffer.error().message, {}};
    }
    auto* words = static_cast<std::uint32_t*>(buffer->data);
    for (std::uint64_t i = 0; i < kTrialBytes / 4; ++i) {
        words[i] = word(seed, i);
    }
    weft_view view{};
    view.data = buffer->data;
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid.axis_count = 1;
    handle.grid.channels = 1;
    handle.grid.axes[0].count = kTrialBytes / 4;
    handle.grid.axes[0].step = 1;
    handle.grid.axes[0].stride = 4;
    handle.view = &view;
    handle.memory_fd = buffer->fd;
    handle.memory_size = kTrialBytes;
    Trial trial = read(consumer, name, handle, seed);
    pool_.free(*buffer);
    return trial;
}

// Twice: the first reading may pay for what is made once for a device.
Trial EdgeTrials::read(const MemorySide& consumer, const std::string& name,
                       const weft_handle& handle, std::uint32_t seed) const {
    Trial trial;
    for (int turn = 0; turn < 2; ++turn) {
        const auto begin = std::chrono::steady_clock::now();
        std::uint64_t sum = 0;
        if (consumer.memory) {
            const auto got = consumer.memory.read_trial(handle);
            if (!got) {
                return {"a trial failed: " + got.error().message, {}};
            }
            sum = *got;
        } else {
            const auto* words = static_cast<const std::uint32_t*>(handle.view->data);
            for (std::uint64_t i = 0; i < kTrialBytes / 4; ++i) {
                sum += words[i];
            }
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        if (sum != trial_sum(seed)) {
            return {"a trial failed: " + name + " did not read what was written", {}};
        }
        trial.measured = Measured{took.count(), {}};
    }
    return trial;
}

}  // namespace weft::driver
