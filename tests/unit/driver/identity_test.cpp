// What of a program stays the same when its text changes.
#include <gtest/gtest.h>

#include "driver/compile/heritage.h"
#include "driver/compile/identity.h"
#include "sema/analyze.h"

namespace weft::driver {
namespace {

struct Meant {
    ProgramIdentity identity;
    std::map<std::string, Identity> caches;  // by name
    std::string messages;
};

Meant meant(const std::string& text) {
    SourceMap sources;
    Diagnostics diagnostics(&sources);
    const sema::Program program =
        sema::analyze_text("test.weft", text, sources, sema::Environment{}, diagnostics);
    PlanRequest request;
    request.program = &program;
    request.source_shape = [](sema::StrandId) -> const ir::InputShape* { return nullptr; };
    Meant result;
    if (!diagnostics.has_errors()) {
        const Plan plan = make_plan(request, diagnostics);
        if (!diagnostics.has_errors()) {
            result.identity = identify({&request, &plan, {}});
            for (const auto& [strand, identity] : result.identity.caches) {
                result.caches[name_of(program, strand)] = identity;
            }
        }
    }
    result.messages = diagnostics.render(false);
    EXPECT_FALSE(diagnostics.has_errors()) << text << result.messages;
    return result;
}

Identity cache(const std::string& text, const std::string& name) {
    const Meant result = meant(text);
    EXPECT_TRUE(result.caches.contains(name)) << name << "\n" << text;
    return result.caches.contains(name) ? result.caches.at(name) : Identity{};
}

constexpr const char* kTrail = R"(
trail<v> = cache(now, 3)
now = max(0.9 * trail@v[trail@k ~ 1, me@x ~ me@x + 0.01], sin(me@x * 10 + me@time))
display(now, me@y, 0)
)";

TEST(Identity, OfTheSameText) {
    EXPECT_EQ(meant(kTrail).identity, meant(kTrail).identity);
}

TEST(Identity, NamesAndPlacesLeaveNoTrace) {
    const Identity trail = cache(kTrail, "trail@v");
    // Renamed, in another order, with other white space and a remark.
    EXPECT_EQ(trail, cache(R"(
display(fresh, me@y, 0)
// the newest
fresh = max(0.9 * tail@t[tail@k ~ 1,
                         me@x ~ me@x + 0.01], sin(me@x * 10
                         + me@time))
tail<t> = cache(fresh, 3)
)",
                           "tail@t"));
    // Something else beside it, before and behind.
    EXPECT_EQ(trail, cache(std::string("other<a> = cache(me@y + me@time, 5)\n") + kTrail +
                               "display(other@a[other@k ~ 2], target: \"second\")\n",
                           "trail@v"));
    // What shows it is another.
    EXPECT_EQ(trail, cache(R"(
trail<v> = cache(now, 3)
now = max(0.9 * trail@v[trail@k ~ 1, me@x ~ me@x + 0.01], sin(me@x * 10 + me@time))
display(1 - now)
)",
                           "trail@v"));
}

TEST(Identity, SpindlesAreWhatTheyExpandTo) {
    const Identity trail = cache(kTrail, "trail@v");
    EXPECT_EQ(trail, cache(R"(
spindle faded(past, amount) :: <o> {
    out o = amount * past[me@x ~ me@x + 0.01]
}
spindle wave(at) :: <w> {
    out w = sin(at * 10 + me@time)
}
trail<v> = cache(now, 3)
now = max(faded(trail@v[trail@k ~ 1], 0.9), wave(me@x))
display(now, me@y, 0)
)",
                           "trail@v"));
    // An instance in between.
    EXPECT_EQ(trail, cache(R"(
trail<v> = cache(now, 3)
moved = trail@v[trail@k ~ 1, me@x ~ me@x + 0.01]
now = max(0.9 * moved, phase)
phase = sin(me@x * 10 + me@time)
display(now, me@y, 0)
)",
                           "trail@v"));
}

TEST(Identity, AnotherMeaningIsAnother) {
    const Identity trail = cache(kTrail, "trail@v");
    const std::vector<std::pair<std::string, std::string>> changes = {
        {"0.9", "0.91"},
        {"0.01", "0.02"},
        {"cache(now, 3)", "cache(now, 4)"},
        {"max", "min"},
        {"me@x * 10", "me@y * 10"},
        {"me@time", "me@abstime"},
        {"~ 1", "~ 2"},
        {"now, 3", "now, 3, wrap: \"repeat\""}};
    for (const auto& [from, to] : changes) {
        std::string text = kTrail;
        text.replace(text.find(from), from.size(), to);
        EXPECT_NE(trail, cache(text, "trail@v")) << text;
    }
    EXPECT_NE(trail, cache(std::string("me<width> = 640\n") + kTrail, "trail@v"));
    EXPECT_NE(trail, cache(std::string("me<fps> = 50\n") + kTrail, "trail@v"));
    EXPECT_EQ(trail, cache(std::string("me<bpm> = 90\n") + kTrail, "trail@v"));
}

TEST(Identity, ReadersOfCachesFollowThem) {
    const std::string text = R"(
tone = sin(me@time * 440)
line<l> = cache(tone, 4800)
echo<e> = cache(line@l[line@k ~ 2400] * 0.5, 100)
apart<a> = cache(tone * 2, 10)
play(echo@e[echo@k ~ 50] + apart@a[apart@k ~ 3])
)";
    std::string louder = text;
    louder.replace(louder.find("* 0.5"), 5, "* 0.6");
    std::string higher = text;
    higher.replace(higher.find("440"), 3, "441");
    const Meant before = meant(text);
    const Meant after_louder = meant(louder);
    EXPECT_EQ(before.caches.at("line@l"), after_louder.caches.at("line@l"));
    EXPECT_NE(before.caches.at("echo@e"), after_louder.caches.at("echo@e"));
    EXPECT_EQ(before.caches.at("apart@a"), after_louder.caches.at("apart@a"));
    const Meant after_higher = meant(higher);
    for (const char* name : {"line@l", "echo@e", "apart@a"}) {
        EXPECT_NE(before.caches.at(name), after_higher.caches.at(name)) << name;
    }
}

// Of a loop of several caches each has a name of its own, whatever they are called.
TEST(Identity, Loops) {
    const std::string text = R"(
u<a> = cache(0.9 * v@b[v@k ~ 1] + 0.1 * me@x, 2)
v<b> = cache(0.8 * w@c[w@k ~ 1] + 0.1 * me@y, 2)
w<c> = cache(0.7 * u@a[u@k ~ 1], 2)
display(u@a, v@b, w@c)
)";
    const std::string turned = R"(
display(three@c, one@a, two@b)
two<b> = cache(0.7 * three@c[three@k ~ 1], 2)
one<a> = cache(0.8 * two@b[two@k ~ 1] + 0.1 * me@y, 2)
three<c> = cache(0.9 * one@a[one@k ~ 1] + 0.1 * me@x, 2)
)";
    const Meant before = meant(text);
    const Meant after = meant(turned);
    EXPECT_EQ(before.caches.at("u@a"), after.caches.at("three@c"));
    EXPECT_EQ(before.caches.at("v@b"), after.caches.at("one@a"));
    EXPECT_EQ(before.caches.at("w@c"), after.caches.at("two@b"));
    EXPECT_NE(before.caches.at("u@a"), before.caches.at("v@b"));
    EXPECT_NE(before.caches.at("v@b"), before.caches.at("w@c"));
    std::string other = text;
    other.replace(other.find("0.7"), 3, "0.6");
    for (const char* name : {"u@a", "v@b", "w@c"}) {
        EXPECT_NE(before.caches.at(name), meant(other).caches.at(name)) << name;
    }
}

TEST(Identity, LoopsInSpindles) {
    const std::string text = R"(
spindle sum(a, n) :: <o> {
    s = 0
    for i in (1 to n) { s += sin(a * i) / i }
    out o = s
}
held<h> = cache(sum(me@x, 5) + 0.5 * held@h[held@k ~ 1], 2)
display(held@h)
)";
    std::string renamed = text;
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"s = 0", "total = 0"}, {"{ s +=", "{ total +="}, {"out o = s", "out o = total"}}) {
        renamed.replace(renamed.find(from), from.size(), to);
    }
    EXPECT_EQ(cache(text, "held@h"), cache(renamed, "held@h"));
    std::string longer = text;
    longer.replace(longer.find("sum(me@x, 5)"), 12, "sum(me@x, 6)");
    EXPECT_NE(cache(text, "held@h"), cache(longer, "held@h"));
    std::string other = text;
    other.replace(other.find("/ i }"), 5, "* i }");
    EXPECT_NE(cache(text, "held@h"), cache(other, "held@h"));
}

TEST(Identity, ParametersAreWhatTheyAreCalled) {
    const std::string text = R"(
#slider decay<s> = 0,1,0.9 "decay"
#slider speed<s> = 0,2 "speed"
low<v> = cache(decay * low@v[low@k ~ 1] + me@x * speed, 2)
display(low@v)
)";
    // Another knob before them, another default.
    std::string more = "#slider first<s> = 0,1 \"first\"\n" + text;
    more.replace(more.find("0,1,0.9"), 7, "0,1,0.8");
    EXPECT_EQ(cache(text, "low@v"), cache(more, "low@v"));
    EXPECT_NE(meant(text).identity.params, meant(more).identity.params);
    std::string swapped = text;
    swapped.replace(swapped.find("cache(decay"), 11, "cache(speed");
    EXPECT_NE(cache(text, "low@v"), cache(swapped, "low@v"));
}

TEST(Identity, PartsOfAProgram) {
    const std::string text = "display(me@x * 0.5)\nplay(sin(me@time * 440))\n";
    const ProgramIdentity before = meant(text).identity;
    const ProgramIdentity picture =
        meant("display(me@x * 0.6)\nplay(sin(me@time * 440))\n").identity;
    EXPECT_EQ(before.sound, picture.sound);
    EXPECT_NE(before.pictures, picture.pictures);
    const ProgramIdentity sound =
        meant("// louder\nplay(sin(me@time * 441))\ndisplay(me@x * 0.5)\n").identity;
    EXPECT_NE(before.sound, sound.sound);
    EXPECT_EQ(before.pictures, sound.pictures);
    EXPECT_NE(before, sound);
    const ProgramIdentity same =
        meant("half = 0.5 play(tone) tone = sin(me@time*440) display(me@x*half)").identity;
    EXPECT_EQ(before, same);
    EXPECT_NE(before, meant(text + "#badge \"hello\"\n").identity);
}

TEST(Identity, HeirsAreOfTheSameMeaningAndFirstOfTheSameName) {
    const std::string text = R"(
a<v> = cache(sin(me@time), 4)
b<v> = cache(sin(me@time), 4)
c<v> = cache(cos(me@time), 4)
display(a@v[a@k ~ 1], b@v[b@k ~ 1], c@v[c@k ~ 1])
)";
    const std::string next = R"(
d<v> = cache(sin(me@time), 4)
b<v> = cache(sin(me@time), 4)
c<v> = cache(tan(me@time), 4)
display(d@v[d@k ~ 1], b@v[b@k ~ 1], c@v[c@k ~ 1])
)";
    const Meant before = meant(text);
    CachePlaces places;
    for (const auto& [strand, identity] : before.identity.caches) {
        for (const auto& [name, known] : before.caches) {
            const auto same_name = [&name = name](auto& place) {
                return place.second.name == name;
            };
            if (known == identity && std::none_of(places.begin(), places.end(), same_name)) {
                places[strand].name = name;
                break;
            }
        }
    }
    SourceMap sources;
    Diagnostics diagnostics(&sources);
    const sema::Program program =
        sema::analyze_text("test.weft", next, sources, sema::Environment{}, diagnostics);
    std::map<std::string, std::string> heirs;
    for (const auto& [strand, place] :
         find_heirs(meant(next).identity, program, before.identity, places)) {
        heirs[name_of(program, strand)] = place.name;
    }
    EXPECT_EQ(heirs, (std::map<std::string, std::string>{{"b@v", "b@v"}, {"d@v", "a@v"}}));
}

}  // namespace
}  // namespace weft::driver
