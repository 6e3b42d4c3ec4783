// What the frame loop takes beside the work: a show of many batches that do nothing, of two back
// ends in turns, run as a program's frames are. `bench_contest_graph chain|fan NODES [--deadline]`
// prints {"warm": seconds a node a frame}; --deadline gives every batch one, as a live show does.
#include <dlfcn.h>
#include <unistd.h>
#include <weft/plugin.h>

#include <weft_paths.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "bench/samples.h"
#include "runtime/show.h"

namespace weft::bench {
namespace {

constexpr double kSeconds = 0.02;  // of one measurement
constexpr int kMeasurements = 7;

[[noreturn]] void fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

// A back end without kernels asks for nothing.
class Services final : public plugin::HostServices {
public:
    void log(std::uint32_t, std::string_view, std::string_view) override {}
    Result<weft_memory> allocate(std::uint64_t, std::uint32_t) override {
        return Error{WEFT_UNSUPPORTED, "there is no memory"};
    }
    void free(const weft_memory&) override {}
    void parallel(std::uint64_t count, void (*task)(void*, std::uint64_t), void* user) override {
        for (std::uint64_t i = 0; i < count; ++i) task(user, i);
    }
    std::uint32_t concurrency() override { return 1; }
    std::string cache_directory(std::string_view) override { return {}; }
};

// The plugin null, which does nothing when it is executed; a copy of its library is another back
// end with functions at other places, as two back ends have them.
const weft_backend_api* null_plugin(bool copy) {
    std::filesystem::path path = in_build("/lib/weft/null.so");
    if (copy) {
        const auto place = std::filesystem::temp_directory_path() /
                           ("weft-bench-null-" + std::to_string(getpid()) + ".so");
        std::error_code failed;
        std::filesystem::copy_file(path, place, failed);
        path = place;
    }
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    std::error_code ignored;
    if (copy) std::filesystem::remove(path, ignored);
    if (!library) fail("the plugin null is not built");
    return reinterpret_cast<weft_plugin_query>(dlsym(library, WEFT_PLUGIN_SYMBOL))(WEFT_ABI_VERSION)
        ->backend;
}

class Nodes {
public:
    // A chain has every node wait for the one before it, a fan all but the first for the first.
    Nodes(std::uint32_t count, bool chain, bool deadline) {
        for (std::size_t i = 0; i < backends_.size(); ++i) {
            auto made =
                plugin::Backend::create(null_plugin(i == 1), i == 0 ? "even" : "odd", services_);
            if (!made) fail(made.error().message);
            backends_[i] = std::move(*made);
        }
        auto group = runtime::ResourceGroup::create({"main", {}, 1});
        if (!group) fail(group.error().message);
        group_ = std::move(*group);
        show_ = std::make_unique<runtime::Show>();
        show_->settings[WEFT_FIELD_FPS] = 60;
        show_->settings[WEFT_FIELD_RATE] = 48000;
        show_->settings[WEFT_FIELD_BPM] = 120;
        show_->settings[WEFT_FIELD_TIMESIG_NUM] = 4;
        plugin::Edges edges;
        for (std::uint32_t i = 0; i < count; ++i) {
            plugin::Backend& backend = *backends_[i % 2];
            weft_batch batch{};
            batch.struct_size = sizeof batch;
            batch.context = WEFT_CONTEXT_VISUAL;
            batch.name = {"nothing", 7};
            batch.settings = show_->settings.data();
            auto program = backend.compile(batch, edges);
            if (!program) fail(program.error().message);
            runtime::Step step;
            step.backend = {&backend, group_.get()};
            step.program = std::move(*program);
            step.name = "node " + std::to_string(i) + " (" + backend.name() + ")";
            step.captures = true;
            step.layer = chain ? i : std::min(i, 1u);
            if (i > 0) step.before_run = {chain ? i - 1 : 0};
            show_->steps.push_back(std::move(step));
        }
        if (deadline) {
            show_->deadline_ns = 1'000'000'000;
            show_->limit_executions();
        }
        deadline_ = deadline;
    }
    ~Nodes() { show_.reset(); }
    Nodes(const Nodes&) = delete;
    Nodes& operator=(const Nodes&) = delete;

    // On a thread of the group, as a renderer does it; with deadlines beside it, as a live show.
    void run(std::int64_t frames) {
        auto all = [&] {
            for (std::int64_t f = 0; f < frames; ++f) {
                runtime::FrameRequest request;
                request.absframe = f;
                if (!show_->run(request).ok()) fail("a frame failed");
            }
        };
        if (deadline_) {
            all();
        } else {
            group_->run(all);
        }
    }

private:
    Services services_;
    std::array<std::unique_ptr<plugin::Backend>, 2> backends_;
    std::unique_ptr<runtime::ResourceGroup> group_;
    std::unique_ptr<runtime::Show> show_;
    bool deadline_ = false;
};

int run(std::uint32_t count, bool chain, bool deadline) {
    Nodes nodes(count, chain, deadline);
    std::int64_t frames = 1;
    double took = 0;
    for (nodes.run(1);; frames *= 2) {
        took = seconds_of([&] { nodes.run(frames); });
        if (took >= kSeconds) break;
    }
    for (int i = 1; i < kMeasurements; ++i)
        took = std::min(took, seconds_of([&] { nodes.run(frames); }));
    std::printf("{\"warm\": %.9g}\n", took / static_cast<double>(frames) / count);
    return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    const bool deadline = argc == 4 && std::strcmp(argv[3], "--deadline") == 0;
    const int count = argc > 2 ? std::atoi(argv[2]) : 0;
    if (count < 1 || (argc != 3 && !deadline))
        weft::bench::fail("usage: bench_contest_graph chain|fan NODES [--deadline]");
    return weft::bench::run(static_cast<std::uint32_t>(count), std::strcmp(argv[1], "chain") == 0,
                            deadline);
}
