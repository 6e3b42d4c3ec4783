// One small batch of each shape. They use coordinates, sums and products and nothing else, so that
// a back end of the first afternoon compiles some of them.
#include <fmt/format.h>
#include <weft/cpp/text.hpp>

#include <cstring>
#include <fstream>
#include <utility>

#include "driver/validate/work.h"

namespace weft::validate {
namespace {

constexpr std::uint64_t kWidth = 16, kHeight = 8;
constexpr std::uint8_t kEverything = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

// The coordinates of a picture's kernel.
struct Place {
    kit::Ir::Id x, y;
    explicit Place(kit::Ir& ir)
        : x(ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN)),
          y(ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW)) {}
};

Work picture(std::uint32_t context) {
    Work work("a picture", context);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    const Place at(kernel.ir);
    kernel.store(work.target_picture(kWidth, kHeight), {kernel.ir.op(WEFT_OP_ADD, {at.x, at.y})});
    return work;
}

Work bytes(std::uint32_t context) {
    Work work("a picture of bytes", context);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    const Place at(kernel.ir);
    const kit::Ir::Id one = kernel.ir.constant(1);
    kernel.store(work.target_picture(kWidth, kHeight, WEFT_FORMAT_RGBA8),
                 {at.x, at.y, kernel.ir.op(WEFT_OP_MUL, {at.x, at.y}), one});
    return work;
}

Work numbers(std::uint32_t context) {
    Work work("parameters and uniforms", context);
    work.params = {2};
    work.uniforms = {0.25, 0.5};
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    kit::Ir& ir = kernel.ir;
    const Place at(ir);
    const kit::Ir::Id scaled = ir.op(WEFT_OP_MUL, {at.x, ir.param(0)});
    const kit::Ir::Id moved = ir.op(WEFT_OP_ADD, {at.y, ir.uniform(1)});
    kernel.store(work.target_picture(kWidth, kHeight), {ir.op(WEFT_OP_ADD, {scaled, moved})});
    return work;
}

Work points(std::uint32_t context) {
    Work work("values at points", context);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_POINTS);
    kit::Ir& ir = kernel.ir;
    const kit::Ir::Id x = ir.field(WEFT_FIELD_X, kEverything);
    const kit::Ir::Id y = ir.field(WEFT_FIELD_Y, kEverything);
    kernel.store(work.values(), {ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {x, x}), y})});
    return work;
}

Work sound() {
    Work work("sound", WEFT_CONTEXT_AUDIO);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_STREAM);
    kit::Ir& ir = kernel.ir;
    const kit::Ir::Id time = ir.field(WEFT_FIELD_ABSTIME, kEverything, true);
    kernel.store(work.target_sound(800), {ir.op(WEFT_OP_MUL, {time, ir.constant(0.5)})});
    return work;
}

// A picture in which each frame adds to the one before it.
Work cache(std::uint32_t context, bool shared) {
    Work work(shared ? "a cache that others read" : "a cache", context);
    const std::uint32_t kept = shared ? work.shared_cache(2, kWidth, kHeight)
                                      : work.cache(2, WEFT_TICK_FRAME, kWidth, kHeight);
    const std::uint32_t input = work.internal(kept);
    for (const std::uint32_t output : {kept, work.target_picture(kWidth, kHeight)}) {
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        kit::Ir& ir = kernel.ir;
        const Place at(ir);
        const kit::Ir::Id ago = ir.constant(output == kept ? 1 : 0);
        const kit::Ir::Id before = ir.sample(input, {at.x, at.y, ago});
        kernel.store(output, {output == kept ? ir.op(WEFT_OP_ADD, {before, at.x}) : before});
    }
    return work;
}

Work input(std::uint32_t context, bool getter) {
    Work work(getter ? "values of another" : "a picture of another", context);
    const std::uint32_t input = work.input(work.host_picture(kWidth, kHeight, getter));
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    kit::Ir& ir = kernel.ir;
    const Place at(ir);
    kernel.store(work.target_picture(kWidth, kHeight), {ir.sample(input, {at.x, at.y})});
    return work;
}

// --- Sources -------------------------------------------------------------------------------------

// A sound of 4800 samples, as every reader of sound files knows it.
std::string sound_file(const std::string& directory) {
    constexpr std::uint32_t kRate = 48000, kSamples = 4800;
    std::string bytes;
    const auto put = [&bytes](auto number) {
        char raw[sizeof number];
        std::memcpy(raw, &number, sizeof number);
        bytes.append(raw, sizeof number);
    };
    constexpr std::uint32_t kData = kSamples * 2;
    bytes += "RIFF";
    put(std::uint32_t{36 + kData});
    bytes += "WAVEfmt ";
    put(std::uint32_t{16});
    put(std::uint16_t{1});
    put(std::uint16_t{1});
    put(kRate);
    put(std::uint32_t{kRate * 2});
    put(std::uint16_t{2});
    put(std::uint16_t{16});
    bytes += "data";
    put(kData);
    for (std::uint32_t n = 0; n < kSamples; ++n) put(static_cast<std::int16_t>(n));
    std::string path = directory + "/ramp.wav";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

std::string table_file(const std::string& directory) {
    std::string path = directory + "/table.csv";
    std::ofstream(path) << "time,a\n0,1\n1,2\n2,4\n";
    return path;
}

// A row of builtins.def.
struct Builtin {
    std::string_view name;
    std::uint32_t context;
    std::uint32_t least_args;
    std::uint32_t least_outputs;
    std::string_view arguments;
};

constexpr Builtin kBuiltins[] = {
#define WEFT_BUILTIN(name, plugin, CONTEXT, least_args, most_args, least_outputs, most_outputs, \
                     axis, arguments, options, doc)                                             \
    {name, WEFT_CONTEXT_##CONTEXT, least_args, least_outputs, arguments},
#include <weft/builtins.def>
};

// A batch with this source alone; its arguments are the plainest that the table allows. False: it
// reads a strand.
bool source(Work& work, const Builtin& builtin, const std::string& directory) {
    std::vector<weft_arg> args;
    for (std::uint32_t i = 0; i < builtin.least_args; ++i) {
        weft_arg arg{};
        arg.number = 1;
        if (builtin.arguments[i] == 's') return false;
        if (builtin.arguments[i] == 't') {
            arg.kind = WEFT_ARG_TEXT;
            arg.text = work.keep(builtin.name == "load"      ? sound_file(directory)
                                 : builtin.name == "data_in" ? table_file(directory)
                                                             : "/validate");
        }
        args.push_back(arg);
    }
    if (builtin.arguments == "m") {
        weft_arg test{};
        test.kind = WEFT_ARG_TEXT;
        test.text = work.keep("test");
        args = {test};
    }
    work.source(std::string(builtin.name), std::move(args), builtin.least_outputs);
    return true;
}

Work own_source(const plugin::OwnBuiltin& builtin) {
    Work work(fmt::format("a source '{}'", builtin.name), builtin.context);
    std::vector<weft_arg> args;
    for (const plugin::OwnBuiltin::Argument& from : builtin.example) {
        weft_arg arg{};
        arg.kind = from.is_text ? WEFT_ARG_TEXT : WEFT_ARG_NUMBER;
        arg.number = from.number;
        if (from.is_text) arg.text = work.keep(from.text);
        args.push_back(arg);
    }
    work.source(builtin.name, std::move(args), builtin.least_outputs);
    return work;
}

}  // namespace

std::vector<Work> small_works(const weft_backend_info& info, const std::string& directory,
                              const std::vector<plugin::OwnBuiltin>& own) {
    std::vector<Work> works;
    const auto computes = [&](std::uint32_t context) {
        return (info.contexts >> context & 1) != 0;
    };
    for (const std::uint32_t context : {WEFT_CONTEXT_VISUAL, WEFT_CONTEXT_COMPUTE}) {
        if (!computes(context) || !works.empty()) continue;
        works.push_back(picture(context));
        works.push_back(bytes(context));
        works.push_back(numbers(context));
        works.push_back(points(context));
        works.push_back(cache(context, false));
        works.push_back(cache(context, true));
        works.push_back(input(context, false));
        works.push_back(input(context, true));
    }
    if (computes(WEFT_CONTEXT_AUDIO)) works.push_back(sound());
    for (const weft_str& name : cpp::list(info.builtins, info.builtin_count)) {
        for (const Builtin& builtin : kBuiltins) {
            if (builtin.name != cpp::view(name)) continue;
            Work work(fmt::format("a source '{}'", builtin.name), builtin.context);
            if (source(work, builtin, directory)) works.push_back(std::move(work));
        }
    }
    for (const plugin::OwnBuiltin& builtin : own)
        if (builtin.context != WEFT_CONTEXT_CONTROL) works.push_back(own_source(builtin));
    return works;
}

}  // namespace weft::validate
