// From GLSL to SPIR-V that means what it says (docs/decisions/vulkan-on-software.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::vulkan {

// What a device can be told to keep of IEEE 754; bits of 32 and 64.
struct FloatModes {
    std::uint32_t signed_zero_inf_nan = 0;
    std::uint32_t denormals = 0;
    std::uint32_t round_to_even = 0;
};

// Which paths of a text are compiled: kernel_text.h says why. A text of common paths sets the word
// at set 0, binding 2 when a point asked for more.
enum class Paths : std::uint8_t { all, common };

// Entry `entry` of a kernel's text (gpu/kernel_text.h). Throws cpp::Failure(WEFT_INTERNAL) with the
// first message of the compiler: a text that does not compile is a mistake of its generator.
[[nodiscard]] std::vector<std::uint32_t> compile_glsl(const std::string& source,
                                                      std::uint32_t entry, Paths paths,
                                                      const std::string& name);

// Text of another stage than kernels have. Throws as compile_glsl() does.
enum class Stage : std::uint8_t { vertex, fragment };
[[nodiscard]] std::vector<std::uint32_t> compile_stage(Stage stage, const std::string& source,
                                                       const std::string& name);

// The same module in which no arithmetic may be contracted or simplified as if it were of real
// numbers, and with `modes` asked for.
[[nodiscard]] std::vector<std::uint32_t> make_exact(const std::vector<std::uint32_t>& module,
                                                    const FloatModes& modes);

}  // namespace weft::vulkan
