// Where the reference back end keeps numbers: caches of f64, and how it reads what others made.
#pragma once

#include <weft/batch.h>
#include <weft/frame.h>
#include <weft/host.h>

#include <cstdint>
#include <weft/cpp/host.hpp>

namespace weft::plugin::reference {

// The tick counters of a point, by WEFT_TICK_*.
struct Now {
    std::int64_t ticks[2] = {0, 0};
};

// The last N ticks of one cache, in the layout [channel][k][y][x]. Shared by programs that take
// each other's place.
class Cache {
public:
    // `block`: most ticks captured in one call beyond the first.
    [[nodiscard]] static weft_grid laid_out(const weft_grid& wanted, std::uint64_t block);
    Cache(cpp::Host host, const weft_grid& laid_out);

    [[nodiscard]] const weft_grid& grid() const { return grid_; }
    [[nodiscard]] const weft_view& view() const { return view_; }
    // In memory of the host's pool, which any back end can use where it lies.
    [[nodiscard]] void* data() const { return memory_.data(); }
    [[nodiscard]] std::uint64_t bytes() const { return memory_.size(); }
    [[nodiscard]] int fd() const { return memory_.fd(); }
    // The ring axis; nullptr if it has none.
    [[nodiscard]] const weft_axis* ring() const;
    void captured(std::int64_t tick);

private:
    weft_grid grid_;
    weft_view view_{};
    cpp::Memory memory_;
};

// Memory of the program that never moves, as others may hold its address.
struct Reader {
    const weft_grid* grid = nullptr;  // nullptr: ask the getter
    const weft_view* view = nullptr;
    std::uint32_t channel = 0;
    weft_binding binding{};

    [[nodiscard]] double read(const double* coords, std::uint32_t count, const Now& now,
                              const double* fields, const double* params) const;
};

// The index of a grid point for pixel (i, j), number n of a stream, at tick `now`.
void index_of(const weft_grid& grid, std::uint64_t i, std::uint64_t j, std::uint64_t n,
              const Now& now, std::uint64_t* index);

}  // namespace weft::plugin::reference
