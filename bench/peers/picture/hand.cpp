// The three pictures as a good programmer writes them by hand: vectors, all cores through OpenMP,
// AVX-512 or AVX2 chosen when it starts. HAND=81 takes the blur sample by sample, HAND=avx2 the
// narrower vectors. Two more works are floors: copy4 and copy10 copy so many bytes a pixel: what
// a picture alone writes; and what moves as many bytes as a step of the reaction, which reads 8 and
// writes 12.
#include <cmath>

#include "bench/contenders.h"
#include "peer.h"

#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace narrow {
constexpr int kLanes = 8;
#include "rows.h"
}  // namespace narrow
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,fma,prefer-vector-width=512")
namespace wide {
constexpr int kLanes = 16;
#include "rows.h"
}  // namespace wide
#pragma GCC pop_options

namespace {

constexpr int kBand = 36;  // rows that one thread takes at a time

class Hand final : public peer::Contender {
public:
    explicit Hand(const peer::Task& task) : task_(task), pixels_(task.pixels()) {
        const char* set = std::getenv("HAND");
        const std::string how = set ? set : "";
        each_ = how.find("81") != std::string::npos;
        wide_ = how.find("avx2") == std::string::npos && __builtin_cpu_supports("avx512f") &&
                __builtin_cpu_supports("avx512bw");
        if (!wide_ && !__builtin_cpu_supports("avx2")) throw std::runtime_error("needs AVX2");
        if (task.work == "blur") {
            photo_ = task.photo();
        } else if (task.work == "reaction") {
            for (std::vector<float>& plane : substances_)
                plane.resize(static_cast<std::size_t>(task.width + 32) * task.height);
        } else if (task.work == "copy4" || task.work == "copy10") {
            from_.resize(task.pixels() * (task.work == "copy4" ? 2 : 5) / 2, 1);
            pixels_.resize(from_.size());
        } else if (task.work != "plasma") {
            throw std::runtime_error("no such work");
        }
    }

    void frame(std::int64_t f) override {
        if (task_.work == "reaction") {
            f == 0 ? begin() : step();
            return;
        }
        const peer::Moment moment(f);
        const double time = static_cast<double>(f) / 60;
        bands([&](int begin, int end) {
            if (task_.work == "plasma") {
                if (wide_)
                    weft::bench::plasma(pixels_.data(), task_.width, task_.height, begin, end,
                                        time);
                else
                    narrow::plasma(pixels_.data(), task_.width, task_.height, begin, end, moment);
            } else if (task_.work == "blur") {
                blur(begin, end);
            } else {
                const std::size_t row = from_.size() / static_cast<std::size_t>(task_.height);
                const std::size_t at = row * static_cast<std::size_t>(begin);
                std::memcpy(pixels_.data() + at, from_.data() + at,
                            row * static_cast<std::size_t>(end - begin) * 4);
            }
        });
    }
    const void* result() override {
        if (task_.work != "reaction") return pixels_.data();
        planes_.assign(task_.pixels() * 3, 0.0f);
        for (std::size_t c = 0; c < 2; ++c)
            for (int j = 0; j < task_.height; ++j)
                std::memcpy(planes_.data() + c * task_.pixels() + at(0, j, task_.width),
                            substances_[c].data() + at(16, j, task_.width + 32),
                            static_cast<std::size_t>(task_.width) * 4);
        return planes_.data();
    }
    bool planes() const override { return task_.work == "reaction"; }

private:
    static std::size_t at(int i, int j, int stride) {
        return static_cast<std::size_t>(j) * static_cast<std::size_t>(stride) +
               static_cast<std::size_t>(i);
    }

    template <class Work>
    void bands(Work&& work) {
        const int count = (task_.height + kBand - 1) / kBand;
#pragma omp parallel for schedule(dynamic, 1)
        for (int band = 0; band < count; ++band)
            work(band * kBand, std::min(task_.height, (band + 1) * kBand));
    }

    void blur(int begin, int end) {
        const float* photo = photo_.data();
        if (each_) {
            const auto way = wide_ ? weft::bench::blur : narrow::blur;
            way(pixels_.data(), photo, task_.width, task_.height, begin, end);
            return;
        }
        thread_local std::vector<float> sums;
        sums.resize(static_cast<std::size_t>(task_.width + 32) * 3);
        const auto way = wide_ ? wide::blur_apart : narrow::blur_apart;
        way(pixels_.data(), photo, task_.width, task_.height, begin, end, sums.data());
    }

    void begin() {
        for (int j = 0; j < task_.height; ++j)
            for (int i = -1; i <= task_.width; ++i) {
                const int inside = std::clamp(i, 0, task_.width - 1);
                const float b = peer::seed(inside, j, task_.width, task_.height);
                substances_[0][at(i + 16, j, task_.width + 32)] = 1 - b;
                substances_[1][at(i + 16, j, task_.width + 32)] = b;
            }
    }

    // Substances 0 and 1 are the newest ones.
    void step() {
        const auto way = wide_ ? wide::reaction : narrow::reaction;
        bands([&](int begin, int end) {
            way(pixels_.data(), substances_[0].data(), substances_[1].data(), substances_[2].data(),
                substances_[3].data(), task_.width, task_.height, begin, end);
        });
        substances_[0].swap(substances_[2]);
        substances_[1].swap(substances_[3]);
    }

    peer::Task task_;
    bool wide_ = false, each_ = false;
    std::vector<std::uint32_t> pixels_, from_;
    std::vector<float> photo_, planes_, substances_[4];
};

}  // namespace

int main(int argc, char** argv) {
    return peer::main(argc, argv,
                      [](const peer::Task& task) { return std::make_unique<Hand>(task); });
}
