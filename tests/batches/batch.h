// A host that is only what a back end needs, and the back end itself, opened as the host opens it.
#pragma once

#include <gtest/gtest.h>
#include <weft/plugin.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kit/judge.h"
#include "tests/support/absent.h"

namespace weft::batch_test {

using namespace kit;

class Host {
public:
    Host();
    weft_host table{};
    std::map<std::uint64_t, weft_binding> inputs;
    std::map<std::uint64_t, weft_handle> exposed;
    std::uint32_t threads = 2;
    std::string cache_directory;
    std::uint64_t device_memory = 0;  // of a device, that a back end may hold; 0: all
    void bind(std::uint64_t id, const weft_handle& handle);
};

// Where a batch is compiled: a plugin, and for those that can choose, how many lanes wide.
struct Place {
    std::string plugin = "cpu";
    unsigned lanes = 0;  // 0: as many as the processor has
    [[nodiscard]] std::string name() const {
        return lanes ? plugin + "_" + std::to_string(lanes) : plugin;
    }
};
// Every width of the cpu, and the other back ends under test.
std::vector<Place> all_places();
// "" if the plugin works here; else why not.
std::string why_not(const Place& place);
// Null where it does not work.
const weft_backend_api* api_of(const Place& place);

// A test on one place; skipped where it does not work.
class OnPlace : public testing::TestWithParam<Place> {
protected:
    void SetUp() override {
        const std::string why = why_not(GetParam());
        if (!why.empty()) return test::absent(why);
    }
    [[nodiscard]] static bool exact() { return GetParam().plugin == "cpu"; }
};

// A program; releases itself.
class Compiled {
public:
    Compiled(Host& host, const BatchText& batch, const Place& place = {});
    ~Compiled();
    Compiled(const Compiled&) = delete;
    Compiled& operator=(const Compiled&) = delete;

    [[nodiscard]] bool ok() const { return program_ != nullptr; }
    [[nodiscard]] const weft_error& error() const { return error_; }
    // One frame; targets are bytes given by the caller.
    weft_status frame(std::int64_t number, std::vector<std::pair<void*, std::uint64_t>> targets,
                      std::int64_t first_sample = 0, std::uint64_t sample_count = 0);
    weft_status values(std::uint32_t output, const weft_points& points, double* values);
    std::vector<double> uniforms;
    std::vector<double> params;
    std::uint32_t capture = 1;
    std::uint32_t skip_targets = 0;
    std::uint32_t cancel = 0;
    std::int64_t left_out = 0;
    weft_program* program() { return program_; }

private:
    const weft_backend_api* api_;
    weft_backend* backend_ = nullptr;
    weft_program* program_ = nullptr;
    weft_error error_{};
    std::array<double, WEFT_FIELD_COUNT> settings_{};
};

}  // namespace weft::batch_test
