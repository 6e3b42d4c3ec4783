// What is told of a program that is loaded, and what a bad one changes: nothing.
#include "tests/unit/embed/embedded.h"

#include <cmath>

namespace weft::test {
namespace {

weft_diagnostic diagnostic(const ShowHandle& show, std::uint32_t index) {
    auto result = sized<weft_diagnostic>();
    EXPECT_EQ(weft_show_diagnostic(show.get(), index, &result, nullptr), WEFT_OK);
    return result;
}

TEST(Load, TellsWhatIsWrongAndWhere) {
    const auto engine = make_engine();
    const auto show = make_show(engine);
    auto error = sized<weft_error>();
    EXPECT_EQ(load(show, "img = me@x\n\n  display(imgs, 1 + nobody, 0)\n", 0, &error),
              WEFT_INVALID);
    EXPECT_STREQ(error.message, "test.weft:3:11: there is no instance 'imgs' [W0200]");
    ASSERT_EQ(weft_show_diagnostic_count(show.get()), 2u);
    const weft_diagnostic first = diagnostic(show, 0);
    EXPECT_EQ(first.severity, WEFT_SEVERITY_ERROR);
    EXPECT_EQ(first.code, 200u);
    EXPECT_EQ(cpp::view(first.file), "test.weft");
    EXPECT_EQ(first.line, 3u);
    EXPECT_EQ(first.column, 11u);
    EXPECT_EQ(first.end_line, 3u);
    EXPECT_EQ(first.end_column, 15u);
    EXPECT_EQ(cpp::view(first.message), "there is no instance 'imgs'");
    EXPECT_EQ(cpp::view(first.help), "did you mean 'img'?");
    EXPECT_EQ(cpp::view(first.text),
              "test.weft:3:11: error: there is no instance 'imgs' [W0200]\n"
              "    3 |   display(imgs, 1 + nobody, 0)\n"
              "      |           ^~~~\n"
              "help: did you mean 'img'?\n");
    EXPECT_EQ(diagnostic(show, 1).column, 21u);
    const std::string all = messages(show);
    EXPECT_EQ(all.find("test.weft:3:11: error"), 0u);
    EXPECT_NE(all.find("\ntest.weft:3:21: error"), std::string::npos);
    EXPECT_EQ(messages(show, WEFT_MESSAGES_JSON).find("[{\"code\":\"W0200\""), 0u);
    EXPECT_EQ(messages(show, WEFT_MESSAGES_COLOR).find("test.weft:3:11: \x1b["), 0u);
    auto none = sized<weft_diagnostic>();
    EXPECT_EQ(weft_show_diagnostic(show.get(), 2, &none, nullptr), WEFT_INVALID);
}

TEST(Load, TellsLintsOfAGoodProgram) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "display(-2^2)\n");
    ASSERT_EQ(weft_show_diagnostic_count(show.get()), 1u);
    EXPECT_EQ(diagnostic(show, 0).severity, WEFT_SEVERITY_LINT);
    EXPECT_EQ(diagnostic(show, 0).code, 900u);
    ASSERT_EQ(load(show, "display(1)\n"), WEFT_OK);
    EXPECT_EQ(weft_show_diagnostic_count(show.get()), 0u);
    EXPECT_EQ(messages(show), "");
}

TEST(Load, OfABadProgramChangesNothing) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "me<width> = 1  me<height> = 1  display(1, 0, .2)\n");
    const auto before = picture(show, 0);
    EXPECT_EQ(load(show, "me<width> = 2  display(\n"), WEFT_INVALID);
    EXPECT_EQ(weft_show_diagnostic_count(show.get()), 1u);
    EXPECT_EQ(info(show).width, 1u);
    EXPECT_EQ(picture(show, 0), before);
    EXPECT_EQ(weft_show_diagnostic_count(show.get()), 1u) << "nothing was compiled meanwhile";
}

TEST(Load, ReadsFilesBesideTheProgram) {
    const Directory directory;
    (void)directory.write("lib.weft", "spindle twice(v) :: <o> { out o = 2 * v }\n");
    const std::string file =
        directory.write("main.weft", "use \"lib.weft\"  a = twice(me@x)  display(a)\n");
    const auto engine = make_engine();
    const auto show = make_show(engine);
    auto request = sized<weft_load>();
    request.file = weft_text(file.c_str());
    ASSERT_EQ(weft_show_load(show.get(), &request, nullptr), WEFT_OK) << messages(show);
    EXPECT_EQ(value(show, "a"), 1);
    // The same of a text that would be there.
    const std::string name = directory / "unsaved.weft";
    request.file = weft_text(name.c_str());
    request.text = weft_text("use \"lib.weft\"  a = twice(twice(me@x))\n");
    ASSERT_EQ(weft_show_load(show.get(), &request, nullptr), WEFT_OK) << messages(show);
    EXPECT_EQ(value(show, "a"), 2);
}

TEST(Load, SearchesIncludeDirectories) {
    const Directory directory;
    (void)directory.write("lib.weft", "one = 1\n");
    const std::string path = directory / "";
    const weft_str include = weft_text(path.c_str());
    auto options = hermetic();
    options.include_directories = &include;
    options.include_directory_count = 1;
    const auto show = loaded(make_engine(options), "use \"lib.weft\"  display(one)\n");
}

TEST(Load, OfAFileThatIsNotThere) {
    const auto engine = make_engine();
    const auto show = make_show(engine);
    auto request = sized<weft_load>();
    request.file = weft_text("/nowhere/at/all.weft");
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_show_load(show.get(), &request, &error), WEFT_INVALID);
    EXPECT_NE(std::string(error.message).find("/nowhere/at/all.weft"), std::string::npos);
    EXPECT_EQ(weft_show_diagnostic_count(show.get()), 1u);
    EXPECT_EQ(diagnostic(show, 0).line, 0u);
    EXPECT_EQ(diagnostic(show, 0).file.size, 0u);
}

TEST(Load, FailsWhereWhatIsCompiledDoes) {
    // Too much, which nobody sees before it is lowered.
    std::string text = "a0 = me@x\n";
    for (int i = 1; i < 3000; ++i) {
        const std::string before = "a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + " = " + before + "[me@x ~ me@x * .9] + " + before +
                "[me@x ~ me@x * .8 + .1]\n";
    }
    text += "display(a2999)\n";
    const auto engine = make_engine();
    const auto show = make_show(engine);
    EXPECT_EQ(load(show, text.c_str()), WEFT_OK);
    EXPECT_EQ(load(show, text.c_str(), WEFT_LOAD_COSTS), WEFT_INVALID);
    EXPECT_EQ(load(show, text.c_str(), WEFT_LOAD_PICTURES), WEFT_INVALID);
    EXPECT_EQ(diagnostic(show, 0).code, 401u);
    // The first one is still there, and fails where it is asked for.
    std::vector<std::uint8_t> memory(std::size_t{4} * 1280 * 720);
    auto wanted = sized<weft_picture>();
    wanted.data = memory.data();
    wanted.size = memory.size();
    EXPECT_EQ(weft_show_picture(show.get(), &wanted, nullptr), WEFT_INVALID);
    EXPECT_EQ(diagnostic(show, 0).code, 401u);
}

TEST(Load, WithoutPluginsSaysWhatIsMissing) {
    auto options = hermetic("nobody");
    const auto engine = make_engine(options);
    const auto show = make_show(engine);
    auto error = sized<weft_error>();
    EXPECT_EQ(load(show, "display(1)\n", WEFT_LOAD_PICTURES, &error), WEFT_INVALID);
    EXPECT_NE(std::string(error.message).find("there is no back end 'nobody'"), std::string::npos)
        << error.message;
}

TEST(Values, ArePointByPoint) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "me<fps> = 10  img<r,g> = <me@x * 10, me@time + me@frame>\n");
    const double x[] = {0, .25, 1};
    const double time[] = {0, 1, 2.05};
    const double* fields[WEFT_FIELD_COUNT] = {};
    fields[WEFT_FIELD_X] = x;
    fields[WEFT_FIELD_TIME] = time;
    std::vector<double> results(6);
    auto wanted = sized<weft_values>();
    wanted.expression = weft_text("img");
    wanted.fields = fields;
    wanted.field_count = WEFT_FIELD_COUNT;
    wanted.count = 3;
    wanted.values = results.data();
    wanted.capacity = results.size();
    ASSERT_EQ(weft_show_values(show.get(), &wanted, nullptr), WEFT_OK) << messages(show);
    EXPECT_EQ(wanted.strands, 2u);
    EXPECT_EQ(results, (std::vector<double>{0, 0, 2.5, 11, 10, 22.05}));
    wanted.capacity = 5;
    EXPECT_EQ(weft_show_values(show.get(), &wanted, nullptr), WEFT_INVALID);
    EXPECT_EQ(wanted.strands, 2u);
    wanted.count = 0;
    wanted.values = nullptr;
    EXPECT_EQ(weft_show_values(show.get(), &wanted, nullptr), WEFT_OK);
}

TEST(Values, OfWhatIsNotThere) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "img<r> = me@x\n");
    auto wanted = sized<weft_values>();
    auto error = sized<weft_error>();
    for (const char* wrong : {"img@q", "nobody", "1 +", "", ")"}) {
        wanted.expression = weft_text(wrong);
        EXPECT_EQ(weft_show_values(show.get(), &wanted, &error), WEFT_INVALID) << wrong;
        EXPECT_GE(weft_show_diagnostic_count(show.get()), 1u) << wrong;
    }
    EXPECT_EQ(value(show, "img@r"), .5);
    EXPECT_EQ(weft_show_diagnostic_count(show.get()), 0u);
}

// Feedback, asked for backwards and forwards.
TEST(Values, OfWhatRemembers) {
    const auto engine = make_engine();
    const auto show = loaded(engine,
                             "me<fps> = 10  past<v> = cache(count@v, 2)\n"
                             "count<v> = past@v[past@k ~ 1] + 1\n");
    for (const double at : {3.0, 1.0, 1.0, 5.0}) {
        const double* fields[WEFT_FIELD_COUNT] = {};
        fields[WEFT_FIELD_TIME] = &at;
        double result = 0;
        auto wanted = sized<weft_values>();
        wanted.expression = weft_text("count@v");
        wanted.fields = fields;
        wanted.field_count = WEFT_FIELD_COUNT;
        wanted.count = wanted.capacity = 1;
        wanted.values = &result;
        ASSERT_EQ(weft_show_values(show.get(), &wanted, nullptr), WEFT_OK);
        EXPECT_EQ(result, at * 10 + 1);
    }
}

}  // namespace
}  // namespace weft::test
