// Every call is in the file before it is made, and what was recorded can be made again.
#include "recorded.h"

namespace {

using namespace weft;
using replay::Trace;
using test::g_behaviour;
using test::Recorded;
using test::replayed;
using test::text_of_file;

std::vector<std::string> names(const Trace& trace) {
    std::vector<std::string> all;
    for (const replay::Call& call : trace.calls())
        all.emplace_back(std::string(call.head.within != 0 ? "  " : "") +
                         std::string(replay::row_name(call.head.function)) +
                         (call.end == 0 ? " never returned" : ""));
    return all;
}

TEST(Recorder, WritesBeforeTheCall) {
    Recorded r;
    g_behaviour.execute = [&](const weft_frame*, weft_error*) {
        const auto trace = r.trace();
        EXPECT_EQ(names(*trace).back(), "weft_backend_api.execute never returned");
        return weft_status{WEFT_OK};
    };
    r.visit.begin();
    (void)r.visit.execute();
    r.visit.end();
    EXPECT_EQ(names(*r.trace()),
              (std::vector<std::string>{"weft_backend_api.create", "weft_backend_api.compile",
                                        "weft_backend_api.execute", "weft_backend_api.release",
                                        "weft_backend_api.cleanup"}));
}

TEST(Recorder, CallsAreMadeAgainWithTheSameArguments) {
    Recorded r;
    r.visit.numbers[WEFT_FIELD_TIME] = 0.25;
    std::vector<double> times;
    g_behaviour.execute = [&](const weft_frame* frame, weft_error* error) {
        times.push_back(frame->fields[WEFT_FIELD_TIME]);
        if (frame->fields[WEFT_FIELD_TIME] > 0.25) return test::fail(error, "late");
        std::memset(frame->targets[0].data, 3, frame->targets[0].size);
        return weft_status{WEFT_OK};
    };
    std::vector<char> pixels(40);
    const weft_target target = {pixels.data(), pixels.size()};
    r.visit.frame.targets = &target;
    r.visit.frame.target_count = 1;
    weft_output output{};  // of another's target nothing is compared
    output.kind = WEFT_OUTPUT_TARGET;
    output.grid.axis_count = output.grid.channels = 1;
    output.grid.axes[0].count = pixels.size() / sizeof(float);
    output.grid.axes[0].stride = sizeof(float);
    r.visit.batch.outputs = &output;
    r.visit.batch.output_count = 1;
    r.visit.begin();
    (void)r.visit.execute();
    r.visit.numbers[WEFT_FIELD_TIME] = 0.5;
    (void)r.visit.execute();
    r.visit.end();
    EXPECT_EQ(replayed(*r.trace()), std::vector<std::string>{});
    EXPECT_EQ(times, (std::vector<double>{0.25, 0.5, 0.25, 0.5}));

    // A plugin that does something else is found out.
    g_behaviour.execute = [&](const weft_frame* frame, weft_error*) {
        std::memset(frame->targets[0].data, 4, frame->targets[0].size);
        return weft_status{WEFT_OK};
    };
    EXPECT_EQ(replayed(*r.trace()),
              (std::vector<std::string>{
                  "call 3, weft_backend_api.execute of 'guest': target 0 holds something else",
                  "call 4, weft_backend_api.execute of 'guest': status 0, it was 1"}));
}

TEST(Recorder, TheHostAnswersWhatItAnswered) {
    Recorded r;
    static weft_binding binding;
    std::vector<double> seen;
    g_behaviour.compile = [](const weft_batch* batch, weft_program** program, weft_error* error) {
        EXPECT_EQ(std::string(batch->name.data, batch->name.size), "pictures");
        const weft_host* host = g_behaviour.host;
        binding = {};
        binding.struct_size = sizeof binding;
        EXPECT_EQ(host->lookup(host->context, 1, &binding, error), WEFT_OK);
        EXPECT_EQ(host->concurrency(host->context), 3u);
        *program = reinterpret_cast<weft_program*>(&test::g_object);
        return weft_status{WEFT_OK};
    };
    g_behaviour.execute = [&](const weft_frame* frame, weft_error* error) {
        const double* fields[WEFT_FIELD_COUNT] = {};
        weft_points points{};
        points.struct_size = sizeof points;
        points.count = 1;
        points.fields = fields;
        points.constants = frame->fields;
        double value = 0;
        EXPECT_EQ(binding.get_values(binding.getter, &points, &value, error), WEFT_OK);
        seen.push_back(value);
        return weft_status{WEFT_OK};
    };
    r.visit.batch.name = {"pictures", 8};
    r.visit.begin();
    (void)r.visit.execute();
    r.visit.end();
    EXPECT_EQ(replayed(*r.trace()), std::vector<std::string>{});
    EXPECT_EQ(seen, (std::vector<double>{7, 7}));
}

// Cut anywhere, or with any byte changed, a trace is refused or read; nothing else.
TEST(Trace, IsNotBelieved) {
    Recorded r;
    r.visit.begin();
    (void)r.visit.execute();
    r.visit.end();
    const std::string bytes = text_of_file(r.path);
    std::string why;
    EXPECT_FALSE(Trace::read("", why).has_value());
    EXPECT_EQ(why, "it is not a trace of calls");
    EXPECT_FALSE(Trace::read(bytes.substr(0, 10), why).has_value());
    EXPECT_EQ(why, "it ends within its head");
    EXPECT_FALSE(Trace::read(bytes.substr(0, bytes.size() - 1), why).has_value());
    EXPECT_EQ(why.rfind("it ends within record ", 0), 0u) << why;
    std::string newer = bytes;
    newer[replay::kMagic.size()] = 9;
    EXPECT_FALSE(Trace::read(newer, why).has_value());
    EXPECT_EQ(why, "it is of version 9; this program reads 1 to 2");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        (void)Trace::read(bytes.substr(0, i), why).has_value();
        for (const char with : {'\xff', '\x01', '\x80'}) {
            std::string changed = bytes;
            changed[i] = static_cast<char>(changed[i] ^ with);
            (void)Trace::read(changed, why).has_value();
        }
    }
}

}  // namespace
