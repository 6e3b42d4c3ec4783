// What sound costs offline, in frames of 64 samples, as a share of the time there is: as fast as
// possible; one frame every 64 samples' time; and where a device would have it computed, in the
// callback of a JACK client, whose thread has slept while others used its processor: caches are not
// what they were.
//
//     bench_live_audio fast|paced|called PROGRAM SECONDS
//
// prints every second's; `called` as a client of JACK_DEFAULT_SERVER, which plays 64 a block.
// `player` is what a live show does with a block, as fast as possible: clock, slots, crossfade.
#include <jack/jack.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
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

    // The same in the callback of a sound server.
    std::vector<double> shares_in_callback(int seconds) {
        jack_client_t* client = jack_client_open("weft-bench", JackNoStartServer, nullptr);
        if (client == nullptr || jack_get_buffer_size(client) != kBlock ||
            jack_get_sample_rate(client) != kRate) {
            std::fprintf(stderr, "no JACK server that plays %d samples a block\n", kBlock);
            std::exit(1);
        }
        called_.assign(static_cast<std::size_t>(seconds), 0);
        jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
        jack_set_process_callback(
            client,
            [](jack_nframes_t, void* self) {
                static_cast<Offline*>(self)->call();
                return 0;
            },
            this);
        jack_activate(client);
        while (calls_.load() < seconds * kBlocks) {
            const timespec pause{0, 10'000'000};
            nanosleep(&pause, nullptr);
        }
        jack_deactivate(client);
        jack_client_close(client);
        return called_;
    }

private:
    // Sound is computed by the thread that asks for it, as where a device asks.
    static driver::CommonOptions on_caller() {
        driver::CommonOptions options =
            uncached(1, {{WEFT_FIELD_FPS, double{kBlocks}}, {WEFT_FIELD_RATE, double{kRate}}});
        options.live = true;
        return options;
    }

    void call() {
        const int second = calls_.load() / kBlocks;
        if (second >= static_cast<int>(called_.size())) return;
        called_[static_cast<std::size_t>(second)] += seconds_of([&] { frame(); });
        ++calls_;
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

    void frame() {
        runtime::FrameRequest request;
        request.absframe = frame_++;
        request.targets = targets_.data();
        request.params = running_.show().initial_params.data();
        if (!running_.show().run(request).ok()) std::abort();
    }

    RunningShow running_;
    std::vector<std::vector<char>> memory_;
    std::vector<weft_target> targets_;
    std::int64_t frame_ = 0;
    std::vector<double> called_;
    std::atomic<int> calls_{0};
};

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
    weft::bench::Offline offline(argv[2]);
    // The first second has the first touch of everything in it.
    offline.shares(false, 1);
    weft::bench::print(way == "called" ? offline.shares_in_callback(seconds)
                                       : offline.shares(way == "paced", seconds));
    return 0;
}
