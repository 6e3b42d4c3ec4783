// Batches that checks ask a plugin to compile, and frames to run them with.
#pragma once

#include <weft/backend.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "driver/validate/guarded.h"
#include "kit/batch.h"
#include "plugin/manifest.h"

namespace weft::validate {

// A batch with all that it points to: what kit::BatchText has, and what this adds to run it. The
// functions that add something return its index.
class Work : public kit::BatchText {
public:
    explicit Work(std::string name, std::uint32_t context = WEFT_CONTEXT_VISUAL);
    Work(Work&&) = default;
    Work& operator=(Work&&) = default;

    [[nodiscard]] const std::string& name() const { return name_; }

    // TARGETs: planes of a picture; sound, of which every frame asks for `samples`. Each is the
    // next of weft_frame.targets.
    std::uint32_t target_picture(std::uint64_t width, std::uint64_t height,
                                 std::uint32_t format = WEFT_FORMAT_F32,
                                 std::uint32_t channels = 1);
    std::uint32_t target_sound(std::uint64_t samples);
    // A cache that is exposed for others, reachable as `kinds` (0: the plugin's choice).
    std::uint32_t shared_cache(std::uint64_t ticks, std::uint64_t width, std::uint64_t height,
                               std::uint32_t kinds = 0);
    // A picture that the host has: the id for input(). With a handle to its memory, or with a
    // getter only; point (x, y) is x + 100 y of the grid.
    std::uint64_t host_picture(std::uint64_t width, std::uint64_t height, bool getter);
    // A source of `strands` outputs, opened by the plugin itself.
    void source(const std::string& builtin, std::vector<weft_arg> args, std::uint32_t strands);
    // Text that lives as long as this.
    weft_str keep(std::string text);

    // Live parameters and hoisted values that frames bring.
    std::vector<double> params;
    std::vector<double> uniforms;
    // What lookup answers for the inputs.
    std::map<std::uint64_t, weft_binding> bindings;
    std::vector<weft_source> sources;

    // Assembled anew at every call; what it points to stays until the next one, and belongs to this
    // object.
    [[nodiscard]] weft_batch batch();

private:
    friend class Frame;

    std::string name_;
    std::uint32_t context_;
    std::uint64_t samples_ = 0;           // of sound in a frame
    std::vector<std::uint64_t> targets_;  // bytes of each
    std::deque<std::string> texts_;
    std::deque<std::vector<weft_arg>> args_;
    std::deque<kit::Picture> pictures_;
    std::unique_ptr<kit::BatchView> assembled_;
};

// What execute is given for one tick. Targets are filled with a pattern first, and guarded.
class Frame {
public:
    Frame(const Work& work, std::int64_t number);
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    weft_frame view{};
    double fields[WEFT_FIELD_COUNT];
    std::uint32_t cancel = 0;
    std::vector<Guarded> targets;
    // Whether a target still is as it was before the frame.
    [[nodiscard]] bool untouched(std::size_t target) const;

private:
    std::vector<weft_target> table_;
    std::vector<double> params_;
    std::vector<double> uniforms_;
};

// One small batch of each shape there is: pictures, sound, points, caches, what is looked up, what
// is exposed, sources, those of `own` too. `directory`: for files that sources open. Whoever cannot
// compile one says WEFT_UNSUPPORTED.
[[nodiscard]] std::vector<Work> small_works(const weft_backend_info& info,
                                            const std::string& directory,
                                            const std::vector<plugin::OwnBuiltin>& own);

}  // namespace weft::validate
