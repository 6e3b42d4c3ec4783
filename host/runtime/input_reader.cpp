#include "runtime/input_reader.h"

#include <algorithm>
#include <functional>

namespace weft::runtime {

void ChangeLog::bring(InputSheet& copy, const InputSheet& sheet) const {
    if (sheet.changes - copy.changes > newest_.size()) {
        copy.values = sheet.values;
    } else {
        for (; copy.changes != sheet.changes; ++copy.changes) {
            const sema::ParamId param = newest_[copy.changes & (newest_.size() - 1)];
            copy.values[param] = sheet.values[param];
        }
    }
    copy.changes = sheet.changes;
    copy.tempo = sheet.tempo;
}

InputReader::InputReader(const InputSheet& initial, std::size_t capacity)
    : slot_(initial), queue_(capacity), values_(initial.values), capacity_(capacity) {
    waiting_.reserve(capacity);
}

bool InputReader::hand(const DueEvent& event) {
    if (written_ - head_.load(std::memory_order_acquire) == queue_.size()) return false;
    queue_[written_ % queue_.size()] = event;
    ++written_;
    return true;
}

void InputReader::publish(const InputSheet& sheet, const ChangeLog& log) {
    tail_.store(written_, std::memory_order_release);
    log.bring(slot_.next(), sheet);
    slot_.publish();
}

void InputReader::set(const DueEvent& event) {
    InputValue& value = values_[event.param];
    if (event.due >= value.time) value = {event.value, event.due};
}

void InputReader::take(double now) {
    // First the queue, which was filled before the slot: a value never comes before an older one.
    std::uint64_t head = head_.load(std::memory_order_relaxed);
    const std::uint64_t tail = tail_.load(std::memory_order_acquire);
    for (; head != tail && waiting_.size() < capacity_; ++head) {
        waiting_.push_back(queue_[head % queue_.size()]);
        std::push_heap(waiting_.begin(), waiting_.end(), std::greater<>());
    }
    head_.store(head, std::memory_order_release);
    if (slot_.take()) {
        const std::vector<InputValue>& newest = slot_.value().values;
        for (std::size_t i = 0; i < values_.size(); ++i)
            if (newest[i].time >= values_[i].time) values_[i] = newest[i];
    }
    while (!waiting_.empty() && waiting_.front().due <= now) {
        set(waiting_.front());
        std::pop_heap(waiting_.begin(), waiting_.end(), std::greater<>());
        waiting_.pop_back();
    }
}

}  // namespace weft::runtime
