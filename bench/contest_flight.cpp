// Frames that are under way at once: `bench_contest_flight BACKEND FRAMES WIDTH HEIGHT` submits so
// many pictures of plasma that stay on the device, waits for the last, and prints {"warm": seconds
// a frame}. Ends with 3 where the back end works only while it is called.
#include <weft/clock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/samples.h"
#include "bench/show.h"

namespace weft::bench {
namespace {

constexpr double kSeconds = 0.3;
constexpr std::size_t kLeast = 5;

[[noreturn]] void end(int code, const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(code);
}

void submit(runtime::Show& show, std::int64_t first, std::int64_t count) {
    runtime::Step& step = show.steps.front();
    std::uint64_t value = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        std::array<double, WEFT_FIELD_COUNT> fields{};
        weft_clock_at_frame(show.settings.data(), first + i, fields.data());
        weft_frame frame{};
        frame.struct_size = sizeof frame;
        frame.fields = fields.data();
        frame.params = show.initial_params.data();
        frame.uniforms = step.uniforms.data();
        frame.capture = 1;
        frame.skip_targets = 1;
        frame.more = i + 1 < count ? 1 : 0;
        const auto queued = step.timeline.submit(*step.program, frame);
        if (!queued) end(1, queued.error().message);
        value = *queued;
    }
    if (auto done = step.timeline.wait(value, UINT64_MAX); !done) end(1, done.error().message);
}

int run(const std::string& backend, std::int64_t count, double width, double height) {
    RunningShow waves(source_dir() + "/bench/programs/plasma_kept.weft", {},
                      uncached(0, picture_size(width, height), backend), {"kept@r"});
    if (!waves.ok()) end(3, backend + " does not run it");
    if (!waves.show().steps.front().timeline) end(3, backend + " works while it is called");
    waves.run(0, 1);  // which also finds what the frames below take as found
    std::vector<double> list;
    double all = 0;
    waves.session().main_group().run([&] {
        for (std::int64_t first = 1; all < kSeconds || list.size() < kLeast; first += count) {
            list.push_back(seconds_of([&] { submit(waves.show(), first, count); }));
            all += list.back();
        }
    });
    const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
    std::nth_element(list.begin(), middle, list.end());
    std::printf("{\"warm\": %.9g}\n", *middle / static_cast<double>(count));
    return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    const long long count = argc == 5 ? std::atoll(argv[2]) : 0;
    if (count < 1) weft::bench::end(2, "usage: bench_contest_flight BACKEND FRAMES WIDTH HEIGHT");
    return weft::bench::run(argv[1], count, std::atof(argv[3]), std::atof(argv[4]));
}
