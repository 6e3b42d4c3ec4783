#include "glsl.h"

#include <glslang/Include/ResourceLimits.h>
#include <glslang/Include/glslang_c_interface.h>

#include <algorithm>
#include <memory>

#include <weft/cpp/text.hpp>

// Of glslang's library of default limits; the package has no header that declares it for C.
extern "C" const glslang_resource_t* glslang_default_resource(void);

namespace weft::vulkan {
namespace {

// Numbers of the SPIR-V specification, 2.3 and 3.
constexpr std::size_t kHeaderWords = 5;
enum : std::uint32_t {
    kOpEntryPoint = 15,
    kOpExecutionMode = 16,
    kOpCapability = 17,
    kOpDecorate = 71,
    kOpFNegate = 127,
    kOpFAdd = 129,
    kOpFSub = 131,
    kOpFMul = 133,
    kOpFDiv = 136,
    kOpFRem = 140,
    kOpFMod = 141,
    kOpVectorTimesScalar = 142,
    kOpDot = 148,
    kNoContraction = 42,
};
struct Mode {
    std::uint32_t capability;
    std::uint32_t mode;
};
constexpr Mode kDenormPreserve{4464, 4459};
constexpr Mode kSignedZeroInfNanPreserve{4466, 4461};
constexpr Mode kRoundingModeRte{4467, 4462};

constexpr const char* kDoubtfulMain = R"(
#undef main
layout(set = 0, binding = 2, scalar) buffer Doubt { uint w_doubt_of_all; };
void main() {
    w_common_main();
    if (w_doubt) w_doubt_of_all = 1u;
}
)";

bool is_arithmetic(std::uint32_t op) {
    switch (op) {
        case kOpFNegate:
        case kOpFAdd:
        case kOpFSub:
        case kOpFMul:
        case kOpFDiv:
        case kOpFRem:
        case kOpFMod:
        case kOpVectorTimesScalar:
        case kOpDot: return true;
        default: return false;
    }
}

// Sections of a module before its types: capabilities to annotations.
bool is_before_types(std::uint32_t op) {
    return op <= kOpCapability || op == 330 || op == 331 ||  // OpModuleProcessed, OpExecutionModeId
           (op >= kOpDecorate && op <= 75);                  // ... OpGroupMemberDecorate
}

void put(std::vector<std::uint32_t>& to, std::uint32_t op,
         std::initializer_list<std::uint32_t> operands) {
    to.push_back(static_cast<std::uint32_t>(operands.size() + 1) << 16 | op);
    to.insert(to.end(), operands);
}

struct ShaderDeleter {
    void operator()(glslang_shader_t* shader) const { glslang_shader_delete(shader); }
};
struct ProgramDeleter {
    void operator()(glslang_program_t* program) const { glslang_program_delete(program); }
};

[[noreturn]] void fail(const std::string& name, const char* log) {
    throw cpp::Failure(WEFT_INTERNAL, "the GLSL of " + name + " does not compile: " + log);
}

std::vector<std::uint32_t> compile(glslang_stage_t stage, const std::string& text,
                                   const std::string& name) {
    static const bool started = glslang_initialize_process() != 0;
    if (!started) throw cpp::Failure(WEFT_UNAVAILABLE, "glslang does not start");

    glslang_input_t input{};
    input.language = GLSLANG_SOURCE_GLSL;
    input.stage = stage;
    input.client = GLSLANG_CLIENT_VULKAN;
    input.client_version = GLSLANG_TARGET_VULKAN_1_2;
    input.target_language = GLSLANG_TARGET_SPV;
    input.target_language_version = GLSLANG_TARGET_SPV_1_5;
    input.code = text.c_str();
    input.default_version = 460;
    input.default_profile = GLSLANG_NO_PROFILE;
    input.messages = GLSLANG_MSG_DEFAULT_BIT;
    input.resource = glslang_default_resource();
    const std::unique_ptr<glslang_shader_t, ShaderDeleter> shader(glslang_shader_create(&input));
    if (glslang_shader_preprocess(shader.get(), &input) == 0 ||
        glslang_shader_parse(shader.get(), &input) == 0)
        fail(name, glslang_shader_get_info_log(shader.get()));
    const std::unique_ptr<glslang_program_t, ProgramDeleter> program(glslang_program_create());
    glslang_program_add_shader(program.get(), shader.get());
    if (glslang_program_link(program.get(),
                             GLSLANG_MSG_SPV_RULES_BIT | GLSLANG_MSG_VULKAN_RULES_BIT) == 0)
        fail(name, glslang_program_get_info_log(program.get()));
    glslang_program_SPIRV_generate(program.get(), stage);
    std::vector<std::uint32_t> module(glslang_program_SPIRV_get_size(program.get()));
    glslang_program_SPIRV_get(program.get(), module.data());
    if (module.size() <= kHeaderWords)
        fail(name, glslang_program_SPIRV_get_messages(program.get()));
    return module;
}

}  // namespace

std::vector<std::uint32_t> compile_glsl(const std::string& source, std::uint32_t entry, Paths paths,
                                        const std::string& name) {
    // Behind the first line, which tells the version.
    std::string defines = "#define WEFT_ENTRY " + std::to_string(entry) + "\n";
    std::string text = source;
    if (paths == Paths::common) {
        defines += "#define WEFT_COMMON\n#define main w_common_main\n";
        text += kDoubtfulMain;
    }
    text.insert(text.find('\n') + 1, defines + "#line 2\n");
    return compile(GLSLANG_STAGE_COMPUTE, text, name);
}

std::vector<std::uint32_t> compile_stage(Stage stage, const std::string& source,
                                         const std::string& name) {
    return compile(stage == Stage::vertex ? GLSLANG_STAGE_VERTEX : GLSLANG_STAGE_FRAGMENT, source,
                   name);
}

std::vector<std::uint32_t> make_exact(const std::vector<std::uint32_t>& module,
                                      const FloatModes& modes) {
    std::vector<std::uint32_t> capabilities, executions, decorations;
    // Where the three go: after the last instruction of a kind that may stand before them.
    std::size_t capabilities_at = kHeaderWords, executions_at = 0, decorations_at = kHeaderWords;
    std::uint32_t main = 0;
    bool before_types = true;
    for (std::size_t at = kHeaderWords; at < module.size();) {
        const std::uint32_t op = module[at] & 0xffff;
        const std::size_t next = at + std::max(1u, module[at] >> 16);
        if (op == kOpCapability) capabilities_at = next;
        if (op == kOpEntryPoint) main = module[at + 2];
        if (op == kOpEntryPoint || op == kOpExecutionMode) executions_at = next;
        before_types = before_types && is_before_types(op);
        if (before_types) decorations_at = next;
        if (is_arithmetic(op)) put(decorations, kOpDecorate, {module[at + 2], kNoContraction});
        at = next;
    }
    const auto ask = [&](const Mode& mode, std::uint32_t widths) {
        if (widths != 0) put(capabilities, kOpCapability, {mode.capability});
        for (const std::uint32_t width : {32u, 64u})
            if ((widths & width) != 0) put(executions, kOpExecutionMode, {main, mode.mode, width});
    };
    ask(kDenormPreserve, modes.denormals);
    ask(kSignedZeroInfNanPreserve, modes.signed_zero_inf_nan);
    ask(kRoundingModeRte, modes.round_to_even);

    std::vector<std::uint32_t> exact;
    exact.reserve(module.size() + capabilities.size() + executions.size() + decorations.size());
    const auto copy = [&](std::size_t from, std::size_t to) {
        exact.insert(exact.end(), module.begin() + static_cast<std::ptrdiff_t>(from),
                     module.begin() + static_cast<std::ptrdiff_t>(to));
    };
    copy(0, capabilities_at);
    exact.insert(exact.end(), capabilities.begin(), capabilities.end());
    copy(capabilities_at, executions_at);
    exact.insert(exact.end(), executions.begin(), executions.end());
    copy(executions_at, decorations_at);
    exact.insert(exact.end(), decorations.begin(), decorations.end());
    copy(decorations_at, module.size());
    return exact;
}

}  // namespace weft::vulkan
