// What it costs that one back end's picture is read by another: `bench_contest_edges FROM TO WIDTH
// HEIGHT [--getter]` prints {"warm": seconds a frame that crossing takes}, of four planes of
// singles. Computing is next to nothing on both sides, and is taken off: gpu/crossing.h. In place
// where both can, else it says so and ends with 3; --getter asks for 16 points of every plane.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bench/gpu/crossing.h"
#include "bench/samples.h"
#include "bench/show.h"
#include "plugin/extensions.h"

namespace weft::bench {
namespace {

constexpr int kRuns = 41;
constexpr std::size_t kAsked = 16;
constexpr double kLeast = 1e-9;  // less cannot be told from nothing

[[noreturn]] void end(int code, const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(code);
}

// What `with` takes longer than `without`: the difference of their medians over neighbours.
template <class With, class Without>
double surplus(With&& with, Without&& without) {
    std::vector<double> list;
    with();
    without();
    for (int i = 0; i < kRuns; ++i) {
        const double more = seconds_of(with);
        list.push_back(more - seconds_of(without));
    }
    std::nth_element(list.begin(), list.begin() + kRuns / 2, list.end());
    return std::max(0.0, list[kRuns / 2]);
}

struct Pair {
    plugin::Backend& from;
    plugin::Backend& to;
    std::uint64_t width;
    std::uint64_t height;
};

double in_place(const Pair& pair) {
    const std::uint32_t kind = common_kind(pair.from, pair.to);
    if (kind == WEFT_HANDLE_NONE)
        end(3, pair.from.name() + " and " + pair.to.name() + " share no memory here");
    Corner shared = Corner::producer(pair.from, pair.width, pair.height, 1u << kind);
    Corner own = Corner::producer(pair.from, pair.width, pair.height, 0);
    Corner little = Corner::producer(pair.from, kCorner, 1, 1u << kind);
    shared.run();
    little.run();
    Corner reader = Corner::consumer(pair.to, shared.handles(kind));
    Corner little_reader = Corner::consumer(pair.to, little.handles(kind));
    return surplus([&] { shared.run(); }, [&] { own.run(); }) +
           surplus([&] { reader.run(); }, [&] { little_reader.run(); });
}

// Points that nobody knows before: the reader's host asks when the picture is complete.
double by_getter(const Pair& pair) {
    Corner asked = Corner::producer(pair.from, pair.width, pair.height, 0);
    asked.run();
    std::vector<double> x(kAsked), y(kAsked), values(kAsked);
    for (std::size_t i = 0; i < kAsked; ++i) {
        x[i] = (static_cast<double>(i) + 0.5) / kAsked;
        y[i] = 1 - x[i];
    }
    std::vector<const double*> fields(WEFT_FIELD_COUNT);
    std::vector<double> constants(WEFT_FIELD_COUNT);
    fields[WEFT_FIELD_X] = x.data();
    fields[WEFT_FIELD_Y] = y.data();
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = kAsked;
    points.fields = fields.data();
    points.constants = constants.data();
    return least_seconds(kRuns, [&] {
        for (std::uint32_t c = 0; c < kPlanes; ++c)
            if (auto done = asked.program().get_values(c, points, values.data()); !done)
                end(1, done.error().message);
    });
}

int run(const std::string& from, const std::string& to, std::uint64_t width, std::uint64_t height,
        bool getter) {
    auto made = driver::Session::create(uncached(0, picture_size(64, 64), from));
    if (!made) return 1;
    driver::Session& session = **made;
    session.plugins().probe_all();
    const auto find = [&](const std::string& name) -> plugin::Backend& {
        const plugin::PluginInfo* info = session.plugins().find(name);
        if (!info || info->state != plugin::State::ready) end(3, name + " is not here");
        const auto found = session.backend(name, WEFT_CONTEXT_VISUAL);
        if (!found) end(3, name + " does not start");
        return *found->backend;
    };
    const Pair pair{find(from), find(to), width, height};
    double took = 0;
    session.main_group().run([&] { took = getter ? by_getter(pair) : in_place(pair); });
    std::printf("{\"warm\": %.9g}\n", std::max(took, kLeast));
    return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    const bool getter = argc == 6 && std::strcmp(argv[5], "--getter") == 0;
    if (argc != 5 && !getter)
        weft::bench::end(2, "usage: bench_contest_edges FROM TO WIDTH HEIGHT [--getter]");
    return weft::bench::run(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10),
                            std::strtoull(argv[4], nullptr, 10), getter);
}
