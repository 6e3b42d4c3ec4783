// What a value at a point costs a consumer: through the getter that it is given for an edge,
// against the same formula behind a function pointer, and per point when it asks for many.

#include <weft_paths.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "bench/samples.h"
#include "driver/compile/build_show.h"
#include "driver/compile/session.h"
#include "sema/analyze.h"

namespace weft::bench {
namespace {

constexpr std::size_t kWidth = 1280;
constexpr std::size_t kHeight = 720;
constexpr std::size_t kPoints = kWidth * 64;
constexpr double kTime = 0.25;
constexpr double kCosine = 0.98769, kSine = 0.15643;

using Formula = double (*)(const void* self, double x, double y, double time);

double cheap(const void*, double x, double y, double) {
    return x * x + y * y;
}

double dear(const void*, double x, double y, double time) {
    return std::sin(x * 10 + time) * std::cos(y * 7 - time) + std::sqrt(x + y);
}

// Bilinear, clamped at the edges, as a materialised strand is read.
double picture(const void* self, double x, double y, double) {
    const auto* pixels = static_cast<const float*>(self);
    const double u = std::clamp(x * kWidth - 0.5, 0.0, kWidth - 1.0);
    const double v = std::clamp(y * kHeight - 0.5, 0.0, kHeight - 1.0);
    const auto i = static_cast<std::size_t>(u), j = static_cast<std::size_t>(v);
    const std::size_t right = std::min(i + 1, kWidth - 1), below = std::min(j + 1, kHeight - 1);
    const double s = u - static_cast<double>(i), t = v - static_cast<double>(j);
    const float* a = pixels + j * kWidth;
    const float* b = pixels + below * kWidth;
    return (a[i] * (1 - s) + a[right] * s) * (1 - t) + (b[i] * (1 - s) + b[right] * s) * t;
}

// One coordinate of all points, or all values. Each begins on a cache line, and on another line of
// its page than the others: where a store and the next load are the same distance from their pages'
// beginnings, processors make the load wait, whoever computes.
class Column {
public:
    Column() : memory_(kPoints + kLine * 2 * kMost) {
        static std::size_t made = 0;
        const auto address = reinterpret_cast<std::uintptr_t>(memory_.data()) % kPage;
        const std::size_t wanted = made++ * 2 * kLine * sizeof(double);
        first_ = (wanted + kPage - address) % kPage / sizeof(double);
    }
    [[nodiscard]] double* data() { return memory_.data() + first_; }

private:
    static constexpr std::size_t kLine = 8;
    static constexpr std::size_t kMost = 32;
    static constexpr std::size_t kPage = kLine * 2 * kMost * sizeof(double);
    std::vector<double> memory_;
    std::size_t first_ = 0;
};

// The program with its frame 0 in the cache, and a getter for each strand asked for.
class Values {
public:
    Values() {
        driver::CommonOptions options;
        options.plugin_directories = {in_build("/lib/weft")};
        options.no_cache = true;
        options.settings[WEFT_FIELD_WIDTH] = kWidth;
        options.settings[WEFT_FIELD_HEIGHT] = kHeight;
        auto session = driver::Session::create(std::move(options));
        if (!session) std::abort();
        session_ = std::move(*session);
        program_ = sema::analyze(in_source("/bench/programs/values.weft"), session_->sources(),
                                 session_->environment(), session_->diagnostics());
        driver::BuildRequest request;
        request.program = &program_;
        for (const char* text : {"cheap", "dear", "kept@v"})
            for (const sema::Expr* value : sema::analyze_expression(
                     program_, text, session_->sources(), session_->diagnostics()))
                request.values.push_back(value);
        request.wanted = [](std::uint32_t) { return false; };
        if (!session_->diagnostics().has_errors()) built_ = build_show(*session_, request);
        session_->print_diagnostics();
        if (!built_) std::abort();
        runtime::Show& show = *built_->show;
        runtime::FrameRequest frame;
        frame.params = show.initial_params.data();
        frame.skip_targets = true;
        session_->main_group().run([&] {
            if (!show.run(frame).ok()) std::abort();
        });
        for (const std::uint32_t output : show.values_outputs)
            getters_.push_back({show.steps[show.values_step].program.get(), output});
        constants_ = show.settings;
        constants_[WEFT_FIELD_TIME] = constants_[WEFT_FIELD_ABSTIME] = kTime;
    }

    // What a consumer sets once; then it only moves the points.
    void count(std::size_t count) {
        points_.struct_size = sizeof points_;
        points_.count = count;
        points_.fields = fields_.data();
        points_.constants = constants_.data();
        points_.params = built_->show->initial_params.data();
        error_.struct_size = sizeof error_;
    }
    void ask(std::size_t strand, const double* x, const double* y, double* values) {
        fields_[WEFT_FIELD_X] = x;
        fields_[WEFT_FIELD_Y] = y;
        if (call_(&getters_[strand], &points_, values, &error_) != WEFT_OK) std::abort();
    }

private:
    std::unique_ptr<driver::Session> session_;
    sema::Program program_;
    std::optional<driver::BuiltShow> built_;
    std::vector<plugin::Program::Getter> getters_;
    std::array<double, WEFT_FIELD_COUNT> constants_{};
    std::array<const double*, WEFT_FIELD_COUNT> fields_{};
    weft_points points_{};
    weft_error error_{};
    // As a weft_binding holds it; volatile keeps the compiler from seeing through it.
    decltype(weft_binding::get_values) volatile call_ = plugin::Program::get_values_of;
};

int run(bool quick) {
    Values values;
    std::mt19937 random(1);
    std::uniform_real_distribution<double> anywhere(0, 1);
    std::array<Column, 7> columns;
    double* const x = columns[0].data();
    double* const y = columns[1].data();
    double* const turned_x = columns[2].data();
    double* const turned_y = columns[3].data();
    double* const scattered_x = columns[4].data();
    double* const scattered_y = columns[5].data();
    double* const results = columns[6].data();
    for (std::size_t i = 0; i < kPoints; ++i) {
        x[i] = (static_cast<double>(i % kWidth) + 0.25) / kWidth;
        y[i] = (static_cast<double>(i / kWidth) + 200.75) / kHeight;
        // A tenth of a right angle about the middle; what leaves the picture is read at its edge.
        const double u = x[i] - 0.5, v = (y[i] - 0.5) * kHeight / kWidth;
        turned_x[i] = 0.5 + kCosine * u - kSine * v;
        turned_y[i] = 0.5 + (kSine * u + kCosine * v) * kWidth / kHeight;
        scattered_x[i] = anywhere(random);
        scattered_y[i] = anywhere(random);
    }
    std::vector<float> pixels(kWidth * kHeight, 0.5f);
    const std::array<std::pair<const char*, Formula>, 3> rows = {
        {{"one-call", cheap}, {"one-call-dear", dear}, {"one-call-materialised", picture}}};
    for (int round = 0; round < (quick ? 3 : 9); ++round) {
        values.count(1);
        for (std::size_t strand = 0; strand < rows.size(); ++strand) {
            const Formula volatile formula = rows[strand].second;
            const double ours = seconds_of([&] {
                for (std::size_t i = 0; i < kPoints; ++i)
                    values.ask(strand, &scattered_x[i], &scattered_y[i], &results[i]);
            });
            const double theirs = seconds_of([&] {
                for (std::size_t i = 0; i < kPoints; ++i)
                    results[i] = formula(pixels.data(), scattered_x[i], scattered_y[i], kTime);
            });
            print_pair(rows[strand].first, ours, theirs);
        }
        values.count(kPoints);
        const auto each = [&](const char* row, const double* at_x, const double* at_y) {
            const auto all = [&] { values.ask(2, at_x, at_y, results); };
            all();
            print_value(row, 1e9 / static_cast<double>(kPoints) * seconds_of(all));
        };
        each("many-points", x, y);
        each("many-points-turned", turned_x, turned_y);
        each("many-points-scattered", scattered_x, scattered_y);
    }
    return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    return weft::bench::run(argc > 1 && std::strcmp(argv[1], "--quick") == 0);
}
