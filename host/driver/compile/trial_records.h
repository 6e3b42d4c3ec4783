// What trials found, on disk for the next process. Only what held is kept: what failed may have
// failed for want of something that is there the next time, and is tried again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "disk/cache.h"
#include "plugin/plugin.h"

namespace weft::driver {

// What a trial took.
struct Measured {
    double seconds = 0;
    std::optional<std::int64_t> remembered;  // seconds since 1970; none: this process tried
    bool operator==(const Measured&) const = default;
};

class TrialRecords {
public:
    // What holds while `circumstances` are the same, to the letter. A trial has one record: that of
    // the last circumstances.
    struct Question {
        std::string trial;
        std::string circumstances;
    };

    // "" switches it off.
    explicit TrialRecords(std::string directory) : cache_(std::move(directory), "trial") {}

    [[nodiscard]] std::optional<Measured> find(const Question& question) const;
    void keep(const Question& question, double seconds) const;

private:
    disk::Cache cache_;
};

// A plugin's name, version and build, and its file: another one may behave in another way.
[[nodiscard]] std::string identity_of(const plugin::PluginInfo& plugin);
// This start of this machine: drivers have a part in the kernel, and limits of it.
[[nodiscard]] std::string boot_id();

}  // namespace weft::driver
