// Programs over the two fixtures of edges (tests/plugins/offers.cpp), which keep or break their
// promises as they are told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "driver/compile/explain.h"
#include "tests/support/plugin_dir.h"
#include "tests/support/running_show.h"

namespace weft::driver {

using test::RunningShow;

// `trail` remembers; `seen` is made from it where the picture is made.
inline constexpr const char* kTwoEnds = R"(
me<width> = 40 me<height> = 30
trail<v> = cache(sin(me@x * 5) * cos(me@y * 3) * 0.5 + 0.5 + me@frame * 0.01, 3)
seen<v> = trail@v[trail@k ~ 1, me@x ~ me@x * 0.9] * 0.5 + trail@v[trail@k ~ 0] * 0.5
display(seen, me@x, me@y)
)";

class EdgeTest : public ::testing::Test {
protected:
    EdgeTest() {
        for (const char* name : {"offers", "offers_too"}) {
            dir_.add(name, std::string(R"({"name": ")") + name +
                               R"(", "version": "1.0", "summary": "a fixture", "abi_min": 1,)"
                               R"( "abi_target": 1, "contexts": ["visual", "compute"]})");
        }
    }
    ~EdgeTest() override {
        unsetenv("WEFT_OFFERS");
        unsetenv("WEFT_OFFERS_TOO");
    }

    std::unique_ptr<RunningShow> start(const std::string& text, const std::string& picture_on,
                                       const std::vector<std::string>& owners,
                                       const std::string& one = "", const std::string& two = "") {
        setenv("WEFT_OFFERS", one.c_str(), 1);
        setenv("WEFT_OFFERS_TOO", two.c_str(), 1);
        CommonOptions options;
        options.plugin_directories = {dir_.path()};
        options.backend_for[WEFT_CONTEXT_VISUAL] = picture_on;
        options.owners = owners;
        options.threads = 2;
        options.deadline_ns = 300'000'000;
        options.no_cache = true;  // what another test proved is not asked again
        return RunningShow::start(text, options, apart_);
    }

    // The picture after a few frames.
    static std::vector<char> picture(RunningShow& show) {
        EXPECT_TRUE(show.built.has_value()) << show.messages();
        if (!show.built) return {};
        for (std::int64_t k = 0; k < 4; ++k) {
            const auto done = show.frame(k);
            EXPECT_TRUE(done.ok()) << (done ? "" : done.error().message);
        }
        return show.memory[0];
    }

    // What the judge shows.
    std::vector<char> judged(const std::string& text) {
        auto show = start(text, "reference", {});
        return picture(*show);
    }

    // Runs it, holds the picture to the judge's, and gives the line of the edge that leaves
    // `producer`.
    EdgeRecord line(RunningShow& show, const std::string& text, const std::string& producer) {
        const std::vector<char> got = picture(show);
        const std::vector<char> wanted = judged(text);
        EXPECT_EQ(got.size(), wanted.size());
        for (std::size_t i = 0; i < std::min(got.size(), wanted.size()); ++i) {
            const int off =
                static_cast<unsigned char>(got[i]) - static_cast<unsigned char>(wanted[i]);
            EXPECT_LE(std::abs(off), 1) << "byte " << i;
            if (std::abs(off) > 1) break;
        }
        if (!show.built) return {};
        for (const EdgeRecord& edge : show.built->edges) {
            if (edge.producer == producer && edge.consumer != producer &&
                edge.path != "duplicate") {
                return edge;
            }
        }
        ADD_FAILURE() << "no edge leaves " << producer << "\n" << explain_text(*show.built);
        return {};
    }

    static bool has_refusal(const EdgeRecord& edge, const std::string& text) {
        for (const std::string& reason : edge.refused) {
            if (reason.find(text) != std::string::npos) return true;
        }
        ADD_FAILURE() << "nothing says '" << text << "':";
        for (const std::string& reason : edge.refused) ADD_FAILURE() << reason;
        return false;
    }

    static weft_counters copied(const RunningShow& show) {
        weft_counters sum{};
        for (const runtime::Step& step : show.built->show->steps) {
            const weft_counters one = plugin::counters_of(*step.program);
            sum.mirrored += one.mirrored;
            sum.uploaded += one.uploaded;
            sum.gathered += one.gathered;
        }
        return sum;
    }

    test::PluginDir dir_;
    bool apart_ = false;  // everything in a batch of its own
};

}  // namespace weft::driver
