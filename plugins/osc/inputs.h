// What a program listens for: from messages to numbers for its inputs. On the network's thread.
#pragma once

#include <weft/control.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "clocks.h"
#include "counters.h"
#include "packet.h"

namespace weft::osc {

class Inputs {
public:
    struct Input {
        std::string address;    // may be a pattern
        uint32_t listener = 0;  // the one it hears; kGeneral: those that were given to all
        uint32_t output_count = 0;
    };
    static constexpr uint32_t kGeneral = 0xffffffffu;

    // `host` and `counters` outlive it.
    Inputs(std::vector<Input> inputs, const weft_control_host& host, Counters& counters);

    // A packet that came in at the session's listener of this number, which may be a general one;
    // the host hears of it with the next `deliver`, all of it at once. Of what came for one output
    // and one time only the newest is kept, so a storm is no more than what there is to set.
    void take(const Packet& packet, uint32_t listener, bool general);
    void deliver();

private:
    void put(const weft_control_event& event);
    // Which inputs a message's address reaches.
    [[nodiscard]] const std::vector<uint32_t>& reached(std::string_view address);
    void tell_heard(const Message& message, const Number* numbers) const;

    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };

    std::vector<Input> inputs_;
    const weft_control_host& host_;
    Counters& counters_;
    // Addresses seen before. Emptied when it is full: who sends ever new addresses finds nothing
    // that grows.
    std::unordered_map<std::string, std::vector<uint32_t>, Hash, std::equal_to<>> known_;
    std::vector<weft_control_event> events_;
    std::vector<uint32_t> first_output_;  // by input: its first one's place in newest_
    std::vector<uint32_t> newest_;        // by output: in events_, if it has one there
};

}  // namespace weft::osc
