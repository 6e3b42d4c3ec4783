#include "gpu/dialect.h"

namespace weft::gpu {
namespace {

constexpr const char* kGlslHead = R"(#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
)";

constexpr const char* kGlslMemory = R"(
#define P uint64_t
#define LANES 1
#define LANE0(x) (x)
#define INUM(x) int(x)
#define COLUMNS(x) int(x)
#define IMIN(a, b) min(a, b)
#define IMAX(a, b) max(a, b)
#define ISEL(b, x, y) ((b) ? (x) : (y))
#define ISEL_D(b, x, y) ((b) ? (x) : (y))
#define B_OF(b) (b)
#define BD_OF(b) (b)
#define IMOD(i, n) int(uint(i) % uint(n))
#define L int64_t
#define TO_L(i) int64_t(i)
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Floats { float v[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) buffer Uints { uint v[]; };
layout(buffer_reference, scalar, buffer_reference_align = 4) volatile buffer Word { uint v; };
#define GET_F32(p, i) Floats(p).v[i]
#define GET_U32(p, i) Uints(p).v[i]
#define FAR_F32(p, i) Floats((p) + P(i) * 4ul).v[0]
#define FAR_U32(p, i) Uints((p) + P(i) * 4ul).v[0]
#define ONE_F32(p, i) Floats(p).v[i]
#define ONE_I32(p, i) int(Uints(p).v[i])
#define ROW_F32(p, i) Floats(p).v[i]
#define ROW_I32(p, i) int(Uints(p).v[i])
#define PUT_F32(p, i, gap, x, n) Floats(p).v[i] = x
#define PUT_U32(p, i, gap, x, n) Uints(p).v[i] = x
#define PUT_ONE_F32(p, i, x) Floats(p).v[i] = x
layout(buffer_reference, scalar, buffer_reference_align = 8) buffer Pairs { uint64_t v[]; };
#define PAIR_U32(p, i, x, y) Pairs(p).v[(i) >> 1] = packUint2x32(uvec2(x, y))
#define PAIR_F32(p, i, x, y) PAIR_U32(p, i, floatBitsToUint(x), floatBitsToUint(y))
#define PUT_ONE_I32(p, i, x) Uints(p).v[i] = uint(x)
)";

constexpr const char* kGlslDoubles = R"(
layout(buffer_reference, scalar, buffer_reference_align = 8) buffer Doubles { double v[]; };
#define GET_F64(p, i) Doubles(p).v[i]
#define FAR_F64(p, i) Doubles((p) + P(i) * 8ul).v[0]
#define ONE_F64(p, i) Doubles(p).v[i]
#define ROW_F64(p, i) Doubles(p).v[i]
#define PUT_F64(p, i, gap, x, n) Doubles(p).v[i] = x
#define PUT_ONE_F64(p, i, x) Doubles(p).v[i] = x
)";

// OpenCL C and CUDA C, of which POINTER(type) and P are different.
constexpr const char* kCMemory = R"(
#define ONE_F32(p, i) (((POINTER(float))(p))[i])
#define ONE_I32(p, i) (((POINTER(int))(p))[i])
#define PUT_ONE_F32(p, i, x) ((POINTER(float))(p))[i] = (x)
#define PUT_ONE_I32(p, i, x) ((POINTER(int))(p))[i] = (x)
#define ONE_F64(p, i) (((POINTER(double))(p))[i])
#define PUT_ONE_F64(p, i, x) ((POINTER(double))(p))[i] = (x)
)";

constexpr const char* kCScalar = R"(
#define LANES 1
#define LANE0(x) (x)
#define INUM(x) ((int)(x))
#define COLUMNS(x) ((int)(x))
#define IMIN(a, b) min(a, b)
#define IMAX(a, b) max(a, b)
#define ISEL(b, x, y) ((b) ? (x) : (y))
#define ISEL_D(b, x, y) ((b) ? (x) : (y))
#define B_OF(b) (b)
#define BD_OF(b) (b)
#define IMOD(i, n) ((int)((uint)(i) % (uint)(n)))
#define L LONG
#define TO_L(i) ((LONG)(i))
#define GET_F32(p, i) ONE_F32(p, i)
#define GET_F64(p, i) ONE_F64(p, i)
#define GET_U32(p, i) (((POINTER(uint))(p))[i])
#define FAR_F32(p, i) ONE_F32(p, i)
#define FAR_F64(p, i) ONE_F64(p, i)
#define FAR_U32(p, i) GET_U32(p, i)
#define ROW_F32(p, i) ONE_F32(p, i)
#define ROW_F64(p, i) ONE_F64(p, i)
#define ROW_I32(p, i) ONE_I32(p, i)
#define PUT_F32(p, i, gap, x, n) ((POINTER(float))(p))[i] = (x)
#define PUT_F64(p, i, gap, x, n) ((POINTER(double))(p))[i] = (x)
#define PUT_U32(p, i, gap, x, n) ((POINTER(uint))(p))[i] = (x)
)";

// Before it @ is the number of lanes.
constexpr const char* kLanes = R"(
#define LANES @
#define LANE0(x) ((x).s0)
#define INUM(x) ((I)(x))
#define IMIN(a, b) min(a, b)
#define IMAX(a, b) max(a, b)
#define ISEL(b, x, y) select((I)(y), (I)(x), (b))
#define ISEL_D(b, x, y) select((I)(y), (I)(x), convert_int@(b))
#define B_OF(b) convert_int@(b)
#define BD_OF(b) convert_long@(b)
#define IMOD(i, n) convert_int@(convert_uint@(i) % (uint@)((uint)(n)))
#define L long@
#define TO_L(i) convert_long@(i)
#define ROW_F32(p, j) vload@(0, (POINTER(float))(p) + (j))
#define ROW_F64(p, j) vload@(0, (POINTER(double))(p) + (j))
#define ROW_I32(p, j) vload@(0, (POINTER(int))(p) + (j))
)";

std::string replaced(std::string text, char sign, const std::string& by) {
    for (std::size_t at = text.find(sign); at != std::string::npos; at = text.find(sign, at))
        text.replace(at, 1, by);
    return text;
}

// "x.s0, x.s1, ..." with the lane's digit in place of '#'.
std::string each_lane(std::uint32_t lanes, const std::string& item, const std::string& between) {
    std::string text;
    for (std::uint32_t i = 0; i < lanes; ++i) {
        if (i != 0) text += between;
        std::string one = replaced(item, '#', std::string(1, "0123456789abcdef"[i]));
        text += replaced(std::move(one), '$', std::to_string(i));
    }
    return text;
}

std::string lane_functions(std::uint32_t lanes) {
    const std::string n = std::to_string(lanes);
    std::string text = replaced(kLanes, '@', n);
    text += "#define COLUMNS(x) ((I)((int)(x) * " + n + ") + (I)(" + each_lane(lanes, "$", ", ") +
            "))\n";
    const auto get = [&](const char* name, const char* vector, const char* scalar,
                         const char* index) {
        text += std::string("static inline ") + vector + " " + name + "(P p, " + index + " i) {\n" +
                "    POINTER(" + scalar + ") q = (POINTER(" + scalar + "))p;\n    return (" +
                vector + ")(" + each_lane(lanes, "q[i.s#]", ", ") + ");\n}\n";
    };
    const auto put = [&](const char* name, const char* vector, const char* scalar) {
        text += std::string("static inline void ") + name + "(P p, int j, int gap, " + vector +
                " x, int n) {\n    POINTER(" + scalar + ") q = (POINTER(" + scalar +
                "))p + j;\n    if (gap == 1 && n >= LANES) {\n        vstore" + n +
                "(x, 0, q);\n        return;\n    }\n" +
                each_lane(lanes, "    if (n > $) q[$ * gap] = x.s#;\n", "") + "}\n";
    };
    for (const char* index : {"I", "L"}) {
        const std::string prefix = *index == 'I' ? "GET_" : "FAR_";
        get((prefix + "F32").c_str(), "F", "float", index);
        get((prefix + "F64").c_str(), "D", "double", index);
        get((prefix + "U32").c_str(), "U", "uint", index);
    }
    text += "static inline int w_most(I x) {\n    int most = x.s0;\n" +
            each_lane(lanes, "    most = max(most, x.s#);\n", "") + "    return most;\n}\n";
    put("PUT_F32", "F", "float");
    put("PUT_F64", "D", "double");
    put("PUT_U32", "U", "uint");
    return text;
}

std::string c_numbers(const TextOptions& options, const KernelText& text) {
    const std::string numbers = std::to_string(text.args.numbers());
    if (text.carried_bytes != 0) {
        std::string out = std::string("typedef struct { ") + (options.f64 ? "double" : "ulong") +
                          " d[" + numbers + "]; float f[" + numbers + "];";
        if (!text.whole.empty()) out += " int w[" + std::to_string(text.whole.size()) + "];";
        return out +
               " } Numbers;\n#define NUMBER_D(k) numbers.d[k]\n"
               "#define NUMBER_F(k) numbers.f[k]\n#define WHOLE(k) numbers.w[k]\n";
    }
    return "#define NUMBER_D(k) ONE_F64(p0, k)\n#define NUMBER_F(k) ONE_F32(p0, " + numbers +
           " * 2 + (k))\n#define WHOLE(k) ONE_I32(p0, " + numbers + " * 3 + (k))\n";
}

std::string glsl_numbers(const TextOptions& options, const KernelText& text) {
    const std::string numbers = std::to_string(text.args.numbers());
    const bool small = text.args.bytes(text.whole.size()) <= kMostUniformBytes;
    std::string out = "layout(push_constant, scalar) uniform Launch { uvec4 launch; };\n";
    out += "layout(set = 0, binding = 0, scalar) ";
    out += small ? "uniform" : "readonly buffer";
    // Without doubles two words stand for each.
    out += options.f64 ? " Numbers { double d[" + numbers + "]; float f["
                       : " Numbers { uvec2 d[" + numbers + "]; float f[";
    out += numbers + "];";
    if (!text.whole.empty()) out += " int w[" + std::to_string(text.whole.size()) + "];";
    out += " } numbers;\nlayout(set = 0, binding = 1, scalar) uniform Addresses { uint64_t p[";
    out += std::to_string(text.parameters.size()) + "]; } addresses;\n";
    for (std::size_t i = 0; i < text.parameters.size(); ++i) {
        const std::string k = std::to_string(i);
        out += "#define p" + k + " addresses.p[" + k + "]\n";
    }
    out += "layout(local_size_x = " + std::to_string(options.group) + ") in;\n";
    // Zeros that no compiler sees through: nothing tells it that no launch ends at 2^31.
    out += "#define NOUGHT_F uintBitsToFloat(launch.w >> 31)\n";
    out += "#define NOUGHT_D packDouble2x32(uvec2(0u, launch.w >> 31))\n";
    out += "#define NUMBER_D(k) numbers.d[k]\n#define NUMBER_F(k) numbers.f[k]\n";
    out += "#define WHOLE(k) numbers.w[k]\n";
    return out;
}

}  // namespace

std::string dialect_head(Target target) {
    return target == Target::glsl ? kGlslHead : "";
}

std::string dialect_memory(const TextOptions& options, const KernelText& text, std::size_t cancel) {
    const std::string stop = "p" + std::to_string(cancel);
    std::string out;
    if (options.target == Target::glsl) {
        out = kGlslMemory;
        if (options.f64) out += kGlslDoubles;
        return out + glsl_numbers(options, text) + "#define STOPPED (Word(" + stop +
               ").v != 0u)\n" + "#define STOPPED_SHORT Word(" + stop + ").v = 2u\n";
    }
    const bool opencl = options.target == Target::opencl;
    out = opencl ? "#define P __global char*\n#define POINTER(type) __global type*\n"
                   "#define LONG long\n"
                 : "#define P char*\n#define POINTER(type) type*\n#define LONG long long\n"
                   "typedef unsigned int uint;\n";
    out += kCMemory;
    out += options.lanes > 1 ? lane_functions(options.lanes) : kCScalar;
    out += c_numbers(options, text);
    out += opencl ? "#define STOPPED (*(volatile __global uint*)" + stop + " != 0u)\n"
                  : "#define STOPPED (*(volatile uint*)" + stop + " != 0u)\n";
    return out;
}

std::string begin_entry(const TextOptions& options, const KernelText& text, std::size_t entry) {
    const std::string group = std::to_string(options.group);
    if (options.target == Target::glsl)
        return "\n#if WEFT_ENTRY == " + std::to_string(entry) +
               "\nvoid main() {\n    uint gx = gl_GlobalInvocationID.x + launch.x;\n"
               "    uint gy = gl_GlobalInvocationID.y + launch.y;\n";
    const bool opencl = options.target == Target::opencl;
    std::string out =
        opencl ? "\n__kernel __attribute__((reqd_work_group_size(" + group + ", 1, 1)))\nvoid "
               : "\nextern \"C\" __global__ void __launch_bounds__(" + group + ") ";
    out += text.entries[entry].name + "(";
    for (std::size_t i = 0; i < text.parameters.size(); ++i) {
        const bool carried = i == 0 && text.carried_bytes != 0;
        out += carried  ? "Numbers numbers, "
               : opencl ? "__global char* p" + std::to_string(i) + ", "
                        : "char* p" + std::to_string(i) + ", ";
    }
    out += "uint4 launch) {\n";
    out += opencl ? "    uint gx = (uint)get_global_id(0) + launch.x;\n"
                    "    uint gy = (uint)get_global_id(1) + launch.y;\n"
                  : "    uint gx = blockIdx.x * blockDim.x + threadIdx.x + launch.x;\n"
                    "    uint gy = blockIdx.y * blockDim.y + threadIdx.y + launch.y;\n";
    return out;
}

std::string points_entry(const TextOptions& options, const KernelText& text, const Points& points,
                         std::size_t entry, const PointsText& parts) {
    const std::string axis = points.down ? "gy" : "gx";
    const std::string count = std::to_string(points.count) + "u";
    std::string out =
        begin_entry(options, text, entry) +
        "    if (gx >= launch.z || gy >= launch.w) return;\n    uint first = " + axis + " * " +
        count + ";\n" + parts.head;
    const std::string guard = points.end % points.count == 0
                                  ? std::string()
                                  : "if (" + axis + " < " + std::to_string(points.end) + "u) ";
    const auto block = [&](const std::string& number, const std::string& body) {
        return "{\n    uint " + axis + " = first + " + number + ";\n    " + guard + "{\n" + body +
               "    }\n    }\n";
    };
    if (points.in_loop) {
        const std::string loop =
            "for (uint point = 0u; point < " + count + "; ++point) " + block("point", parts.body);
        if (points.doubts) out += "    w_all = false;\n    w_doubt = false;\n";
        out += (points.unrolled ? "    [[unroll]] " : "    ") + loop;
        if (points.doubts) out += "    if (w_doubt) {\n    w_all = true;\n    " + loop + "    }\n";
    } else {
        for (std::uint32_t i = 0; i < points.count; ++i) {
            std::string body = parts.body;
            for (std::size_t at = body.find('@'); at != std::string::npos; at = body.find('@', at))
                body.replace(at, 1, std::to_string(i));
            out += "    " + block(std::to_string(i) + "u", body);
        }
    }
    if (!parts.tail.empty()) out += "    int first_column = int(first);\n" + parts.tail;
    return out + end_entry(options.target);
}

std::string end_entry(Target target) {
    return target == Target::glsl ? "}\n#endif\n" : "}\n";
}

}  // namespace weft::gpu
