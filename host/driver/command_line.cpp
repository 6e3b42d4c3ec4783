// The command line as CLI11 describes it: one function a command, options shared where they mean
// the same.
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>

#include <CLI/CLI.hpp>

#include "driver/commands.h"
#include "driver/embed/engine.h"
#include "driver/eval.h"
#include "driver/live/replay.h"
#include "driver/live/run.h"
#include "driver/live/run_options.h"
#include "driver/new_plugin.h"
#include "driver/offline/render.h"
#include "driver/trace_options.h"
#include "driver/validate/validate.h"
#include "ir/lower.h"
#include "plugin/thread_roles.h"

namespace weft::driver {
namespace {

constexpr int kWrong = 1;
constexpr int kUsage = 2;
constexpr int kDevice = 3;

// A show cannot wait for what is slow.
constexpr std::uint64_t kLiveDeadlineNs = 5'000'000'000;

// Texts of options that become numbers only after parsing.
struct Texts {
    std::string size;
    std::string frames;
    std::string memory;
    std::string device_memory;
    std::optional<double> fps;
    std::optional<double> rate;
    std::optional<double> start;
    std::optional<double> duration;
    std::optional<double> deadline;
    std::map<std::uint32_t, std::string> backends;
};

void fail_usage(const std::string& message) {
    throw CLI::ValidationError(message);
}

void add_common(CLI::App& command, CommonOptions& common) {
    command
        .add_option("--plugin-dir", common.plugin_directories,
                    "search plugins in this directory first")
        ->type_name("DIR");
    command.add_option("--include", common.include_directories, "search files of 'use' here too")
        ->type_name("DIR");
    command.add_flag("-v,--verbose", common.verbose, "say what plugins do");
}

void add_json(CLI::App& command, CommonOptions& common) {
    command.add_flag("--json", common.json, "print one JSON document to standard output");
}

void add_running(CLI::App& command, CommonOptions& common, Texts& texts) {
    command
        .add_option("--group", common.groups,
                    "a pinned thread pool, NAME=cores:0-1+3,threads:2; names: main, io, reload, "
                    "visual, audio, control, compute, file")
        ->type_name("SPEC");
    command.add_option("--threads", common.threads, "threads of the main group")
        ->type_name("N")
        ->check(CLI::Range(1u, 1024u));
    command
        .add_option("--memory", texts.memory, "budget for pictures and caches, as in 4G or 512M")
        ->type_name("SIZE");
    command
        .add_option("--device-memory", texts.device_memory,
                    "what a back end may hold of its device's own memory, as in 2G or 50%")
        ->type_name("SIZE");
    command.add_option("--on", common.backend_for_all, "let this back end compute everything")
        ->type_name("BACKEND");
    command.add_option("--visual", texts.backends[WEFT_CONTEXT_VISUAL], "back end for pictures")
        ->type_name("BACKEND");
    command.add_option("--audio", texts.backends[WEFT_CONTEXT_AUDIO], "back end for sound")
        ->type_name("BACKEND");
    command.add_option("--compute", texts.backends[WEFT_CONTEXT_COMPUTE], "back end for compute")
        ->type_name("BACKEND");
    command.add_option("--owner", common.owners, "let a back end own a cache: INSTANCE=BACKEND")
        ->type_name("SPEC");
    command
        .add_option("--deadline", texts.deadline,
                    "seconds that an accelerator may take for a frame; 0: any, else 60, live 5")
        ->type_name("S");
    command.add_flag("--no-cache", common.no_cache, "neither read nor write what is kept on disk");
    command
        .add_option("--dump-after", common.dump_after,
                    "print the IR after this pass ('all' for every pass)")
        ->type_name("PASS")
        ->check([](const std::string& name) -> std::string {
            if (name == "all") {
                return {};
            }
            std::string list;
            for (const std::string_view pass : ir::pass_names()) {
                if (pass == name) {
                    return {};
                }
                list += (list.empty() ? "" : ", ") + std::string(pass);
            }
            return "there is no pass '" + name + "'; passes are " + list;
        });
}

void add_settings(CLI::App& command, Texts& texts) {
    command.add_option("--size", texts.size, "picture size; wins over me<width>, me<height>")
        ->type_name("WxH");
    command.add_option("--fps", texts.fps, "frames a second; wins over me<fps>");
    command.add_option("--rate", texts.rate, "samples a second; wins over me<rate>");
}

std::uint64_t parse_size(const char* option, const std::string& text) {
    std::size_t used = 0;
    double number = 0;
    try {
        number = std::stod(text, &used);
    } catch (const std::exception&) {
        used = 0;
    }
    std::string unit = text.substr(used);
    double factor = 1;
    if (unit == "k" || unit == "K") {
        factor = 1u << 10;
    } else if (unit == "M") {
        factor = 1u << 20;
    } else if (unit == "G") {
        factor = 1u << 30;
    } else if (!unit.empty()) {
        used = 0;
    }
    if (used == 0 || !(number > 0) || number * factor > 1e18) {
        fail_usage(std::string(option) + ": '" + text +
                   "' is not a size; expected for example 4G or 512M");
    }
    return static_cast<std::uint64_t>(number * factor);
}

runtime::DeviceShare parse_share(const std::string& text) {
    double percent = 0;
    char sign = 0;
    char rest = 0;
    if (std::sscanf(text.c_str(), "%lf%c%c", &percent, &sign, &rest) != 2 || sign != '%') {
        return {parse_size("--device-memory", text), 1};
    }
    if (!(percent > 0 && percent <= 100)) {
        fail_usage("--device-memory: '" + text + "' is not a share; expected 1% to 100%");
    }
    return {0, percent / 100};
}

// "Could not convert: --duration = x" in words of ours.
std::string what_is_wrong(const CLI::Error& error) {
    std::string text = error.what();
    const std::size_t option = text.find("--");
    const std::size_t value = text.find(" = ");
    if (dynamic_cast<const CLI::ConversionError*>(&error) == nullptr ||
        option == std::string::npos || value == std::string::npos || value < option) {
        return text;
    }
    return text.substr(option, value - option) + ": '" + text.substr(value + 3) + "' is no number";
}

// Turns texts into numbers, with messages that name the option.
void finish(Texts& texts, CommonOptions& common, RenderOptions& render, RunOptions& run) {
    if (!texts.size.empty()) {
        unsigned width = 0;
        unsigned height = 0;
        char rest = 0;
        if (std::sscanf(texts.size.c_str(), "%ux%u%c", &width, &height, &rest) != 2 || width < 1 ||
            height < 1 || width > 32768 || height > 32768) {
            fail_usage("--size: '" + texts.size +
                       "' is not a size; expected WIDTHxHEIGHT from 1x1 "
                       "to 32768x32768, as in 1280x720");
        }
        common.settings[WEFT_FIELD_WIDTH] = width;
        common.settings[WEFT_FIELD_HEIGHT] = height;
    }
    if (texts.fps && !(*texts.fps > 0 && *texts.fps <= 100000)) {
        fail_usage("--fps: expected a number above 0");
    }
    if (texts.rate && !(*texts.rate >= 1 && *texts.rate <= 10000000)) {
        fail_usage("--rate: expected samples a second, as in 48000");
    }
    common.settings[WEFT_FIELD_FPS] = texts.fps;
    common.settings[WEFT_FIELD_RATE] = texts.rate;
    if (!texts.memory.empty()) {
        common.memory_budget = parse_size("--memory", texts.memory);
    }
    if (!texts.device_memory.empty()) {
        common.device_memory = parse_share(texts.device_memory);
    }
    if (texts.deadline) {
        if (!(*texts.deadline >= 0 && *texts.deadline <= 1e9)) {
            fail_usage("--deadline: expected seconds, or 0 for none");
        }
        common.deadline_ns =
            *texts.deadline == 0 ? UINT64_MAX : static_cast<std::uint64_t>(*texts.deadline * 1e9);
    }
    for (const auto& [context, name] : texts.backends) {
        if (!name.empty()) {
            common.backend_for[context] = name;
        }
    }
    if (!texts.frames.empty()) {
        long long first = 0;
        long long end = 0;
        char rest = 0;
        if (std::sscanf(texts.frames.c_str(), "%lld:%lld%c", &first, &end, &rest) != 2 ||
            first < 0 || end <= first || end > (1ll << 50)) {
            fail_usage("--frames: '" + texts.frames +
                       "' is not a range; expected FIRST:END, END not "
                       "included, as in 0:300");
        }
        render.frames = {first, end};
        if (texts.start || texts.duration) {
            fail_usage("--frames cannot be combined with --start or --duration");
        }
    }
    if (texts.start && !(*texts.start >= 0 && *texts.start <= 1e12)) {
        fail_usage("--start: expected seconds from 0 on");
    }
    if (texts.duration && !(*texts.duration > 0 && *texts.duration <= 1e9)) {
        fail_usage("--duration: expected seconds above 0");
    }
    render.start = texts.start;
    render.duration = run.duration = texts.duration;
}

// Says what there is when there is no such command.
bool is_command(const CLI::App& app, const std::string& name) {
    std::vector<std::string_view> names;
    std::string list;
    for (const CLI::App* known : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (known->get_name() == name) {
            return true;
        }
        names.push_back(known->get_name());
        list += (list.empty() ? "" : ", ") + known->get_name();
    }
    const std::string_view near = nearest_name(name, names);
    std::fprintf(stderr, "error: there is no command '%s'\n%s\n", name.c_str(),
                 near.empty() ? ("commands are " + list).c_str()
                              : ("did you mean 'weft " + std::string(near) + "'?").c_str());
    return false;
}

// Commands over the C API.
int with_engine(CommonOptions common, const std::function<int(weft_engine&)>& command) {
    auto engine = make_engine(std::move(common));
    if (!engine) {
        std::fprintf(stderr, "error: %s\n", engine.error().message.c_str());
        return engine.error().status == WEFT_INVALID ? kUsage : kDevice;
    }
    return command(**engine);
}

// All others.
int with_session(CommonOptions common, const std::function<int(Session&)>& command) {
    return with_engine(std::move(common), [&](weft_engine& engine) {
        Session& session = *engine.session;
        const int code = command(session);
        session.print_diagnostics();
        return code == 1 && session.device_failed() ? kDevice : code;
    });
}

}  // namespace

int run_command_line(int argc, char** argv) {
    // Before anything else is set up: scripts ask this often.
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::printf("weft %s\n", WEFT_VERSION);
        return 0;
    }
    // The process's first thread; until a show has another that compiles, it does all there is.
    const plugin::ThreadRoles roles(WEFT_THREAD_MAIN | WEFT_THREAD_COMPILE | WEFT_THREAD_FRAME |
                                    WEFT_THREAD_WORKER);
    CLI::App app{"Weft: pictures, sounds and control signals as functions of coordinates", "weft"};
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("weft ") + WEFT_VERSION);
    app.failure_message([](const CLI::App*, const CLI::Error& error) {
        return "error: " + what_is_wrong(error) + "\nweft --help tells more\n";
    });

    CommonOptions common;
    Texts texts;
    RenderOptions render_options;
    RunOptions run_options;
    TraceOptions trace_options;
    EvalOptions eval_options;
    FmtOptions fmt_options;
    GraphOptions graph_options;
    std::vector<std::string> files;
    std::string file;
    bool zero_copy = false;
    bool explain_live = false;

    CLI::App* command = add_run(app, run_options, texts.duration);
    add_trace(*command, trace_options);
    add_settings(*command, texts);
    add_running(*command, common, texts);
    add_common(*command, common);

    command = app.add_subcommand("render", "render pictures, sound or film to files");
    command->add_option("FILE", render_options.file, "the program, - for standard input")
        ->required();
    command
        ->add_option("-o,--out", render_options.out,
                     "where to: .png .jpg .exr .pfm .wav .flac .mp4 .mkv .webm ..., numbered as "
                     "in f-%05d.png, or - for raw rgba")
        ->type_name("OUT");
    add_settings(*command, texts);
    command->add_option("--start", texts.start, "seconds to begin at");
    command->add_option("--duration", texts.duration, "seconds to render");
    command->add_option("--frames", texts.frames, "frames to render, END not included")
        ->type_name("FIRST:END");
    command->add_option("--quality", render_options.quality, "1 (small) to 100 (best)")
        ->check(CLI::Range(1u, 100u));
    command->add_option("--depth", render_options.depth, "bits a channel of stills: 8 or 16")
        ->check(CLI::IsMember({8, 16}));
    command
        ->add_option("--replay", render_options.replay,
                     "run a show again that 'weft run --record' kept, as it was")
        ->type_name("LOG");
    add_trace(*command, trace_options);
    command->add_flag("--stats", render_options.stats, "print counters as JSON to standard error");
    command->add_flag("--assert-zero-copy", render_options.assert_zero_copy,
                      "fail if an edge between back ends copies");
    add_running(*command, common, texts);
    add_common(*command, common);

    command = app.add_subcommand("eval", "print the value of a strand at points");
    command->add_option("FILE", eval_options.file, "the program, - for standard input")->required();
    command->add_option("STRAND", eval_options.expression, "a strand or expression, as in img@r")
        ->required();
    command->add_option("--at", eval_options.at, "a point, as in x=.5,y=.5,time=1; may be repeated")
        ->type_name("POINT")
        ->allow_extra_args(false);
    command
        ->add_option("--points", eval_options.points, "CSV file of points with axis names on top")
        ->type_name("CSV");
    add_settings(*command, texts);
    add_json(*command, common);
    add_running(*command, common, texts);
    add_common(*command, common);

    command = app.add_subcommand("check", "report errors and lints");
    command->add_option("FILE", files, "programs")->required();
    add_settings(*command, texts);
    add_json(*command, common);
    add_common(*command, common);

    command = app.add_subcommand("fmt", "print a program in its canonical layout");
    command->add_option("FILE", fmt_options.files, "programs")->required();
    command->add_flag("-i,--in-place", fmt_options.in_place, "write the files instead of printing");
    command->add_flag("--check", fmt_options.check, "only list files that would change");

    command = app.add_subcommand("graph", "show nodes, contexts, owners, batches and layers");
    command->add_option("FILE", graph_options.file, "the program")->required();
    command->add_option("--format", graph_options.format, "text, json, dot or svg")
        ->check(CLI::IsMember({"text", "json", "dot", "svg"}));
    command
        ->add_option("--backends", graph_options.backends,
                     "a JSON table of back ends to plan for, instead of those that are there")
        ->type_name("JSON");
    add_running(*command, common, texts);
    add_common(*command, common);

    command = app.add_subcommand("explain", "show how every strand travels between back ends");
    command->add_option("FILE", file, "the program")->required();
    command->add_flag("--live", explain_live, "as `weft run` has it");
    command->add_flag("--assert-zero-copy", zero_copy, "fail if an edge copies");
    add_settings(*command, texts);
    add_json(*command, common);
    add_running(*command, common, texts);
    add_common(*command, common);

    command = app.add_subcommand("plugins", "list plugins, their devices and why some are missing");
    add_json(*command, common);
    add_common(*command, common);
    command = app.add_subcommand("doctor", "look for what is amiss on this machine");
    add_json(*command, common);
    add_common(*command, common);
    validate::ValidateOptions validate_options;
    validate::add_validate(app, validate_options);
    NewPluginOptions new_plugin_options;
    add_new_plugin(app, new_plugin_options);

    if (argc > 1 && argv[1][0] != '-' && !is_command(app, argv[1])) {
        return kUsage;
    }
    try {
        app.parse(argc, argv);
        finish(texts, common, render_options, run_options);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? 0 : kUsage;
    }
    const std::string name = app.get_subcommands().front()->get_name();
    if (name == "validate") {
        // It starts processes, and has nothing loaded when it does.
        return validate::validate_plugin(validate_options);
    }
    if (name == "new-plugin") {
        return new_plugin(new_plugin_options);
    }
    // Looking at a program takes no threads.
    if (name != "run" && name != "render" && name != "eval" && name != "explain") {
        common.threads = 1;
    }
    common.cameras = name == "run";
    common.live = name == "run" || !render_options.replay.empty() || explain_live;
    if (name == "run" && !texts.deadline) {
        common.deadline_ns = kLiveDeadlineNs;
    }
    if (name == "run") {
        // Before there are threads, which no child would have.
        if (const auto code = supervise(run_options.restart, run_options.log)) {
            return *code;
        }
    }
    Tracing tracing;
    if (auto done = tracing.begin(trace_options, name == "run" ? "frames" : "main", argc, argv);
        !done) {
        std::fprintf(stderr, "error: %s\n", done.error().message.c_str());
        return kWrong;
    }
    if (name == "eval" || name == "check") {
        return with_engine(common, [&](weft_engine& engine) {
            return name == "eval" ? eval(engine, eval_options, common.json)
                                  : check(engine, files, common.json);
        });
    }
    return with_session(common, [&](Session& session) {
        if (name == "run") {
            return run(session, run_options);
        }
        if (name == "render") {
            return render_options.replay.empty() ? render(session, render_options)
                                                 : replay(session, render_options);
        }
        if (name == "fmt") {
            return fmt(session, fmt_options);
        }
        if (name == "graph") {
            return graph(session, graph_options);
        }
        if (name == "explain") {
            return explain(session, file, explain_live, zero_copy);
        }
        return name == "plugins" ? plugins(session) : doctor(session);
    });
}

}  // namespace weft::driver
