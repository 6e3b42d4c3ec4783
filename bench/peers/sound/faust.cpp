// What Faust makes of the .dsp files, each class from a file of its own that the build generates.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "bench/peers/sound/offline.h"

#ifndef FAUSTFLOAT
#define FAUSTFLOAT float
#endif

// The architecture: all that a class without knobs asks for.
struct Meta {
    void declare(const char*, const char*) {}
};
struct UI {
    void openVerticalBox(const char*) {}
    void closeBox() {}
};
class dsp {};

#include "faust_pieces.h"

namespace {

template <class Dsp>
weft::bench::Piece piece() {
    auto state = std::make_shared<Dsp>();
    state->init(48000);
    return [state](float* left, float* right, std::int64_t, int count) {
        float* outputs[2] = {left, right};
        state->compute(count, nullptr, outputs);
    };
}

}  // namespace

int main(int argc, char** argv) {
    return weft::bench::offline(argc, argv, {FAUST_PIECES});
}
