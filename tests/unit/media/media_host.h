// The media plugin under test, driven as the host drives it: through its exported symbol, with a
// host table that keeps what was logged and exposed.
#pragma once

#include <weft/plugin.h>
#include <weft/writer.h>

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/temp_dir.h"

namespace weft::test {

class HostTable {
public:
    HostTable();
    HostTable(const HostTable&) = delete;
    HostTable& operator=(const HostTable&) = delete;

    weft_host table = {};
    std::vector<std::string> warnings;
    std::map<uint64_t, weft_handle> exposed;  // by id
    int64_t blocks_in_use = 0;                // of memory
};

using Argument = std::pair<std::string, std::variant<double, std::string>>;

// An opened source; get() fails the test if it could not be opened.
class Source {
public:
    Source(const weft_backend_api* api, weft_program* program) : api_(api), program_(program) {}
    Source(Source&& other) noexcept : api_(other.api_), program_(other.program_) {
        other.program_ = nullptr;
    }
    Source& operator=(Source&&) = delete;
    ~Source() {
        if (program_) api_->release(program_);
    }

    // Through get_values.
    double at(uint32_t output, double x, double y, double time = 0) const;
    double at_time(uint32_t output, double time) const { return at(output, 0.5, 0.5, time); }
    std::vector<double> at_times(uint32_t output, const std::vector<double>& times, double x,
                                 double y) const;
    weft_handle handle(uint32_t output) const;
    // Number `index` along each axis, read from shared memory.
    double stored(uint32_t output, uint64_t i, uint64_t j = 0, uint64_t k = 0) const;
    weft_status execute(double time) const;

private:
    const weft_backend_api* api_;
    weft_program* program_;
};

struct Opened {
    std::unique_ptr<Source> source;  // null on failure
    std::string message;             // of the failure
    std::string node;
    weft_status status = WEFT_OK;
};

// A picture of four planes of floats, r g b a.
struct Picture {
    uint64_t width;
    uint64_t height;
    std::vector<float> planes;
    Picture(uint64_t w, uint64_t h) : width(w), height(h), planes(w * h * 4, 1.0f) {}
    float& at(uint32_t channel, uint64_t x, uint64_t y) {
        return planes[(channel * height + y) * width + x];
    }
};

class MediaTest : public testing::Test {
protected:
    MediaTest();
    ~MediaTest() override;

    std::string path(const std::string& name) const { return directory_ / name; }
    std::string asset(const std::string& name) const;

    Opened try_open(const std::string& builtin, const std::vector<std::string>& outputs,
                    const std::vector<Argument>& arguments);
    // load(path, ...) with so many outputs; the test fails if it cannot be opened.
    Source load(const std::string& file, uint32_t outputs,
                const std::vector<Argument>& arguments = {});
    // The message with which load fails; "" if it does not.
    std::string load_error(const std::string& file, uint32_t outputs = 4,
                           const std::vector<Argument>& arguments = {});

    weft_writer_options options(uint64_t width, uint64_t height, uint32_t format) const;
    // Opens a writer, calls `write`, finishes; returns the error message or "".
    std::string write(const std::string& file, const weft_writer_options& options,
                      const std::function<weft_status(weft_writer*, weft_error*)>& write);
    std::string write_picture(const std::string& file, Picture& picture, bool alpha = true);
    std::string write_rgba8(const std::string& file, uint64_t width, uint64_t height,
                            const std::vector<uint8_t>& rgba, bool alpha = true);
    // Channels of equal length, handed over in blocks of `block` samples.
    std::string write_sound(const std::string& file, double rate,
                            const std::vector<std::vector<float>>& channels, size_t block = 1000);
    void write_bytes(const std::string& file, std::span<const uint8_t> bytes) const;
    void write_text(const std::string& file, const std::string& text) const;
    static std::vector<uint8_t> read_bytes(const std::string& file);

    HostTable host;
    const weft_backend_api* api = nullptr;
    const weft_writer_api* writer = nullptr;

private:
    void* library_ = nullptr;
    weft_backend* backend_ = nullptr;
    TempDir directory_;
};

}  // namespace weft::test
