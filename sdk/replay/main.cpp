// weft-replay TRACE [PLUGIN.so]: calls a plugin as it was called when the trace was made
// (WEFT_TRACE=FILE weft ...), without the host. What crashed then crashes here, under a debugger if
// you like.
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "replay/replayer.h"

namespace {

using namespace weft::replay;

constexpr int kDiffers = 1;
constexpr int kUsage = 2;
constexpr int kPlugin = 3;

constexpr const char* kHelp =
    "usage: weft-replay TRACE [PLUGIN.so] [--list] [--plugin NAME] [--with NAME[=PLUGIN.so]]...\n"
    "                   [--verbose]\n"
    "Calls a plugin as it was called when WEFT_TRACE=FILE weft ... made the trace.\n"
    "  PLUGIN.so      instead of the file that was loaded then\n"
    "  --plugin NAME  which plugin of the trace; else the one that it ends in, or the only one\n"
    "  --with NAME    another one whose calls are made too: its memory and semaphores are there\n"
    "                 then; may be repeated\n"
    "  --list         print the calls and make none\n"
    "  --verbose      print each call before it is made, and all that the plugin logs\n"
    "Exit codes: 0 everything was as it had been, 1 something was not, 2 usage or a trace that\n"
    "cannot be read, 3 the plugin cannot be loaded. A crash is the plugin's.\n";

struct Options {
    std::string trace;
    std::string library;
    std::string plugin;
    std::vector<std::string> with;
    bool list = false;
    bool verbose = false;
    bool help = false;
};

bool parse(int count, char** arguments, Options& options) {
    std::vector<std::string> files;
    for (int i = 1; i < count; ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--list") {
            options.list = true;
        } else if (argument == "--verbose") {
            options.verbose = true;
        } else if (argument == "--help" || argument == "-h") {
            options.help = true;
        } else if (argument == "--plugin" && i + 1 < count) {
            options.plugin = arguments[++i];
        } else if (argument == "--with" && i + 1 < count) {
            options.with.emplace_back(arguments[++i]);
        } else if (!argument.empty() && argument.front() == '-') {
            return false;
        } else {
            files.emplace_back(argument);
        }
    }
    if (files.empty() || files.size() > 2) return options.help;
    options.trace = files[0];
    if (files.size() == 2) options.library = files[1];
    return true;
}

std::string text(const weft_str& of) {
    return {of.data, static_cast<std::size_t>(of.size)};
}

void list(const Trace& trace) {
    for (const Call& call : trace.calls()) {
        std::string end = "never returned";
        if (call.end != 0) {
            Arena arena;
            const auto answer = Trace::parse<Answer>(trace.records()[call.end].payload, arena);
            end = answer.threw != 0 ? "threw" : "status " + std::to_string(answer.status);
            if (answer.status != WEFT_OK) end += ": " + text(answer.message);
        }
        std::printf("%s%s, thread %" PRIu32 ": %s\n", call.head.within != 0 ? "  " : "",
                    text_of(trace, call).c_str(), call.head.thread, end.c_str());
    }
}

const GuestRecord* find(const Trace& trace, const std::string& name, std::string& why) {
    for (const auto& [number, guest] : trace.guests())
        if (text(guest.name) == name) return &guest;
    why = "the trace has no plugin '" + name + "'";
    return nullptr;
}

// The guest to replay, or its reason why there is none.
const GuestRecord* choose(const Trace& trace, const Options& options, std::string& why) {
    if (!options.plugin.empty()) return find(trace, options.plugin, why);
    // Whoever was being called when the trace ended; else whoever did anything at all.
    std::set<std::uint32_t> within;
    std::set<std::uint32_t> busy;
    for (const Call& call : trace.calls()) {
        if (call.end == 0 && !is_host_call(call.head.function)) within.insert(call.head.guest);
        if (call.head.function == row_weft_backend_api_create ||
            call.head.function == row_weft_writer_api_open)
            busy.insert(call.head.guest);
    }
    const std::set<std::uint32_t>& chosen = within.empty() ? busy : within;
    if (chosen.size() == 1) return &trace.guests().at(*chosen.begin());
    why = chosen.empty()   ? "the trace has no plugin that did anything"
          : within.empty() ? "several plugins: choose one with --plugin"
                           : "it ends within several plugins: choose one with --plugin";
    for (const std::uint32_t number : chosen)
        why += (number == *chosen.begin() ? ": " : ", ") + text(trace.guests().at(number).name);
    return nullptr;
}

const weft_plugin* load(const std::string& path, std::string& why) {
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        why = ::dlerror();
        return nullptr;
    }
    const auto query = reinterpret_cast<weft_plugin_query>(::dlsym(library, WEFT_PLUGIN_SYMBOL));
    const weft_plugin* const plugin = query != nullptr ? query(WEFT_ABI_VERSION) : nullptr;
    if (plugin == nullptr || plugin->backend == nullptr) {
        why = path + " is not a plugin of weft";
        return nullptr;
    }
    return plugin;
}

// Where the process is, for the last word of one that crashes.
char g_where[512] = "no call yet";

void say(std::string_view text) {
    (void)!::write(2, text.data(), text.size());
}

void report_crash(int signal) {
    say("weft-replay: the plugin crashed ");
    say(::gettid() == ::getpid() ? "in " : "on another thread; the last that was called was ");
    say(g_where);
    say("\n");
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

// A plugin of the trace, and the library that stands for it here.
struct Chosen {
    const GuestRecord* guest = nullptr;
    const weft_plugin* plugin = nullptr;
};

// 0, or the exit code with its reason printed.
int choose_and_load(const Trace& trace, const Options& options, std::vector<Chosen>& chosen) {
    std::string why;
    const auto refuse = [&](int code) {
        std::fprintf(stderr, "error: %s\n", why.c_str());
        return code;
    };
    std::vector<std::string> libraries = {options.library};
    chosen.push_back({choose(trace, options, why), nullptr});
    for (const std::string& with : options.with) {
        const std::size_t equals = std::min(with.find('='), with.size());
        libraries.push_back(with.substr(std::min(equals + 1, with.size())));
        chosen.push_back({find(trace, with.substr(0, equals), why), nullptr});
    }
    std::set<std::uint32_t> numbers;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const GuestRecord* const guest = chosen[i].guest;
        if (guest == nullptr) return refuse(kUsage);
        if (!numbers.insert(guest->number).second) {
            why = "'" + text(guest->name) + "' is replayed already";
            return refuse(kUsage);
        }
        const std::string path = libraries[i].empty() ? text(guest->library) : libraries[i];
        if (path.empty()) {
            why = "'" + text(guest->name) + "' is built into weft";
            return refuse(kPlugin);
        }
        chosen[i].plugin = load(path, why);
        if (chosen[i].plugin == nullptr) {
            why = "the plugin cannot be loaded: " + why;
            return refuse(kPlugin);
        }
    }
    return 0;
}

void report(const Replayer& replayer, const GuestRecord& guest) {
    std::printf("%" PRIu64 " calls of '%s', %" PRIu64 " differences\n", replayer.made(),
                text(guest.name).c_str(), replayer.difference_count());
    for (const std::string& difference : replayer.differences())
        std::printf("  %s\n", difference.c_str());
    if (replayer.left_out() != 0)
        std::printf("%" PRIu64 " calls were left out\n", replayer.left_out());
    for (const std::string& remark : replayer.remarks()) std::printf("  %s\n", remark.c_str());
    if (replayer.host().missing() != 0)
        std::printf("%" PRIu64 " questions to the host have no answer in the trace\n",
                    replayer.host().missing());
    if (replayer.host().guessed() != 0)
        std::printf("memory of others was too large for the trace %" PRIu64
                    " times: WEFT_TRACE_MEMORY raises the limit\n",
                    replayer.host().guessed());
}

int replay(const Trace& trace, const Options& options) {
    std::vector<Chosen> chosen;
    if (const int code = choose_and_load(trace, options, chosen); code != 0) return code;
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
        ::signal(signal, report_crash);
    std::set<std::uint32_t> numbers;
    for (const Chosen& one : chosen) numbers.insert(one.guest->number);
    Exchange exchange(trace, numbers);
    std::deque<Replayer> replayers;
    for (const Chosen& one : chosen)
        replayers.emplace_back(trace, one.guest->number, *one.plugin, exchange, options.verbose);
    const auto entering = [&](const Call& call) {
        std::snprintf(g_where, sizeof g_where, "%s", text_of(trace, call).c_str());
        if (options.verbose) std::fprintf(stderr, "%s\n", g_where);
    };
    for (std::size_t record = 0; record < trace.records().size(); ++record) {
        for (Replayer& replayer : replayers) {
            if (replayer.step(record, entering)) continue;
            std::fprintf(stderr, "error: the trace makes no sense: %s\n",
                         replayer.refused().c_str());
            return kUsage;
        }
    }
    bool same = true;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        replayers[i].finish();
        report(replayers[i], *chosen[i].guest);
        same = same && replayers[i].difference_count() == 0;
    }
    return same ? 0 : kDiffers;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fputs(kHelp, stderr);
        return kUsage;
    }
    if (options.help) {
        std::fputs(kHelp, stdout);
        return 0;
    }
    std::ifstream file(options.trace, std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "error: cannot read %s\n", options.trace.c_str());
        return kUsage;
    }
    std::string why;
    const auto trace = Trace::read({std::istreambuf_iterator<char>(file), {}}, why);
    if (!trace) {
        std::fprintf(stderr, "error: %s cannot be replayed: %s\n", options.trace.c_str(),
                     why.c_str());
        return kUsage;
    }
    if (options.list) {
        list(*trace);
        return 0;
    }
    return replay(*trace, options);
}
