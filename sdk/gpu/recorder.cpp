#include "gpu/recorder.h"

#include <algorithm>

namespace weft::gpu {
namespace {

// Groups on one axis that every device takes.
constexpr std::uint64_t kMostGroups = 65535;

bool meet(const std::vector<const Buffer*>& a, const std::vector<const Buffer*>& b) {
    return std::any_of(a.begin(), a.end(), [&](const Buffer* buffer) {
        return std::find(b.begin(), b.end(), buffer) != b.end();
    });
}

}  // namespace

void Recorder::order(const Access& access) {
    if (meet(access.reads, open_.writes) || meet(access.writes, open_.writes) ||
        meet(access.writes, open_.reads)) {
        commands_.emplace_back();
        open_ = {};
    }
    open_.reads.insert(open_.reads.end(), access.reads.begin(), access.reads.end());
    open_.writes.insert(open_.writes.end(), access.writes.begin(), access.writes.end());
}

void Recorder::launch(const Launch& launch, std::uint64_t threads_x, std::uint64_t threads_y,
                      std::uint32_t group, const Access& access, std::uint64_t first) {
    if (threads_x == 0 || threads_y == 0) return;
    order(access);
    const std::uint64_t most_x = kMostGroups * group;
    for (std::uint64_t y = 0; y < threads_y; y += kMostGroups) {
        for (std::uint64_t x = first; x < threads_x; x += most_x) {
            Command& command = commands_.emplace_back();
            command.kind = Command::Kind::launch;
            command.launch = launch;
            const std::uint64_t width = std::min(threads_x - x, most_x);
            command.launch.groups = {
                static_cast<std::uint32_t>((width + group - 1) / group),
                static_cast<std::uint32_t>(std::min(threads_y - y, kMostGroups))};
            command.launch.constants = {
                static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y),
                static_cast<std::uint32_t>(threads_x), static_cast<std::uint32_t>(threads_y)};
        }
    }
}

void Recorder::copy(const Slice& from, const Slice& to, std::uint64_t bytes) {
    order({{from.buffer}, {to.buffer}});
    Command& command = commands_.emplace_back();
    command.kind = Command::Kind::copy;
    command.from = from;
    command.to = to;
    command.bytes = bytes;
}

void Recorder::fill(const Slice& to, std::uint64_t bytes) {
    order({{}, {to.buffer}});
    Command& command = commands_.emplace_back();
    command.kind = Command::Kind::fill;
    command.to = to;
    command.bytes = bytes;
}

}  // namespace weft::gpu
