// Knobs: what turns them, and the file that keeps them.
#include "driver/live/params.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/diagnostics.h"
#include "driver/live/params_file.h"
#include "runtime/inputs.h"
#include "sema/analyze.h"
#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

double clock() {
    return 100;
}

weft_str str(std::string_view text) {
    return {text.data(), text.size()};
}

weft_arg number(double value) {
    weft_arg arg{};
    arg.kind = WEFT_ARG_NUMBER;
    arg.number = value;
    return arg;
}

weft_source source(std::string_view builtin, const std::vector<weft_arg>& args) {
    weft_source result{};
    result.builtin = str(builtin);
    result.args = args.data();
    result.arg_count = static_cast<std::uint32_t>(args.size());
    return result;
}

TEST(ControlName, IsWrittenAsItIsRead) {
    for (const char* text : {"midi_cc(1, 7)", "midi_note(10, 36)", "midi_note(1)[2]",
                             "midi_bend(0)", "osc_in(\"/a/b\")[3]", "key(space)"}) {
        const auto name = ControlName::parse(text);
        ASSERT_TRUE(name) << text;
        EXPECT_EQ(name->written(), text);
    }
    EXPECT_EQ(ControlName::parse(" midi_cc( 1 ,7 ) ")->written(), "midi_cc(1, 7)");
    EXPECT_EQ(ControlName::parse("midi_cc(1, 7)[0]")->written(), "midi_cc(1, 7)");
    for (const char* text : {"", "midi_cc", "midi_cc(1)", "midi_cc(17, 1)", "midi_cc(1, 128)",
                             "midi_cc(1, 7)[1]", "midi_note(1)[3]", "osc_in(\"a\")", "osc_in(\"/a)",
                             "key()", "fader(1)", "midi_cc(1, 7) x"})
        EXPECT_FALSE(ControlName::parse(text)) << text;
}

TEST(ControlName, FollowsWhatItNames) {
    const std::vector<weft_arg> seven{number(3), number(7)};
    EXPECT_TRUE(ControlName::parse("midi_cc(3, 7)")->follows(source("midi_cc", seven), 0, 0));
    EXPECT_TRUE(ControlName::parse("midi_cc(0, 7)")->follows(source("midi_cc", seven), 0, 0));
    EXPECT_FALSE(ControlName::parse("midi_cc(2, 7)")->follows(source("midi_cc", seven), 0, 0));
    EXPECT_FALSE(ControlName::parse("midi_cc(3, 8)")->follows(source("midi_cc", seven), 0, 0));
    const std::vector<weft_arg> channel{number(1)};
    const auto pad = ControlName::parse("midi_note(1, 36)");
    EXPECT_TRUE(pad->follows(source("midi_note", channel), 1, 36));
    EXPECT_FALSE(pad->follows(source("midi_note", channel), 1, 37));
    EXPECT_FALSE(pad->follows(source("midi_note", channel), 2, 36));
    EXPECT_EQ(ControlName::parse("midi_bend(1)")->part(0), 0.5);
    EXPECT_EQ(ControlName::parse("midi_note(1)")->part(127), 1);
    EXPECT_EQ(ControlName::parse("osc_in(\"/a\")")->part(3), 1);
}

// A program in a directory of its own, with its knobs.
class KnobsTest : public ::testing::Test {
protected:
    [[nodiscard]] std::string file() const { return directory_ / "a.weft"; }
    [[nodiscard]] std::string params() const { return file() + ".params.json"; }
    void write(const std::string& text) const { std::ofstream(params()) << text; }
    [[nodiscard]] std::string written() const {
        std::ostringstream text;
        text << std::ifstream(params()).rdbuf();
        return text.str();
    }

    void load(const std::string& text) {
        Diagnostics diagnostics(&sources_);
        program_ = std::make_unique<sema::Program>(
            sema::analyze_text(file(), text, sources_, {}, diagnostics));
        EXPECT_FALSE(diagnostics.has_errors());
        inputs_ = std::make_unique<runtime::Inputs>(*program_, ir::LiveParams{}, clock);
    }
    std::unique_ptr<Knobs> open(bool learn = false, const std::string& preset = "") {
        said_.clear();
        Diagnostics diagnostics(&sources_);
        auto knobs = Knobs::open({file(), learn, preset}, diagnostics);
        for (const Diagnostic& diagnostic : diagnostics.all()) said_ += code_name(diagnostic.code);
        if (knobs != nullptr) knobs->adopt(*program_, *inputs_);
        return knobs;
    }
    double value(const std::string& key) {
        const double* const numbers = inputs_->frame(100, 0);
        for (sema::ParamId id = 0; id < program_->params.size(); ++id)
            if (program_->params[id].key == key) return numbers[id];
        ADD_FAILURE() << key;
        return 0;
    }
    static void controller(Knobs& knobs, double cc, double value) {
        const std::vector<weft_arg> args{weft::driver::number(1), weft::driver::number(cc)};
        knobs.heard(source("midi_cc", args), 0, value);
    }
    static void note(Knobs& knobs, double number, double velocity) {
        const std::vector<weft_arg> args{weft::driver::number(1)};
        knobs.heard(source("midi_note", args), 0, number);
        knobs.heard(source("midi_note", args), 1, velocity);
        knobs.heard(source("midi_note", args), 2, 1);
    }

    test::TempDir directory_;
    SourceMap sources_;
    std::unique_ptr<sema::Program> program_;
    std::unique_ptr<runtime::Inputs> inputs_;
    std::string said_;
};

constexpr const char* kProgram =
    "#slider speed<s> = 10, 20, 12 \"Speed\"\n#toggle on<s> = false\n"
    "#xy pad<x,y> = (0,1), (-1,1)\nf = midi_cc(1, 1)\n";

TEST_F(KnobsTest, AreTurnedByWhatTheFileSays) {
    load(kProgram);
    write(R"json({"weft-params": 1, "bindings": {"speed@s": "midi_cc(1, 7)",
        "on@s": ["key(space)", "midi_note(1, 36)"], "pad@y": "osc_in(\"/xy\")[1]"}})json");
    auto knobs = open();
    EXPECT_EQ(said_, "");
    EXPECT_EQ(value("speed@s"), 12);
    controller(*knobs, 7, 0.25);
    EXPECT_EQ(value("speed@s"), 12.5);
    controller(*knobs, 8, 1);
    EXPECT_EQ(value("speed@s"), 12.5);
    EXPECT_TRUE(knobs->key("space", true, 0));
    EXPECT_EQ(value("on@s"), 1) << "flips when it is pressed";
    EXPECT_TRUE(knobs->key("space", false, 0));
    EXPECT_EQ(value("on@s"), 1);
    note(*knobs, 36, 0.5);
    EXPECT_EQ(value("on@s"), 0);
    note(*knobs, 37, 0.5);
    EXPECT_EQ(value("on@s"), 0);
    weft_arg address{};
    address.kind = WEFT_ARG_TEXT;
    address.text = str("/xy");
    knobs->heard(source("osc_in", {address}), 1, 0.75);
    EXPECT_EQ(value("pad@y"), 0.5);
    EXPECT_FALSE(knobs->key("a", true, 0));
    EXPECT_EQ(knobs->builtins(), (std::vector<std::string>{"midi_cc", "midi_note", "osc_in"}));
}

TEST_F(KnobsTest, LearnWhatIsHeardNext) {
    load(kProgram);
    auto knobs = open(true);
    ASSERT_EQ(knobs->lines().size(), 1u);
    EXPECT_EQ(knobs->lines()[0], "learn speed@s (free): move a control (tab: next)");
    controller(*knobs, 7, 0.5);
    controller(*knobs, 7, 0.75);  // still the same control
    EXPECT_EQ(value("speed@s"), 17.5);
    EXPECT_EQ(knobs->lines()[1], "speed@s is turned by midi_cc(1, 7)");
    note(*knobs, 36, 1);
    EXPECT_EQ(value("on@s"), 1);
    EXPECT_TRUE(knobs->key("tab", true, 0));  // past pad@x
    EXPECT_TRUE(knobs->key("a", true, 0));
    EXPECT_EQ(value("pad@y"), 1);
    EXPECT_EQ(knobs->lines()[0], "learn: every knob has a control (tab: again)");
    knobs.reset();
    const auto settings = ParamsFile(params()).read();
    ASSERT_TRUE(settings.ok());
    ASSERT_EQ(settings->bindings.size(), 3u);
    EXPECT_EQ(settings->bindings[1].second.written(), "midi_note(1, 36)");
    EXPECT_EQ(settings->values.at("speed@s"), 17.5);
}

TEST_F(KnobsTest, AreRestoredAndWhatIsNotKnownIsKept) {
    load(kProgram);
    write(R"json({"author": "me", "weft-params": 1, "values": {"gone@s": 3, "speed@s": 99},
        "presets": {"calm": {"speed@s": 11}}})json");
    auto knobs = open();
    EXPECT_EQ(value("speed@s"), 20) << "the range may have changed";
    EXPECT_EQ(value("on@s"), 0);
    knobs.reset();
    EXPECT_NE(written().find("\"author\": \"me\""), std::string::npos) << written();
    EXPECT_NE(written().find("\"gone@s\": 3"), std::string::npos);
    EXPECT_NE(written().find("\"speed@s\": 20"), std::string::npos);
    EXPECT_LT(written().find("author"), written().find("weft-params"));
}

TEST_F(KnobsTest, WithoutAnyChangeThereIsNoFile) {
    load(kProgram);
    open().reset();
    EXPECT_FALSE(std::filesystem::exists(params()));
}

TEST_F(KnobsTest, PresetsAreCalledAndStored) {
    load(kProgram);
    write(R"json({"weft-params": 1, "presets": {"calm": {"speed@s": 11}, "wild": {"speed@s": 19}},
        "preset_keys": {"f5": "calm", "f6": "new"}})json");
    auto knobs = open(false, "wild");
    ASSERT_NE(knobs, nullptr);
    EXPECT_EQ(value("speed@s"), 19);
    EXPECT_TRUE(knobs->key("f5", true, 0));
    EXPECT_EQ(value("speed@s"), 11);
    EXPECT_FALSE(knobs->key("f6", true, 0)) << "there is none yet";
    EXPECT_TRUE(knobs->key("f6", true, 3));
    knobs.reset();
    const auto settings = ParamsFile(params()).read();
    ASSERT_TRUE(settings.ok());
    EXPECT_EQ(settings->presets.at("new").at("speed@s"), 11);
    EXPECT_EQ(settings->presets.at("wild").at("speed@s"), 19);
    EXPECT_EQ(open(false, "nobody"), nullptr);
    EXPECT_EQ(said_, "W0821");
}

TEST_F(KnobsTest, ABadFileIsSaidAndStays) {
    for (const char* bad : {"{\"weft-params\": 1", "[]", "{}", "{\"weft-params\": 2}",
                            R"json({"weft-params": 1, "values": {"speed@s": "fast"}})json",
                            R"json({"weft-params": 1, "bindings": {"speed@s": "fader(1)"}})json",
                            R"json({"weft-params": 1, "presets": 1})json"}) {
        load(kProgram);
        write(bad);
        auto knobs = open(true);
        ASSERT_NE(knobs, nullptr) << bad;
        EXPECT_EQ(said_, "W0820") << bad;
        EXPECT_EQ(value("speed@s"), 12);
        controller(*knobs, 7, 1);
        knobs.reset();
        EXPECT_EQ(written(), bad);
    }
}

TEST_F(KnobsTest, EditsOfOthersAreTakenOver) {
    load(kProgram);
    write(R"json({"weft-params": 1, "bindings": {"speed@s": "midi_cc(1, 7)"}})json");
    auto knobs = open();
    controller(*knobs, 7, 1);
    write(R"json({"weft-params": 1, "bindings": {"speed@s": "midi_cc(1, 19)"}, "mine": 1})json");
    knobs->leave();
    EXPECT_NE(written().find("midi_cc(1, 19)"), std::string::npos);
    EXPECT_NE(written().find("mine"), std::string::npos);
    EXPECT_NE(written().find("\"speed@s\": 20"), std::string::npos);
}

TEST_F(KnobsTest, AValueThatIsEditedHolds) {
    load(kProgram);
    write(R"json({"weft-params": 1, "values": {"speed@s": 11, "gone@s": 3}})json");
    auto knobs = open();
    (void)knobs->take_news();
    write(R"json({"weft-params": 1, "values": {"speed@s": 13, "on@s": true, "sped@s": 1}})json");
    knobs->save();
    EXPECT_EQ(value("speed@s"), 13);
    EXPECT_EQ(value("on@s"), 1);
    const auto news = knobs->take_news();
    ASSERT_EQ(news.size(), 1u) << "what is no knob is said";
    EXPECT_TRUE(news[0].warning);
    EXPECT_NE(news[0].text.find("'sped@s' is no knob"), std::string::npos) << news[0].text;
    EXPECT_EQ(written().find("gone@s"), std::string::npos) << "it was taken out";
    EXPECT_NE(written().find("sped@s"), std::string::npos);
}

TEST_F(KnobsTest, ABadEditIsSaidAndWaitedFor) {
    load(kProgram);
    auto knobs = open(true);
    controller(*knobs, 7, 1);
    knobs->save();
    (void)knobs->take_news();
    write("{\"weft-params\": 1, ");
    knobs->save();
    knobs->save();
    ASSERT_EQ(knobs->take_news().size(), 1u) << "once";
    EXPECT_EQ(written(), "{\"weft-params\": 1, ");
    controller(*knobs, 7, 0.5);
    EXPECT_EQ(value("speed@s"), 15) << "it turns nevertheless";
    write(R"json({"weft-params": 1, "bindings": {"speed@s": "midi_cc(1, 9)"}})json");
    knobs->save();
    controller(*knobs, 9, 0);
    EXPECT_EQ(value("speed@s"), 10);
    EXPECT_FALSE(knobs->take_reload()) << "MIDI was open already";
    write(R"json({"weft-params": 1, "bindings": {"speed@s": "osc_in(\"/a\")"}})json");
    knobs->save();
    EXPECT_TRUE(knobs->take_reload());
    EXPECT_FALSE(knobs->take_reload());
}

TEST_F(KnobsTest, AFileThatIsGoneTakesNothingWithIt) {
    load(kProgram);
    write(R"json({"weft-params": 1, "bindings": {"speed@s": "midi_cc(1, 7)"}, "mine": 1})json");
    auto knobs = open();
    std::filesystem::remove(params());
    knobs->save();
    controller(*knobs, 7, 1);
    knobs->save();
    EXPECT_EQ(value("speed@s"), 20);
    EXPECT_NE(written().find("midi_cc(1, 7)"), std::string::npos) << written();
    EXPECT_NE(written().find("mine"), std::string::npos);
}

TEST_F(KnobsTest, ALinkStaysALink) {
    load(kProgram);
    const std::string real = directory_ / "real.json";
    std::ofstream(real) << R"json({"weft-params": 1, "bindings": {"on@s": "key(a)"}})json";
    std::filesystem::create_symlink(real, params());
    auto knobs = open();
    (void)knobs->key("a", true, 0);
    knobs.reset();
    EXPECT_TRUE(std::filesystem::is_symlink(params()));
    EXPECT_NE(written().find("\"on@s\": 1"), std::string::npos) << written();
}

TEST_F(KnobsTest, ARenamedKnobKeepsItsValueAndWhatTurnsIt) {
    load(kProgram);
    auto knobs = open(true);
    controller(*knobs, 7, 1);
    auto program = std::move(program_);
    auto inputs = std::move(inputs_);
    load("#slider pace<s> = 10, 20, 12\n#slider other<s> = 0, 1\n#toggle on<s> = false\n");
    inputs_->adopt(*inputs);
    knobs->adopt(*program_, *inputs_);
    EXPECT_EQ(value("pace@s"), 20);
    EXPECT_EQ(value("other@s"), 0.5);
    controller(*knobs, 7, 0);
    EXPECT_EQ(value("pace@s"), 10);
    knobs.reset();
    EXPECT_NE(written().find("\"pace@s\": \"midi_cc(1, 7)\""), std::string::npos) << written();
}

TEST_F(KnobsTest, LearnOnInTheNextProgram) {
    load(kProgram);
    auto knobs = open(true);
    EXPECT_TRUE(knobs->key("tab", true, 0));  // on@s waits
    auto program = std::move(program_);
    auto inputs = std::move(inputs_);
    load("#toggle on<s> = false\n");
    knobs->adopt(*program_, *inputs_);
    controller(*knobs, 7, 1);
    EXPECT_EQ(value("on@s"), 1);
    EXPECT_TRUE(knobs->key("tab", true, 0)) << "again, when all are turned by something";
    EXPECT_NE(knobs->lines()[0].find("learn on@s (midi_cc(1, 7))"), std::string::npos);
    program = std::move(program_);
    inputs = std::move(inputs_);
    load("a = 1\n");
    knobs->adopt(*program_, *inputs_);
    controller(*knobs, 8, 1);
    EXPECT_FALSE(knobs->key("tab", true, 0));
    EXPECT_EQ(knobs->lines()[0], "learn: this program has no knobs");
    knobs->leave();
    controller(*knobs, 9, 1);
    EXPECT_TRUE(knobs->lines().empty());
}

TEST_F(KnobsTest, SayWhatTheyLearn) {
    load(kProgram);
    auto knobs = open(true);
    auto news = knobs->take_news();
    ASSERT_EQ(news.size(), 1u);
    EXPECT_EQ(news[0].text, "learn speed@s (free): move a control (tab: next)");
    controller(*knobs, 7, 1);
    news = knobs->take_news();
    ASSERT_EQ(news.size(), 2u);
    EXPECT_EQ(news[0].text, "speed@s is turned by midi_cc(1, 7)");
    EXPECT_EQ(news[1].text.substr(0, 12), "learn on@s (");
    EXPECT_TRUE(knobs->key("tab", true, 1));
    EXPECT_EQ(knobs->take_news()[0].text,
              "learn speed@s (midi_cc(1, 7)): move a control (tab: next)");
    EXPECT_TRUE(knobs->take_news().empty());
}

TEST_F(KnobsTest, KeepTheirPlaceInTheNextProgram) {
    load(kProgram);
    write(R"json({"weft-params": 1, "bindings": {"on@s": "key(a)"}})json");
    auto knobs = open();
    (void)knobs->key("a", true, 0);
    auto program = std::move(program_);
    auto inputs = std::move(inputs_);
    load("#toggle on<s> = false\n#slider speed<s> = 0, 5\n");
    inputs_->adopt(*inputs);
    knobs->adopt(*program_, *inputs_);
    EXPECT_EQ(value("on@s"), 1);
    (void)knobs->key("a", false, 0);
    (void)knobs->key("a", true, 0);
    EXPECT_EQ(value("on@s"), 0);
}

}  // namespace
}  // namespace weft::driver
