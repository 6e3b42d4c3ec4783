#include "runtime/inputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>
#include <unordered_map>

#include "runtime/batch_queue.h"
#include "runtime/due_events.h"
#include "runtime/input_reader.h"

namespace weft::runtime {
namespace {

constexpr std::size_t kQueue = 16384;   // events between two turns of whoever serves
constexpr std::size_t kBatch = kQueue;  // more in one call may appear in several snapshots
// Events are handed to readers as long before they are due, in seconds: a picture may be late by so
// much before sound would miss one.
constexpr double kAhead = 10;

// What travels: an event with the time at which it came, or tempo.
struct Posted {
    InputEvent event;
    double came = 0;
    bool is_tempo = false;
    bool playing = false;
    double bpm = 0;
};

}  // namespace

// The posters' side. One thread at a time serves what all have posted.
class Inputs::Desk {
public:
    Desk(const sema::Program& program, const ir::LiveParams& live, double (*clock)())
        : clock_(clock),
          live_(live),
          sheet_(first_sheet(program)),
          log_(sheet_.values.size()),
          waiting_(kMaxDue),
          count_(std::max<std::size_t>(live.count, program.params.size())),
          frames_(sheet_, kMaxDue),
          blocks_(sheet_, kMaxDue),
          numbers_(count_),
          before_(live.smooth.size()) {
        for (const sema::Param& param : program.params) keys_.push_back(param.key);
        still_bpm_ = program.settings[WEFT_FIELD_BPM];
        for (std::size_t i = 0; i < sheet_.values.size(); ++i) numbers_[i] = sheet_.values[i].value;
    }

    void post(const InputEvent* events, std::size_t count) {
        const double came = clock_();
        Posted batch[64];
        std::vector<Posted> long_batch;
        while (count > 0) {
            const std::size_t now = std::min(count, kBatch);
            Posted* items = batch;
            if (now > std::size(batch)) {
                long_batch.resize(now);
                items = long_batch.data();
            }
            for (std::size_t i = 0; i < now; ++i) items[i] = {events[i], came, false, false, 0};
            send(items, now);
            events += now;
            count -= now;
        }
    }

    void tempo(const Tempo& tempo) {
        const Posted one{{sema::kNone, tempo.beat, tempo.time}, 0, true, tempo.playing, tempo.bpm};
        send(&one, 1);
    }

    const double* frame(double now, double abstime) {
        serve();  // what found no room with a reader may have it now
        frames_.take(now);
        fill(frames_, now, abstime, numbers_);
        return numbers_.data();
    }

    void block(const BlockTime& time, std::span<double> params) {
        blocks_.take(time.now);
        fill(blocks_, time.now, time.abstime, params);
        for (std::size_t i = 0; i < live_.smooth.size(); ++i) {
            const ir::LiveParams::Smooth& one = live_.smooth[i];
            const double value = params[one.param];
            const double before = started_ ? before_[i] : value;
            before_[i] = value;
            if (before == value || time.count == 0) continue;
            params[one.param] = before;
            params[one.slope] = (value - before) / static_cast<double>(time.count);
            params[one.first] = static_cast<double>(time.first);
        }
        if (live_.first != sema::kNone) params[live_.first] = static_cast<double>(time.first);
        started_ = true;
    }

    void follow(const Desk& before) noexcept {
        if (before.before_.size() != before_.size()) return;
        std::copy(before.before_.begin(), before.before_.end(), before_.begin());
        started_ = before.started_;
    }

    std::size_t count() const { return count_; }

    void adopt(Desk& from) {
        std::unordered_map<std::string_view, InputValue> values;
        std::unordered_multimap<std::string_view, DueEvent> waiting;
        std::optional<Tempo> tempo;
        from.alone([&] {
            for (std::size_t i = 0; i < from.keys_.size(); ++i)
                values.emplace(from.keys_[i], from.sheet_.values[i]);
            from.waiting_.for_each(
                [&](const DueEvent& event) { waiting.emplace(from.keys_[event.param], event); });
            tempo = from.sheet_.tempo;
        });
        alone([&] {
            if (tempo && (!sheet_.tempo || tempo->time >= sheet_.tempo->time)) sheet_.tempo = tempo;
            for (sema::ParamId id = 0; id < keys_.size(); ++id) {
                const auto found = values.find(keys_[id]);
                if (found != values.end() && found->second.time >= sheet_.values[id].time &&
                    !std::isinf(found->second.time))
                    sheet_.values[id] = found->second;
                const auto [first, last] = waiting.equal_range(keys_[id]);
                for (auto event = first; event != last; ++event)
                    if (!waiting_.has(id, event->second.due))
                        wait({event->second.due, 0, event->second.value, id});
            }
            log_.all_changed(sheet_);
            changed_ = true;
        });
    }

    void read(std::vector<double>& values, std::vector<bool>* touched) {
        alone([&] {
            values.resize(sheet_.values.size());
            if (touched != nullptr) touched->resize(sheet_.values.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] = sheet_.values[i].value;
                if (touched != nullptr) (*touched)[i] = !std::isinf(sheet_.values[i].time);
            }
        });
    }

    InputCounters counters() const {
        return {posted_.load(std::memory_order_relaxed), late_.load(std::memory_order_relaxed),
                dropped_.load(std::memory_order_relaxed),
                due_later_.load(std::memory_order_relaxed)};
    }

private:
    static InputSheet first_sheet(const sema::Program& program) {
        InputSheet sheet;
        sheet.values.resize(program.params.size());
        for (std::size_t i = 0; i < program.params.size(); ++i)
            sheet.values[i].value = program.params[i].initial;
        return sheet;
    }

    void send(const Posted* items, std::size_t count) {
        posted_.fetch_add(count, std::memory_order_relaxed);
        bool taken = queue_.push(items, count);
        if (!taken) {
            serve();  // makes room, unless another is at it
            taken = queue_.push(items, count);
        }
        if (!taken) dropped_.fetch_add(count, std::memory_order_relaxed);
        serve();
    }

    // Whoever comes first serves all who come meanwhile; nobody waits for him.
    void serve() {
        if (work_.fetch_add(1) == 0) serve_all();
    }
    void serve_all() {
        for (std::uint64_t seen = 1;;) {
            serve_once();
            const std::uint64_t there = work_.fetch_sub(seen);
            if (there == seen) return;
            seen = there - seen;
        }
    }
    // For whoever needs the posters' side to himself and can wait.
    template <class Work>
    void alone(Work work) {
        for (std::uint64_t idle = 0; !work_.compare_exchange_weak(idle, 1); idle = 0)
            std::this_thread::yield();
        serve_once();
        work();
        serve_all();
    }

    void serve_once() {
        const double now = clock_();
        queue_.drain([&](const Posted& posted) { apply(posted); });
        waiting_.take_due(now,
                          [&](const DueEvent& event) { set(event.param, event.value, event.due); });
        for (std::size_t i = 0; i < readers_.size(); ++i)
            if (waiting_.hand_over(i, now + kAhead,
                                   [&](const DueEvent& event) { return readers_[i]->hand(event); }))
                changed_ = true;
        due_later_.store(waiting_.size(), std::memory_order_relaxed);
        if (!changed_) return;
        changed_ = false;
        for (InputReader* reader : readers_) reader->publish(sheet_, log_);
    }

    void apply(const Posted& posted) {
        const InputEvent& event = posted.event;
        if (posted.is_tempo) {
            if (!std::isfinite(event.value + event.due + posted.bpm)) return;
            sheet_.tempo = {event.due, event.value, posted.bpm, posted.playing};
            changed_ = true;
            return;
        }
        if (event.param >= sheet_.values.size() || !std::isfinite(event.value)) return;
        if (event.due > posted.came) {
            wait({event.due, 0, event.value, event.param});
        } else {
            if (event.due > 0) late_.fetch_add(1, std::memory_order_relaxed);
            set(event.param, event.value, posted.came);
        }
    }

    void set(sema::ParamId param, double value, double time) {
        InputValue& old = sheet_.values[param];
        if (time < old.time) return;
        old = {value, time};
        log_.changed(sheet_, param);
        changed_ = true;
    }

    void wait(const DueEvent& event) {
        if (!waiting_.add(event)) dropped_.fetch_add(1, std::memory_order_relaxed);
    }

    // The program's own numbers, and the hidden ones as they are where nothing changes.
    void fill(const InputReader& reader, double now, double abstime, std::span<double> to) const {
        const std::vector<InputValue>& values = reader.values();
        for (std::size_t i = 0; i < values.size(); ++i) to[i] = values[i].value;
        for (const ir::LiveParams::Smooth& one : live_.smooth) to[one.slope] = to[one.first] = 0;
        if (live_.first != sema::kNone) to[live_.first] = 0;
        if (live_.tempo == sema::kNone) return;
        double* const tempo = &to[live_.tempo];
        tempo[0] = 0;
        tempo[1] = 0;
        tempo[2] = still_bpm_;
        if (!reader.tempo()) return;
        const Tempo& newest = *reader.tempo();
        const double passed = newest.playing ? now - newest.time : 0;
        tempo[0] = newest.beat + passed * newest.bpm / 60;
        tempo[1] = abstime;
        tempo[2] = newest.playing ? newest.bpm : 0;
    }

    double (*const clock_)();
    const ir::LiveParams live_;
    std::vector<std::string> keys_;
    double still_bpm_ = 120;

    BatchQueue<Posted, kQueue> queue_;
    std::atomic<std::uint64_t> work_{0};  // posts that are not served; the first of them serves

    // whoever serves
    InputSheet sheet_;
    ChangeLog log_;
    DueEvents waiting_;
    bool changed_ = false;

    std::size_t count_;
    InputReader frames_;
    InputReader blocks_;
    const std::array<InputReader*, DueEvents::kReaders> readers_{&frames_, &blocks_};
    std::vector<double> numbers_;  // of the frame
    std::vector<double> before_;   // by smoothed parameter: where the block before ended
    bool started_ = false;

    std::atomic<std::uint64_t> posted_{0};
    std::atomic<std::uint64_t> late_{0};
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<std::uint64_t> due_later_{0};
};

Inputs::Inputs(const sema::Program& program, const ir::LiveParams& live, double (*clock)())
    : desk_(std::make_unique<Desk>(program, live, clock)) {}

Inputs::~Inputs() = default;

void Inputs::post(const InputEvent* events, std::size_t count) {
    desk_->post(events, count);
}

void Inputs::tempo(const Tempo& tempo) {
    desk_->tempo(tempo);
}

const double* Inputs::frame(double now, double abstime) {
    return desk_->frame(now, abstime);
}

void Inputs::block(const BlockTime& time, std::span<double> params) {
    desk_->block(time, params);
}

void Inputs::follow(const Inputs& before) noexcept {
    desk_->follow(*before.desk_);
}

std::size_t Inputs::count() const {
    return desk_->count();
}

void Inputs::adopt(Inputs& from) {
    desk_->adopt(*from.desk_);
}

void Inputs::read(std::vector<double>& values, std::vector<bool>* touched) {
    desk_->read(values, touched);
}

InputCounters Inputs::counters() const {
    return desk_->counters();
}

}  // namespace weft::runtime
