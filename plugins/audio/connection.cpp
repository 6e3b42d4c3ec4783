#include "connection.h"

#include <pa_linux_alsa.h>
#include <portaudio.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <weft/cpp/text.hpp>

namespace weft::audio {
namespace {

using cpp::Failure;

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

std::string why(PaError error) {
    if (error != paUnanticipatedHostError) return Pa_GetErrorText(error);
    const PaHostErrorInfo* info = Pa_GetLastHostErrorInfo();
    return info && info->errorText && *info->errorText ? info->errorText : Pa_GetErrorText(error);
}

// By channel of the program the device's; kNowhere for those that it lacks. How many are lacking.
std::uint32_t wire_channels(const std::vector<std::uint32_t>& map, std::uint32_t available,
                            std::array<std::uint32_t, kMostChannels>& wires, std::uint32_t& used) {
    std::uint32_t lacking = 0;
    used = 0;
    for (std::size_t c = 0; c < map.size(); ++c) {
        const bool there = map[c] < available;
        wires[c] = there ? map[c] : kNowhere;
        if (there)
            used = std::max(used, map[c] + 1);
        else
            ++lacking;
    }
    return lacking;
}

PaStreamParameters parameters(const Device& device, std::uint32_t channels, double latency) {
    PaStreamParameters wanted{};
    wanted.device = device.index;
    wanted.channelCount = static_cast<int>(channels);
    wanted.sampleFormat = paFloat32 | paNonInterleaved;
    wanted.suggestedLatency = latency;
    return wanted;
}

// The usual rates that the device takes, and its own.
std::string offered(const PaStreamParameters* input, const PaStreamParameters* output,
                    double own_rate) {
    std::vector<double> rates = {8000,  11025, 16000, 22050,  24000,  32000, 44100,
                                 48000, 88200, 96000, 176400, 192000, 384000};
    rates.push_back(own_rate);
    std::sort(rates.begin(), rates.end());
    rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
    std::string text;
    for (const double rate : rates)
        if (Pa_IsFormatSupported(input, output, rate) == paFormatIsSupported)
            text += (text.empty() ? "" : ", ") + number(rate);
    return text.empty() ? "nothing that we know" : text;
}

std::vector<std::uint32_t> map_of(const std::uint32_t* map, std::uint32_t count) {
    std::vector<std::uint32_t> result(count);
    for (std::uint32_t c = 0; c < count; ++c) result[c] = map ? map[c] : c;
    return result;
}

bool repeats(std::vector<std::uint32_t> map) {
    std::sort(map.begin(), map.end());
    return std::adjacent_find(map.begin(), map.end()) != map.end();
}

}  // namespace

Wish::Wish(const weft_audio_wish& wish)
    : block(wish.block),
      rate(wish.rate),
      output(cpp::view(wish.output)),
      input(cpp::view(wish.input)),
      outputs(wish.output_channels),
      inputs(wish.input_channels),
      client(cpp::view(wish.client)),
      later(WEFT_HAS(&wish, weft_audio_wish, flags) && (wish.flags & WEFT_AUDIO_LATER) != 0) {
    if (outputs > kMostChannels || inputs > kMostChannels)
        throw Failure(WEFT_UNSUPPORTED,
                      "more than " + std::to_string(kMostChannels) + " channels of sound");
    if (outputs + inputs == 0) throw Failure(WEFT_INVALID, "neither output nor input is wanted");
    if (!std::isfinite(rate) || rate < 0) throw Failure(WEFT_INVALID, "no rate: " + number(rate));
    if (later && rate == 0)
        throw Failure(WEFT_INVALID, "a device that may come later needs a rate");
    output_map = map_of(wish.output_map, outputs);
    input_map = map_of(wish.input_map, inputs);
    if (repeats(output_map))
        throw Failure(WEFT_INVALID, "two channels of sound go to one channel of the device");
}

Connection::Connection(const Wish& wish, Carrier& carrier, bool resumed) : library_(wish.client) {
    const std::vector<Device> devices = Library::devices();
    if (devices.empty()) throw Failure(WEFT_UNAVAILABLE, std::string(kNoDevice));
    // One stream is on one host API: a device that is named draws the other to its side.
    std::optional<Device> output;
    std::optional<Device> input;
    if (wish.inputs > 0 && !wish.input.empty()) {
        input = choose(devices, wish.input, Direction::input);
        if (wish.outputs > 0) output = choose(devices, wish.output, Direction::output, input->api);
    } else {
        if (wish.outputs > 0) output = choose(devices, wish.output, Direction::output);
        // Who names a device means all of it.
        if (wish.inputs > 0 && output && !wish.output.empty() && output->inputs > 0)
            input = output;
        else if (wish.inputs > 0)
            input = choose(devices, "", Direction::input, output ? output->api : "");
    }
    // What is one server's has one clock; two cards have two, and would run apart.
    if (output && input && output->full_name() != input->full_name() &&
        (output->api != input->api || output->api != "JACK"))
        throw Failure(WEFT_UNSUPPORTED, "'" + output->full_name() + "' and '" + input->full_name() +
                                            "' have a clock each: they are two streams");
    if (!output && !input)
        throw Failure(WEFT_UNAVAILABLE, wish.outputs > 0 ? "no sound device has an output"
                                                         : "no sound device has an input");
    if (wish.outputs > 0 && !output)
        notes_.push_back("no sound device for output: nothing is heard");
    if (wish.inputs > 0 && !input)
        notes_.push_back("no sound device for input: what it would hear is silence");
    start(wish, carrier, output ? &*output : nullptr, input ? &*input : nullptr, resumed);
}

void Connection::start(const Wish& wish, Carrier& carrier, const Device* output,
                       const Device* input, bool resumed) {
    Wiring wiring;
    wiring.outputs = wish.outputs;
    wiring.inputs = wish.inputs;
    wiring.output_map.fill(kNowhere);
    wiring.input_map.fill(kNowhere);
    const auto lacks = [&](const Device& device, std::uint32_t lacking, const char* what) {
        if (lacking > 0)
            notes_.push_back(device.full_name() + " lacks " + std::to_string(lacking) + " of the " +
                             what);
    };
    PaStreamParameters to{};
    PaStreamParameters from{};
    if (output) {
        lacks(*output,
              wire_channels(wish.output_map, std::min(output->outputs, kMostChannels),
                            wiring.output_map, wiring.device_outputs),
              "channels played: they are dropped");
        to = parameters(*output, wiring.device_outputs, output->output_latency);
    }
    if (input) {
        lacks(*input,
              wire_channels(wish.input_map, std::min(input->inputs, kMostChannels),
                            wiring.input_map, wiring.device_inputs),
              "channels heard: they are silent");
        from = parameters(*input, wiring.device_inputs, input->input_latency);
    }
    const PaStreamParameters* out = wiring.device_outputs > 0 ? &to : nullptr;
    const PaStreamParameters* in = wiring.device_inputs > 0 ? &from : nullptr;
    if (!out && !in)
        throw Failure(WEFT_INVALID, "none of the channels wished for is one of the device's");

    const Device& main = output ? *output : *input;
    const std::string device = main.full_name();
    if (output) output_ = output->full_name();
    if (input) input_ = input->full_name();
    on_jack_ = main.api == "JACK";
    rate_ = wish.rate > 0 ? wish.rate : main.rate;
    // JACK's would take one that is off by one.
    const bool rate_fits = !on_jack_ || std::abs(rate_ - main.rate) < 1e-3;
    const PaError fits = Pa_IsFormatSupported(in, out, rate_);
    if (fits == paInvalidSampleRate || !rate_fits)
        throw Failure(WEFT_INVALID, "'" + device + "' offers " + offered(in, out, main.rate) +
                                        " samples a second, not " + number(rate_));
    if (fits != paFormatIsSupported)
        throw Failure(WEFT_UNAVAILABLE, "'" + device + "' cannot be opened: " + why(fits));

    wiring.block = wish.block;
    wiring.rate = rate_;
    carrier.wire(wiring, resumed);

    // A JACK server sets the block for all; longer ones are cut in the carrier, without a delay.
    const unsigned long frames = on_jack_ || wish.block == 0
                                     ? paFramesPerBufferUnspecified
                                     : static_cast<unsigned long>(wish.block);
    PaError error = Pa_OpenStream(&stream_, in, out, rate_, frames, paClipOff | paDitherOff,
                                  Carrier::on_buffer, &carrier);
    if (error != paNoError)
        throw Failure(WEFT_UNAVAILABLE, "'" + device + "' cannot be opened: " + why(error));
    Pa_SetStreamFinishedCallback(stream_, Carrier::on_finished);
    if (main.api == "ALSA") PaAlsa_EnableRealtimeScheduling(stream_, 1);
    error = Pa_StartStream(stream_);
    if (error != paNoError) {
        const std::string reason = why(error);
        Pa_CloseStream(stream_);
        throw Failure(WEFT_UNAVAILABLE, "'" + device + "' does not start: " + reason);
    }
}

Connection::~Connection() {
    // Ends what plays. One that its host API cannot end any more counts as stopped at the second
    // attempt.
    if (Pa_CloseStream(stream_) != paNoError) Pa_CloseStream(stream_);
}

}  // namespace weft::audio
