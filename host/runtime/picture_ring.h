// The newest pictures of a film or a camera, kept for sound that scans them in place. Its source
// has one picture in memory, which the next one is written over; here each has a slot of its own,
// which stands as long as the tick gate keeps frames from it (tick_gate.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include <weft/grid.h>

#include "base/result.h"
#include "runtime/memory_pool.h"
#include "runtime/tick_gate.h"

namespace weft::runtime {

class PictureRing {
public:
    // Of a source's picture (WEFT_HANDLE_HOST, whose axis number `time` has one point), which
    // outlives the ring. Zeroed, every page there. `pool` outlives the ring too.
    [[nodiscard]] static Result<std::unique_ptr<PictureRing>> make(MemoryPool& pool,
                                                                   const weft_handle& of,
                                                                   std::uint32_t time);
    ~PictureRing();
    PictureRing(const PictureRing&) = delete;
    PictureRing& operator=(const PictureRing&) = delete;

    // The picture that the source shows now is that of frame tick `tick` (weft_frame_tick), which
    // the gate has let write. What has not changed since is not copied again. [frame-thread]
    void keep(std::int64_t tick) noexcept;
    // The source shows nothing that one should read: `tick` has the picture that was kept last.
    // [frame-thread]
    void repeat(std::int64_t tick) noexcept;

    // WEFT_HANDLE_HOST: the source's grid with a RING axis of one tick for its time, as if it were
    // a cache of a frame. Valid as long as the ring.
    [[nodiscard]] const weft_handle& handle() const { return handle_; }

private:
    static constexpr std::size_t kSlots = 1 + TickGate::kSpare;

    // Where the numbers of a grid are, in bytes from those of its first point.
    struct Extent {
        std::int64_t begin = 0;
        std::int64_t end = 0;
        [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end - begin); }
    };
    static Extent extent_of(const weft_grid& grid);
    PictureRing(MemoryPool& pool, const Buffer& memory, const weft_handle& of, std::uint32_t time,
                const Extent& extent, std::size_t slot_bytes);
    [[nodiscard]] char* slot(std::size_t number) const;
    void put(std::int64_t tick, const char* from, std::uint64_t generation) noexcept;

    MemoryPool& pool_;
    Buffer memory_;
    const weft_view* source_;
    Extent extent_;
    std::size_t slot_bytes_;
    std::uint32_t time_;                             // axis
    std::array<std::uint64_t, kSlots> generations_;  // of what is in each slot
    std::size_t newest_ = 0;                         // slot
    weft_view view_{};
    weft_handle handle_{};
};

}  // namespace weft::runtime
