// A frame: prepared in a flight, submitted, completed.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "eval/eval.h"
#include "gpu/program_impl.h"

namespace weft::gpu {
namespace {

// Recordings that a flight keeps: for the slots of mirrored caches, targets that take turns.
constexpr std::size_t kMostRecordings = 64;

}  // namespace

// --- Cancellation: the host's word is looked at by whoever waits, the device's word by kernels.

void Flight::set_cancel(std::uint32_t word) noexcept {
    std::atomic_ref(*reinterpret_cast<std::uint32_t*>(cancel.buffer->host + cancel.offset))
        .store(word, std::memory_order_relaxed);
}

bool Flight::cancelled() const noexcept {
    return stop.load(std::memory_order_relaxed) || cpp::is_cancelled(asked);
}

void Flight::poll() noexcept {
    if (cancelled()) set_cancel(1);
}

Outcome Flight::complete(const Outcome& lost) {
    outcome = lost;
    const std::uint32_t word =
        *reinterpret_cast<const std::uint32_t*>(cancel.buffer->host + cancel.offset);
    if (lost.status == WEFT_OK && cancelled()) {
        outcome = {WEFT_CANCELLED, "cancelled"};
    } else if (lost.status == WEFT_OK && word == kStoppedShort) {
        outcome = {WEFT_UNSUPPORTED, program->too_many_turns()};
    }
    if (outcome.status == WEFT_OK) program->finish(*this);
    under_way.store(false, std::memory_order_release);
    return outcome;
}

std::string BatchProgram::too_many_turns() const {
    return "the loops take too many turns: the driver of " + device_.info().name +
           " ends them after " + std::to_string(device_.info().text.longest_loop);
}

void BatchProgram::cancel() noexcept {
    for (const std::unique_ptr<Flight>& flight : flights_) {
        if (!flight->under_way.load(std::memory_order_acquire)) continue;
        flight->stop.store(true, std::memory_order_relaxed);
        flight->set_cancel(1);
    }
}

// --- Preparation

Flight& BatchProgram::free_flight() {
    for (const std::unique_ptr<Flight>& flight : flights_)
        if (!flight->under_way.load(std::memory_order_acquire)) return *flight;
    const auto oldest =
        std::min_element(flights_.begin(), flights_.end(),
                         [](const auto& a, const auto& b) { return a->value < b->value; });
    (void)device_.queue.wait((*oldest)->value);
    return **oldest;
}

void BatchProgram::wait_for_all() {
    if (last_value_ != 0) (void)device_.queue.wait(last_value_);
}

void BatchProgram::set_frame(Flight& flight, const weft_frame& frame) {
    if (frame.sample_count > block_)
        throw cpp::Failure(WEFT_INVALID, "a frame has at most " + std::to_string(block_) +
                                             " samples, " + std::to_string(frame.sample_count) +
                                             " were asked for");
    std::copy_n(frame.fields, fields_.size(), fields_.begin());
    for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
        if (weft_field_is_setting(f)) fields_[f] = settings_[f];
    Numbers& numbers = flight.numbers;
    numbers.fields = fields_.data();
    numbers.uniforms = frame.uniforms;
    numbers.params = frame.params;
    numbers.frame = weft_frame_tick(&frame);
    numbers.sample = numbers.first_sample = frame.first_sample;
    numbers.sample_count = frame.sample_count;
    numbers.capture = frame.capture != 0;
    numbers.deliver = frame.skip_targets == 0;
    flight.asked = frame.cancel;
    flight.stop.store(false, std::memory_order_relaxed);
    flight.set_cancel(flight.cancelled() ? 1 : 0);
    flight.targets.assign(frame.targets, frame.targets + frame.target_count);
}

// Where kernels write what goes to targets: their memory itself, or memory that is copied from.
void BatchProgram::locate_targets(Flight& flight, const weft_frame& frame) {
    Slice* slices = flight.variant.slices.data() + inputs_.size();
    for (const Kernel& kernel : kernels_) {
        if (!runs(kernel, flight.numbers)) continue;
        for (const weft_store& store : kernel.stores) {
            const Output& output = outputs_[store.output];
            const bool asking = output.target == kNoTarget;
            if (output.kind != WEFT_OUTPUT_TARGET || !(flight.numbers.deliver || asking)) continue;
            const bool given =
                output.target < frame.target_count && frame.targets[output.target].data != nullptr;
            std::uint64_t bytes = output.target_bytes;
            if (output.stream)
                bytes += (frame.sample_count - 1) *
                         static_cast<std::uint64_t>(output.grid.axes[0].stride);
            if (given && frame.targets[output.target].size < bytes)
                throw cpp::Failure(WEFT_INVALID, "the target of " + output.name + " has " +
                                                     megabytes(frame.targets[output.target].size) +
                                                     ", " + megabytes(bytes) + " are written");
            Slice& slice = slices[store.output];
            slice = {};
            if (given)
                slice = in_place(static_cast<char*>(frame.targets[output.target].data),
                                 {0, static_cast<std::int64_t>(bytes)}, nullptr);
            flight.copied[store.output] = given && slice.buffer == nullptr;
            if (slice.buffer == nullptr) slice = readback_of(flight, store.output, bytes);
        }
    }
}

// Memory for a target that is not written in place: the host's, also where kernels reach it over a
// bus (docs/decisions/frames-on-accelerators.md). A longer frame makes it larger.
Slice BatchProgram::readback_of(Flight& flight, std::uint32_t output, std::uint64_t bytes) {
    std::shared_ptr<Buffer>& readback = flight.readback[output];
    if (readback == nullptr || readback->size < bytes) {
        const std::string& name = outputs_[output].name;
        const std::string what = "the target of " + (name.empty() ? name_ : name) + " (" +
                                 describe(outputs_[output].grid) + ")";
        std::uint64_t size = outputs_[output].stream ? bytes * 2 : bytes;
        size = (size + kSliceAlignment - 1) / kSliceAlignment * kSliceAlignment;
        flight.recordings.clear();
        readback.reset();
        readback = device_.pool.take(size, Place::readback, {what, Rank::remade});
    }
    return {readback.get(), 0};
}

void BatchProgram::choose_mirrors(Flight& flight) const {
    std::vector<std::uint64_t>& mirrored = flight.variant.mirrored;
    std::fill(mirrored.begin(), mirrored.end(), kNotMirrored);
    if (!flight.numbers.capture) return;
    for (const Kernel& kernel : kernels_) {
        if (!runs(kernel, flight.numbers)) continue;
        for (const weft_store& store : kernel.stores) {
            const Cache* cache = outputs_[store.output].cache.get();
            if (cache == nullptr || cache->mirror() == nullptr) continue;
            const bool slots =
                cache->tick() == WEFT_TICK_FRAME && cache->slot_bytes() % kSliceAlignment == 0;
            mirrored[store.output] =
                slots ? slot_of(cache->grid(), flight.numbers.frame) : kAllMirrored;
        }
    }
}

Recording& BatchProgram::recording(Flight& flight) {
    for (Recording& recording : flight.recordings) {
        if (recording.variant != flight.variant) continue;
        recording.used = turn_;
        return recording;
    }
    if (flight.recordings.size() == kMostRecordings)
        flight.recordings.erase(std::min_element(
            flight.recordings.begin(), flight.recordings.end(),
            [](const Recording& a, const Recording& b) { return a.used < b.used; }));
    flight.recordings.push_back({flight.variant, record(flight), turn_});
    return flight.recordings.back();
}

// --- Execution

// Memory stays where it is from here to the submission.
std::uint64_t BatchProgram::submit(const weft_frame& frame, bool reported, const Order& order) {
    device_.residency.settle(std::llround(frame.fields[WEFT_FIELD_ABSFRAME]));
    return device_.residency.use([&] { return submit_in_place(frame, reported, order); });
}

std::uint64_t BatchProgram::submit_in_place(const weft_frame& frame, bool reported,
                                            const Order& order) {
    if (asks_ && !order.free())
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           name_ + " asks others for values between its kernels: the host waits");
    ++turn_;
    ran_ = device_.residency.next_turn();
    locate_inputs();
    Flight& flight = free_flight();
    set_frame(flight, frame);
    Variant& variant = flight.variant;
    variant.capture = flight.numbers.capture;
    variant.deliver = flight.numbers.deliver;
    variant.samples = frame.sample_count;
    std::fill(flight.copied.begin(), flight.copied.end(), false);
    for (std::size_t i = 0; i < inputs_.size(); ++i) variant.slices[i] = inputs_[i].slice;
    std::fill(variant.slices.begin() + static_cast<std::ptrdiff_t>(inputs_.size()),
              variant.slices.end(), Slice{});
    for (std::size_t o = 0; o < outputs_.size(); ++o)
        if (outputs_[o].cache) variant.slices[inputs_.size() + o] = {&outputs_[o].cache->home(), 0};
    locate_targets(flight, frame);
    choose_mirrors(flight);
    for (const Slice& slice : variant.slices)
        if (slice.buffer != nullptr) slice.buffer->used.store(ran_, std::memory_order_relaxed);
    for (const Kernel& kernel : kernels_)
        if (runs(kernel, flight.numbers))
            write_numbers(kernel, flight.numbers, flight.args->host + kernel.args_offset);
    for (const std::unique_ptr<Gather>& gather : gathers_) {
        flight.numbers.point_count = gather->count;
        write_gather_numbers(gather->text, outputs_[gather->output].grid, flight.numbers,
                             gather->args[flight.number]->host);
    }
    const Recording& recorded = recording(flight);
    if (asks_) run_parts(recorded, flight);
    flight.under_way.store(true, std::memory_order_release);
    try {
        flight.value = device_.queue.submit(*recorded.parts.back(), &flight, reported, order);
    } catch (...) {
        flight.under_way.store(false, std::memory_order_release);
        throw;
    }
    last_value_ = flight.value;
    last_flight_ = flight.number;
    return flight.value;
}

void BatchProgram::execute(const weft_frame& frame) {
    (void)device_.queue.wait(submit(frame, false));
    const Outcome& outcome = flights_[last_flight_]->outcome;
    if (outcome.status != WEFT_OK) throw cpp::Failure(outcome.status, outcome.message);
}

// --- Completion, on the thread that waited

void BatchProgram::finish(Flight& flight) {
    deliver(flight);
    for (const std::unique_ptr<Gather>& gather : gathers_) {
        std::memcpy(gather->values.data(), gather->results[flight.number]->host,
                    gather->count * sizeof(double));
        counters_.gathered += gather->count * sizeof(double);
    }
    const Numbers& numbers = flight.numbers;
    for (const Kernel& kernel : kernels_) {
        if (!numbers.capture || !runs(kernel, numbers)) continue;
        const std::int64_t sample =
            kernel.domain == WEFT_DOMAIN_STREAM
                ? numbers.first_sample + static_cast<std::int64_t>(numbers.sample_count) - 1
                : numbers.sample;
        for (const weft_store& store : kernel.stores)
            if (Cache* cache = outputs_[store.output].cache.get())
                cache->captured(cache->tick() == WEFT_TICK_SAMPLE ? sample : numbers.frame);
    }
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
        const std::uint64_t slot = flight.variant.mirrored[o];
        if (slot != kNotMirrored)
            counters_.mirrored +=
                slot == kAllMirrored
                    ? outputs_[o].cache->bytes()
                    : outputs_[o].cache->slot_bytes() * std::max(1u, outputs_[o].grid.channels);
    }
    ++counters_.frames;
}

void BatchProgram::deliver(Flight& flight) {
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
        if (!flight.copied[o]) continue;
        const Output& output = outputs_[o];
        char* to = static_cast<char*>(flight.targets[output.target].data);
        const std::uint64_t samples = output.stream ? flight.numbers.sample_count : 1;
        for (const Piece& piece : output.pieces) {
            std::memcpy(to + piece.offset, flight.readback[o]->host + piece.offset,
                        piece.bytes * samples);
            counters_.delivered += piece.bytes * samples;
        }
    }
}

}  // namespace weft::gpu
