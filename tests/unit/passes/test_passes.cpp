// Tags, owners, duplicates, batches and layers of small programs; the order with the fewest
// changes against trying all orders.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "passes/passes.h"
#include "sema/analyze.h"

namespace weft::passes {
namespace {

constexpr const char* kBackends = R"({"backends": [
    {"name": "picture", "contexts": ["visual", "compute"], "builtins": ["load", "camera"]},
    {"name": "sound", "contexts": ["audio"], "builtins": ["mic"]}]})";

struct Arranged {
    SourceMap sources;
    Diagnostics diagnostics{&sources};
    sema::Program program;
    Graph graph;
    BackendTable table;
    Arrangement arrangement;
};

std::unique_ptr<Arranged> arrange_text(const std::string& text, const char* table = kBackends) {
    auto result = std::make_unique<Arranged>();
    sema::Environment environment;
    environment.check_files = false;
    result->program =
        sema::analyze_text("test.weft", text, result->sources, environment, result->diagnostics);
    EXPECT_FALSE(result->diagnostics.has_errors()) << result->diagnostics.render(false);
    result->graph = graph::build(result->program);
    auto read = graph::read_backends(table);
    EXPECT_TRUE(read.ok());
    result->table = *std::move(read);
    result->arrangement = arrange(result->graph, result->table);
    return result;
}

std::string batches(const Arranged& arranged) {
    std::string result;
    for (const graph::Batch& batch : arranged.arrangement.batches) {
        result += arranged.table.backends[batch.backend].name + "[";
        for (const graph::Task& task : batch.tasks)
            result += " " + arranged.graph.nodes[task.node].name;
        result += " ]";
    }
    return result;
}

std::string owner(const Arranged& arranged, const std::string& name) {
    for (graph::NodeId id = 0; id < arranged.graph.nodes.size(); ++id) {
        if (arranged.graph.nodes[id].name != name) continue;
        const std::uint32_t backend = arranged.arrangement.owners[id];
        return backend == graph::kNone ? "-" : arranged.table.backends[backend].name;
    }
    return "no node";
}

TEST(Owners, TheFirstUserInSourceOrderOwns) {
    const std::string nodes = "img<r> = sin(me@x) samp<x> = img@r[me@x ~ mouse@x] ";
    const auto sound_first = arrange_text(nodes + "play(sin(samp@x)) display(img@r)");
    EXPECT_EQ(owner(*sound_first, "img"), "sound");
    EXPECT_EQ(owner(*sound_first, "samp"), "sound");
    EXPECT_EQ(sound_first->arrangement.copies[0].size(), 1u);
    const auto picture_first = arrange_text(nodes + "display(img@r) play(sin(samp@x))");
    EXPECT_EQ(owner(*picture_first, "img"), "picture");
    EXPECT_EQ(owner(*picture_first, "samp"), "sound");
    EXPECT_EQ(owner(*picture_first, "mouse"), "-");
}

TEST(Owners, BuiltinsStayAtHome) {
    const auto arranged =
        arrange_text("audio<s> = mic() img<r> = audio@s[me@time ~ me@x] display(img@r)");
    EXPECT_EQ(owner(*arranged, "audio"), "sound");
    EXPECT_EQ(owner(*arranged, "img"), "picture");
    EXPECT_EQ(batches(*arranged), "sound[ audio ]picture[ img ]");
    ASSERT_EQ(arranged->arrangement.layers.size(), 2u);
}

TEST(Batches, PastReadsOrderNothing) {
    const auto arranged = arrange_text("a = c[c@k ~ 1] + 1  c = cache(a, 2)  display(c)");
    EXPECT_EQ(batches(*arranged), "picture[ a c ]");
}

TEST(Batches, InstancesThatNeedEachOtherAreTakenApart) {
    const auto arranged = arrange_text("a<x,y> = <1, b>  b = a@x + 1  display(a@y)");
    EXPECT_EQ(batches(*arranged), "picture[ a@x b a@y ]");
}

TEST(Batches, ReadingThroughAReplacedAxisNeedsWhatIsReadThen) {
    const auto arranged = arrange_text("a = c + 1  b = a[c@k ~ 1]  c = cache(b, 2)  display(a)");
    EXPECT_EQ(batches(*arranged), "picture[ b c a ]");
}

TEST(Ticks, AreThoseOfTheFirstSink) {
    const auto arranged = arrange_text("c = cache(me@time, 4) play(c) display(c)");
    EXPECT_EQ(arranged->arrangement.ticks[0], WEFT_CONTEXT_AUDIO);
}

// The fewest runs of any order that respects the needs.
std::size_t brute_force(const std::vector<std::uint32_t>& colours,
                        const std::vector<std::vector<std::uint32_t>>& needs) {
    const auto count = static_cast<std::uint32_t>(colours.size());
    const std::uint32_t none = *std::max_element(colours.begin(), colours.end()) + 1;
    // best[done][last colour]
    std::vector<std::vector<std::size_t>> best(std::size_t{1} << count,
                                               std::vector<std::size_t>(none + 1, 1000));
    best[0][none] = 0;
    for (std::size_t done = 0; done + 1 < best.size(); ++done) {
        for (std::uint32_t last = 0; last <= none; ++last) {
            if (best[done][last] == 1000) continue;
            for (std::uint32_t task = 0; task < count; ++task) {
                bool ready = (done >> task & 1) == 0;
                for (const std::uint32_t need : needs[task])
                    ready = ready && (done >> need & 1) != 0;
                if (!ready) continue;
                std::size_t& after = best[done | std::size_t{1} << task][colours[task]];
                after = std::min(after, best[done][last] + (colours[task] != last ? 1 : 0));
            }
        }
    }
    return *std::min_element(best.back().begin(), best.back().end());
}

TEST(FewestChanges, AgreesWithAllOrders) {
    std::mt19937 random(7);
    for (int round = 0; round < 400; ++round) {
        const std::uint32_t count = 1 + random() % 10;
        const std::uint32_t colour_count = 1 + random() % 4;
        std::vector<std::uint32_t> colours;
        std::vector<std::vector<std::uint32_t>> needs(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            colours.push_back(random() % colour_count);
            for (std::uint32_t j = 0; j < i; ++j)
                if (random() % 4 == 0) needs[i].push_back(j);
        }
        const std::vector<std::uint32_t> order = fewest_changes(colours, needs);
        ASSERT_EQ(order.size(), count);
        std::vector<char> done(count, 0);
        std::size_t runs = 0;
        for (std::size_t i = 0; i < count; ++i) {
            for (const std::uint32_t need : needs[order[i]]) EXPECT_EQ(done[need], 1);
            done[order[i]] = 1;
            if (i == 0 || colours[order[i]] != colours[order[i - 1]]) ++runs;
        }
        EXPECT_EQ(runs, brute_force(colours, needs));
    }
}

TEST(FewestChanges, ManyTasksAndColours) {
    std::mt19937 random(3);
    const std::uint32_t count = 50'000;
    std::vector<std::uint32_t> colours;
    std::vector<std::vector<std::uint32_t>> needs(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        colours.push_back(random() % 5);
        for (int j = 0; j < 2 && i > 0; ++j) needs[i].push_back(random() % i);
    }
    EXPECT_EQ(fewest_changes(colours, needs).size(), count);
}

// Not a benchmark: a guard against anything quadratic.
TEST(Graph, IsLinear) {
    const auto seconds = [](int count) {
        std::string text = "a0<r> = me@x ";
        for (int i = 1; i < count; ++i)
            text += "a" + std::to_string(i) + "<r> = a" + std::to_string(i - 1) + "@r*0.5 + a" +
                    std::to_string(i / 2) + "@r\n";
        text += "display(a" + std::to_string(count - 1) + "@r) play(a5@r)";
        const auto start = std::chrono::steady_clock::now();
        const auto arranged = arrange_text(text);
        EXPECT_EQ(arranged->arrangement.batches.size(), 2u);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    (void)seconds(1000);
    const double small = seconds(10'000);
    const double large = seconds(100'000);
    RecordProperty("seconds_10k", std::to_string(small));
    RecordProperty("seconds_100k", std::to_string(large));
    std::printf("check + graph: 10k %.3f s, 100k %.3f s\n", small, large);
    EXPECT_LT(large, 40 * small);
}

}  // namespace
}  // namespace weft::passes
