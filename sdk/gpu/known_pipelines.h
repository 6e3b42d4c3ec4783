// The pipelines of a device in memory: those that somebody uses, and the last used ones although
// nobody does, which a reload may bring back.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

namespace weft::gpu {

// Thread safe.
template <class Pipeline>
class KnownPipelines {
public:
    explicit KnownPipelines(std::size_t most_kept) : most_kept_(most_kept) {}

    // The one that `same` holds for, or null. A whole text is to decide, not a hash of it.
    template <class Same>
    [[nodiscard]] std::shared_ptr<const Pipeline> find(const Same& same) {
        const std::lock_guard lock(mutex_);
        for (auto known = known_.begin(); known != known_.end();) {
            std::shared_ptr<const Pipeline> pipeline = known->pipeline.lock();
            if (pipeline == nullptr) {
                known = known_.erase(known);
            } else if (!same(*pipeline)) {
                ++known;
            } else {
                known_.erase(known);
                put_first(pipeline);
                return pipeline;
            }
        }
        return nullptr;
    }

    void add(const std::shared_ptr<const Pipeline>& pipeline) {
        const std::lock_guard lock(mutex_);
        put_first(pipeline);
    }

private:
    struct Known {
        std::weak_ptr<const Pipeline> pipeline;
        std::shared_ptr<const Pipeline> kept;
    };

    void put_first(const std::shared_ptr<const Pipeline>& pipeline) {
        known_.push_front({pipeline, pipeline});
        if (known_.size() > most_kept_) std::next(known_.begin(), most_kept_)->kept.reset();
    }

    const std::size_t most_kept_;
    std::mutex mutex_;
    std::list<Known> known_;  // the last used first
};

}  // namespace weft::gpu
