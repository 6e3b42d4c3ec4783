// Threads: every function from each thread that the headers permit, beside whatever may run then,
// and the host's functions called back from the threads that are theirs.
#include <fmt/format.h>
#include <weft/devices.h>

#include <barrier>
#include <deque>
#include <functional>
#include <mutex>
#include <semaphore>
#include <thread>

#include "driver/validate/drive.h"
#include "driver/validate/host_rules.h"

namespace weft::validate {
namespace {

// Runs `body(i)` on so many threads that begin together. The first text that is not empty.
std::string together(std::uint32_t count, const std::string& name,
                     const std::function<std::string(std::uint32_t)>& body) {
    std::barrier<> begin(count);
    std::mutex mutex;
    std::string first;
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            name_thread(fmt::format("{} {}", name, i + 1));
            begin.arrive_and_wait();
            std::string text = body(i);
            const std::lock_guard lock(mutex);
            if (first.empty()) first = std::move(text);
        });
    for (std::thread& thread : threads) thread.join();
    return first;
}

void expect_none(Context& context, const std::string& trouble) {
    if (!trouble.empty()) context.fail(trouble);
}

// Several threads ask at once what may be asked at any time.
void check_any_thread(Context& context) {
    const weft_backend_info* const told = context.calls().describe();
    expect_none(context, together(4, "any thread", [&](std::uint32_t) -> std::string {
                    for (int i = 0; i < 200; ++i) {
                        if (context.calls().describe() != told)
                            return "describe gives another pointer on another thread";
                        (void)context.calls().extension("weft.memory/1");
                        (void)context.calls().extension("weft.nothing/1");
                    }
                    return {};
                }));
    if (context.ended()) return;
    const auto* const list = context.extension<weft_devices_api>(WEFT_DEVICES_EXTENSION);
    if (list) {
        const auto ask = [&](std::uint32_t& count) {
            return context.calls().call("weft_devices_api.list", "",
                                        [&] { return list->list(nullptr, 0, &count, nullptr); });
        };
        std::uint32_t there = 0;
        const weft_status first = ask(there);
        expect_none(context, together(3, "any thread", [&](std::uint32_t) -> std::string {
                        std::uint32_t count = 0;
                        const weft_status status = ask(count);
                        return status == first && count == there
                                   ? ""
                                   : "list answers otherwise when several threads ask at once";
                    }));
    }
    weft_probe first{};
    first.struct_size = sizeof first;
    weft_error error = empty_error();
    const weft_status status = context.calls().probe(&first, &error);
    expect_none(context, together(3, "any thread", [&](std::uint32_t) -> std::string {
                    weft_probe again{};
                    again.struct_size = sizeof again;
                    weft_error record = empty_error();
                    const weft_status now = context.calls().probe(&again, &record);
                    if (now != status || again.available != first.available)
                        return "probe answers otherwise when several threads ask at once: " +
                               said(now, record);
                    return {};
                }));
}

// One frame of a program, on whichever thread this is.
std::string frame_trouble(const Calls& calls, weft_program* program, const Work& work,
                          std::int64_t number, std::string* bytes) {
    Frame frame(work, number);
    weft_error error = empty_error();
    const weft_status status = calls.execute(program, &frame.view, &error);
    if (status != WEFT_OK)
        return fmt::format("execute of '{}' fails from {}: {}", work.name(), thread_name(),
                           said(status, error));
    if (bytes) *bytes = bytes_of(frame);
    return {};
}

// What its outputs answer at two points, on whichever thread this is.
std::string values_of(const Calls& calls, weft_program* program, const Work& work) {
    kit::Points points;
    const std::vector<double> xs = {0.25, 0.75};
    points.constants = work.settings;
    points.set(WEFT_FIELD_X, xs);
    points.view.params = work.params.data();
    std::string text;
    for (std::uint32_t output = 0; output < work.outputs.size(); ++output) {
        double values[2] = {};
        weft_error error = empty_error();
        const weft_status status = calls.get_values(program, output, &points.view, values, &error);
        text += fmt::format("{}: {} {} {}\n", output, status, number(values[0]), number(values[1]));
    }
    return text;
}

constexpr std::int64_t kFrames = 4;

// What the frames of a program give where one thread does all.
std::vector<std::string> expected_frames(Context& context, const Instance& instance, Work& work) {
    std::vector<std::string> frames;
    Driven program(context, instance, work);
    for (std::int64_t n = 0; program.ok() && n < kFrames; ++n) {
        Frame frame(work, n);
        if (!program.run(frame)) return {};
        frames.push_back(bytes_of(frame));
    }
    return frames;
}

template <class Body>
void for_works(Context& context, const Body& body) {
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    for (Work& work : works) {
        const std::vector<std::string> expected = expected_frames(context, instance, work);
        if (context.ended()) return;
        body(instance, work, expected);
        if (context.ended()) return;
    }
}

// A thread that does what it is given, and lives as long as this.
class Hand {
public:
    explicit Hand(std::string name)
        : thread_([this, name = std::move(name)] {
              name_thread(name);
              while (true) {
                  work_.acquire();
                  if (!job_) return;
                  job_();
                  done_.release();
              }
          }) {}
    ~Hand() {
        job_ = nullptr;
        work_.release();
        thread_.join();
    }
    Hand(const Hand&) = delete;
    Hand& operator=(const Hand&) = delete;

    void run(std::function<void()> job) {
        job_ = std::move(job);
        work_.release();
        done_.acquire();
    }

private:
    std::function<void()> job_;
    std::binary_semaphore work_{0};
    std::binary_semaphore done_{0};
    std::thread thread_;
};

// What outputs answer after each frame where one thread does all.
std::vector<std::string> expected_values(Context& context, const Instance& instance, Work& work) {
    std::vector<std::string> answers;
    Driven program(context, instance, work);
    for (std::int64_t n = 0; program.ok() && n < kFrames; ++n) {
        Frame frame(work, n);
        if (!program.run(frame)) return {};
        answers.push_back(values_of(*instance.calls, program.program(), work));
    }
    return answers;
}

// Every frame on a thread of its own, one after the other, values on the next one's; compiled,
// asked for handles and released on another.
void check_frame_thread_changes(Context& context) {
    std::deque<Hand> frame_threads;
    for (std::int64_t n = 0; n < kFrames; ++n)
        frame_threads.emplace_back(fmt::format("frame thread {}", n + 1));
    Hand compile_thread("the compile thread");
    for_works(context, [&](const Instance& instance, Work& work,
                           const std::vector<std::string>& expected) {
        const std::vector<std::string> answers = expected_values(context, instance, work);
        if (context.ended()) return;
        std::unique_ptr<Driven> program;
        compile_thread.run([&] {
            program = std::make_unique<Driven>(context, instance, work);
            weft_handle handle;
            for (std::uint32_t o = 0; program->ok() && o < work.outputs.size(); ++o)
                (void)program->handle(o, WEFT_HANDLE_NONE, handle);
        });
        for (std::size_t n = 0; program->ok() && n < expected.size() && !context.ended(); ++n) {
            std::string bytes, trouble;
            frame_threads[n].run([&] {
                trouble = frame_trouble(*instance.calls, program->program(), work,
                                        static_cast<std::int64_t>(n), &bytes);
            });
            expect_none(context, trouble);
            context.expect(
                bytes == expected[n],
                fmt::format("'{}' has other results where its frame thread changes", work.name()));
            frame_threads[(n + 1) % frame_threads.size()].run(
                [&] { bytes = values_of(*instance.calls, program->program(), work); });
            // What a source brings may be another number by now.
            context.expect(
                bytes == answers[n] || !work.sources.empty(),
                fmt::format("'{}' has other values where its frame thread changes", work.name()));
        }
        compile_thread.run([&] { program->release(); });
    });
}

// Programs are compiled, run and released beside one whose frames go on.
void check_compile_beside_frames(Context& context) {
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    Work& running = works.front();
    const std::vector<std::string> expected = expected_frames(context, instance, running);
    Driven program(context, instance, running);
    if (!program.ok()) return;
    std::atomic<bool> over{false};
    std::string trouble;
    std::thread frames([&] {
        name_thread("the frame thread");
        // The same frame again: its bytes are known.
        for (std::int64_t n = 0; (n < kFrames || !over) && trouble.empty(); ++n) {
            const std::int64_t number = n < kFrames ? n : kFrames - 1;
            std::string bytes;
            trouble = frame_trouble(*instance.calls, program.program(), running, number, &bytes);
            if (trouble.empty() && n < kFrames && bytes != expected[static_cast<std::size_t>(n)])
                trouble = fmt::format("'{}' has other results while programs are compiled",
                                      running.name());
        }
    });
    name_thread("the compile thread");
    for (int turn = 0; turn < 2 && !context.ended(); ++turn)
        for (Work& work : works) {
            Driven other(context, instance, work);
            if (!other.ok()) break;
        }
    over = true;
    frames.join();
    expect_none(context, trouble);
}

// Two programs of one instance, each with a frame thread of its own.
void check_programs_beside(Context& context) {
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    Work& one = works.front();
    Work& two = works.back();
    Work* const both[2] = {&one, &two};
    std::vector<std::string> expected[2];
    std::unique_ptr<Driven> programs[2];
    for (int i = 0; i < 2; ++i) {
        expected[i] = expected_frames(context, instance, *both[i]);
        if (context.ended()) return;
        programs[i] = std::make_unique<Driven>(context, instance, *both[i]);
        if (!programs[i]->ok()) return;
    }
    expect_none(context, together(2, "frame thread", [&](std::uint32_t i) -> std::string {
                    for (std::int64_t n = 0; n < kFrames; ++n) {
                        std::string bytes;
                        std::string trouble = frame_trouble(*instance.calls, programs[i]->program(),
                                                            *both[i], n, &bytes);
                        if (!trouble.empty()) return trouble;
                        if (bytes != expected[i][static_cast<std::size_t>(n)])
                            return fmt::format("'{}' has other results while another program runs",
                                               both[i]->name());
                    }
                    return {};
                }));
}

// cancel from elsewhere, before, during and after frames: a frame is whole or cancelled, and the
// next one is whole.
void check_cancel(Context& context) {
    if (!context.api().cancel) return context.skip("it has no cancel");
    for_works(context, [&](const Instance& instance, Work& work,
                           const std::vector<std::string>& expected) {
        if (!work.sources.empty()) return;
        Driven program(context, instance, work);
        if (!program.ok()) return;
        std::atomic<bool> begun{false}, over{false};
        std::thread other([&] {
            name_thread("any thread");
            while (!over) {
                instance.calls->cancel(program.program());
                begun = true;
                std::this_thread::yield();
            }
        });
        while (!begun) std::this_thread::yield();
        weft_status status = WEFT_OK;
        weft_error error = empty_error();
        for (std::int64_t n = 0; n < 8; ++n) {
            Frame frame(work, 0);
            frame.view.capture = 0;
            status = instance.calls->execute(program.program(), &frame.view, &error);
            if (status != WEFT_OK && status != WEFT_CANCELLED) break;
        }
        over = true;
        other.join();
        context.expect(
            status == WEFT_OK || status == WEFT_CANCELLED,
            fmt::format("execute of '{}', cancelled, fails: {}", work.name(), said(status, error)));
        // What was cancelled may come after its frame, and end the next one; no more than that.
        for (int turn = 0; turn < 2; ++turn) {
            Frame frame(work, 0);
            status = instance.calls->execute(program.program(), &frame.view, &error);
            if (status == WEFT_CANCELLED && turn == 0) continue;
            context.expect(status == WEFT_OK, fmt::format("'{}' stays cancelled: {}", work.name(),
                                                          said(status, error)));
            context.expect(
                status != WEFT_OK || bytes_of(frame) == expected.front(),
                fmt::format("'{}' has other results after it was cancelled", work.name()));
            return;
        }
    });
}

// Everything that the plugin asks of the host while works are compiled, run and released.
void check_callbacks(Context& context) {
    context.host().remembers_uses = true;
    for_works(context, [&](const Instance& instance, Work& work, const std::vector<std::string>&) {
        Driven program(context, instance, work);
        weft_handle handle;
        for (std::uint32_t o = 0; program.ok() && o < work.outputs.size(); ++o)
            (void)program.handle(o, WEFT_HANDLE_NONE, handle);
    });
    // What a frame may not ask on any thread is for realtime.queries.
    for (const Use& use : context.host().uses())
        if (promise_trouble(use).empty()) expect_none(context, thread_trouble(use));
}

constexpr Check kChecks[] = {
    {"threads.any-thread", Level::standard,
     "answers describe, probe and extension to several threads at once", "backend.h, [any-thread]",
     check_any_thread},
    {"threads.frame-thread-changes", Level::standard,
     "runs each frame, and answers values, on whichever thread calls, one at a time",
     "backend.h, [frame-thread]", check_frame_thread_changes},
    {"threads.compile-beside-frames", Level::standard,
     "compiles and releases programs beside running frames of another",
     "backend.h, [compile-thread]", check_compile_beside_frames, 60},
    {"threads.programs-beside", Level::strict,
     "runs frames of two programs at once, each on a thread of its own",
     "backend.h, [frame-thread]", check_programs_beside},
    {"threads.cancel", Level::standard,
     "may be asked to cancel at any time, and runs whole frames afterwards", "backend.h, cancel",
     check_cancel},
    {"threads.callbacks", Level::quick,
     "calls each function of the host from the threads and in the states that are its own",
     "host.h; calls.def", check_callbacks},
};

}  // namespace

std::span<const Check> thread_checks() {
    return kChecks;
}

}  // namespace weft::validate
