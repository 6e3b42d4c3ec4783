// What a text is given: the functions it uses, behind those they need, and nothing else.
#include <gtest/gtest.h>

#include "eval/eval.h"
#include "gpu/math/math.h"

namespace {

using namespace weft;
using gpu::Target;
using gpu::TextOptions;

bool defines(const std::string& text, const std::string& name) {
    return text.find(" " + name + "(") != std::string::npos;
}

TextOptions options_for(Target target) {
    TextOptions options;
    options.target = target;
    return options;
}

TEST(Prelude, EveryOperatorHasItsFunctions) {
    for (const Target target : {Target::glsl, Target::opencl, Target::cuda})
        for (std::uint16_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op) {
            if (!weft_op_info_of(op)) continue;
            const std::string text = gpu::math_prelude(options_for(target), {op}, {op});
            EXPECT_TRUE(defines(text, gpu::math_function(op, false))) << weft_op_info_of(op)->id;
            EXPECT_TRUE(defines(text, gpu::math_function(op, true))) << weft_op_info_of(op)->id;
        }
}

TEST(Prelude, HoldsWhatIsUsed) {
    const std::string text = gpu::math_prelude(options_for(Target::glsl), {WEFT_OP_SIN}, {});
    EXPECT_TRUE(defines(text, "w_sin_f"));
    EXPECT_TRUE(defines(text, "w_far_turn_f"));
    EXPECT_FALSE(defines(text, "w_cos_f"));
    EXPECT_FALSE(defines(text, "w_sin_d"));
    EXPECT_LT(text.find(" w_far_turn_f("), text.find(" w_far_sin_f("));
    EXPECT_LT(text.find(" w_far_sin_f("), text.find(" w_sin_f("));
}

TEST(Prelude, DoublesAreWrittenAsEachLanguageHasThem) {
    const std::string glsl = gpu::math_prelude(options_for(Target::glsl), {}, {WEFT_OP_EXP});
    EXPECT_NE(glsl.find("0.5lf"), std::string::npos);
    const std::string cuda = gpu::math_prelude(options_for(Target::cuda), {}, {WEFT_OP_NOISE});
    EXPECT_NE(cuda.find("3.1 *"), std::string::npos);
    for (const std::string& text : {glsl, cuda}) EXPECT_EQ(text.find("0_L"), std::string::npos);
}

TEST(Prelude, WithoutDoublesThereAreNone) {
    TextOptions options = options_for(Target::opencl);
    options.f64 = false;
    for (std::uint16_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op)
        EXPECT_EQ(gpu::math_prelude(options, {op}, {}).find("FN D w_"), std::string::npos) << op;
}

TEST(Prelude, TheDriversFunctionWhereItMayBeUsed) {
    TextOptions options = options_for(Target::glsl);
    options.native = std::uint64_t{1} << (WEFT_OP_SIN - WEFT_OP_ADD);
    const std::string text = gpu::math_prelude(options, {WEFT_OP_SIN, WEFT_OP_COS}, {});
    EXPECT_NE(text.find("#define w_sin_f(a) (sin(a))"), std::string::npos);
    EXPECT_FALSE(defines(text, "w_far_sin_f"));
    EXPECT_TRUE(defines(text, "w_far_cos_f"));
}

}  // namespace
