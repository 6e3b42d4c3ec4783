// One program, frame after frame without writing anything: what its unit of work costs once all is
// in place (warm), and from main to the first frame, compilation included (cold).
//
// bench_frames PROGRAM [--frames N] [--on NAME] [--threads N] [--width W] [--height H] [--rate R]
//              [--block SAMPLES] [--first F] [--seconds S] [--write FILE]
//
// Frames from F on are run in chunks of N (1) for S seconds (1), at least three chunks unless they
// take ten times as long, after one that warms up; "warm" is the median chunk over N, "processor"
// what a frame takes of all cores together. --block makes a frame of so many samples, at R samples
// a second. --write measures nothing: it runs frames F to F + N, after all that come before them
// where a program remembers, and writes what the first sink makes as raw singles. Pictures are the
// bytes of the screen over 255, r g b of a pixel beside each other, without alpha; sound is
// interleaved; each of all N frames.

#include <weft_paths.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "bench/show.h"

namespace weft::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Wish {
    std::string program, backend, file;
    std::int64_t frames = 1, first = 0;
    unsigned threads = 0;
    double seconds = 1, rate = 48000;
    std::optional<double> block;
    Settings settings;
};

// Nothing if the command line means nothing.
std::optional<Wish> read_arguments(int argc, char** argv) {
    Wish wish;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.rfind("--", 0) != 0) {
            wish.program = word;
            continue;
        }
        if (++i == argc) return std::nullopt;
        const char* value = argv[i];
        const double number = std::atof(value);
        if (word == "--on") {
            wish.backend = value;
        } else if (word == "--write") {
            wish.file = value;
        } else if (word == "--frames") {
            wish.frames = std::max<std::int64_t>(1, std::atoll(value));
        } else if (word == "--first") {
            wish.first = std::atoll(value);
        } else if (word == "--threads") {
            wish.threads = static_cast<unsigned>(number);
        } else if (word == "--seconds") {
            wish.seconds = number;
        } else if (word == "--width") {
            wish.settings.emplace_back(WEFT_FIELD_WIDTH, number);
        } else if (word == "--height") {
            wish.settings.emplace_back(WEFT_FIELD_HEIGHT, number);
        } else if (word == "--rate") {
            wish.rate = number;
            wish.settings.emplace_back(WEFT_FIELD_RATE, number);
        } else if (word == "--block") {
            wish.block = number;
        } else {
            return std::nullopt;
        }
    }
    if (wish.program.empty()) return std::nullopt;
    if (wish.block) wish.settings.emplace_back(WEFT_FIELD_FPS, wish.rate / *wish.block);
    return wish;
}

// What the first sink of frame `absframe` left, as singles.
void append(RunningShow& running, std::int64_t absframe, std::vector<float>& values) {
    const runtime::Show& show = running.show();
    const runtime::TargetLayout& layout = show.targets[0];
    if (layout.kind == runtime::TargetKind::picture) {
        const auto* bytes = static_cast<const std::uint8_t*>(running.target(0));
        const std::uint64_t pixels = layout.width * layout.height;
        for (std::uint64_t i = 0; i < pixels; ++i)
            for (std::uint64_t c = 0; c < 3; ++c)
                values.push_back(static_cast<float>(bytes[4 * i + c]) / 255.0f);
        return;
    }
    const auto* base = static_cast<const char*>(running.target(0));
    const std::int64_t count = show.first_sample(absframe + 1) - show.first_sample(absframe);
    for (std::int64_t n = 0; n < count; ++n)
        for (std::uint32_t c = 0; c < layout.channels; ++c) {
            float value = 0;
            std::memcpy(&value, base + c * layout.plane_bytes + static_cast<std::size_t>(n) * 4,
                        sizeof value);
            values.push_back(value);
        }
}

int write(RunningShow& running, const Wish& wish) {
    // History begins at frame 0.
    if (running.show().run_up_frames != std::optional<std::uint64_t>(0)) running.run(0, wish.first);
    std::vector<float> values;
    for (std::int64_t f = wish.first; f < wish.first + wish.frames; ++f) {
        running.run(f, 1);
        append(running, f, values);
    }
    std::FILE* file = std::fopen(wish.file.c_str(), "wb");
    if (!file) {
        std::perror(wish.file.c_str());
        return 1;
    }
    const bool whole = std::fwrite(values.data(), 4, values.size(), file) == values.size();
    return std::fclose(file) == 0 && whole ? 0 : 1;
}

void measure(RunningShow& running, const Wish& wish, double cold) {
    std::int64_t next = wish.first + 1;
    std::vector<double> chunks;
    const auto enough = [&](double passed) {
        return passed >= (chunks.size() < 3 ? 10 : 1) * wish.seconds;
    };
    std::clock_t spent = 0;
    running.on_its_thread([&] {
        running.run_here(next, wish.frames);
        next += wish.frames;
        spent = std::clock();
        const auto begin = Clock::now();
        while (chunks.empty() || !enough(seconds_since(begin))) {
            const auto start = Clock::now();
            running.run_here(next, wish.frames);
            chunks.push_back(seconds_since(start));
            next += wish.frames;
        }
    });
    const auto middle = chunks.begin() + static_cast<std::ptrdiff_t>(chunks.size() / 2);
    std::nth_element(chunks.begin(), middle, chunks.end());
    const auto frames = static_cast<double>(wish.frames);
    const double processor = static_cast<double>(std::clock() - spent) / CLOCKS_PER_SEC;
    std::printf("{\"processor\": %.9g, \"warm\": %.9g, \"cold\": %.9g}\n",
                processor / (frames * static_cast<double>(chunks.size())), *middle / frames, cold);
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    using namespace weft;
    const auto begin = bench::Clock::now();
    const std::optional<bench::Wish> wish = bench::read_arguments(argc, argv);
    if (!wish) {
        std::fputs(
            "usage: bench_frames PROGRAM [--frames N] [--on NAME] [--threads N] [--width W] "
            "[--height H] [--rate R] [--block SAMPLES] [--first F] [--seconds S] "
            "[--write FILE]\n",
            stderr);
        return 2;
    }
    bench::RunningShow running(wish->program, {},
                               bench::uncached(wish->threads, wish->settings, wish->backend));
    if (!running.ok() || running.show().targets.empty()) return 1;
    if (!wish->file.empty()) return bench::write(running, *wish);
    running.run(wish->first, 1);
    bench::measure(running, *wish, bench::seconds_since(begin));
    return 0;
}
