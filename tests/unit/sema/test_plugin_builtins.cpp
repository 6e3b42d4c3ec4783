// Sources that a plugin brought with it.
#include "check.h"

#include <weft/backend.h>

namespace weft::sema::testing {
namespace {

Environment with_plugin() {
    Builtin udp{"udp", "wire", WEFT_CONTEXT_CONTROL, 1, 2, 1, 4, "", "td", "port"};
    Builtin tide{"tide", "shore", WEFT_CONTEXT_FILE, 1, 2, 1, 2, "past", "nn", "wrap"};
    Environment environment;
    environment.builtins = {udp, tide};
    return environment;
}

std::vector<std::string> codes(const std::string& source) {
    return check(source, with_plugin())->codes();
}

TEST(PluginBuiltins, AreBoundLikeTheLanguagesOwn) {
    const auto checked = check(
        "a<x,y> = udp(\"level\", 0.5, port: 7000)  t<high,low> = tide(12.4)\n"
        "b = t@high[t@past ~ 3]  compute(a, t, b)",
        with_plugin());
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    const Program& program = checked->program;
    ASSERT_EQ(program.inputs.size(), 1u);
    EXPECT_EQ(program.inputs[0].builtin, "udp");
    EXPECT_EQ(program.params[program.inputs[0].params[1]].initial, 0.5);
    const Instance& tide = program.instances[program.find("t")];
    EXPECT_EQ(tide.kind, InstanceKind::source);
    EXPECT_EQ(tide.builtin, "tide");
    EXPECT_EQ(tide.own_axis, "past");
    ASSERT_EQ(tide.arguments.size(), 1u);
    EXPECT_EQ(tide.arguments[0].number, 12.4);
}

TEST(PluginBuiltins, AreHeldToTheirManifest) {
    EXPECT_EQ(codes("t = tide()"), codes("a = osc_in()"));
    EXPECT_EQ(codes("t = tide(\"x\")"), codes("a = osc_in(3)"));
    EXPECT_EQ(codes("t<a,b,c> = tide(1)"), codes("n<a,b,c,d> = midi_note(1)"));
    EXPECT_EQ(codes("t = tide(1, speed: 2)"), codes("a = osc_in(\"/a\", speed: 2)"));
    EXPECT_EQ(codes("compute(tide(1))"), codes("compute(mic())"));
    EXPECT_NE(check("x = tyde(1)", with_plugin())->text().find("did you mean 'tide'?"),
              std::string::npos);
}

// Somebody else's program must not break because a plugin was installed.
TEST(PluginBuiltins, GiveWayToSpindles) {
    EXPECT_EQ(codes("spindle tide(a) :: <o> { out o = a + 1 }  t = tide(2)  compute(t)"),
              std::vector<std::string>{});
}

TEST(PluginBuiltins, AreMissingByTheNameOfTheirPlugin) {
    Environment environment = with_plugin();
    environment.available = [](std::string_view) { return false; };
    const auto checked = check("t = tide(1)  u = udp(\"x\")", environment);
    EXPECT_EQ(checked->codes(), std::vector<std::string>{"W0500"}) << "control has its defaults";
    EXPECT_NE(checked->text().find("'shore'"), std::string::npos) << checked->text();
}

}  // namespace
}  // namespace weft::sema::testing
