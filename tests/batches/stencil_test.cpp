// Neighbours of every point: whole and broken offsets at every way on outside the grid, rows that
// are no multiple of any vector, and a picture of what a cache has just been given.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kX = WEFT_VARIES_COLUMN;
constexpr std::uint8_t kY = WEFT_VARIES_ROW;

class Stencil : public OnPlace {
protected:
    Host host;

    // Rows shorter and longer than every vector; elsewhere one, as drivers compile slowly.
    [[nodiscard]] static std::vector<std::uint64_t> widths() {
        if (!exact()) return {17};
        return {1, 7, 15, 16, 17, 33, 67};
    }
};

struct Size {
    std::uint64_t width, height;
};

// A sample at sx * x + dx columns and sy * y + dy rows, with what is known of both.
Ir::Id sample_at(Ir& ir, std::uint32_t input, Size size, double sx, double dx, double sy, double dy,
                 std::vector<Ir::Id> rest = {}) {
    const auto coordinate = [&](std::uint32_t field, std::uint8_t varies, double scale,
                                Ir::Id base) {
        if (scale == 0.0) return base;
        Ir::Id at = ir.field(field, varies);
        if (scale != 1.0) at = ir.op(WEFT_OP_MUL, {at, ir.constant(scale)});
        return ir.op(WEFT_OP_ADD, {at, base});
    };
    const Ir::Id x = ir.constant(dx / static_cast<double>(size.width) + (sx < 0 ? 1.0 : 0.0));
    const Ir::Id y = ir.constant(dy / static_cast<double>(size.height) + (sy < 0 ? 1.0 : 0.0));
    std::vector<Ir::Id> at = {coordinate(WEFT_FIELD_X, kX, sx, x),
                              coordinate(WEFT_FIELD_Y, kY, sy, y)};
    at.insert(at.end(), rest.begin(), rest.end());
    const Ir::Id sample = ir.sample(input, at);
    ir.affine(sample, 0, WEFT_FIELD_X, sx, x);
    ir.affine(sample, 1, WEFT_FIELD_Y, sy, y);
    return sample;
}

TEST_P(Stencil, ReadsNeighboursAsTheReferenceDoes) {
    std::mt19937 random(4);
    for (const std::uint64_t width : widths())
        for (const std::uint64_t height : {1u, 6u})
            for (const std::uint32_t wrap :
                 {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO}) {
                const Size size{width, height};
                Picture picture(width, height, 1);
                for (float& v : picture.data)
                    v = std::uniform_real_distribution<float>(0, 1)(random);
                picture.handle.grid.axes[0].wrap = picture.handle.grid.axes[1].wrap = wrap;
                host.bind(1, picture.handle);
                BatchText batch;
                KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, width, height);
                Ir& ir = kernel.ir;
                const std::uint32_t input = batch.input(1);
                struct Tap {
                    double sx, dx, sy, dy;
                };
                std::vector<Tap> taps = {{1, -1, -1, 2},    {-1, 3, 1, 0},    {-1, 0, -1, -1},
                                         {1, 0.25, 1, 0.5}, {1, -20, 1, -40}, {1, 5, 2, 0.5},
                                         {1, 1, 0, 2.5},    {1, 2, 0, 1.7},   {2, -0.5, 1, 1e-12}};
                for (int j = -1; j <= 1; ++j)
                    for (int i = -1; i <= 1; ++i)
                        taps.push_back({1, static_cast<double>(i), 1, static_cast<double>(j)});
                Ir::Id sum = ir.constant(0.0);
                double weight = 1.0;
                for (const Tap& tap : taps) {
                    const Ir::Id s = sample_at(ir, input, size, tap.sx, tap.dx, tap.sy, tap.dy);
                    weight = 2.3 - 0.9 * weight;  // no product of weights of rows and of columns
                    sum = ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_MUL, {s, ir.constant(weight)})});
                }
                kernel.store(batch.picture(width, height, WEFT_FORMAT_F32, 1, 0), {sum});
                Judge judge;
                judge.kernel = &kernel;
                judge.inputs.assign(1, {&picture.handle.grid, picture.data.data(), 0});
                Compiled program(host, batch, GetParam());
                ASSERT_TRUE(program.ok()) << program.error().message;
                std::vector<float> made(width * height, -7.0f);
                ASSERT_EQ(program.frame(0, {{made.data(), made.size() * 4}}), WEFT_OK);
                for (std::uint64_t y = 0; y < height; ++y)
                    for (std::uint64_t x = 0; x < width; ++x)
                        ASSERT_NEAR(made[y * width + x], judge.pixel(sum, x, y), 2e-5)
                            << width << 'x' << height << " wrap " << wrap << " at " << x << ' '
                            << y;
            }
}

// Sums of samples in `columns` columns and `rows` rows around sx * x + dx and sy * y + dy, which a
// back end may add up by rows first: of three colours, as many as a picture has.
struct Window {
    double sx, dx, sy, dy;
    int columns, rows;
    bool weighted;
};

Ir::Id window_sum(Ir& ir, std::uint32_t input, Size size, const Window& w) {
    Ir::Id sum = ir.constant(0.0);
    for (int j = 0; j < w.rows; ++j)
        for (int i = 0; i < w.columns; ++i) {
            const Ir::Id s = sample_at(ir, input, size, w.sx, w.dx + i - w.columns / 2, w.sy,
                                       w.dy + j - w.rows / 2);
            const double weight = w.weighted ? (1.5 + i) * (0.25 + 2.0 * j) : 1.0;
            sum = ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_MUL, {s, ir.constant(weight)})});
        }
    return sum;
}

TEST_P(Stencil, AddsUpRowsAndColumns) {
    // Elsewhere few and small ones, as drivers compile slowly.
    std::vector<Size> sizes = {{33, 5}};
    std::vector<std::uint32_t> wraps = {WEFT_WRAP_ZERO};
    std::vector<Window> windows = {{1, 0, 1, 0, 3, 5, true}, {1, 0, 2, -0.5, 3, 3, false}};
    if (exact()) {
        sizes.push_back({531, 10});
        wraps.insert(wraps.end(), {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR});
        windows.insert(windows.end(), {{1, 0, 1, 0, 9, 9, false},
                                       {1, 0.25, 1, 0.3, 3, 5, false},
                                       {1, 0, 2, -0.5, 5, 4, false},
                                       {0.5, 0.1, 1, 0, 4, 5, false},
                                       {1, -30, 1, 7, 3, 3, false},
                                       {-1, 0, -1, 0, 3, 4, false}});
    }
    std::mt19937 random(5);
    for (const Size size : sizes)
        for (const std::uint32_t wrap : wraps)
            for (const Window& window : windows) {
                Picture picture(size.width, size.height, 3);
                for (float& v : picture.data)
                    v = std::uniform_real_distribution<float>(0, 1)(random);
                picture.handle.grid.axes[0].wrap = picture.handle.grid.axes[1].wrap = wrap;
                host.bind(1, picture.handle);
                BatchText batch;
                KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, size.width, size.height);
                Judge judge;
                judge.kernel = &kernel;
                Ir::Id sum = kernel.ir.field(WEFT_FIELD_X, kX);
                for (std::uint32_t c = 0; c < 3; ++c) {
                    const Ir::Id one = window_sum(kernel.ir, batch.input(1, c), size, window);
                    sum = kernel.ir.op(
                        WEFT_OP_ADD,
                        {sum, kernel.ir.op(WEFT_OP_DIV, {one, kernel.ir.constant(7.0 + c)})});
                    judge.inputs.push_back({&picture.handle.grid, picture.data.data(), c});
                }
                kernel.store(batch.picture(size.width, size.height, WEFT_FORMAT_F32, 1, 0), {sum});
                Compiled program(host, batch, GetParam());
                ASSERT_TRUE(program.ok()) << program.error().message;
                std::vector<float> made(size.width * size.height, -7.0f);
                ASSERT_EQ(program.frame(0, {{made.data(), made.size() * 4}}), WEFT_OK);
                for (std::uint64_t y = 0; y < size.height; ++y)
                    // Ends of rows, and what lies between them by the way.
                    for (std::uint64_t x = 0; x < size.width;
                         x += x < 24 || x + 24 > size.width ? 1 : 17) {
                        const double wanted = judge.pixel(sum, x, y);
                        ASSERT_NEAR(made[y * size.width + x], wanted, 5e-6 * (1 + wanted))
                            << size.width << 'x' << size.height << " wrap " << wrap << " window "
                            << &window - windows.data() << " at " << x << ' ' << y;
                    }
            }
}

// What is not a number stays where it is read: no sum is carried from row to row.
TEST_P(Stencil, KeepsWhatIsNotANumberApart) {
    const Size size{64, 45};
    Picture picture(size.width, size.height, 1);
    std::fill(picture.data.begin(), picture.data.end(), 1.0f);
    picture.at(30, 21) = NAN;
    picture.at(50, 40) = INFINITY;
    host.bind(1, picture.handle);
    BatchText batch;
    KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, size.width, size.height);
    const Ir::Id sum = window_sum(kernel.ir, batch.input(1), size, {1, 0, 1, 0, 9, 9, false});
    kernel.store(batch.picture(size.width, size.height, WEFT_FORMAT_F32, 1, 0), {sum});
    Compiled program(host, batch, GetParam());
    ASSERT_TRUE(program.ok()) << program.error().message;
    std::vector<float> made(size.width * size.height);
    ASSERT_EQ(program.frame(0, {{made.data(), made.size() * 4}}), WEFT_OK);
    for (int y = 0; y < 45; ++y)
        for (int x = 0; x < 64; ++x) {
            const float value = made[static_cast<std::size_t>(y * 64 + x)];
            const auto near = [&](int i, int j) {
                return std::abs(x - i) <= 4 && std::abs(y - j) <= 4;
            };
            EXPECT_EQ(std::isnan(value), near(30, 21)) << x << ' ' << y;
            EXPECT_EQ(std::isinf(value), near(50, 40)) << x << ' ' << y;
        }
}

// A cache is given a step of a stencil over its last frame; a second kernel shows the frame that
// has just been stored: as it is, moved by `rows`, which it may not see too early, or flipped.
struct Shown {
    double scale = 1.0, rows = 0.0, back = 0.0;
};

class Steps {
public:
    Steps(Host& host, const Place& place, Size size, const Shown& shown) : size_(size) {
        const std::uint32_t cache = batch_.cache(2, WEFT_TICK_FRAME, size.width, size.height);
        const std::uint32_t past = batch_.internal(cache);
        KernelText& step = batch_.kernel(WEFT_DOMAIN_RASTER, size.width, size.height);
        Ir& ir = step.ir;
        const Ir::Id one = ir.constant(1.0);
        Ir::Id sum = ir.op(WEFT_OP_MUL, {ir.field(WEFT_FIELD_X, kX), ir.field(WEFT_FIELD_Y, kY)});
        for (const int d : {-1, 1}) {
            const Ir::Id s = ir.op(WEFT_OP_ADD, {sample_at(ir, past, size, 1, d, 1, 0, {one}),
                                                 sample_at(ir, past, size, 1, 0, 1, d, {one})});
            sum = ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_MUL, {s, ir.constant(0.2)})});
        }
        step.store(cache, {sum});
        KernelText& show = batch_.kernel(WEFT_DOMAIN_RASTER, size.width, size.height);
        const Ir::Id k = show.ir.constant(shown.back);
        const Ir::Id moved = sample_at(show.ir, past, size, 1, 0, shown.scale, shown.rows, {k});
        show.store(batch_.picture(size.width, size.height, WEFT_FORMAT_F32, 1, 0),
                   {show.ir.op(WEFT_OP_ADD, {moved, show.ir.constant(0.5)})});
        program_ = std::make_unique<Compiled>(host, batch_, place);
    }
    [[nodiscard]] Compiled& program() { return *program_; }

    std::vector<float> frame(std::int64_t number) {
        std::vector<float> made(size_.width * size_.height, -7.0f);
        EXPECT_EQ(program_->frame(number, {{made.data(), made.size() * 4}}), WEFT_OK);
        return made;
    }

private:
    Size size_;
    BatchText batch_;
    std::unique_ptr<Compiled> program_;
};

// The same in f64.
class Expected {
public:
    explicit Expected(Size size) : size_(size), now_(size.width * size.height), before_(now_) {}
    void step() {
        before_.swap(now_);
        for (std::int64_t y = 0; y < height(); ++y)
            for (std::int64_t x = 0; x < width(); ++x) {
                double sum = (static_cast<double>(x) + 0.5) / static_cast<double>(width()) *
                             (static_cast<double>(y) + 0.5) / static_cast<double>(height());
                for (const int d : {-1, 1})
                    sum += 0.2 * (at(before_, x + d, y) + at(before_, x, y + d));
                now_[static_cast<std::size_t>(y * width() + x)] = sum;
            }
    }
    [[nodiscard]] double shown(const Shown& how, std::int64_t x, std::int64_t y) const {
        const auto rows = static_cast<std::int64_t>(how.rows);
        const std::int64_t row = how.scale < 0 ? height() - 1 - y + rows : y + rows;
        return at(how.back == 0.0 ? now_ : before_, x, row) + 0.5;
    }

private:
    [[nodiscard]] std::int64_t width() const { return static_cast<std::int64_t>(size_.width); }
    [[nodiscard]] std::int64_t height() const { return static_cast<std::int64_t>(size_.height); }
    [[nodiscard]] double at(const std::vector<double>& of, std::int64_t x, std::int64_t y) const {
        x = std::clamp<std::int64_t>(x, 0, width() - 1);
        y = std::clamp<std::int64_t>(y, 0, height() - 1);
        return of[static_cast<std::size_t>(y * width() + x)];
    }

    Size size_;
    std::vector<double> now_, before_;
};

TEST_P(Stencil, ShowsWhatACacheHasJustBeenGiven) {
    for (const std::uint64_t width : widths())
        for (const Shown shown : {Shown{1, 0, 0}, Shown{1, 1, 0}, Shown{1, -1, 0}, Shown{1, 9, 0},
                                  Shown{-1, 0, 0}, Shown{1, 0, 1}, Shown{1, 3, 1}}) {
            const Size size{width, 83};
            Steps steps(host, GetParam(), size, shown);
            ASSERT_TRUE(steps.program().ok()) << steps.program().error().message;
            Expected expected(size);
            for (std::int64_t frame = 0; frame < 4; ++frame) {
                // A frame may be asked to leave out the picture.
                steps.program().skip_targets = frame == 2;
                const std::vector<float> made = steps.frame(frame);
                expected.step();
                for (std::uint64_t i = 0; i < made.size(); ++i) {
                    const double wanted =
                        frame == 2 ? -7.0
                                   : expected.shown(shown, static_cast<std::int64_t>(i % width),
                                                    static_cast<std::int64_t>(i / width));
                    ASSERT_NEAR(made[i], wanted, 1e-5)
                        << width << " columns, frame " << frame << ", shown " << shown.scale << ' '
                        << shown.rows << ' ' << shown.back << ", at " << i;
                }
            }
        }
}

TEST_P(Stencil, SameBytesWithAnyThreads) {
    for (const double rows : {0.0, 1.0}) {
        std::vector<std::vector<float>> first;
        for (const std::uint32_t threads : {1u, 2u, 5u}) {
            host.threads = threads;
            Steps steps(host, GetParam(), {67, 131}, {1, rows, 0});
            ASSERT_TRUE(steps.program().ok()) << steps.program().error().message;
            std::vector<std::vector<float>> made;
            for (std::int64_t frame = 0; frame < 5; ++frame) made.push_back(steps.frame(frame));
            if (first.empty()) first = made;
            for (std::size_t frame = 0; frame < made.size(); ++frame)
                EXPECT_EQ(
                    std::memcmp(made[frame].data(), first[frame].data(), made[frame].size() * 4), 0)
                    << threads << " threads, frame " << frame;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Stencil, testing::ValuesIn(all_places()),
                         [](const auto& chosen) { return chosen.param.name(); });

}  // namespace
}  // namespace weft::batch_test
