// Every program that ships: its sinks lowered plainly and through all passes give the same numbers.
#include <gtest/gtest.h>

#include <weft_paths.h>

#include <filesystem>
#include <random>

#include "base/source.h"
#include "builder.h"
#include "ir/verify.h"
#include "sema/analyze.h"

namespace weft::ir::test {
namespace {

std::vector<std::filesystem::path> programs() {
    std::vector<std::filesystem::path> found;
    for (const char* directory : {"examples", "bench/programs"}) {
        const std::filesystem::path path = std::filesystem::path(in_source()) / directory;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            if (entry.path().extension() == ".weft") found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

// Sources and caches as pictures or sounds would lie: caches with their own axis last.
std::map<sema::StrandId, InputShape> shapes_of(const sema::Program& program, Domain domain) {
    std::map<sema::StrandId, InputShape> shapes;
    for (sema::StrandId id = 0; id < program.strands.size(); ++id) {
        const sema::InstanceId owner = program.strands[id].instance;
        const sema::InstanceKind kind = program.instances[owner].kind;
        if (kind != sema::InstanceKind::source && kind != sema::InstanceKind::cache) continue;
        InputShape shape;
        if (domain == Domain::raster)
            shape.axes = {{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}};
        if (kind == sema::InstanceKind::cache) shape.axes.push_back({WEFT_FIELD_OWN, owner});
        if (kind == sema::InstanceKind::source)
            shape.axes.push_back({WEFT_FIELD_TIME, sema::kNone});
        shapes[id] = shape;
    }
    return shapes;
}

TEST(Examples, PassesKeepTheirValues) {
    std::mt19937 random(11);
    std::uniform_real_distribution<double> unit(0, 1);
    for (const std::filesystem::path& path : programs()) {
        SCOPED_TRACE(path.filename().string());
        SourceMap sources;
        Diagnostics diagnostics(&sources);
        sema::Environment environment;
        environment.check_files = false;
        const sema::Program program =
            sema::analyze(path.string(), sources, environment, diagnostics);
        ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.render(false);
        for (const sema::Sink& sink : program.sinks) {
            const bool sound = sink.kind == sema::SinkKind::play || sink.is_sound;
            const Domain domain = sound ? Domain::stream : Domain::raster;
            const auto shapes = shapes_of(program, domain);
            LowerRequest request;
            request.program = &program;
            request.domain = domain;
            request.input = [&](sema::StrandId id) -> const InputShape* {
                const auto found = shapes.find(id);
                return found == shapes.end() ? nullptr : &found->second;
            };
            for (const sema::Expr* value : sink.values)
                request.roots.push_back({{value}, Conversion::none});
            const Kernel kernel = lower(request, diagnostics);
            request.raw = true;
            const Kernel plain = lower(request, diagnostics);
            ASSERT_FALSE(diagnostics.has_errors()) << diagnostics.render(false);
            ASSERT_EQ(verify(kernel), "") << dump(kernel.ir);
            ASSERT_EQ(verify(plain), "");
            for (int i = 0; i < 10; ++i) {
                Point point;
                for (std::size_t f = WEFT_FIELD_WIDTH; f < WEFT_FIELD_COUNT; ++f)
                    point.fields[f] = program.settings[f];
                point.params.clear();
                for (const sema::Param& param : program.params)
                    point.params.push_back(param.initial);
                point.fields[WEFT_FIELD_X] = sound ? 0.5 : unit(random);
                point.fields[WEFT_FIELD_Y] = sound ? 0.5 : unit(random);
                point.row_time = std::floor(unit(random) * 1000) / 128;
                point.column_time = sound ? std::floor(unit(random) * 128) / 48000 : 0;
                const double time = point.row_time + point.column_time;
                point.fields[WEFT_FIELD_TIME] = point.fields[WEFT_FIELD_ABSTIME] = time;
                point.fields[WEFT_FIELD_BEAT] = time * program.settings[WEFT_FIELD_BPM] / 60;
                const std::vector<double> expected = run(plain, point);
                const std::vector<double> got = run(kernel, point);
                for (std::size_t r = 0; r < expected.size(); ++r) {
                    EXPECT_NEAR(expected[r], got[r], 1e-8 * std::max(1.0, std::fabs(expected[r])))
                        << "root " << r;
                }
            }
        }
    }
}

}  // namespace
}  // namespace weft::ir::test
