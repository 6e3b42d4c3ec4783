// A back end on an accelerator against what one would write by hand for the same device: kernels,
// edges, what a frame costs beside its kernels, getters, and a day of reloads.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <weft/clock.h>

#include "bench/gpu/crossing.h"
#include "bench/gpu/hand.h"
#include "bench/samples.h"
#include "bench/show.h"
#include "tests/support/holdings.h"

namespace weft::bench {
namespace {

constexpr std::uint64_t kWide = 3840, kHigh = 2160;

double median(std::vector<double> list) {
    std::nth_element(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2),
                     list.end());
    return list[list.size() / 2];
}

template <class Work>
double median_seconds(int times, Work&& work) {
    std::vector<double> list;
    for (int i = 0; i < times; ++i) list.push_back(seconds_of(work));
    return median(list);
}

// What `with` takes longer than `without`: the median over neighbours; never less than nothing.
template <class With, class Without>
double surplus(int times, With&& with, Without&& without) {
    std::vector<double> list;
    for (int i = 0; i < times; ++i) {
        const double more = seconds_of(with);
        list.push_back(more - seconds_of(without));
    }
    return std::max(0.0, median(list));
}

class Benchmark {
public:
    // `parts`: of the rows, by the beginnings of their names; none: all.
    Benchmark(std::string name, bool quick, std::vector<std::string> parts)
        : name_(std::move(name)), rounds_(quick ? 3 : 9), parts_(std::move(parts)) {
        hand_ = name_ == "opencl" ? hand_opencl(why_) : hand_vulkan(why_);
        auto session = driver::Session::create(uncached(0, picture_size(64, 64), name_));
        if (!session) return;
        session_ = std::move(*session);
        session_->plugins().probe_all();
        backend_ = find(name_);
    }

    int run() {
        if (!backend_ || !hand_) {
            std::fprintf(stderr, "%s\n",
                         backend_ ? why_.c_str() : (name_ + " is not here").c_str());
            return 1;
        }
        const bool own = name_ == "vulkan" || name_ == "opencl";
        if (own && hand_->software() && wanted("plasma")) plasma();
        if (own && !hand_->software() && wanted("plasma")) plasma_on_device();
        if (own && wanted("frame")) one_batch();
        if (name_ == "vulkan" && wanted("frame50")) many_batches();
        for (const char* other : {"cpu", "vulkan", "opencl", "cuda"})
            if (name_ != other && wanted("edge")) edge(other);
        if (wanted("getter")) getter();
        if (wanted("reload")) reloads();
        return 0;
    }

private:
    [[nodiscard]] std::string row(const std::string& what) const { return what + "-" + name_; }
    [[nodiscard]] bool wanted(const char* part) const {
        return parts_.empty() || std::find(parts_.begin(), parts_.end(), part) != parts_.end();
    }
    [[nodiscard]] plugin::Backend* find(const std::string& name) {
        const plugin::PluginInfo* info = session_->plugins().find(name);
        if (!info || info->state != plugin::State::ready) return nullptr;
        const auto found = session_->backend(name, WEFT_CONTEXT_VISUAL);
        return found ? found->backend : nullptr;
    }

    // A picture as a renderer gets it, in memory of the processor.
    void plasma() {
        constexpr std::uint32_t kWidth = 1920, kHeight = 1080;
        RunningShow waves(source_dir() + "/bench/programs/plasma.weft", {},
                          uncached(0, picture_size(kWidth, kHeight), name_));
        if (!waves.ok()) return;
        hand_->prepare(kWidth, kHeight, false);
        std::int64_t frame = 0;
        race(
            row("plasma").c_str(), rounds_, [&] { waves.run(frame++, 1); },
            [&] { hand_->plasma(static_cast<double>(frame) / 60, 1); });
        const auto* pixels = static_cast<const std::uint32_t*>(waves.target(0));
        hand_->plasma(static_cast<double>(frame - 1) / 60, 1);
        for (const std::uint64_t at : {12345ull, 1'000'000ull, 2'000'000ull})
            compare(pixels[at], hand_->word(at));
    }

    // Pictures that stay on the device, many in flight: three planes of singles.
    void plasma_on_device() {
        constexpr int kFrames = 50;
        constexpr std::uint64_t kBytes = kWide * kHigh * 12;
        RunningShow waves(source_dir() + "/bench/programs/plasma_kept.weft", {},
                          uncached(0, picture_size(kWide, kHigh), name_), {"kept@r"});
        if (!waves.ok()) return;
        hand_->prepare(kWide, kHigh, true);
        waves.run(0, 1);
        runtime::Show& show = waves.show();
        runtime::Step& step = show.steps.front();
        const auto ours = [&] {
            std::uint64_t value = 0;
            for (int i = 0; i < kFrames; ++i) {
                std::array<double, WEFT_FIELD_COUNT> fields{};
                weft_clock_at_frame(show.settings.data(), i, fields.data());
                weft_frame frame{};
                frame.struct_size = sizeof frame;
                frame.fields = fields.data();
                frame.params = show.initial_params.data();
                frame.uniforms = step.uniforms.data();
                frame.capture = 1;
                frame.skip_targets = 1;
                frame.more = i + 1 < kFrames ? 1 : 0;
                const auto queued = step.timeline.submit(*step.program, frame);
                if (!queued) std::abort();
                value = *queued;
            }
            if (!step.timeline.wait(value, UINT64_MAX)) std::abort();
        };
        race(row("plasma4k").c_str(), rounds_, ours, [&] { hand_->plasma(0, kFrames); });
        race(row("floor4k").c_str(), rounds_, ours, [&] { hand_->fill(kBytes, kFrames); });
        print_value(row("plasma4k-ms").c_str(), 1e3 * median_seconds(rounds_, ours) / kFrames);
    }

    // What a kernel over 16x16 pixels takes beside its submission.
    static double kernel_seconds(Hand& hand) {
        hand.prepare(16, 16, false);
        hand.plasma(0, 1);
        return surplus(
            200, [&] { hand.plasma(0, 1); }, [&] { hand.empty(); });
    }

    // The smallest frame there is, without its kernel, against an empty submission.
    void one_batch() {
        constexpr int kTimes = 50;
        RunningShow small("small.weft", "display(0.25, 0.5 + 0.5 * sin(me@time), 0.75)\n",
                          uncached(1, picture_size(16, 16), name_));
        if (!small.ok()) return;
        small.run(0, kTimes);
        for (int i = 0; i < rounds_; ++i) {
            const double kernels = kTimes * kernel_seconds(*hand_);
            const double ours = seconds_of([&] { small.run(0, kTimes); });
            print_pair(row("frame").c_str(), std::max(0.0, ours - kernels), seconds_of([&] {
                           for (int k = 0; k < kTimes; ++k) hand_->empty();
                       }));
        }
    }

    // Fifty batches on two devices: a chain on each, which the last batch joins; and one chain that
    // changes the device at every batch, so that fifty times one device waits for the other.
    void many_batches() {
        std::string why;
        const std::unique_ptr<Hand> other = hand_opencl(why);
        if (!other) return;
        std::string two_chains = "a0 = me@time\nb0 = me@time\n";
        std::string crossing = "c0 = me@time\n";
        std::vector<std::string> of_two_chains, of_crossing;
        const auto add = [](std::string& text, const std::string& chain, int i) {
            const std::string name = chain + std::to_string(i);
            text += "cache(0.5 * " + chain + std::to_string(i - 1) + (i > 1 ? "@v" : "") +
                    " + me@y, 1)::" + name + "<v>\n";
            return name;
        };
        for (int i = 1; i < kBatches; ++i) {
            const bool first = i <= kBatches / 2;
            const std::string name =
                add(two_chains, first ? "b" : "a", first ? i : i - kBatches / 2);
            of_two_chains.push_back(name + (first ? "=opencl" : "=vulkan"));
        }
        two_chains += "display(a" + std::to_string(kBatches / 2 - 1) + "@v + b" +
                      std::to_string(kBatches / 2) + "@v)\n";
        for (int i = 1; i < kBatches; ++i)
            of_crossing.push_back(add(crossing, "c", i) + (i % 2 ? "=opencl" : "=vulkan"));
        crossing += "display(c" + std::to_string(kBatches - 1) + "@v)\n";
        batches("frame50", two_chains, of_two_chains, *other);
        batches("frame50-crossing", crossing, of_crossing, *other);
    }

    // Each batch computes a picture of 16x16; their display is one of them.
    void batches(const std::string& what, const std::string& text,
                 const std::vector<std::string>& owners, Hand& other) {
        constexpr int kTimes = 5;
        driver::CommonOptions options = uncached(1, picture_size(16, 16), "vulkan");
        options.owners = owners;
        RunningShow show(what + ".weft", text, std::move(options), {}, true);
        if (!show.ok()) return;
        show.run(0, kTimes);
        for (int i = 0; i < rounds_; ++i) {
            const double kernels =
                kTimes * kBatches / 2 * (kernel_seconds(*hand_) + kernel_seconds(other));
            const double ours = seconds_of([&] { show.run(0, kTimes); });
            print_pair(what.c_str(), std::max(0.0, ours - kernels), seconds_of([&] {
                           for (int k = 0; k < kTimes * kBatches; ++k)
                               (k % 2 ? *hand_ : other).empty();
                       }));
        }
        print_value((what + "-batches").c_str(), static_cast<double>(show.show().steps.size()));
    }

    // 3840x2160 of rgba32f that `other` reads where it lies.
    void edge(const std::string& other) {
        plugin::Backend* consumer = find(other);
        if (!consumer) return;
        const std::uint32_t kind = common_kind(*backend_, *consumer);
        if (kind == WEFT_HANDLE_NONE) return;
        session_->main_group().run([&] {
            Corner shared = Corner::producer(*backend_, kWide, kHigh, 1u << kind);
            Corner own = Corner::producer(*backend_, kWide, kHigh, 0);
            Corner little = Corner::producer(*backend_, kCorner, 1, 1u << kind);
            shared.run();
            little.run();
            Corner reader = Corner::consumer(*consumer, shared.handles(kind));
            Corner little_reader = Corner::consumer(*consumer, little.handles(kind));
            for (Corner* each : {&own, &reader, &little_reader}) each->run();
            const std::uint64_t bytes = kWide * kHigh * kPlanes * 4;
            for (int i = 0; i < rounds_; ++i) {
                const double crossing =
                    surplus(
                        kPairs, [&] { shared.run(); }, [&] { own.run(); }) +
                    surplus(
                        kPairs, [&] { reader.run(); }, [&] { little_reader.run(); });
                print_pair(("edge-" + name_ + "-" + other).c_str(), crossing, copy(bytes));
            }
        });
    }

    // 16 points of a large picture, in all its planes, against the picture.
    void getter() {
        const plugin::Gatherer gatherer(*backend_);
        if (!gatherer) return;
        constexpr std::uint64_t kPoints = 16;
        std::array<double, kPoints> x{}, y{}, k{};
        for (std::size_t i = 0; i < kPoints; ++i) {
            x[i] = (static_cast<double>(i) + 0.5) / kPoints;
            y[i] = 1 - x[i];
        }
        session_->main_group().run([&] {
            Corner asked = Corner::producer(*backend_, kWide, kHigh, 0);
            Corner own = Corner::producer(*backend_, kWide, kHigh, 0);
            for (std::uint32_t c = 0; c < kPlanes; ++c) {
                const auto values =
                    gatherer.gather(asked.program(), c, kPoints, {x.data(), y.data(), k.data()});
                if (values) continue;
                std::fprintf(stderr, "%s\n", values.error().message.c_str());
                return;
            }
            asked.run();
            own.run();
            hand_->read_back(kWide * kHigh * kPlanes * 4);
            for (int i = 0; i < rounds_; ++i) {
                const double gathering = surplus(
                    kPairs, [&] { asked.run(); }, [&] { own.run(); });
                print_pair(row("getter").c_str(), gathering,
                           seconds_of([&] { hand_->read_back(kWide * kHigh * kPlanes * 4); }));
            }
        });
    }

    // Programs that replace each other, as in a day of work on one: 1,000 of 50 kinds, or as many
    // as there is time for.
    void reloads() {
        constexpr int kKinds = 50, kReloads = 1000, kWarm = kReloads / 20;
        const double patience = rounds_ < 9 ? 5 : 30;  // seconds
        const auto begin = std::chrono::steady_clock::now();
        test::Holdings before;
        for (int i = 0; i < kReloads; ++i) {
            const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
            if (i > kWarm && passed.count() > patience) break;
            if (i == kWarm) before = test::Holdings::now();
            reload("a = sin(me@x * " + std::to_string(i % kKinds) + " + me@time)\n" +
                   "cache(a * 0.5, 2)::kept<v>\ndisplay(a, kept@v, kept@v[kept@k ~ 1])\n");
        }
        const test::Holdings after = test::Holdings::now();
        print_value(
            row("reload-memory").c_str(),
            (static_cast<double>(after.resident) - static_cast<double>(before.resident)) / 1e6);
        print_value(row("reload-descriptors").c_str(), static_cast<double>(after.descriptors) -
                                                           static_cast<double>(before.descriptors));
        print_value(row("reload-threads").c_str(),
                    static_cast<double>(after.threads) - static_cast<double>(before.threads));
    }
    void reload(const std::string& text) {
        Diagnostics& diagnostics = session_->diagnostics();
        const sema::Program program = sema::analyze_text("reloaded.weft", text, session_->sources(),
                                                         session_->environment(), diagnostics);
        driver::BuildRequest request;
        request.program = &program;
        const auto built = build_show(*session_, request);
        session_->print_diagnostics();
        if (!built) std::exit(1);
        std::vector<std::uint32_t> pixels(64 * 64);
        const weft_target target = {pixels.data(), pixels.size() * 4};
        runtime::FrameRequest frame;
        frame.targets = &target;
        frame.params = built->show->initial_params.data();
        session_->main_group().run([&] {
            if (!built->show->run(frame).ok()) std::exit(1);
        });
    }

    // One copy of a picture: by the processor, or into pinned memory.
    double copy(std::uint64_t bytes) {
        if (!hand_->software()) {
            hand_->read_back(bytes);
            return seconds_of([&] { hand_->read_back(bytes); });
        }
        if (from_.size() < bytes) {
            from_.assign(bytes, 'w');
            to_.assign(bytes, 'e');
        }
        return seconds_of([&] { std::memcpy(to_.data(), from_.data(), bytes); });
    }

    static void compare(std::uint32_t got, std::uint32_t due) {
        for (unsigned shift = 0; shift < 32; shift += 8) {
            const int off =
                static_cast<int>(got >> shift & 255u) - static_cast<int>(due >> shift & 255u);
            if (std::abs(off) <= 1) continue;
            std::fprintf(stderr, "the pictures differ: %08x and %08x\n", got, due);
            std::exit(1);
        }
    }

    static constexpr int kPairs = 25, kBatches = 50;
    std::string name_;
    int rounds_;
    std::vector<std::string> parts_;
    std::string why_;
    std::unique_ptr<Hand> hand_;
    std::unique_ptr<driver::Session> session_;
    plugin::Backend* backend_ = nullptr;
    std::vector<char> from_, to_;
};

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    bool quick = false;
    std::vector<std::string> words;
    for (int i = 1; i < argc; ++i)
        if (std::strcmp(argv[i], "--quick") == 0) {
            quick = true;
        } else {
            words.emplace_back(argv[i]);
        }
    if (words.empty()) {
        std::fputs("usage: bench_gpu [--quick] BACKEND [PART...]\n", stderr);
        return 2;
    }
    try {
        const std::vector<std::string> parts(words.begin() + 1, words.end());
        return weft::bench::Benchmark(words.front(), quick, parts).run();
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
