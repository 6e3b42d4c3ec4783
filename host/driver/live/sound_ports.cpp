#include "driver/live/sound_ports.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace weft::driver {
namespace {

constexpr std::uint32_t kMostChannels = 128;
constexpr std::uint32_t kUsual = 2;  // channels of one device of several

// 0: that is no number of a channel.
std::uint32_t channel_of(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && number <= kMostChannels ? number : 0;
}

Error no_channels(const std::string& text) {
    return {WEFT_INVALID, "'" + text + "' are no channels: they are counted from 1 to " +
                              std::to_string(kMostChannels) + ", as in 3,4 or 1-8"};
}

Result<std::vector<SoundPort>> ports(const std::vector<std::string>& devices,
                                     const std::vector<std::string>& maps) {
    std::vector<SoundPort> all(std::max<std::size_t>(devices.size(), 1));
    for (std::size_t i = 0; i < devices.size(); ++i) {
        all[i].device = devices[i];
        if (devices[i] == "none" && devices.size() > 1) {
            return Error{WEFT_INVALID, "'none' is no device beside others"};
        }
    }
    if (maps.size() > all.size()) {
        return Error{WEFT_INVALID, "there are more lists of channels than devices"};
    }
    for (std::size_t i = 0; i < maps.size(); ++i) {
        auto map = read_channels(maps[i]);
        if (!map) {
            return std::move(map).error();
        }
        all[i].map = std::move(*map);
    }
    return all;
}

}  // namespace

Result<std::vector<std::uint32_t>> read_channels(const std::string& text) {
    std::vector<std::uint32_t> channels;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string_view part = std::string_view(text).substr(at, end - at);
        const std::size_t dash = part.find('-');
        const std::uint32_t first = channel_of(part.substr(0, dash));
        const std::uint32_t last =
            dash == std::string_view::npos ? first : channel_of(part.substr(dash + 1));
        if (first == 0 || last < first || channels.size() + (last - first) >= kMostChannels) {
            return no_channels(text);
        }
        for (std::uint32_t channel = first; channel <= last; ++channel) {
            channels.push_back(channel - 1);
        }
        at = end + 1;
    }
    return channels;
}

Result<SoundPorts> sound_ports(const RunOptions& options, std::uint32_t played,
                               std::uint32_t heard) {
    SoundPorts result;
    auto outputs = ports(options.audio_device, options.audio_map);
    if (!outputs) {
        return std::move(outputs).error();
    }
    auto inputs = ports(options.input_device, options.input_map);
    if (!inputs) {
        return std::move(inputs).error();
    }
    result.outputs = std::move(*outputs);
    result.inputs = std::move(*inputs);
    // A program may be edited so that it plays more: what a map names, or two, is always there.
    const bool alone = result.outputs.size() == 1;
    for (SoundPort& port : result.outputs) {
        const auto mapped = static_cast<std::uint32_t>(port.map.size());
        port.channels = mapped != 0 ? mapped : std::max(alone ? played : kUsual, kUsual);
        result.played += port.channels;
    }
    result.heard = heard;
    for (SoundPort& port : result.inputs) {
        if (!port.map.empty()) {
            port.map.resize(std::min<std::size_t>(port.map.size(), heard));
            port.channels = static_cast<std::uint32_t>(port.map.size());
        } else {
            port.channels = heard;
        }
    }
    return result;
}

}  // namespace weft::driver
