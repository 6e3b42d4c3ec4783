// One instance of a back end on an accelerator, with its extensions, and programs that it runs.
#pragma once

#include <gtest/gtest.h>

#include <weft/async.h>
#include <weft/counters.h>
#include <weft/gather.h>
#include <weft/memory.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/batches/batch.h"

namespace weft::gpu_test {

using batch_test::BatchText;
using batch_test::BatchView;
using batch_test::Host;
using batch_test::Ir;
using batch_test::KernelText;
using batch_test::Picture;

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

// Whole pages, as the host's pools hand out.
class Pages {
public:
    explicit Pages(std::uint64_t bytes);
    ~Pages();
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    [[nodiscard]] float* floats() const { return static_cast<float*>(data_); }
    [[nodiscard]] void* data() const { return data_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    std::uint64_t size_;
    void* data_;
};

class Instance {
public:
    Instance(Host& host, const std::string& plugin);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    Host& host;
    const weft_backend_api* api = nullptr;
    weft_backend* backend = nullptr;
    const weft_async_api* async = nullptr;
    const weft_gather_api* gather = nullptr;
    const weft_memory_api* memory = nullptr;
    const weft_counters_api* counting = nullptr;
    weft_memory_caps caps{};
    weft_error error{};

    [[nodiscard]] bool unified() const { return (caps.flags & WEFT_MEMORY_UNIFIED) != 0; }
    [[nodiscard]] bool exports(std::uint32_t kind) const { return (caps.exports >> kind & 1) != 0; }
    [[nodiscard]] bool imports(std::uint32_t kind) const { return (caps.imports >> kind & 1) != 0; }

private:
    template <class Table>
    void find(const Table*& table, const char* id);
};

class Running {
public:
    Running(Instance& on, const BatchText& batch);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    [[nodiscard]] bool ok() const { return program_ != nullptr; }
    [[nodiscard]] weft_program* program() { return program_; }
    [[nodiscard]] weft_status status() const { return status_; }  // of compile

    struct Frame {
        std::int64_t number = 0;
        std::vector<weft_target> targets;
        std::int64_t first_sample = 0;
        std::uint64_t sample_count = 0;
        std::uint32_t capture = 1;
        std::uint32_t skip_targets = 0;
        bool more = false;
    };
    weft_status execute(const Frame& frame);
    weft_status submit(const Frame& frame, std::uint64_t& value);
    // Of an output: at x, y, own axis, as of frame `now`.
    double value(std::uint32_t output, double x, double y, double k, std::int64_t now);
    weft_handle handle(std::uint32_t output, std::uint32_t kind);
    weft_counters counters();

    std::vector<double> uniforms{0};
    std::vector<double> params{0};
    std::uint32_t cancel = 0;

private:
    weft_frame make(const Frame& frame);

    Instance& on_;
    std::array<double, WEFT_FIELD_COUNT> settings_;
    std::array<double, WEFT_FIELD_COUNT> fields_{};
    weft_program* program_ = nullptr;
    weft_status status_ = WEFT_OK;
};

// Runs on every accelerator under test; skipped where it is not.
class OnDevice : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override;
    Host host;
};
std::vector<std::string> devices();
std::string device_name(const testing::TestParamInfo<std::string>& parameter);

}  // namespace weft::gpu_test
