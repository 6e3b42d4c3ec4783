// The audio plugin under test, driven as the host drives it: through its exported symbol, with a
// host table that keeps what was logged.
#pragma once

#include <gtest/gtest.h>
#include <weft/audio.h>
#include <weft/plugin.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/jack_server.h"

namespace weft::test {

// Made from a wish; closed at the end.
class Stream {
public:
    Stream(const weft_audio_api* api, weft_audio_stream* stream) : api_(api), stream_(stream) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { api_->close(stream_); }
    // As it is told to a host that knows `size` bytes of it.
    [[nodiscard]] weft_audio_state state(std::uint32_t size = sizeof(weft_audio_state)) const;
    // Waits until so many blocks came since its opening.
    void wait_for(std::uint64_t blocks) const;

private:
    const weft_audio_api* api_;
    weft_audio_stream* stream_;
};

class AudioTest : public testing::Test {
protected:
    using Process = std::function<void(const weft_audio_block&)>;

    AudioTest();
    ~AudioTest() override;
    // Skips the test where there is no jackd, unless it must be there.
    void SetUp() override;

    [[nodiscard]] weft_audio_wish wish(std::uint32_t outputs, std::uint32_t inputs = 0) const;
    // Null on failure; error and status are kept. `process` stays alive until the test ends.
    [[nodiscard]] std::unique_ptr<Stream> open(const weft_audio_wish& wish, Process process);
    [[nodiscard]] std::vector<weft_audio_device> devices() const;
    void forget_log();
    [[nodiscard]] bool logged(const std::string& part) const;

    const weft_backend_api* api = nullptr;
    const weft_audio_api* audio = nullptr;
    weft_backend* backend = nullptr;
    std::string error;
    weft_status status = WEFT_OK;

private:
    void* library_ = nullptr;
    weft_host host_ = {};
    mutable std::mutex mutex_;
    std::vector<std::string> log_;  // guarded by mutex_
    std::vector<std::unique_ptr<Process>> processes_;
};

// Nothing is printed to standard error while it lives.
class Quiet {
public:
    Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet();
    // What was printed so far.
    [[nodiscard]] std::string said() const;

private:
    int before_;
    int file_;
};

}  // namespace weft::test
