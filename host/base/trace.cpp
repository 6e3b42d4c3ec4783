#include "base/trace.h"

#include <cstring>
#include <ctime>
#include <deque>
#include <mutex>
#include <set>

#include <fmt/format.h>

namespace weft::trace {
namespace {

// Turns in which somebody who shares a lane may be done with it.
constexpr int kTurns = 1000;

// Never destroyed: a thread that hangs may still hold a lane when the process ends.
struct Everything {
    std::mutex mutex;
    std::deque<std::unique_ptr<Lane>> lanes;
    std::set<std::string, std::less<>> names;  // nodes stay where they are
};
Everything& everything() {
    static Everything* const all = new Everything;
    return *all;
}

// Of those that have no lane of their own; set before anybody is told that a trace is on.
std::atomic<Lane*> g_others{nullptr};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

const char* name_of(What what) {
    switch (what) {
        case What::frame: return "frame";
        case What::step: return "step";
        case What::source: return "source";
        case What::stage: return "stage";
        case What::wait: return "wait";
        case What::present: return "present";
        case What::between: return "between";
        case What::compile: return "compile";
        case What::block: return "block";
        case What::sound: return "sound";
        case What::work: return "work";
        case What::file: return "file";
        case What::control: return "control";
        case What::event: return "event";
        case What::number: return "number";
    }
    return "";
}

// All of it is touched, so that no page comes only when somebody waits for it.
Lane::Lane(const char* name, std::uint32_t number)
    : name_(name), number_(number), records_(new Record[kRecords]) {
    std::memset(static_cast<void*>(records_.get()), 0, kRecords * sizeof(Record));
}

void Lane::put_shared(const Record& record) noexcept {
    for (int turn = 0; turn < kTurns; ++turn) {
        if (!busy_.test_and_set(std::memory_order_acquire)) {
            put(record);
            busy_.clear(std::memory_order_release);
            return;
        }
    }
    lost_.fetch_add(1, std::memory_order_relaxed);
}

void start() {
    for (Lane* lane : lanes()) {
        lane->drain([](const Record&) {});
    }
    g_on.store(true);
    if (g_others.load() == nullptr) {
        g_others.store(open_lane("others"));
    }
}

void stop() {
    g_on.store(false);
}

std::vector<Lane*> lanes() {
    Everything& all = everything();
    const std::lock_guard lock(all.mutex);
    std::vector<Lane*> result;
    for (const auto& lane : all.lanes) {
        result.push_back(lane.get());
    }
    return result;
}

std::uint64_t now() noexcept {
    timespec time{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_nsec);
}

const char* keep(std::string_view name) {
    if (!on()) {
        return "";
    }
    Everything& all = everything();
    const std::lock_guard lock(all.mutex);
    return all.names.insert(escaped(name)).first->c_str();
}

Lane* open_lane(const char* name) {
    if (!on()) {
        return nullptr;
    }
    Everything& all = everything();
    const std::lock_guard lock(all.mutex);
    for (const auto& lane : all.lanes) {
        if (!lane->open_ && std::string_view(lane->name_) == name) {
            lane->open_ = true;
            return lane.get();
        }
    }
    const auto number = static_cast<std::uint32_t>(all.lanes.size() + 1);
    return all.lanes.emplace_back(std::make_unique<Lane>(name, number)).get();
}

void close_lane(Lane* lane) {
    if (lane == nullptr) {
        return;
    }
    const std::lock_guard lock(everything().mutex);
    lane->open_ = false;
}

void Span::begin(What what, const char* name, std::int64_t number) noexcept {
    lane_ = t_lane;
    if (lane_ != nullptr) {
        record_.name = name;
        record_.number = number;
        record_.what = what;
        record_.kind = Kind::span;
        record_.begin = now();
    }
}

void Span::end() noexcept {
    record_.length = now() - record_.begin;
    lane_->put(record_);
}

namespace {

void put(const Record& record) noexcept {
    if (Lane* const lane = t_lane; lane != nullptr) {
        lane->put(record);
    } else if (Lane* const others = g_others.load(std::memory_order_relaxed)) {
        others->put_shared(record);
    }
}

}  // namespace

void put_instant(What what, const char* name, std::int64_t number) noexcept {
    Record record{};
    record.begin = now();
    record.name = name;
    record.number = number;
    record.what = what;
    record.kind = Kind::instant;
    put(record);
}

void put_counter(const char* name, double value) noexcept {
    Record record{};
    record.begin = now();
    record.value = value;
    record.name = name;
    record.number = kNoNumber;
    record.what = What::number;
    record.kind = Kind::counter;
    put(record);
}

}  // namespace weft::trace
