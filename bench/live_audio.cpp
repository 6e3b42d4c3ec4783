// What sound costs, in blocks of 64 samples, as a share of the time there is.
//
//     bench_live_audio beside|fast|paced|player PROGRAM SECONDS
//
// prints every second's. `beside` plays on the server JACK_DEFAULT_SERVER, 64 samples a block: the
// show that `weft run` runs, and a stream of PortAudio whose callback computes the same program
// offline and copies what came out, in frames of 64 samples. It prints both: all that the thread of
// a device does for the one and for the other. One thread calls them for every block, now the one
// first, now the other, and only the first is timed: so both find what a thread finds that has
// slept for a block's time while others used its processor, in the same seconds.
// `fast` and `paced` are offline, as fast as possible, and one frame every 64 samples' time.
// `player` is what a live show does with a block, as fast as possible: clock, slots, crossfade.
#include <dlfcn.h>
#include <jack/jack.h>
#include <portaudio.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/samples.h"
#include "bench/show.h"
#include "driver/live/sound_player.h"
#include "runtime/live.h"

namespace weft::bench {
namespace {

constexpr int kBlock = 64;
constexpr int kRate = 48000;
constexpr int kBlocks = kRate / kBlock;  // of a second

class Offline {
public:
    explicit Offline(const std::string& path) : running_(path, {}, on_caller()) {
        if (!running_.ok()) std::exit(1);
        for (const runtime::TargetLayout& layout : running_.show().targets) {
            memory_.emplace_back(layout.bytes);
            targets_.push_back({memory_.back().data(), layout.bytes});
        }
    }

    // Shares of the time there is, one a second of sound.
    std::vector<double> shares(bool paced, int seconds) {
        std::vector<double> shares;
        for (int i = 0; i < seconds; ++i) shares.push_back(second(paced));
        return shares;
    }

    // What a client of a sound device makes of it.
    void play(float* const* output, unsigned long count) {
        frame();
        const runtime::TargetLayout& layout = running_.show().targets[0];
        for (std::uint32_t c = 0; c < layout.channels; ++c)
            std::memcpy(output[c], memory_[0].data() + c * layout.plane_bytes,
                        std::min<std::size_t>(count, kBlock) * sizeof(float));
    }
    [[nodiscard]] std::uint32_t channels() { return running_.show().targets[0].channels; }

private:
    void frame() {
        runtime::FrameRequest request;
        request.absframe = frame_++;
        request.targets = targets_.data();
        request.params = running_.show().initial_params.data();
        if (!running_.show().run(request).ok()) std::abort();
    }

    // Sound is computed by the thread that asks for it, as where a device asks.
    static driver::CommonOptions on_caller() {
        driver::CommonOptions options =
            uncached(1, {{WEFT_FIELD_FPS, double{kBlocks}}, {WEFT_FIELD_RATE, double{kRate}}});
        options.live = true;
        return options;
    }

    double second(bool paced) {
        double took = 0;
        timespec next{};
        clock_gettime(CLOCK_MONOTONIC, &next);
        for (int i = 0; i < kBlocks; ++i) {
            if (paced) {
                next.tv_nsec += 1'000'000'000L / kBlocks;
                if (next.tv_nsec >= 1'000'000'000L) {
                    next.tv_nsec -= 1'000'000'000L;
                    ++next.tv_sec;
                }
                clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr);
            }
            took += seconds_of([&] { frame(); });
        }
        return took;
    }

    RunningShow running_;
    std::vector<std::vector<char>> memory_;
    std::vector<weft_target> targets_;
    std::int64_t frame_ = 0;
};

// What PortAudio gives JACK to call.
struct Callback {
    JackProcessCallback function = nullptr;
    void* user = nullptr;
    int operator()(jack_nframes_t count) const { return function(count, user); }
};

// A stream of PortAudio whose callback computes what is offline. It has a client of its own, whose
// thread computes nothing: the live show's does it.
class BareStream {
public:
    explicit BareStream(Offline& offline) : offline_(offline) {}

    // False: it cannot be opened.
    bool open() {
        if (Pa_Initialize() != paNoError) return false;
        const PaHostApiInfo* jack = Pa_GetHostApiInfo(Pa_HostApiTypeIdToHostApiIndex(paJACK));
        if (jack == nullptr) return false;
        PaStreamParameters output{};
        output.device = jack->defaultOutputDevice;
        output.channelCount = static_cast<int>(offline_.channels());
        output.sampleFormat = paFloat32 | paNonInterleaved;
        const auto compute = [](const void*, void* out, unsigned long count,
                                const PaStreamCallbackTimeInfo*, PaStreamCallbackFlags,
                                void* offline) {
            static_cast<Offline*>(offline)->play(static_cast<float**>(out), count);
            return static_cast<int>(paContinue);
        };
        return Pa_OpenStream(&stream_, nullptr, &output, kRate, paFramesPerBufferUnspecified,
                             paClipOff | paDitherOff, compute, &offline_) == paNoError &&
               Pa_StartStream(stream_) == paNoError;
    }

private:
    Offline& offline_;
    PaStream* stream_ = nullptr;
};

// Stands between JACK and PortAudio.
class Beside {
public:
    explicit Beside(int seconds) : took_(static_cast<std::size_t>(seconds)) {}

    // From now on the show's thread calls the bare stream as well. [main thread]
    void hand_over() {
        handed_over_.store(true);
        const timespec pause{0, 100'000'000};
        nanosleep(&pause, nullptr);
    }

    // [bare stream's thread]
    int call_bare(jack_nframes_t count) { return handed_over_.load() ? 0 : bare(count); }
    // [show's thread]
    int call_live(jack_nframes_t count) {
        const int second = calls_++ / kBlocks - 1;  // the first has the first touch of everything
        const bool counts = second >= 0 && second < static_cast<int>(took_.size());
        const std::size_t first = calls_ % 2;
        const std::array<const Callback*, 2> both = {&live, &bare};
        const double took = seconds_of([&] { (*both[first])(count); });
        if (counts) took_[static_cast<std::size_t>(second)][first] += 2 * took;
        (*both[1 - first])(count);
        return 0;
    }

    // Shares of a block's time, live and bare, one pair a second.
    [[nodiscard]] const std::vector<std::array<double, 2>>& shares() const { return took_; }
    [[nodiscard]] bool complete() const {
        return calls_ >= (static_cast<int>(took_.size()) + 1) * kBlocks;
    }

    Callback bare;
    Callback live;

private:
    std::atomic<bool> handed_over_{false};
    std::vector<std::array<double, 2>> took_;
    int calls_ = 0;
};

std::optional<Beside> beside;

// What a show does with the blocks of a device, without one.
class Player {
public:
    explicit Player(const std::string& path)
        : running_(path, {}, options(), {}, false, true),
          live_(running_.show()),
          clock_(kRate),
          player_(clock_, kRate, layout(running_.show().targets[0].channels)) {
        const runtime::TargetLayout& target = running_.show().targets[0];
        auto voice = std::make_unique<runtime::Voice>();
        voice->live = &live_;
        voice->channels = target.channels;
        voice->plane = live_.plane(0);
        voice->params = running_.show().initial_params;
        if (!player_.sound().offer(voice)) std::abort();
        for (auto& channel : output_) channels_.push_back(channel);
    }

    double second() {
        double took = 0;
        for (int i = 0; i < kBlocks; ++i, ++block_) {
            weft_audio_block block{};
            block.struct_size = sizeof block;
            block.count = kBlock;
            block.output = channels_.data();
            block.output_time = 1.0 + static_cast<double>(block_) / kBlocks;
            took += seconds_of([&] { player_.block(block); });
        }
        return took;
    }

private:
    static driver::CommonOptions options() {
        driver::CommonOptions options = uncached(1, {{WEFT_FIELD_RATE, double{kRate}}});
        options.live = true;
        return options;
    }
    static driver::SoundLayout layout(std::uint32_t channels) {
        driver::SoundLayout layout;
        layout.channels = layout.led = channels;
        return layout;
    }

    RunningShow running_;
    runtime::Live live_;
    runtime::Clock clock_;
    driver::SoundPlayer player_;
    float output_[8][kBlock] = {};
    std::vector<float*> channels_;
    std::int64_t block_ = 0;
};

void print(const std::vector<double>& shares) {
    for (const double share : shares) std::printf("%.9g\n", share);
}

}  // namespace
}  // namespace weft::bench

// PortAudio finds this one before JACK's own: ours first, then the audio plugin's.
extern "C" __attribute__((visibility("default"))) int jack_set_process_callback(
    jack_client_t* client, JackProcessCallback function, void* user) {
    using namespace weft::bench;
    const auto set = reinterpret_cast<decltype(&jack_set_process_callback)>(
        dlsym(RTLD_NEXT, "jack_set_process_callback"));
    if (beside->bare.function == nullptr) {
        beside->bare = {function, user};
        return set(
            client, [](jack_nframes_t count, void*) { return beside->call_bare(count); }, nullptr);
    }
    beside->live = {function, user};
    return set(
        client, [](jack_nframes_t count, void*) { return beside->call_live(count); }, nullptr);
}

namespace weft::bench {
namespace {

// In this process, by the library that bin/weft is a main over.
int run_beside(const std::string& program, int seconds) {
    beside.emplace(seconds);
    Offline offline(program);
    offline.shares(false, 1);
    BareStream bare(offline);
    if (!bare.open()) {
        std::fprintf(stderr, "no stream on a JACK server\n");
        return 1;
    }
    beside->hand_over();
    const auto bin = std::filesystem::canonical("/proc/self/exe").parent_path();
    void* library = dlopen((bin / "../lib/libweft.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    void* run = library == nullptr ? nullptr : dlsym(library, "weft_main");
    if (run == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    std::vector<std::string> words = {
        "weft", "run", "--headless", "--block", "64", "--duration", std::to_string(seconds + 3),
        program};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    const int failed = reinterpret_cast<int (*)(int, char**)>(run)(
        static_cast<int>(arguments.size()), arguments.data());
    if (failed == 0 && !beside->complete()) {
        std::fprintf(stderr, "the server does not play %d samples a block\n", kBlock);
        return 1;
    }
    for (const auto& [ours, theirs] : beside->shares()) std::printf("%.9g %.9g\n", ours, theirs);
    return failed;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const std::string way = argv[1];
    const int seconds = std::atoi(argv[3]);
    if (way == "player") {
        weft::bench::Player player(argv[2]);
        std::vector<double> took;
        for (int i = 0; i < seconds; ++i) took.push_back(player.second());
        weft::bench::print(took);
        return 0;
    }
    if (way == "beside") return weft::bench::run_beside(argv[2], seconds);
    weft::bench::Offline offline(argv[2]);
    // The first second has the first touch of everything in it.
    offline.shares(false, 1);
    weft::bench::print(offline.shares(way == "paced", seconds));
    return 0;
}
