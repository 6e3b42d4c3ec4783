// The three pictures in Halide, compiled when it starts. Schedules are those of its tutorials: rows
// in bands over the threads, columns in vectors, colours of a pixel together; the blur in two steps
// with the first kept for a band.
#include <Halide.h>

#include "peer.h"

namespace {

using Halide::Buffer;
using Halide::cast;
using Halide::clamp;
using Halide::Expr;
using Halide::fast_sin;
using Halide::Func;
using Halide::Param;
using Halide::Var;

constexpr int kLanes = 16;

class Made final : public peer::Contender {
public:
    explicit Made(const peer::Task& task)
        : task_(task), planes_(task.planes || task.work == "reaction") {
        if (task.planes) {
            singles_ = Buffer<float>(task.width, task.height, 3);
        } else {
            pixels_ = Buffer<std::uint8_t>::make_interleaved(task.width, task.height, 4);
        }
        if (task.work == "plasma") {
            plasma();
        } else if (task.work == "blur") {
            blur();
        } else if (task.work == "reaction") {
            reaction();
        } else {
            throw std::runtime_error("no such work");
        }
        picture_.compile_jit();
    }

    void frame(std::int64_t f) override {
        if (task_.work == "reaction") {
            f == 0 ? begin() : step();
            return;
        }
        const peer::Moment m(f);
        t_.set(m.t);
        a_.set(m.a);
        b_.set(m.b);
        cx_.set(m.cx);
        cy_.set(m.cy);
        if (task_.planes)
            picture_.realize(singles_);
        else
            picture_.realize(pixels_);
    }
    const void* result() override {
        if (task_.work != "reaction")
            return task_.planes ? static_cast<const void*>(singles_.data()) : pixels_.data();
        kept_.assign(task_.pixels() * 3, 0.0f);
        std::memcpy(kept_.data(), now_[0].data(), task_.pixels() * 4);
        std::memcpy(kept_.data() + task_.pixels(), now_[1].data(), task_.pixels() * 4);
        return kept_.data();
    }
    bool planes() const override { return planes_; }

private:
    // A picture of a function's three colours, and how it is computed.
    void show(const Func& colour) {
        if (task_.planes) {
            picture_(x, y, c) = colour(x, y, c);
            picture_.bound(c, 0, 3).reorder(c, x, y).unroll(c);
        } else {
            // There is no fourth colour: without its bound, one would be computed in vain.
            const Expr value = colour(x, y, Halide::min(c, 2));
            const Expr level = cast<std::uint8_t>(clamp(value, 0.0f, 1.0f) * 255.0f + 0.5f);
            picture_(x, y, c) = Halide::select(c == 3, cast<std::uint8_t>(255), level);
            picture_.bound(c, 0, 4).reorder(c, x, y).unroll(c);
            picture_.output_buffer().dim(0).set_stride(4).dim(2).set_stride(1);
        }
        picture_.bound(x, 0, task_.width).bound(y, 0, task_.height);
    }

    void plasma() {
        const Expr u = (cast<float>(x) + 0.5f) * (1.0f / static_cast<float>(task_.width));
        const Expr v = (cast<float>(y) + 0.5f) * (1.0f / static_cast<float>(task_.height));
        Func across("across"), wave("wave"), shade("shade"), sum("sum"), colour("colour");
        across(x) = fast_sin(u * 10.0f + t_);
        wave(y) = Halide::cos(v * 10.0f + 1.3f * t_);
        const Expr turning = fast_sin(10.0f * (u * a_ + v * b_) + t_);
        const Expr dx = u + cx_, dy = v + cy_;
        const Expr rings = fast_sin(Halide::sqrt(100.0f * (dx * dx + dy * dy) + 1.0f) + t_);
        sum(x, y) = (across(x) + turning + rings) * 3.14159265f;
        shade(x, y) = 0.5f + 0.25f * across(x) * wave(y);
        const Expr phase = Halide::mux(c, {0.0f, 2.094f, 4.188f, 0.0f});
        colour(x, y, c) = shade(x, y) + 0.25f * fast_sin(sum(x, y) + phase);
        show(colour);
        across.compute_root().vectorize(x, kLanes);
        wave.compute_root();
        sum.compute_at(picture_, x).vectorize(x, kLanes);
        shade.compute_at(picture_, x).vectorize(x, kLanes);
        picture_.split(y, band, y, kBand, Halide::TailStrategy::GuardWithIf)
            .parallel(band)
            .vectorize(x, kLanes);
    }

    void blur() {
        photo_ = Buffer<float>(task_.width, task_.height, 3);
        const std::vector<float> values = task_.photo();
        std::memcpy(photo_.data(), values.data(), values.size() * 4);
        const Func edges =
            Halide::BoundaryConditions::repeat_edge(photo_, {{0, task_.width}, {0, task_.height}});
        Func down("down"), colour("colour");
        Expr rows = 0.0f, columns = 0.0f;
        for (int d = -4; d <= 4; ++d) rows += edges(x, y + d, c);
        down(x, y, c) = rows;
        for (int d = -4; d <= 4; ++d) columns += down(x + d, y, c);
        colour(x, y, c) = columns * (1.0f / 81);
        show(colour);
        down.compute_at(picture_, y).vectorize(x, kLanes).unroll(c);
        picture_.split(y, band, y, kBand, Halide::TailStrategy::GuardWithIf)
            .parallel(band)
            .vectorize(x, kLanes);
    }

    void reaction() {
        Func from[2];
        for (int s = 0; s < 2; ++s) {
            from_[s].dim(0).set_bounds(0, task_.width);
            from_[s].dim(1).set_bounds(0, task_.height);
            from[s] = Halide::BoundaryConditions::repeat_edge(from_[s]);
            for (auto* buffer : {&now_[s], &next_[s]})
                *buffer = Buffer<float>(task_.width, task_.height);
        }
        words_ = Buffer<std::uint32_t>(task_.width, task_.height);
        const auto spread = [&](const Func& p) {
            return 0.2f * (p(x - 1, y) + p(x + 1, y) + p(x, y - 1) + p(x, y + 1)) +
                   0.05f * (p(x - 1, y - 1) + p(x + 1, y - 1) + p(x - 1, y + 1) + p(x + 1, y + 1)) -
                   p(x, y);
        };
        const Expr a0 = from[0](x, y), b0 = from[1](x, y);
        const Expr eaten = a0 * b0 * b0;
        const Expr a1 = a0 + spread(from[0]) - eaten + peer::kFeed * (1.0f - a0);
        const Expr b1 = b0 + 0.5f * spread(from[1]) + eaten - (peer::kKill + peer::kFeed) * b0;
        const auto byte = [](const Expr& v) {
            return cast<std::uint32_t>(cast<std::int32_t>(clamp(v, 0.0f, 1.0f) * 255.0f + 0.5f));
        };
        const Expr word = byte(a1) | byte(b1) << 8 | Expr(std::uint32_t{0xff000000u});
        picture_(x, y) = Halide::Tuple(a1, b1, word);
        picture_.bound(x, 0, task_.width).bound(y, 0, task_.height);
        picture_.split(y, band, y, kBand, Halide::TailStrategy::GuardWithIf)
            .parallel(band)
            .vectorize(x, kLanes);
    }
    void begin() {
        for (int j = 0; j < task_.height; ++j)
            for (int i = 0; i < task_.width; ++i) {
                const float b = peer::seed(i, j, task_.width, task_.height);
                now_[0](i, j) = 1 - b;
                now_[1](i, j) = b;
            }
    }
    void step() {
        from_[0].set(now_[0]);
        from_[1].set(now_[1]);
        picture_.realize({next_[0], next_[1], words_});
        std::swap(now_[0], next_[0]);
        std::swap(now_[1], next_[1]);
    }

    static constexpr int kBand = 36;
    peer::Task task_;
    bool planes_;
    Var x{"x"}, y{"y"}, c{"c"}, band{"band"};
    Param<float> t_, a_, b_, cx_, cy_;
    Func picture_{"picture"};
    Buffer<std::uint8_t> pixels_;
    Buffer<std::uint32_t> words_;
    Halide::ImageParam from_[2] = {{Halide::Float(32), 2}, {Halide::Float(32), 2}};
    Buffer<float> singles_, photo_, now_[2], next_[2];
    std::vector<float> kept_;
};

}  // namespace

int main(int argc, char** argv) {
    return peer::main(argc, argv,
                      [](const peer::Task& task) { return std::make_unique<Made>(task); });
}
