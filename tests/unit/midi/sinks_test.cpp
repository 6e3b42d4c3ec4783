// Values of frames to messages.
#include "sinks.h"

#include <weft/cpp/text.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "statements.h"

namespace weft::midi {
namespace {

using test::Statements;

class Sent {
public:
    explicit Sent(const Statements& statements) : sinks_(statements.sinks()) {}

    std::vector<Message> send(const std::vector<double>& values, std::uint32_t sink = 0) {
        std::vector<Sinks::Outgoing> out;
        sinks_.send(sink, values.data(), out);
        return messages(out);
    }
    std::vector<Message> finish() {
        std::vector<Sinks::Outgoing> out;
        sinks_.finish(out);
        return messages(out);
    }
    void again() { sinks_.send_again(); }

private:
    static std::vector<Message> messages(const std::vector<Sinks::Outgoing>& out) {
        std::vector<Message> messages;
        for (const Sinks::Outgoing& one : out) messages.push_back(one.message);
        return messages;
    }
    Sinks sinks_;
};

using Messages = std::vector<Message>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

TEST(Sinks, ControllersOnChange) {
    const Statements statements =
        std::move(Statements().sink({{"cc", 7.0}, {"channel", 3.0}}, {"value"}));
    Sent sent(statements);
    EXPECT_EQ(sent.send({0.5}), (Messages{{0xb2, 7, 64}}));
    EXPECT_EQ(sent.send({0.5}), Messages());
    EXPECT_EQ(sent.send({0.501}), Messages());
    EXPECT_EQ(sent.send({1}), (Messages{{0xb2, 7, 127}}));
    EXPECT_EQ(sent.send({kInfinite}), Messages());
    EXPECT_EQ(sent.send({-3}), (Messages{{0xb2, 7, 0}}));
    EXPECT_EQ(sent.send({kNan}), Messages());
    sent.again();
    EXPECT_EQ(sent.send({0}), (Messages{{0xb2, 7, 0}}));
    EXPECT_EQ(sent.finish(), Messages());
}

TEST(Sinks, NotesEndBeforeTheNext) {
    const Statements statements = std::move(Statements().sink({}, {"note", "velocity"}));
    Sent sent(statements);
    EXPECT_EQ(sent.send({60, 0}), Messages());
    EXPECT_EQ(sent.send({60, 1}), (Messages{{0x90, 60, 127}}));
    EXPECT_EQ(sent.send({60, 0.5}), Messages());
    EXPECT_EQ(sent.send({62.4, 0.5}), (Messages{{0x80, 60, 0}, {0x90, 62, 64}}));
    EXPECT_EQ(sent.send({62, 0}), (Messages{{0x80, 62, 0}}));
    EXPECT_EQ(sent.send({62, 0.001}), (Messages{{0x90, 62, 1}}));  // never a velocity of 0
    EXPECT_EQ(sent.send({kNan, 1}), (Messages{{0x80, 62, 0}}));
    EXPECT_EQ(sent.send({300, 9}), (Messages{{0x90, 127, 127}}));
    sent.again();
    EXPECT_EQ(sent.send({127, 1}), Messages());
    EXPECT_EQ(sent.finish(), (Messages{{0x80, 127, 0}}));
    EXPECT_EQ(sent.finish(), Messages());
}

TEST(Sinks, BendsAndPrograms) {
    Statements statements;
    statements.sink({}, {"bend"}).sink({{"channel", 16.0}}, {"program"});
    Sent sent(statements);
    EXPECT_EQ(sent.send({0}), (Messages{{0xe0, 0, 64}}));
    EXPECT_EQ(sent.send({-1}), (Messages{{0xe0, 0, 0}}));
    EXPECT_EQ(sent.send({5}), (Messages{{0xe0, 127, 127}}));
    EXPECT_EQ(sent.send({kNan}), (Messages{{0xe0, 0, 64}}));
    EXPECT_EQ(sent.send({12}, 1), (Messages{{0xcf, 12, 0}}));
    EXPECT_EQ(sent.send({12}, 1), Messages());
}

TEST(Sinks, ValuesStandInAnyOrder) {
    const Statements statements =
        std::move(Statements().sink({{"port", std::string("synth")}}, {"velocity", "note"}));
    Sent sent(statements);
    EXPECT_EQ(sent.send({1, 60}), (Messages{{0x90, 60, 127}}));
    const Sinks sinks(statements.sinks());
    EXPECT_EQ(sinks.port(0), "synth");
}

TEST(Sinks, WrongOnes) {
    const auto refused = [](const Statements& statements) {
        try {
            const Sinks sinks(statements.sinks());
            return std::string();
        } catch (const cpp::Failure& failure) {
            EXPECT_EQ(failure.span().begin, 30u);
            return std::string(failure.what());
        }
    };
    EXPECT_EQ(refused(Statements().sink({{"cc", 128.0}}, {"value"})),
              "midi: the cc is a whole number from 0 to 127");
    EXPECT_EQ(refused(Statements().sink({{"cc", 1.0}, {"channel", 0.0}}, {"value"})),
              "midi: the channel is a whole number from 1 to 16");
    EXPECT_EQ(refused(Statements().sink({{"cc", 1.0}}, {})), "midi: cc: goes with value:");
    EXPECT_EQ(refused(Statements().sink({}, {"note"})), "midi: note: goes with velocity:");
    EXPECT_NE(refused(Statements().sink({}, {"other"})), "");
}

}  // namespace
}  // namespace weft::midi
