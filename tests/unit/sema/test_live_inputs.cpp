// Numbers from outside, and #smooth.
#include "check.h"

namespace weft::sema::testing {
namespace {

const Param& param(const Program& program, const std::string& name) {
    for (const Param& one : program.params)
        if (one.name == name) return one;
    ADD_FAILURE() << "no parameter " << name;
    static const Param none;
    return none;
}

TEST(LiveInputs, AreParametersWithTheirArguments) {
    const auto checked = check(
        "a<x,y> = osc_in(\"/a\", <0.25, 2>, port: 9000)  knob = midi_cc(1, 7)\n"
        "n<note,velocity,gate> = midi_note(0)  compute(a, knob, n)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    const Program& program = checked->program;
    ASSERT_EQ(program.inputs.size(), 3u);
    const LiveInput& osc = program.inputs[0];
    EXPECT_EQ(osc.builtin, "osc_in");
    EXPECT_EQ(osc.name, "a");
    ASSERT_EQ(osc.arguments.size(), 2u) << "the default is the host's";
    EXPECT_EQ(osc.arguments[0].text, "/a");
    EXPECT_EQ(osc.arguments[1].name, "port");
    EXPECT_EQ(osc.arguments[1].number, 9000);
    ASSERT_EQ(osc.params.size(), 2u);
    EXPECT_EQ(program.params[osc.params[0]].initial, 0.25);
    EXPECT_EQ(program.params[osc.params[1]].initial, 2);
    EXPECT_EQ(program.params[osc.params[1]].name, "a@y");
    EXPECT_EQ(program.params[osc.params[1]].key, "osc_in(\"/a\", port: 9000)[1]");
    EXPECT_EQ(param(program, "knob").key, "midi_cc(1, 7)[0]");
    EXPECT_EQ(param(program, "n@note").high, 127);
    EXPECT_EQ(program.instances[program.find("a")].kind, InstanceKind::parameter);
}

TEST(LiveInputs, NeedNoPlugin) {
    Environment nothing;
    nothing.available = [](std::string_view) { return false; };
    EXPECT_TRUE(check("a = osc_in(\"/a\")  b = midi_bend(1)", nothing)->codes().empty());
    EXPECT_EQ(check("a = mic()", nothing)->codes(), std::vector<std::string>{"W0500"});
}

TEST(LiveInputs, BoundOutputByOutputAreOpenedEach) {
    const auto checked = check("a<x> = osc_in(\"/x\")  a<y> = osc_in(\"/y\", 3)  compute(a)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    ASSERT_EQ(checked->program.inputs.size(), 2u);
    EXPECT_EQ(param(checked->program, "a<y>@y").initial, 3);
}

TEST(LiveInputs, MouseAndKeyListWhatIsRead) {
    const auto checked = check("compute(mouse@down, key@a, key@space)");
    const Program& program = checked->program;
    ASSERT_EQ(program.inputs.size(), 2u);
    EXPECT_EQ(program.inputs[0].builtin, "mouse");
    EXPECT_EQ(program.inputs[0].params.size(), 3u);
    EXPECT_EQ(param(program, "mouse@x").initial, 0.5);
    ASSERT_EQ(program.inputs[1].params.size(), 2u);
    EXPECT_EQ(program.params[program.inputs[1].params[1]].key, "key@space");
}

TEST(Smooth, MarksParametersAndPictures) {
    const auto checked = check(
        "#slider a<s,t> = 0, 1  b = midi_cc(1, 2)  c<v> = cache(me@x, 3)\n"
        "#smooth a, c, mouse  compute(a, b, c, mouse)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    const Program& program = checked->program;
    EXPECT_TRUE(param(program, "a@s").smooth);
    EXPECT_TRUE(param(program, "a@t").smooth);
    EXPECT_TRUE(param(program, "mouse@y").smooth);
    EXPECT_FALSE(param(program, "b").smooth);
    EXPECT_TRUE(program.instances[program.find("c")].smooth);
    EXPECT_EQ(param(program, "a@s").key, "a@s");
}

TEST(Smooth, Errors) {
    EXPECT_CODES("#smooth a  a = 1", "W0297");
    EXPECT_CODES("#smooth f  spindle f(x) :: <y> { out y = x }", "W0297");
    EXPECT_CODES("#smooth m  m = mic()", "W0297");
    EXPECT_CODES("#smooth fade  #curve fade<v> = (0,0), (1,1)", "W0297");
    EXPECT_CODES("#smooth nobody", "W0200");
    EXPECT_CODES("#smooth", "W0110");
    EXPECT_CODES("#smooth a,", "W0110");
}

}  // namespace
}  // namespace weft::sema::testing
