// What a reader of --dump-after sees, for a few small programs.
#include <gtest/gtest.h>

#include "base/source.h"
#include "ir/lower.h"
#include "sema/analyze.h"

namespace weft::ir {
namespace {

std::string dumped(const std::string& text, std::string_view pass, Domain domain) {
    SourceMap sources;
    Diagnostics diagnostics(&sources);
    const sema::Program program =
        sema::analyze_text("test.weft", text, sources, sema::Environment{}, diagnostics);
    EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render(false);
    LowerRequest request;
    request.program = &program;
    request.domain = domain;
    request.roots = {{{program.sinks.at(0).values.at(0)}, Conversion::none}};
    request.dump_after = pass;
    std::string shown;
    request.dump = [&](std::string_view, const std::string& now) { shown += now; };
    (void)lower(request, diagnostics);
    return shown;
}

TEST(Dump, OnePassAfterAnother) {
    const std::string program = "display(sin(me@x * 10 + me@time) + 0 * 2)";
    EXPECT_EQ(dumped(program, "lower", Domain::raster),
              "%0 = field x : f64 column\n"
              "%1 = const 10 : f64 constant\n"
              "%2 = mul %0 %1 : f64 column\n"
              "%3 = field time : f64 frame\n"
              "%4 = add %2 %3 : f64 column\n"
              "%5 = sin %4 : f64 column\n"
              "%6 = const 0 : f64 constant\n"
              "%7 = const 2 : f64 constant\n"
              "%8 = mul %6 %7 : f64 constant\n"
              "%9 = add %5 %8 : f64 column\n");
    EXPECT_EQ(dumped(program, "split_angles", Domain::raster), "split_angles: no change\n");
    EXPECT_EQ(dumped(program, "precision", Domain::raster),
              "%0 = field x : f32 column\n"
              "%1 = const 10 : f32 constant\n"
              "%2 = mul %0 %1 : f32 column\n"
              "%3 = uniform 0 : f32 frame\n"
              "%4 = add %2 %3 : f32 column\n"
              "%5 = sin %4 : f32 column\n"
              "%6 = const 0 : f32 constant\n"
              "%7 = add %5 %6 : f32 column\n"
              "host:\n"
              "%0 = field time : f64 frame\n"
              "%1 = const 6.283185307179586 : f64 constant\n"
              "%2 = mod %0 %1 : f64 frame\n");
}

TEST(Dump, NumbersJoinWhereSeveralShareAProduct) {
    const std::string program = "v = noise(me@x, me@y) * 3\n";
    const std::string taps =
        dumped(program + "display(abs(v * 5) + exp(v / 8))", "reassociate", Domain::raster);
    EXPECT_NE(taps.find("const 15 "), std::string::npos) << taps;
    EXPECT_NE(taps.find("const 0.375 "), std::string::npos) << taps;
    EXPECT_EQ(taps.find("const 3 "), std::string::npos) << taps;
    // A function that jumps sees what was written.
    EXPECT_EQ(dumped(program + "display(floor(v * 5) + exp(v * 7))", "reassociate", Domain::raster),
              "reassociate: no change\n");
}

TEST(Dump, TonesBecomeTablesOfRowsAndColumns) {
    EXPECT_EQ(dumped("play(sin(me@time * 1000))", "precision", Domain::stream),
              "%0 = field row_time : f64 row\n"
              "%1 = const 1000 : f64 constant\n"
              "%2 = mul %0 %1 : f64 row\n"
              "%3 = const 6.283185307179586 : f32 constant\n"
              "%4 = mod %2 %3 : f32 row\n"
              "%5 = sin %4 : f32 row\n"
              "%6 = field column_time : f32 column\n"
              "%7 = mul %6 %1 : f32 column\n"
              "%8 = mod %7 %3 : f32 column\n"
              "%9 = cos %8 : f32 column\n"
              "%10 = mul %5 %9 : f32 point\n"
              "%11 = cos %4 : f32 row\n"
              "%12 = sin %8 : f32 column\n"
              "%13 = mul %11 %12 : f32 point\n"
              "%14 = add %10 %13 : f32 point\n");
}

TEST(Dump, LoopsAreIndented) {
    const std::string program =
        "spindle s(n) :: <o> { t = 0 for i in (1 to n) { t += sin(i * me@x) } out o = t }\n"
        "display(s(me@y * 9))";
    EXPECT_EQ(dumped(program, "lower", Domain::raster),
              "%0 = field y : f64 row\n"
              "%1 = const 9 : f64 constant\n"
              "%2 = mul %0 %1 : f64 row\n"
              "%3 = const 0 : f64 constant\n"
              "%4 = const 1 : f64 constant\n"
              "%5 = field x : f64 column\n"
              "%6 = loop %4 %2 %3 : f64 point next %11\n"
              "  %7 = index %6 : f64 point\n"
              "  %8 = mul %7 %5 : f64 point\n"
              "  %9 = sin %8 : f64 point\n"
              "  %10 = carried 0 %6 : f64 point\n"
              "  %11 = add %10 %9 : f64 point\n"
              "%12 = result 0 %6 : f64 point\n");
}

}  // namespace
}  // namespace weft::ir
