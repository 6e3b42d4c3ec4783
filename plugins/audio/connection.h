// One device, opened and started: from a wish to blocks in a Carrier. All of it within run_within.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "carrier.h"
#include "devices.h"

namespace weft::audio {

// weft_audio_wish, owned.
struct Wish {
    explicit Wish(const weft_audio_wish& wish);

    std::uint64_t block = 0;
    double rate = 0;
    std::string output;
    std::string input;
    std::uint32_t outputs = 0;
    std::uint32_t inputs = 0;
    std::vector<std::uint32_t> output_map;  // as long as there are channels
    std::vector<std::uint32_t> input_map;
    std::string client;
    bool later = false;  // it is no error that there is no device yet
};

class Connection {
public:
    // Throws when there is no such device or it refuses. `carrier` outlives the connection.
    Connection(const Wish& wish, Carrier& carrier, bool resumed);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    // "API: name" of the devices; "" where there is none.
    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] const std::string& input() const { return input_; }
    [[nodiscard]] bool on_jack() const { return on_jack_; }
    [[nodiscard]] double rate() const { return rate_; }
    // What was wished for and is not as wished, a line each.
    [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

private:
    void start(const Wish& wish, Carrier& carrier, const Device* output, const Device* input,
               bool resumed);

    Library library_;
    void* stream_ = nullptr;
    std::string output_;
    std::string input_;
    bool on_jack_ = false;
    double rate_ = 0;
    std::vector<std::string> notes_;
};

}  // namespace weft::audio
