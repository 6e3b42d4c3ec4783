// The host's wish, read: which addresses, which places, how often. Nothing is opened yet.
#pragma once

#include <weft/control.h>

#include <optional>
#include <string>
#include <vector>

#include "place.h"
#include "result.h"

namespace weft::osc {

struct InputWish {
    std::string node;
    weft_span span;
    std::string address;         // may be a pattern
    std::optional<Place> place;  // `port:`; none: where all listen
    uint32_t output_count = 0;
};

struct SinkWish {
    weft_span span;
    std::string address;
    Place to;
    uint32_t value_count = 0;
    double rate = 0;  // messages a second; 0: every frame
    bool always = false;
};

struct Wish {
    std::vector<InputWish> inputs;
    std::vector<SinkWish> sinks;
    std::vector<Place> listen;  // where inputs without a place of their own hear
};

[[nodiscard]] Result<Wish> read_wish(const weft_control_wish& wish);

}  // namespace weft::osc
