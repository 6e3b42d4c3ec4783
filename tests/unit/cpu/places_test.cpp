// Pictures and rings read at listed points: every way on outside the grid, points beside each other
// and apart, any count, fields with and without arrays, and not one byte beyond the memory.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "eval/eval.h"
#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

// Floats with pages before and after them that nobody may touch, at one end of what is between.
class Fenced {
public:
    Fenced(std::size_t count, bool at_end) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t inner = (count * sizeof(float) + page - 1) / page * page;
        size_ = inner + 2 * page;
        void* all = mmap(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) std::abort();
        all_ = static_cast<char*>(all);
        if (mprotect(all_ + page, inner, PROT_READ | PROT_WRITE) != 0) std::abort();
        const std::size_t before = at_end ? page + inner - count * sizeof(float) : page;
        data_ = reinterpret_cast<float*>(all_ + before);
    }
    ~Fenced() { munmap(all_, size_); }
    Fenced(const Fenced&) = delete;
    Fenced& operator=(const Fenced&) = delete;
    [[nodiscard]] float* data() const { return data_; }

private:
    char* all_ = nullptr;
    std::size_t size_ = 0;
    float* data_ = nullptr;
};

// `slots` pictures that a ring of the last `count` frames is made of; 1: no ring.
struct Film {
    Film(std::uint64_t width, std::uint64_t height, std::uint32_t wrap, bool at_end,
         std::uint64_t count = 1, std::uint64_t slots = 1)
        : memory(width * height * slots, at_end), picture(width, height) {
        std::mt19937 random(7);
        for (std::size_t i = 0; i < width * height * slots; ++i)
            memory.data()[i] = std::uniform_real_distribution<float>(-1, 1)(random);
        picture.view.data = memory.data();
        weft_grid& grid = picture.handle.grid;
        grid.axes[0].wrap = grid.axes[1].wrap = wrap;
        if (slots == 1) return;
        grid.axis_count = 3;
        weft_axis& ring = grid.axes[2];
        ring = {};
        ring.field = WEFT_FIELD_OWN;
        ring.filter = WEFT_FILTER_FLOOR;
        ring.wrap = WEFT_WRAP_RING;
        ring.tick = WEFT_TICK_FRAME;
        ring.count = count;
        ring.capacity = slots;
        ring.step = 1.0;
        ring.stride = static_cast<std::int64_t>(width * height * sizeof(float));
    }
    Fenced memory;
    Picture picture;
};

struct Spot {
    double x = 0.5, y = 0.5, k = 0.0, frame = 0.0;
};

// A program whose only value is a read of the film where the points are.
class Reader {
public:
    Reader(const Film& film, unsigned lanes, bool constant_k) : film_(film) {
        host_.bind(4, film.picture.handle);
        KernelText& kernel = batch_.kernel(WEFT_DOMAIN_POINTS);
        std::vector<Ir::Id> at = {kernel.ir.field(WEFT_FIELD_X, kPoint),
                                  kernel.ir.field(WEFT_FIELD_Y, kPoint)};
        if (film.picture.handle.grid.axis_count == 3)
            at.push_back(constant_k ? kernel.ir.constant(kConstantK)
                                    : kernel.ir.field(WEFT_FIELD_OWN, kPoint));
        constant_k_ = constant_k;
        out_ = batch_.values();
        kernel.store(out_, {kernel.ir.sample(batch_.input(4), at)});
        program_ = std::make_unique<Compiled>(host_, batch_, Place{"cpu", lanes});
    }
    static constexpr double kConstantK = 2.0;

    // Compares with the reference; `arrays` says which of x, y, k, frame have one.
    void check(const std::vector<Spot>& places, unsigned arrays) {
        ASSERT_TRUE(program_->ok()) << program_->error().message;
        std::vector<double> x, y, k, frame;
        for (const Spot& place : places) {
            x.push_back(place.x);
            y.push_back(place.y);
            k.push_back(place.k);
            frame.push_back(place.frame);
        }
        Points points;
        points.view.count = places.size();
        const Spot first = places.empty() ? Spot{} : places[0];
        points.constants[WEFT_FIELD_X] = first.x;
        points.constants[WEFT_FIELD_Y] = first.y;
        points.constants[WEFT_FIELD_ABSFRAME] = first.frame;
        if ((arrays & 1u) != 0) points.set(WEFT_FIELD_X, x);
        if ((arrays & 2u) != 0) points.set(WEFT_FIELD_Y, y);
        if ((arrays & 4u) != 0) points.view.own = k.data();
        if ((arrays & 8u) != 0) points.set(WEFT_FIELD_ABSFRAME, frame);
        std::vector<double> values(places.size() + 1, -5.0);
        ASSERT_EQ(program_->values(out_, points.view, values.data()), WEFT_OK);
        EXPECT_EQ(values.back(), -5.0);
        for (std::size_t i = 0; i < places.size(); ++i) {
            Spot at = first;
            if ((arrays & 1u) != 0) at.x = x[i];
            if ((arrays & 2u) != 0) at.y = y[i];
            at.k = (arrays & 4u) != 0 ? k[i] : 0.0;
            if (constant_k_) at.k = kConstantK;
            if ((arrays & 8u) != 0) at.frame = frame[i];
            same(values[i], expected(at), i);
        }
    }

private:
    [[nodiscard]] double expected(const Spot& at) const {
        const double coords[3] = {at.x, at.y, at.k};
        const Picture& picture = film_.picture;
        return weft_grid_read(&picture.handle.grid, picture.view.data,
                              static_cast<std::int64_t>(at.frame), 0, coords);
    }
    static void same(double value, double wanted, std::size_t i) {
        if (std::isnan(wanted)) {
            EXPECT_TRUE(std::isnan(value)) << i << ": " << value;
        } else if (std::isinf(wanted)) {
            EXPECT_EQ(value, wanted) << i;
        } else {
            EXPECT_NEAR(value, wanted, 1e-11) << i;
        }
    }

    const Film& film_;
    Host host_;
    BatchText batch_;
    std::uint32_t out_ = 0;
    bool constant_k_ = false;
    std::unique_ptr<Compiled> program_;
};

// `count` points in rows across a picture and beyond its edges, `step` pixels from each to the
// next, turned so that rows of points cross rows of pixels.
std::vector<Spot> in_rows(std::size_t count, double width, double height, double step,
                          double turn) {
    std::vector<Spot> places;
    double u = -3.3;
    double v = -2.2;
    for (std::size_t i = 0; i < count; ++i) {
        places.push_back({u / width, (v + u * turn) / height, 0.0, 0.0});
        u += step;
        if (u < width + 3.0) continue;
        u = -3.3;
        v = v < height + 2.0 ? v + 0.75 : -2.2;
    }
    return places;
}

class Places : public testing::TestWithParam<unsigned> {};

TEST_P(Places, AreReadAsTheReferenceDoesWhereverTheyAre) {
    for (const std::uint32_t wrap :
         {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO})
        for (const std::uint64_t width : {1u, 2u, 7u, 16u, 17u, 45u})
            for (const bool at_end : {false, true}) {
                SCOPED_TRACE("wrap " + std::to_string(wrap) + " width " + std::to_string(width));
                const Film film(width, 9, wrap, at_end);
                Reader reader(film, GetParam(), false);
                const auto w = static_cast<double>(width);
                for (const double step : {1.0, 0.37, 1.9, 3.0, -1.0, 0.0})
                    reader.check(in_rows(1003, w, 9.0, step, 0.0), 3);
                reader.check(in_rows(1003, w, 9.0, 1.0, 0.3), 3);
                // Whole positions, where the next number does not count.
                std::vector<Spot> whole;
                for (int i = 0; i < 200; ++i)
                    whole.push_back({(i % 50 - 2 + 0.5) / w, (i / 50 + 0.5) / 9.0, 0, 0});
                reader.check(whole, 3);
            }
}

TEST_P(Places, OddCoordinatesTouchOnlyTheirOwnPoint) {
    const Film film(40, 9, WEFT_WRAP_CLAMP, true);
    Reader reader(film, GetParam(), false);
    for (const double odd : {kNaN, kInf, -kInf, 1e300, -1e300, 1e12, -1e12, 5e-324}) {
        for (std::size_t lane = 0; lane < 19; ++lane) {
            std::vector<Spot> places = in_rows(64, 40.0, 9.0, 1.0, 0.0);
            places[lane].x = odd;
            places[lane + 20].y = odd;
            reader.check(places, 3);
        }
    }
}

TEST_P(Places, OddNumbersInThePictureReachOnlyWhoReadsThem) {
    // Sizes by which whole positions are whole in every arithmetic.
    const Film film(32, 8, WEFT_WRAP_CLAMP, true);
    float* data = film.memory.data();
    data[2 * 32 + 7] = std::numeric_limits<float>::infinity();
    data[4 * 32 + 20] = std::numeric_limits<float>::quiet_NaN();
    data[6 * 32 + 30] = -std::numeric_limits<float>::infinity();
    Reader reader(film, GetParam(), false);
    reader.check(in_rows(1000, 32.0, 8.0, 1.0, 0.0), 3);
    std::vector<Spot> whole;
    for (int i = 0; i < 256; ++i) whole.push_back({(i % 32 + 0.5) / 32, (i / 32 + 0.5) / 8, 0, 0});
    reader.check(whole, 3);
}

TEST_P(Places, AnyCountIsFilledAndNotMore) {
    const Film film(33, 9, WEFT_WRAP_CLAMP, true);
    Reader reader(film, GetParam(), false);
    for (std::size_t count = 0; count < 40; ++count)
        for (const unsigned arrays : {0u, 1u, 2u, 3u})
            reader.check(in_rows(count, 33.0, 9.0, 1.0, 0.1), arrays);
}

TEST_P(Places, RingsGoRoundWithAndWithoutArrays) {
    const Film film(20, 6, WEFT_WRAP_CLAMP, true, 3, 5);
    for (const bool constant_k : {false, true}) {
        Reader reader(film, GetParam(), constant_k);
        for (unsigned arrays = 0; arrays < 16; ++arrays)
            for (const double frame : {0.0, 1.0, 4.0, 5.0, 12.0, 1e9}) {
                SCOPED_TRACE("arrays " + std::to_string(arrays) + " frame " +
                             std::to_string(frame));
                std::vector<Spot> places = in_rows(61, 20.0, 6.0, 1.0, 0.05);
                for (std::size_t i = 0; i < places.size(); ++i) {
                    places[i].k = static_cast<double>(i % 9) - 3.5;
                    places[i].frame = frame + static_cast<double>(i % 4);
                }
                places[5].k = kNaN;
                places[23].k = -kInf;
                places[24].k = 1e9;
                reader.check(places, arrays);
            }
    }
}

INSTANTIATE_TEST_SUITE_P(Widths, Places, testing::Values(4u, 8u, 16u));

}  // namespace
}  // namespace weft::batch_test
