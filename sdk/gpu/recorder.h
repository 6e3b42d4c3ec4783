// Puts commands together, with barriers only where a read or a write asks for one.
#pragma once

#include <vector>

#include "gpu/device.h"

namespace weft::gpu {

struct Access {
    std::vector<const Buffer*> reads;
    std::vector<const Buffer*> writes;
};

class Recorder {
public:
    // The launch is cut where a device's limit of groups asks for it; `threads` is how many the
    // launch has on x and y, `group` how wide a group is. `first` is the first on x.
    void launch(const Launch& launch, std::uint64_t threads_x, std::uint64_t threads_y,
                std::uint32_t group, const Access& access, std::uint64_t first = 0);
    void copy(const Slice& from, const Slice& to, std::uint64_t bytes);
    void fill(const Slice& to, std::uint64_t bytes);

    [[nodiscard]] const std::vector<Command>& commands() const { return commands_; }

private:
    void order(const Access& access);

    std::vector<Command> commands_;
    Access open_;  // since the last barrier
};

}  // namespace weft::gpu
