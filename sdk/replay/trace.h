// A trace, read and found to be sound: every record can be read, every call is one that there is,
// and what a plugin would be given makes sense. Bytes from outside: nothing of them is believed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/trace_calls.h"

namespace weft::replay {

// The number of every row of calls.def, by "weft_host_log".
enum Row : std::uint16_t {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) \
    row_##table##_##function = number,
#define WEFT_CALLBACK(number, name, side, threads, state, tags, since) row_##name = number,
#include <weft/calls.def>
};
// "weft_async_api.submit"; "" for a number that has no row.
[[nodiscard]] std::string_view row_name(std::uint16_t row);
// Whether a plugin calls it.
[[nodiscard]] bool is_host_call(std::uint16_t row);

struct Record {
    Kind kind{};
    std::string_view payload;
};

struct Call {
    CallHead head;
    std::string_view arguments;
    std::size_t begin = 0;  // its record
    std::size_t end = 0;    // that of its answer; 0: there is none, the process ended in it
};

class Trace {
public:
    // Nothing with a reason in `why`. The trace owns the bytes.
    [[nodiscard]] static std::optional<Trace> read(std::string bytes, std::string& why);

    [[nodiscard]] const std::vector<Record>& records() const { return records_; }
    [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }  // as they began
    [[nodiscard]] const std::map<std::uint32_t, GuestRecord>& guests() const { return guests_; }
    // Of a record of that kind, which was found to be good. What it points to is in `arena`.
    template <class T>
    [[nodiscard]] static T parse(std::string_view payload, Arena& arena) {
        In in(payload, arena);
        T value;
        io(in, value);
        return value;
    }

private:
    [[nodiscard]] std::string take(Kind kind, std::string_view payload);

    std::unique_ptr<std::string> bytes_;
    std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();  // of guests_
    std::vector<Record> records_;
    std::vector<Call> calls_;
    std::map<std::uint64_t, std::size_t> open_;  // calls without an answer yet, by id
    std::map<std::uint32_t, GuestRecord> guests_;
};

// What is wrong with what a plugin would be given; "": nothing.
[[nodiscard]] std::string wrong_with(const weft_batch& batch);
[[nodiscard]] std::string wrong_with(const weft_points& points);
[[nodiscard]] std::string wrong_with(const PictureCall& call);
[[nodiscard]] std::string wrong_with(const weft_audio_wish& wish);

}  // namespace weft::replay
