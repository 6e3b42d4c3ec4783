// A device of paper: its work is done when somebody waits for it, copies only. Thread safe.
#pragma once

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "gpu/device.h"

namespace weft::gpu {

inline constexpr std::uint64_t kKilo = 1024;
inline constexpr std::uint64_t kDevice = 1024 * kKilo;

struct Paper final : Buffer {
    Paper(std::uint64_t bytes, bool seen, std::atomic<std::uint64_t>* account)
        : data(bytes), account_(account) {
        size = bytes;
        if (seen) host = data.data();
        if (account_ != nullptr) *account_ += size;
    }
    ~Paper() override {
        if (account_ != nullptr) *account_ -= size;
    }
    void set_priority(float to) override { priority = to; }
    std::vector<char> data;
    float priority = -1;

private:
    std::atomic<std::uint64_t>* account_;
};

struct PaperWork final : Work {
    std::vector<Command> commands;
};

class PaperDevice : public Device {
public:
    PaperDevice() {
        info_.name = "paper";
        info_.memory = kDevice;
    }
    [[nodiscard]] const DeviceInfo& info() const override { return info_; }
    [[nodiscard]] std::unique_ptr<Buffer> allocate(std::uint64_t size, Place place) override {
        const bool own = counts(place);
        if (own && refused > 0) {
            --refused;
            throw cpp::Failure(WEFT_UNAVAILABLE, "torn");
        }
        return std::make_unique<Paper>(size, place != Place::device, own ? &used : nullptr);
    }
    [[nodiscard]] std::unique_ptr<Buffer> import_host(void*, std::uint64_t) override {
        throw cpp::Failure(WEFT_UNSUPPORTED, "paper");
    }
    [[nodiscard]] std::unique_ptr<Buffer> import_fd(int, std::uint64_t) override {
        throw cpp::Failure(WEFT_UNSUPPORTED, "paper");
    }
    [[nodiscard]] std::shared_ptr<const Pipeline> build(const BuildRequest&) override {
        throw cpp::Failure(WEFT_UNSUPPORTED, "paper");
    }
    [[nodiscard]] std::unique_ptr<Work> record(const std::vector<Command>& commands) override {
        auto work = std::make_unique<PaperWork>();
        work->commands = commands;
        return work;
    }
    using Device::submit;
    std::uint64_t submit(Work& work, const Order&) override {
        const std::lock_guard lock(mutex_);
        queued_.push_back(&static_cast<PaperWork&>(work));
        return ++last_;
    }
    [[nodiscard]] bool wait(std::uint64_t value, std::uint64_t) override {
        const std::lock_guard lock(mutex_);
        for (; done_ < value; ++done_) run(*queued_[done_]);
        return true;
    }
    [[nodiscard]] Budget budget() const override { return {used, info_.memory}; }
    [[nodiscard]] bool counts(Place place) const {
        return info_.unified || place == Place::device || place == Place::exported;
    }
    [[nodiscard]] std::uint64_t waiting() const { return last_ - done_; }

    std::atomic<std::uint64_t> used{0};
    int refused = 0;

private:
    static void run(const PaperWork& work) {
        for (const Command& command : work.commands) {
            if (command.kind != Command::Kind::copy) continue;
            std::memcpy(static_cast<Paper*>(command.to.buffer)->data.data() + command.to.offset,
                        static_cast<Paper*>(command.from.buffer)->data.data() + command.from.offset,
                        command.bytes);
        }
    }
    DeviceInfo info_;
    std::mutex mutex_;
    std::vector<PaperWork*> queued_;
    std::uint64_t last_ = 0;
    std::uint64_t done_ = 0;
};

}  // namespace weft::gpu
