// From the text of a program to its first frame, small: `bench_contest_compile PROGRAM [--kept]`
// prints {"warm": seconds in a process that has done it before, "cold": from main to the first
// time}. Nothing is kept between compilations, unless --kept: then what WEFT_CACHE_DIR keeps
// counts.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/samples.h"
#include "bench/show.h"

namespace weft::bench {
namespace {

constexpr int kTimes = 5;

void first_frame(driver::Session& session, const std::string& path) {
    const std::size_t errors = session.diagnostics().error_count();
    const sema::Program program =
        sema::analyze(path, session.sources(), session.environment(), session.diagnostics());
    driver::BuildRequest request;
    request.program = &program;
    const auto built = session.diagnostics().error_count() == errors
                           ? build_show(session, request)
                           : std::optional<driver::BuiltShow>();
    session.print_diagnostics();
    if (!built) std::exit(1);
    std::vector<runtime::Buffer> memory;
    std::vector<weft_target> targets;
    for (const runtime::TargetLayout& layout : built->show->targets) {
        const auto buffer = session.pool().allocate(layout.bytes, true, false);
        if (!buffer) std::exit(1);
        memory.push_back(*buffer);
        targets.push_back({buffer->data, layout.bytes});
    }
    runtime::FrameRequest frame;
    frame.targets = targets.data();
    frame.params = built->show->initial_params.data();
    session.main_group().run([&] {
        if (!built->show->run(frame).ok()) std::exit(1);
    });
    for (const runtime::Buffer& each : memory) session.pool().free(each);
}

int run(const std::string& path, bool kept) {
    std::unique_ptr<driver::Session> session;
    const double cold = seconds_of([&] {
        driver::CommonOptions options = uncached(0, picture_size(64, 64));
        options.no_cache = !kept;
        auto made = driver::Session::create(std::move(options));
        if (!made) std::exit(1);
        session = std::move(*made);
        first_frame(*session, path);
    });
    const double warm = least_seconds(kTimes, [&] { first_frame(*session, path); });
    std::printf("{\"warm\": %.9g, \"cold\": %.9g}\n", warm, cold);
    return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    const bool kept = argc == 3 && std::strcmp(argv[2], "--kept") == 0;
    if (argc != 2 && !kept) {
        std::fprintf(stderr, "usage: bench_contest_compile PROGRAM [--kept]\n");
        return 2;
    }
    return weft::bench::run(argv[1], kept);
}
