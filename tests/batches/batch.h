// Hand-built batches, a host that is only what a back end needs, and the back end itself, opened as
// the host opens it.
#pragma once

#include <gtest/gtest.h>
#include <weft/plugin.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weft::batch_test {

// One kernel's IR. What a value varies with is the union of its operands'.
class Ir {
public:
    using Id = std::uint32_t;
    Id constant(double v);
    Id field(std::uint32_t field, std::uint8_t varies, bool f64 = false);
    Id uniform(std::uint32_t index);
    Id param(std::uint32_t index);
    Id op(std::uint16_t op, std::vector<Id> args, bool f64 = false);
    Id sample(std::uint32_t input, std::vector<Id> coords, bool f64 = false);
    // Operand `arg` of SAMPLE `value` is scale * field + base.
    void affine(Id value, std::uint32_t arg, std::uint32_t field, double scale, Id base);
    // Returns the LOOP; body values follow until end_loop.
    Id begin_loop(Id from, Id to, std::vector<Id> initial, std::uint8_t varies);
    Id index(Id loop);
    Id carried(Id loop, std::uint32_t which);
    void end_loop(Id loop, std::vector<Id> next);
    Id result(Id loop, std::uint32_t which);
    void set_varies(Id value, std::uint8_t varies) { values_[value].varies = varies; }

    [[nodiscard]] weft_ir view() const;
    Id list(const std::vector<Id>& values);  // index into args, for stores

private:
    Id add(weft_ir_value value, const std::vector<Id>& args);
    std::vector<weft_ir_value> values_;
    std::vector<std::uint32_t> args_;
    std::vector<weft_ir_loop> loops_;
    std::vector<weft_ir_affine> affines_;
};

struct KernelText {
    std::uint32_t domain = WEFT_DOMAIN_RASTER;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    Ir ir;
    std::vector<weft_store> stores;
    // Stores `values` into planes from `channel` on.
    void store(std::uint32_t output, const std::vector<Ir::Id>& values, std::uint32_t channel = 0);
};

struct BatchText {
    BatchText();
    std::deque<KernelText> kernels;
    std::vector<weft_input> inputs;
    std::vector<weft_output> outputs;
    std::array<double, WEFT_FIELD_COUNT> settings{};

    KernelText& kernel(std::uint32_t domain, std::uint64_t width = 1, std::uint64_t height = 1);
    std::uint32_t input(std::uint64_t id, std::uint32_t channel = 0);
    std::uint32_t internal(std::uint32_t output);
    std::uint32_t picture(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                          std::uint32_t channels, std::uint32_t target);
    std::uint32_t sound(std::uint32_t target);
    std::uint32_t values();
    // width == 0: one number a tick.
    std::uint32_t cache(std::uint64_t ticks, std::uint32_t tick, std::uint64_t width = 0,
                        std::uint64_t height = 0, std::uint32_t format = WEFT_FORMAT_F32);
};

// The batch as a back end wants it; `text` outlives it.
struct BatchView {
    explicit BatchView(const BatchText& text);
    BatchView(const BatchView&) = delete;
    BatchView& operator=(const BatchView&) = delete;
    weft_batch batch{};

private:
    std::vector<weft_kernel> kernels_;
};

// A grid of two axes in memory, as an input.
struct Picture {
    Picture(std::uint64_t width, std::uint64_t height, std::uint32_t channels = 1);
    std::vector<float> data;
    weft_view view{};
    weft_handle handle{};
    float& at(std::uint64_t x, std::uint64_t y, std::uint32_t channel = 0);
};

class Host {
public:
    Host();
    weft_host table{};
    std::map<std::uint64_t, weft_binding> inputs;
    std::map<std::uint64_t, weft_handle> exposed;
    std::uint32_t threads = 2;
    std::string cache_directory;
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
// "" if the plugin works here; else why not. With WEFT_TEST_REQUIRE=1 that is a failure.
std::string why_not(const Place& place);
// Null where it does not work.
const weft_backend_api* api_of(const Place& place);

// A test on one place; skipped where it does not work.
class OnPlace : public testing::TestWithParam<Place> {
protected:
    void SetUp() override {
        const std::string why = why_not(GetParam());
        if (!why.empty()) GTEST_SKIP() << why;
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
    weft_program* program() { return program_; }

private:
    const weft_backend_api* api_;
    weft_backend* backend_ = nullptr;
    weft_program* program_ = nullptr;
    weft_error error_{};
    std::array<double, WEFT_FIELD_COUNT> settings_{};
};

// Points at which every field has one value, but for those set.
struct Points {
    Points();
    std::array<double, WEFT_FIELD_COUNT> constants{};
    std::array<const double*, WEFT_FIELD_COUNT> fields{};
    weft_points view{};
    void set(std::uint32_t field, const std::vector<double>& numbers);
};

}  // namespace weft::batch_test
