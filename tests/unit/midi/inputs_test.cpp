// Which readings reach which builtin, and what a note input says of many keys.
#include "inputs.h"

#include <weft/cpp/text.hpp>

#include <gtest/gtest.h>

#include <map>

#include "names.h"
#include "options.h"
#include "statements.h"

namespace weft::midi {
namespace {

using test::Statements;
using Kind = Reading::Kind;

constexpr PortName kPort = {1, "nanoKONTROL2:CTRL 20:0"};
constexpr PortName kOther = {2, "Keys:MIDI 1 24:0"};

// The values of all outputs after some readings.
class State {
public:
    explicit State(const Statements& statements) : inputs_(statements.inputs()) {}

    bool receive(const Reading& reading, const PortName& port = kPort) {
        std::vector<weft_control_event> events;
        const bool heard = inputs_.receive(reading, port, events);
        apply(events);
        return heard;
    }
    void forget(const PortName& port) {
        std::vector<weft_control_event> events;
        inputs_.forget(port, events);
        apply(events);
    }
    [[nodiscard]] double at(std::uint32_t input, std::uint32_t output = 0) const {
        const auto found = values_.find({input, output});
        return found == values_.end() ? -100 : found->second;
    }
    // Number, velocity, gate of input 0.
    [[nodiscard]] std::vector<double> note() const { return {at(0, 0), at(0, 1), at(0, 2)}; }

private:
    void apply(const std::vector<weft_control_event>& events) {
        for (const weft_control_event& event : events)
            values_[{event.input, event.output}] = event.value;
    }

    Inputs inputs_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> values_;
};

Statements notes(double channel) {
    return std::move(Statements().input("midi_note", {{"", channel}}, 3));
}

TEST(Inputs, ChannelAndNumberDecide) {
    Statements statements;
    statements.input("midi_cc", {{"", 2.0}, {"", 7.0}});
    statements.input("midi_cc", {{"", 0.0}, {"", 7.0}, {"", 0.25}});
    statements.input("midi_bend", {{"", 2.0}});
    State state(statements);
    EXPECT_TRUE(state.receive({Kind::controller, 2, 7, 0.5}));
    EXPECT_EQ(state.at(0), 0.5);
    EXPECT_EQ(state.at(1), 0.5);
    EXPECT_TRUE(state.receive({Kind::controller, 9, 7, 1}));
    EXPECT_EQ(state.at(0), 0.5);
    EXPECT_EQ(state.at(1), 1);
    EXPECT_FALSE(state.receive({Kind::controller, 2, 8, 1}));
    EXPECT_FALSE(state.receive({Kind::note_on, 2, 7, 1}));
    EXPECT_TRUE(state.receive({Kind::bend, 2, 0, -1}));
    EXPECT_EQ(state.at(2), -1);
}

TEST(Inputs, PortsByPartOfTheirName) {
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}, {"port", std::string("nanokontrol")}});
    State state(statements);
    EXPECT_TRUE(state.receive({Kind::controller, 1, 7, 1}, kPort));
    EXPECT_FALSE(state.receive({Kind::controller, 1, 7, 1}, kOther));
}

TEST(Inputs, TheNewestNoteWinsAndTheOneBeforeComesBack) {
    const Statements statements = notes(1);
    State state(statements);
    state.receive({Kind::note_on, 1, 60, 0.5});
    EXPECT_EQ(state.note(), (std::vector<double>{60, 0.5, 1}));
    state.receive({Kind::note_on, 1, 64, 0.75});
    EXPECT_EQ(state.note(), (std::vector<double>{64, 0.75, 1}));
    state.receive({Kind::note_on, 1, 67, 1});
    state.receive({Kind::note_off, 1, 64, 0});  // not the one that sounds
    EXPECT_EQ(state.note(), (std::vector<double>{67, 1, 1}));
    state.receive({Kind::note_off, 1, 67, 0});
    EXPECT_EQ(state.note(), (std::vector<double>{60, 0.5, 1}));
    state.receive({Kind::note_off, 1, 60, 0});
    // A released note keeps its number, so that it can fade.
    EXPECT_EQ(state.note(), (std::vector<double>{60, 0.5, 0}));
}

TEST(Inputs, ANoteThatIsStruckAgainIsOne) {
    const Statements statements = notes(0);
    State state(statements);
    state.receive({Kind::note_on, 1, 60, 0.5});
    state.receive({Kind::note_on, 1, 60, 1});
    EXPECT_EQ(state.note(), (std::vector<double>{60, 1, 1}));
    state.receive({Kind::note_off, 1, 60, 0});
    EXPECT_EQ(state.at(0, 2), 0);
    // The same key of another channel or port is another note.
    state.receive({Kind::note_on, 1, 60, 1});
    state.receive({Kind::note_on, 2, 60, 1});
    state.receive({Kind::note_on, 1, 60, 1}, kOther);
    state.receive({Kind::note_off, 1, 60, 0});
    state.receive({Kind::note_off, 2, 60, 0});
    EXPECT_EQ(state.at(0, 2), 1);
    state.receive({Kind::note_off, 1, 60, 0}, kOther);
    EXPECT_EQ(state.at(0, 2), 0);
}

TEST(Inputs, AllNotesOff) {
    const Statements statements = notes(0);
    State state(statements);
    state.receive({Kind::note_on, 1, 60, 1});
    state.receive({Kind::note_on, 2, 61, 1});
    state.receive({Kind::notes_off, 2, 0, 0});
    EXPECT_EQ(state.note(), (std::vector<double>{60, 1, 1}));
    state.receive({Kind::notes_off, 0, 0, 0});
    EXPECT_EQ(state.at(0, 2), 0);
}

TEST(Inputs, APortThatGoesReleasesItsNotes) {
    const Statements statements = notes(0);
    State state(statements);
    state.receive({Kind::note_on, 1, 60, 1}, kOther);
    state.receive({Kind::note_on, 1, 61, 1}, kPort);
    state.forget(kPort);
    EXPECT_EQ(state.note(), (std::vector<double>{60, 1, 1}));
    state.forget(kOther);
    EXPECT_EQ(state.at(0, 2), 0);
}

TEST(Inputs, MoreNotesThanKeys) {
    const Statements statements = notes(0);
    State state(statements);
    for (unsigned channel = 1; channel <= 16; ++channel)
        for (unsigned key = 0; key < 128; ++key) state.receive({Kind::note_on, channel, key, 1});
    EXPECT_EQ(state.note(), (std::vector<double>{127, 1, 1}));
    for (unsigned key = 0; key < 128; ++key) state.receive({Kind::note_off, 16, key, 0});
    EXPECT_EQ(state.at(0, 2), 0);
}

TEST(Inputs, OnlyOutputsThatTheProgramHas) {
    Statements statements;
    statements.input("midi_note", {{"", 1.0}}, 1);
    Inputs inputs(statements.inputs());
    std::vector<weft_control_event> events;
    inputs.receive({Kind::note_on, 1, 60, 1}, kPort, events);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].output, 0u);
}

std::string refused(const Statements& statements) {
    try {
        const Inputs inputs(statements.inputs());
        return {};
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_INVALID);
        EXPECT_EQ(failure.node(), "node0");
        EXPECT_EQ(failure.span().begin, 10u);
        return failure.what();
    }
}

TEST(Inputs, ArgumentsThatMidiDoesNotHave) {
    EXPECT_EQ(refused(notes(17)), "midi_note: the channel is a whole number from 0 to 16");
    EXPECT_EQ(refused(notes(1.5)), "midi_note: the channel is a whole number from 0 to 16");
    EXPECT_EQ(refused(Statements().input("midi_cc", {{"", 1.0}, {"", 128.0}})),
              "midi_cc: the controller is a whole number from 0 to 127");
    EXPECT_EQ(refused(Statements().input("midi_cc", {{"", 1.0}})),
              "midi_cc: the controller is missing");
    EXPECT_EQ(refused(Statements().input("midi_bend", {{"", 1.0}, {"port", 3.0}})),
              "midi_bend: 'port' is a text");
    EXPECT_NE(refused(Statements().input("osc_in", {{"", 1.0}})), "");
}

// --- Names and options ---------------------------------------------------------------------------

TEST(Names, PartsInWhateverCase) {
    EXPECT_TRUE(matches("KONTROL", kPort.name));
    EXPECT_TRUE(matches("", kPort.name));
    EXPECT_FALSE(matches("kontrol3", kPort.name));
    EXPECT_EQ(lasting_name(kPort.name), "nanoKONTROL2:CTRL");
    EXPECT_EQ(lasting_name("system:midi_capture_1"), "system:midi_capture_1");
    EXPECT_EQ(lasting_name("a b:c"), "a b:c");
}

TEST(Options, WhichPortsAreMeant) {
    Statements statements;
    Options options = Options::read({});
    EXPECT_TRUE(listens(options, {"Keys"}));
    EXPECT_TRUE(listens(options, {"weft-in:weft", true}));
    EXPECT_FALSE(listens(options, {"weft-out:weft"}));  // another program of ours
    EXPECT_FALSE(sends(options, {"Keys"}));
    EXPECT_TRUE(sends(options, {"weft-out:weft", true}));
    EXPECT_FALSE(clocks(options, {"weft-out:weft", true}));

    statements.option("midi.in", "key").option("midi.in", "pad").option("midi.out", "synth");
    statements.option("midi.clock", "drum").option("port", 9000.0);
    const weft_control_wish wish = statements.wish();
    options = Options::read(cpp::list(wish.options, wish.option_count));
    EXPECT_TRUE(listens(options, {"Keys"}));
    EXPECT_TRUE(listens(options, {"Launchpad"}));
    EXPECT_FALSE(listens(options, {"Mixer"}));
    EXPECT_FALSE(listens(options, {"weft-in:weft", true}));
    EXPECT_TRUE(sends(options, {"Synth"}));
    EXPECT_TRUE(clocks(options, {"Drumcomputer"}));
    EXPECT_FALSE(clocks(options, {"Synth"}));
}

TEST(Options, WrongOnes) {
    const auto read = [](const Statements& statements) {
        const weft_control_wish wish = statements.wish();
        return Options::read(cpp::list(wish.options, wish.option_count));
    };
    EXPECT_THROW(read(Statements().option("midi.in", 3.0)), cpp::Failure);
    EXPECT_THROW(read(Statements().option("midi.api", "coremidi")), cpp::Failure);
    EXPECT_THROW(read(Statements().option("midi.clock", 1.0)), cpp::Failure);
    EXPECT_TRUE(read(Statements()).clock.empty());
}

}  // namespace
}  // namespace weft::midi
