// Grids of every form - pictures, films, sounds; singles, doubles, packed pixels; every wrap and
// filter - read between their points, on them, at their edges, far outside and at what is no
// number.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <random>

#include "driver/validate/drive.h"
#include "driver/validate/semantics.h"
#include "eval/eval.h"

namespace weft::validate {
namespace {

using Ir = kit::Ir;

struct Form {
    const char* name;
    std::uint32_t axes;  // x; x, y; x, y, time
    std::uint32_t format;
    std::uint32_t wrap;
    std::uint32_t filter;
    std::uint32_t channels;
};

constexpr Form kForms[] = {
    {"a picture, clamped", 2, WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR, 1},
    {"a picture, repeated", 2, WEFT_FORMAT_F32, WEFT_WRAP_REPEAT, WEFT_FILTER_LINEAR, 1},
    {"a picture, mirrored", 2, WEFT_FORMAT_F32, WEFT_WRAP_MIRROR, WEFT_FILTER_LINEAR, 1},
    {"a picture, zero outside", 2, WEFT_FORMAT_F32, WEFT_WRAP_ZERO, WEFT_FILTER_LINEAR, 1},
    {"a picture, not mixed", 2, WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_FLOOR, 1},
    {"a repeated picture, not mixed", 2, WEFT_FORMAT_F32, WEFT_WRAP_REPEAT, WEFT_FILTER_FLOOR, 1},
    {"a mirrored picture, not mixed", 2, WEFT_FORMAT_F32, WEFT_WRAP_MIRROR, WEFT_FILTER_FLOOR, 1},
    {"the last of three planes", 2, WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR, 3},
    {"a picture of doubles", 2, WEFT_FORMAT_F64, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR, 1},
    {"a picture of 8 bits, its green", 2, WEFT_FORMAT_RGBA8, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR,
     1},
    {"a picture of 16 bits, its green", 2, WEFT_FORMAT_RGBA16, WEFT_WRAP_REPEAT, WEFT_FILTER_LINEAR,
     1},
    {"a film", 3, WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR, 1},
    {"a sound", 1, WEFT_FORMAT_F32, WEFT_WRAP_ZERO, WEFT_FILTER_LINEAR, 1},
    {"a sound of doubles", 1, WEFT_FORMAT_F64, WEFT_WRAP_ZERO, WEFT_FILTER_LINEAR, 1},
};
constexpr std::uint64_t kCounts[3] = {13, 7, 3};
constexpr std::uint32_t kFields[3] = {WEFT_FIELD_X, WEFT_FIELD_Y, WEFT_FIELD_TIME};

// One grid in memory, filled at random.
struct Grid {
    std::vector<double> data;  // as much as the widest format needs
    weft_view view{};
    weft_handle handle{};
    std::uint32_t channel = 0;

    Grid(const Form& form, std::mt19937_64& random) : data(4096, 0.0) {
        const bool packed = form.format == WEFT_FORMAT_RGBA8 || form.format == WEFT_FORMAT_RGBA16;
        const std::int64_t size =
            form.format == WEFT_FORMAT_F32 || form.format == WEFT_FORMAT_RGBA8 ? 4 : 8;
        weft_grid& grid = handle.grid;
        grid.axis_count = form.axes;
        grid.format = form.format;
        grid.channels = form.channels;
        std::int64_t stride = size;
        std::uint64_t points = 1;
        for (std::uint32_t a = 0; a < form.axes; ++a) {
            const auto count = static_cast<double>(kCounts[a]);
            grid.axes[a] = {kFields[a], form.filter, form.wrap, 0,     kCounts[a],
                            0,          0.5 / count, 1 / count, stride};
            stride *= static_cast<std::int64_t>(kCounts[a]);
            points *= kCounts[a];
        }
        grid.channel_stride = packed ? 0 : stride;
        channel = packed ? 1 : form.channels - 1;
        fill(points, packed ? 4 : form.channels, random);
        view.data = data.data();
        view.tick = -1;
        handle.struct_size = sizeof handle;
        handle.kind = WEFT_HANDLE_HOST;
        handle.memory_fd = -1;
        handle.view = &view;
    }
    Grid(const Grid&) = delete;
    Grid& operator=(const Grid&) = delete;

private:
    void fill(std::uint64_t points, std::uint32_t planes, std::mt19937_64& random) {
        std::uniform_real_distribution<double> value(0, 1);
        const weft_grid& grid = handle.grid;
        for (std::uint64_t i = 0; i < points; ++i) {
            std::uint64_t index[WEFT_MAX_AXES] = {};
            std::uint64_t rest = i;
            for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
                index[a] = rest % kCounts[a];
                rest /= kCounts[a];
            }
            for (std::uint32_t c = 0; c < planes; ++c)
                weft_grid_store(&grid, data.data(), c, index, value(random));
        }
    }
};

// A kernel for points, an output for each of the grids.
Work reading(std::uint32_t context, const std::vector<const Grid*>& grids) {
    Work work("grids at points", context);
    Ir ir;
    constexpr std::uint8_t kPoint = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;
    const Ir::Id coords[3] = {ir.field(WEFT_FIELD_X, kPoint), ir.field(WEFT_FIELD_Y, kPoint),
                              ir.field(WEFT_FIELD_TIME, kPoint)};
    std::vector<Ir::Id> reads;
    for (std::size_t i = 0; i < grids.size(); ++i) {
        const std::uint64_t id = 100 + i;
        weft_binding& binding = work.bindings[id];
        binding.struct_size = sizeof binding;
        binding.kind = WEFT_HANDLE_HOST;
        binding.handle = grids[i]->handle;
        const std::vector<Ir::Id> at(coords, coords + grids[i]->handle.grid.axis_count);
        reads.push_back(ir.sample(work.input(id, grids[i]->channel), at));
    }
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_POINTS);
    kernel.ir = ir;
    for (const Ir::Id read : reads) kernel.store(work.values(), {read});
    return work;
}

std::vector<double> coordinates(std::uint64_t count, std::mt19937_64& random) {
    const auto points = static_cast<double>(count);
    std::vector<double> list;
    for (std::uint64_t i = 0; i < count; ++i)
        list.push_back((static_cast<double>(i) + 0.5) / points);
    for (const double edge : {0.0, 1.0, -0.5 / points, 1 + 0.5 / points, -1.0, 2.0, -1e3, 1e3})
        list.push_back(edge);
    for (const double none :
         {std::numeric_limits<double>::quiet_NaN(), HUGE_VAL, -HUGE_VAL, 1e30, -1e30})
        list.push_back(none);
    std::uniform_real_distribution<double> inside(0, 1), around(-3, 4);
    for (int i = 0; i < 40; ++i) list.push_back(inside(random));
    for (int i = 0; i < 20; ++i) list.push_back(around(random));
    for (double& c : list) c = static_cast<double>(static_cast<float>(c));
    return list;
}

// Every coordinate of an axis, those of the others at random.
std::array<std::vector<double>, 3> places(std::mt19937_64& random) {
    std::array<std::vector<double>, 3> lists;
    std::array<std::vector<double>, 3> all;
    for (std::size_t a = 0; a < 3; ++a) all[a] = coordinates(kCounts[a], random);
    for (std::size_t a = 0; a < 3; ++a)
        for (const double here : all[a])
            for (int repeat = 0; repeat < 3; ++repeat)
                for (std::size_t b = 0; b < 3; ++b)
                    lists[b].push_back(b == a ? here : all[b][random() % all[b].size()]);
    return lists;
}

void check_form(Context& context, Driven& program, std::uint32_t output, const Grid& grid,
                const char* name) {
    const auto lists = places(context.random());
    kit::Points points;
    points.set(WEFT_FIELD_X, lists[0]);
    points.set(WEFT_FIELD_Y, lists[1]);
    points.set(WEFT_FIELD_TIME, lists[2]);
    std::vector<double> got(lists[0].size(), -12345.0);
    if (!program.values(output, points.view, got.data())) return;
    const Work judged = reading(WEFT_CONTEXT_COMPUTE, {&grid});
    kit::Judge judge;
    judge.kernel = &judged.kernels.front();
    judge.inputs = {{&grid.handle.grid, grid.data.data(), grid.channel}};
    const std::uint32_t result = judge.kernel->ir.view().value_count - 1;
    Verdict verdict;
    for (std::size_t i = 0; i < got.size(); ++i) {
        for (std::size_t a = 0; a < 3; ++a) judge.fields[kFields[a]] = lists[a][i];
        const auto opinion = judge.opinion(0);
        verdict.judge(opinion.bounds[result], opinion.values[result], got[i], [&] {
            return fmt::format("at x {}, y {}, time {}", number(lists[0][i]), number(lists[1][i]),
                               number(lists[2][i]));
        });
    }
    verdict.report(context, name);
}

}  // namespace

void check_sampling(Context& context) {
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_COMPUTE);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    std::deque<Grid> grids;
    for (const Form& form : kForms) grids.emplace_back(form, context.random());
    std::vector<const Grid*> all;
    for (const Grid& grid : grids) all.push_back(&grid);
    Work whole = reading(of, all);
    Driven together(context, instance, whole);
    bool any = together.ok();
    for (std::uint32_t i = 0; i < grids.size() && !context.ended(); ++i) {
        if (together.ok()) {
            check_form(context, together, i, grids[i], kForms[i].name);
            continue;
        }
        Work single = reading(of, {&grids[i]});
        Driven alone(context, instance, single);
        any |= alone.ok();
        if (alone.ok()) check_form(context, alone, 0, grids[i], kForms[i].name);
    }
    if (!any) context.skip("it reads no grids");
}

}  // namespace weft::validate
