// One side that reads live inputs: the frames or the blocks. What was posted reaches it by a slot,
// what waits for its time by a queue, so that it holds on time even when nobody posts. Internal to
// Inputs.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "runtime/due_events.h"
#include "runtime/inputs.h"
#include "runtime/slot.h"

namespace weft::runtime {

struct InputValue {
    double value = 0;
    double time = -std::numeric_limits<double>::infinity();  // from which it holds; never posted
};

struct InputSheet {
    std::vector<InputValue> values;
    std::optional<Tempo> tempo;
    std::uint64_t changes = 0;  // of values, since the beginning (ChangeLog)
};

// Which values changed last, so that a copy of a sheet that lags behind is brought up to date by as
// many steps as there were changes, not by as many as there are values.
class ChangeLog {
public:
    explicit ChangeLog(std::size_t values) : newest_(std::bit_ceil(values + 1)) {}

    void changed(InputSheet& sheet, sema::ParamId param) {
        newest_[sheet.changes++ & (newest_.size() - 1)] = param;
    }
    void all_changed(InputSheet& sheet) { sheet.changes += newest_.size() + 1; }
    void bring(InputSheet& copy, const InputSheet& sheet) const;

private:
    std::vector<sema::ParamId> newest_;  // a ring
};

class InputReader {
public:
    InputReader(const InputSheet& initial, std::size_t capacity);

    // [whoever serves posts] What is handed over is seen together with the next publish().
    bool hand(const DueEvent& event);
    void publish(const InputSheet& sheet, const ChangeLog& log);

    // [the reader] Brings the values to what holds at `now`.
    void take(double now);
    [[nodiscard]] const std::vector<InputValue>& values() const { return values_; }
    [[nodiscard]] const std::optional<Tempo>& tempo() const { return slot_.value().tempo; }

private:
    void set(const DueEvent& event);

    Slot<InputSheet> slot_;
    std::vector<DueEvent> queue_;  // from server to reader, a ring
    std::uint64_t written_ = 0;    // by the server, not yet shown
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::atomic<std::uint64_t> head_{0};

    std::vector<InputValue> values_;
    std::vector<DueEvent> waiting_;  // a heap, the next one first
    std::size_t capacity_;
};

}  // namespace weft::runtime
