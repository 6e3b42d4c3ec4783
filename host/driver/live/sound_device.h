// The sound device of a live show: found by what plugins offer, opened as the program wishes. Where
// there is none the show goes on in silence.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/every_block.h"
#include "driver/compile/session.h"
#include "plugin/live_extensions.h"

namespace weft::driver {

struct SoundWish {
    std::string output;                     // "none": no device at all; "": the default
    std::string input;                      // "none": nothing is heard; "": the default
    std::vector<std::uint32_t> output_map;  // by channel, the device's; empty: as they come
    std::vector<std::uint32_t> input_map;
    std::uint32_t block = 0;
    double rate = 0;          // that the program or the command line asks for; 0: the device's own
    double rate_without = 0;  // the show's, where no device decides
    std::uint32_t output_channels = 0;
    std::uint32_t input_channels = 0;
    bool is_needed = true;  // else it is no error that there is none, whatever the reason
};

// Who fills a device's blocks, and gets what it hears.
class BlockServer {
public:
    virtual ~BlockServer() = default;
    // [the device's thread] Neither allocates, locks nor waits.
    virtual void block(const weft_audio_block& block) noexcept = 0;
};

class SoundDevice {
public:
    // Nothing, with an error in the session's diagnostics, where a device was asked for by name or
    // with a rate, and is not to be had. Where there is none, one that is needed is waited for: the
    // stream is away until then; else the object is without. Why stands in reason(). Output and
    // input that are no one device's are apart(): neither is opened.
    [[nodiscard]] static std::unique_ptr<SoundDevice> open(Session& session, const SoundWish& wish);
    SoundDevice(const SoundDevice&) = delete;
    SoundDevice& operator=(const SoundDevice&) = delete;

    [[nodiscard]] bool is_there() const { return static_cast<bool>(stream_); }
    [[nodiscard]] bool apart() const { return apart_; }
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] weft_audio_state state() const { return stream_.state(); }  // [any thread]
    [[nodiscard]] double rate() const { return rate_; }
    [[nodiscard]] const SoundWish& wish() const { return wish_; }

    // Who serves the blocks from now on; until then they are silent. It outlives the object.
    void begin(BlockServer& server) { server_.store(&server, std::memory_order_release); }

private:
    SoundDevice() = default;
    [[nodiscard]] Result<void> open(plugin::Backend& backend, std::uint32_t flags);
    [[nodiscard]] bool hears() const;
    WEFT_EVERY_BLOCK static void process(void* user, const weft_audio_block* block);

    std::unique_ptr<plugin::SoundDevices> devices_;
    SoundWish wish_;
    std::string reason_;
    double rate_ = 0;
    bool apart_ = false;
    std::atomic<BlockServer*> server_{nullptr};
    plugin::SoundDevices::Stream stream_;  // closed before anything above goes
};

}  // namespace weft::driver
