// Settings, builtins, caches, sinks.
#include "check.h"

#include <weft/writer.h>

namespace weft::sema::testing {
namespace {

double setting(const std::string& text, std::uint32_t field) {
    const auto checked = check(text);
    EXPECT_TRUE(checked->codes().empty()) << checked->text();
    return checked->program.settings[field];
}

TEST(Settings, AreFolded) {
    EXPECT_EQ(setting("me<width> = 2*400", WEFT_FIELD_WIDTH), 800);
    EXPECT_EQ(setting("me<height> = me@width/2  me<width> = w  w = 640", WEFT_FIELD_HEIGHT), 320);
    EXPECT_EQ(setting("me<resW> = 99", WEFT_FIELD_WIDTH), 99);
    EXPECT_EQ(setting("", WEFT_FIELD_RATE), 48000);
}

TEST(Settings, TheCommandLineWins) {
    Environment environment;
    environment.overrides[WEFT_FIELD_WIDTH] = 100;
    const auto checked = check("me<width> = 800  me<height> = me@width", environment);
    EXPECT_EQ(checked->program.settings[WEFT_FIELD_WIDTH], 100);
    EXPECT_EQ(checked->program.settings[WEFT_FIELD_HEIGHT], 100);
}

TEST(Settings, Errors) {
    EXPECT_CODES("me<widht> = 800", "W0220");
    EXPECT_CODES("me<time> = 800", "W0221");
    EXPECT_CODES("me<width> = me@x", "W0222");
    EXPECT_CODES("me<width> = 0.5", "W0223");
    EXPECT_CODES("me<width> = 40000", "W0223");
    EXPECT_CODES("me<fps> = 0", "W0223");
    EXPECT_CODES("me<width> = me@height  me<height> = me@width", "W0224");
    EXPECT_CODES("me<width> = 8  me<width> = 9", "W0204");
}

TEST(Builtins, Sources) {
    const auto checked = check("img<r,g> = load(\"a.png\", wrap: \"repeat\")  a = img@r");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    const Instance& instance = checked->program.instances[checked->program.find("img")];
    EXPECT_EQ(instance.kind, InstanceKind::source);
    ASSERT_EQ(instance.arguments.size(), 2u);
    EXPECT_EQ(instance.arguments[1].text, "repeat");
    EXPECT_CODES("img<r> = load(\"a.png\", wrap: \"roll\")", "W0249");
    EXPECT_CODES("img<r> = load(3)", "W0242");
    EXPECT_CODES("img<r> = load()", "W0240");
    EXPECT_CODES("img<r> = load(\"a\") * 2", "W0245");
    EXPECT_CODES("img<r> = load(\"a\", nix: 2)", "W0241");
    Environment environment;
    environment.available = [](std::string_view name) { return name != "mic"; };
    const auto missing = check("m = mic()", environment);
    EXPECT_NE(missing->text().find("'audio'"), std::string::npos);
}

TEST(Builtins, Caches) {
    const auto checked = check(
        "n = 2 img<r,g> = <1,2> c<r,g> = cache(img, n + 1) d<r> = cache(1, 2) d<g> = cache(2, 2) e "
        "= d@g[d@k ~ 1]");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(checked->program.instances[checked->program.find("c")].ticks, 3u);
    EXPECT_EQ(value_of(*checked, "c@g"), "img@g");
    EXPECT_CODES("c = cache(1, 0)", "W0272");
    EXPECT_CODES("c = cache(1, 1.5)", "W0272");
    EXPECT_CODES("c = cache(1, me@x)", "W0272");
    EXPECT_CODES("c = cache(1, 1e12)", "W0272");
    EXPECT_CODES("c = cache(1)", "W0240");
}

std::vector<std::string> sink_values(const std::string& text) {
    const auto checked = check(text);
    EXPECT_TRUE(checked->codes().empty()) << checked->text();
    std::vector<std::string> result;
    for (const Sink& sink : checked->program.sinks)
        for (const Expr* value : sink.values) result.push_back(dump(checked->program, value));
    return result;
}

using Texts = std::vector<std::string>;

TEST(Sinks, Pictures) {
    const std::string img = "img<r,g,b> = <me@x,2,3> ";
    EXPECT_EQ(sink_values("display(me@x)"), (Texts{"x", "x", "x", "1"}));
    EXPECT_EQ(sink_values(img + "display(img)"), (Texts{"img@r", "img@g", "img@b", "1"}));
    EXPECT_EQ(sink_values(img + "display(img, me@y)"), (Texts{"img@r", "img@g", "img@b", "y"}));
    EXPECT_EQ(sink_values(img + "display(img*2)")[1], "MUL(img@g, 2)");
    EXPECT_EQ(sink_values("display(r: 1, a: 0.5)"), (Texts{"1", "0", "0", "0.5"}));
    EXPECT_EQ(sink_values(img + "display(rgb: img, target: \"two\")")[2], "img@b");
    EXPECT_CODES("display(1, 2)", "W0290");
    EXPECT_CODES("display()", "W0290");
    EXPECT_CODES("display(1, r: 2)", "W0290");
    EXPECT_CODES("display(q: 2)", "W0291");
    EXPECT_CODES("display(r: 2, r: 3)", "W0247");
}

TEST(Sinks, SplitBindingsComeInStatementOrder) {
    EXPECT_EQ(sink_values("a<g> = 2 a<b> = 3 a<r> = 1 display(a)"),
              (Texts{"a@g", "a@b", "a@r", "1"}));
}

TEST(Sinks, Sounds) {
    EXPECT_EQ(sink_values("play(left: 1)"), (Texts{"1", "0"}));
    EXPECT_EQ(sink_values("s<l,r> = <1,2> play(s)"), (Texts{"s@l", "s@r"}));
    const auto mono = check("play(1)");
    EXPECT_TRUE(mono->program.sinks[0].spreads);
    EXPECT_CODES("play(1, left: 2)", "W0290");
}

TEST(Sinks, FilesByExtension) {
    Environment environment;
    environment.writes = [](std::string_view extension) -> std::uint32_t {
        if (extension == "png") return WEFT_WRITES_PICTURE;
        if (extension == "wav") return WEFT_WRITES_SOUND;
        if (extension == "csv") return WEFT_WRITES_TABLE;
        return 0;
    };
    const auto good =
        check("export(\"a.png\", 1) export(\"a.wav\", 1, 2) data(\"a.csv\", me@x*2)", environment);
    ASSERT_TRUE(good->codes().empty()) << good->text();
    EXPECT_EQ(good->program.sinks[0].values.size(), 4u);
    EXPECT_TRUE(good->program.sinks[1].is_sound);
    EXPECT_EQ(good->program.sinks[2].labels[0], "me@x*2");
    EXPECT_EQ(check("export(\"a.xyz\", 1)", environment)->codes(), Texts{"W0507"});
    EXPECT_EQ(check("export(\"a.csv\", 1)", environment)->codes(), Texts{"W0292"});
    EXPECT_EQ(check("data(\"a.png\", 1)", environment)->codes(), Texts{"W0292"});
}

TEST(Sinks, Control) {
    const auto checked = check(
        "osc(\"/a\", 1, me@x, to: \"localhost:9000\", rate: 30) midi(cc: 7, channel: 1, value: "
        "me@x) midi(note: 60, velocity: 1)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(checked->program.sinks[0].target, "localhost:9000");
    EXPECT_EQ(checked->program.sinks[0].values.size(), 2u);
    EXPECT_EQ(checked->program.sinks[2].values.size(), 2u);
    const std::vector<SourceArgument>& osc = checked->program.sinks[0].options;
    ASSERT_EQ(osc.size(), 3u) << "all that is constant, for who sends it";
    EXPECT_EQ(osc[0].name + osc[0].text, "/a");
    EXPECT_EQ(osc[1].name + osc[1].text, "tolocalhost:9000");
    EXPECT_EQ(osc[2].number, 30);
    EXPECT_EQ(checked->program.sinks[0].labels, (Texts{"1", "me@x"}));
    EXPECT_EQ(checked->program.sinks[1].labels, Texts{"value"});
    EXPECT_EQ(checked->program.sinks[2].labels, (Texts{"note", "velocity"}));
    EXPECT_CLEAN("midi(bend: me@x, channel: 16, port: \"synth\") midi(program: 3)");
    EXPECT_CODES("osc(1)", "W0293");
    EXPECT_CODES("osc(\"a\", 1)", "W0249");
    EXPECT_CODES("osc(\"/a\", 1, rate: 0)", "W0249");
    EXPECT_CODES("osc(\"/a\", 1, to: 9000)", "W0249");
    EXPECT_CODES("osc(\"/a\", 1, always: 2)", "W0249");
    EXPECT_CODES("midi(cc: 7)", "W0293");
    EXPECT_CODES("midi(cc: 7, value: 1, bend: 1)", "W0293");
    EXPECT_CODES("midi(cc: 128, value: 1)", "W0249");
    EXPECT_CODES("midi(note: 60, velocity: 1, channel: 0)", "W0249");
    EXPECT_CODES("midi(note: 60, velocity: 1, channel: me@x)", "W0222");
}

TEST(Sinks, ComputeLabels) {
    const auto checked = check("img<r,g> = <1,2> compute(img, me@x + 1, <3, 4>)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(checked->program.sinks[0].labels, (Texts{"img@r", "img@g", "me@x + 1", "3", "4"}));
}

}  // namespace
}  // namespace weft::sema::testing
