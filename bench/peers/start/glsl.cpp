// GLSL by glslang to SPIR-V, that by the driver to what it runs, and a first small picture.
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/gpu/hand.h"
#include "ready.h"

int main() {
    std::unique_ptr<weft::bench::Hand> hand;
    return ready::measure(
        [&] {
            std::string why;
            hand = weft::bench::hand_vulkan(why);
            if (!hand) throw std::runtime_error(why);
        },
        [&] {
            hand->prepare(64, 64, false);
            hand->plasma(0, 1);
        });
}
