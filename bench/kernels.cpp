// The programs of bench/programs on the best back end against what one would write by hand:
// pictures at 1920x1080 on all cores, sound on one thread.

#include <weft_paths.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "bench/contenders.h"
#include "bench/samples.h"
#include "bench/show.h"

namespace weft::bench {
namespace {

std::string program(const char* name) {
    return in_source("/bench/programs/") + name;
}

// Rows [0, height) over all cores, as a resource group would share them.
template <class Work>
void all_cores(int height, Work&& work) {
    const int threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    std::vector<std::thread> helpers;
    for (int t = 1; t < threads; ++t)
        helpers.emplace_back([&, t] { work(height * t / threads, height * (t + 1) / threads); });
    work(0, height / threads);
    for (std::thread& helper : helpers) helper.join();
}

void pictures(int rounds) {
    constexpr int kWidth = 1920;
    constexpr int kHeight = 1080;
    const std::vector<std::pair<std::uint32_t, double>> size = {{WEFT_FIELD_WIDTH, kWidth},
                                                                {WEFT_FIELD_HEIGHT, kHeight}};
    std::vector<std::uint32_t> pixels(static_cast<std::size_t>(kWidth) * kHeight);
    std::int64_t frame = 0;
    RunningShow waves(program("plasma.weft"), 0, size);
    if (waves.ok())
        race(
            "plasma", rounds, [&] { waves.run(frame++, 1); },
            [&] {
                const double time = static_cast<double>(frame) / 60;
                all_cores(kHeight, [&](int begin, int end) {
                    plasma(pixels.data(), kWidth, kHeight, begin, end, time);
                });
            });
    // The contender's picture has the size of the output, which spares it every interpolation.
    const std::vector<float> planes(pixels.size() * 3, 0.5f);
    RunningShow soft(program("blur81.weft"), 0, size);
    if (soft.ok())
        race(
            "blur", rounds, [&] { soft.run(frame++, 1); },
            [&] {
                all_cores(kHeight, [&](int begin, int end) {
                    blur(pixels.data(), planes.data(), kWidth, kHeight, begin, end);
                });
            });
}

// `seconds` of sound a round.
void sounds(int rounds, int seconds) {
    constexpr int kSamples = 800;  // of a frame
    const int frames = seconds * 60;
    std::vector<float> left(kSamples), right(kSamples);
    RunningShow organ(program("partials64.weft"), 1);
    if (organ.ok())
        race(
            "partials", rounds, [&] { organ.run(0, frames); },
            [&] {
                for (int f = 0; f < frames; ++f)
                    partials(left.data(), right.data(), std::int64_t{f} * kSamples, kSamples);
            });
    RunningShow filtered(program("saws8.weft"), 1);
    Saws saws;
    if (filtered.ok())
        race(
            "saws", rounds, [&] { filtered.run(0, frames); },
            [&] {
                for (int f = 0; f < frames; ++f)
                    saws.run(left.data(), right.data(), std::int64_t{f} * kSamples, kSamples);
            });
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    if (!__builtin_cpu_supports("avx512f")) {
        std::fputs("the contenders are written for AVX-512, which this processor has not\n",
                   stderr);
        return 1;
    }
    const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
    weft::bench::pictures(quick ? 5 : 15);
    weft::bench::sounds(quick ? 3 : 5, quick ? 2 : 10);
    return 0;
}
