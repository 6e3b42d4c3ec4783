// Files: sources that cannot be opened say why, writers leave whole files or none, and nobody keeps
// what was closed.
#include "driver/validate/extensions.h"

#include <fmt/format.h>
#include <weft/writer.h>

#include <filesystem>
#include <fstream>
#include <weft/cpp/text.hpp>

namespace weft::validate {
namespace {

namespace fs = std::filesystem;

constexpr int kTimes = 100;

// --- Sources -------------------------------------------------------------------------------------

weft_arg text_arg(Work& work, std::string text) {
    weft_arg arg{};
    arg.kind = WEFT_ARG_TEXT;
    arg.text = work.keep(std::move(text));
    return arg;
}

weft_arg number_arg(double number) {
    weft_arg arg{};
    arg.number = number;
    return arg;
}

// Arguments with which no source can be opened; none of them may do more than fail.
struct BadArguments {
    std::string name;
    std::vector<weft_arg> (*make)(Work& work, const std::string& directory);
};

const BadArguments kBad[] = {
    {"a file that is not there",
     [](Work& work, const std::string& directory) {
         return std::vector{text_arg(work, directory + "/nothing.wav")};
     }},
    {"a directory",
     [](Work& work, const std::string& directory) {
         return std::vector{text_arg(work, directory)};
     }},
    {"a file of rubbish",
     [](Work& work, const std::string& directory) {
         const std::string path = directory + "/rubbish.png";
         std::ofstream(path, std::ios::binary) << "this is no picture, no sound, no table\x01\x02";
         return std::vector{text_arg(work, path)};
     }},
    {"an empty text",
     [](Work& work, const std::string&) { return std::vector{text_arg(work, "")}; }},
    {"no arguments", [](Work&, const std::string&) { return std::vector<weft_arg>(); }},
    {"numbers that are none",
     [](Work&, const std::string&) {
         return std::vector{number_arg(std::nan("")), number_arg(-1e300), number_arg(1e300)};
     }},
};

// False: it was opened.
bool refused(Context& context, const Instance& instance, Work& work, const std::string& what) {
    weft_program* program = nullptr;
    weft_error error = empty_error();
    const weft_batch batch = work.batch();
    const weft_status status = context.calls().compile(instance.backend, &batch, &program, &error);
    if (status == WEFT_OK) {
        if (program) context.calls().release(program);
        return false;
    }
    context.expect(!program, fmt::format("compile refuses {} and leaves a program", what));
    context.expect_error(fmt::format("compile, given {},", what), status, error);
    return true;
}

void check_bad_sources(Context& context, const Instance& instance, const weft_str& builtin) {
    kit::Holdings before;
    const std::string name(cpp::view(builtin));
    for (int turn = 0; turn < 6 && !context.ended(); ++turn) {
        if (turn == 2) before = kit::Holdings::now();
        for (const BadArguments& bad : kBad) {
            Work work(name, WEFT_CONTEXT_FILE);
            work.source(name, bad.make(work, context.directory()), 1);
            (void)refused(context, instance, work, fmt::format("'{}' of {}", name, bad.name));
        }
    }
    if (!context.ended())
        expect_flat(context, before, fmt::format("'{}' that could not be opened", name));
}

// --- Writers -------------------------------------------------------------------------------------

class Written {
public:
    Written(Context& context, const weft_writer_api& api, const weft_writer_format& format)
        : context_(context), api_(api), format_(format), columns_{cpp::to_str("a")} {
        options_.struct_size = sizeof options_;
        options_.picture_format = format.picture_format;
        if ((format.writes & (WEFT_WRITES_PICTURE | WEFT_WRITES_PICTURES)) != 0)
            options_.width = options_.height = 32;
        else if ((format.writes & WEFT_WRITES_SOUND) != 0)
            options_.channels = 1;
        else
            options_.column_count = 1;
        options_.fps = 25;
        options_.rate = 48000;
        options_.columns = columns_;
    }

    weft_writer* open(const std::string& path) {
        weft_writer* writer = nullptr;
        error_ = empty_error();
        status_ = context_.calls().call("weft_writer_api.open", path, [&] {
            return api_.open(cpp::to_str(path), &options_, &writer, &error_);
        });
        return status_ == WEFT_OK ? writer : nullptr;
    }
    weft_status write(weft_writer* writer) {
        error_ = empty_error();
        return context_.calls().call("weft_writer_api.picture, sound or row", "", [&] {
            if (options_.width != 0) {
                const bool singles = options_.picture_format == WEFT_FORMAT_F32;
                const bool bytes = options_.picture_format == WEFT_FORMAT_RGBA8;
                const std::uint64_t row = 32 * (singles || bytes ? 4 : 8);
                return status_ = api_.picture(writer, memory_.data(), row, row * 32, &error_);
            }
            const auto* const samples = reinterpret_cast<const float*>(memory_.data());
            if (options_.channels != 0)
                return status_ = api_.sound(writer, samples, 64, 64, &error_);
            return status_ = api_.row(writer, memory_.data(), &error_);
        });
    }
    weft_status finish(weft_writer* writer) {
        error_ = empty_error();
        return status_ = context_.calls().call("weft_writer_api.finish", "",
                                               [&] { return api_.finish(writer, &error_); });
    }
    void abort(weft_writer* writer) {
        context_.calls().call("weft_writer_api.abort", "", [&] { api_.abort(writer); });
    }
    [[nodiscard]] std::string why() const { return said(status_, error_); }
    [[nodiscard]] weft_status status() const { return status_; }
    [[nodiscard]] const weft_error& error() const { return error_; }
    [[nodiscard]] std::string extension() const {
        return std::string(cpp::view(format_.extension));
    }

private:
    Context& context_;
    const weft_writer_api& api_;
    const weft_writer_format& format_;
    weft_str columns_[1];
    weft_writer_options options_{};
    weft_status status_ = WEFT_OK;
    weft_error error_{};
    std::vector<double> memory_ = std::vector<double>(32 * 32 * 4, 0.25);
};

std::size_t files_in(const std::string& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

void check_format(Context& context, const weft_writer_api& api, const weft_writer_format& format) {
    Written written(context, api, format);
    const std::string extension = written.extension();
    const std::string directory = context.directory() + "/" + extension;
    fs::create_directory(directory);
    const std::string path = directory + "/whole." + extension;
    const auto fails = [&](std::string_view what) {
        context.fail(fmt::format("{} of a .{} fails: {}", what, extension, written.why()));
    };
    if (weft_writer* const writer = written.open(path)) {
        context.expect(!fs::exists(path),
                       fmt::format("open gives a .{} its name before it is whole", extension));
        if (written.write(writer) != WEFT_OK) {
            written.abort(writer);
            return fails("writing");
        }
        if (written.finish(writer) != WEFT_OK) return fails("finish");
        context.expect(fs::exists(path) && fs::file_size(path) > 0,
                       fmt::format("finish leaves no .{}", extension));
        context.expect(files_in(directory) == 1,
                       fmt::format("finish leaves other files beside a .{}", extension));
    } else if (written.status() == WEFT_UNAVAILABLE || written.status() == WEFT_UNSUPPORTED) {
        return;  // an encoder that this machine lacks
    } else {
        return fails("open");
    }
    if (weft_writer* const writer = written.open(directory + "/nowhere/a." + extension)) {
        written.abort(writer);
        return context.fail(
            fmt::format("open of a .{} in a directory that is not there succeeds", extension));
    }
    context.expect_error("open", written.status(), written.error());
    kit::Holdings before;
    for (int turn = 0; turn < 12 && !context.ended(); ++turn) {
        if (turn == 4) before = kit::Holdings::now();
        weft_writer* const writer = written.open(directory + "/aborted." + extension);
        if (!writer) return fails("open");
        if (turn % 2 == 0) (void)written.write(writer);
        written.abort(writer);
        context.expect(files_in(directory) == 1,
                       fmt::format("abort leaves the file of a .{}", extension));
    }
    if (!context.ended()) expect_flat(context, before, fmt::format("writing .{} files", extension));
}

}  // namespace

void check_sources(Context& context) {
    const auto builtins = cpp::list(context.info().builtins, context.info().builtin_count);
    const bool control = context.extension<void>("weft.control/1") != nullptr;
    if (builtins.empty() || control) return context.skip("it opens no sources");
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    for (const weft_str& builtin : builtins) {
        check_bad_sources(context, instance, builtin);
        if (context.ended()) return;
    }
    // Good ones, opened and closed.
    std::vector<Work> works = context.works();
    if (context.outcome() == Outcome::failed) return;
    for (Work& work : works) {
        if (work.sources.empty()) continue;
        kit::Holdings before;
        for (int turn = 0; turn < kTimes && !context.ended(); ++turn) {
            if (turn == 8) before = kit::Holdings::now();
            const Driven program(context, instance, work);
            if (!program.ok()) return;
        }
        if (!context.ended())
            expect_flat(context, before, fmt::format("opening {} {} times", work.name(), kTimes));
    }
}

void check_writers(Context& context) {
    const auto* const api = context.extension<weft_writer_api>(WEFT_WRITER_EXTENSION);
    if (!api) return context.skip("it has no weft.writer/1");
    context.expect(api->format_count > 0, "it writes files of no format");
    context.calls().call("weft_writer_api.abort", "of NULL", [&] { api->abort(nullptr); });
    for (std::uint32_t i = 0; i < api->format_count && !context.ended(); ++i)
        check_format(context, *api, api->formats[i]);
}

}  // namespace weft::validate
