// What is live, without any device: sessions of numbers, sound devices and windows are opened well
// and badly, fail with a reason where there is nothing to open, and leave nothing behind.
#include "driver/validate/extensions.h"
#include "driver/validate/lent.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/audio.h>
#include <weft/control.h>
#include <weft/window.h>

#include <cstdlib>
#include <cstring>
#include <weft/cpp/text.hpp>

namespace weft::validate {
namespace {

constexpr int kTimes = 100;
constexpr int kWarm = 10;
constexpr weft_span kWrong = {3, 17, 42};  // of what a session cannot open

// --- Sessions ------------------------------------------------------------------------------------

// A port of this machine that nobody uses.
double free_port() {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof place;
    const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0 &&
                       ::getsockname(fd, reinterpret_cast<sockaddr*>(&place), &size) == 0;
    ::close(fd);
    return bound ? ntohs(place.sin_port) : 0;
}

weft_arg text_arg(std::string_view name, std::string_view text) {
    weft_arg arg{};
    arg.name = cpp::to_str(name);
    arg.kind = WEFT_ARG_TEXT;
    arg.text = cpp::to_str(text);
    return arg;
}

weft_arg number_arg(std::string_view name, double number) {
    weft_arg arg{};
    arg.name = cpp::to_str(name);
    arg.number = number;
    return arg;
}

bool among(std::string_view name, const weft_str* list, std::uint32_t count) {
    for (const weft_str& one : cpp::list(list, count))
        if (cpp::view(one) == name) return true;
    return false;
}

// An input or sink of each kind that the plugin announces, as a program would ask for them.
struct Wish {
    weft_control_wish view{};
    std::uint32_t values = 0;  // of the first sink

    explicit Wish(const weft_backend_info& info) {
        const auto input = [&](std::string_view builtin, std::vector<weft_arg>& args) {
            if (!among(builtin, info.builtins, info.builtin_count)) return;
            weft_source made{};
            made.node = cpp::to_str("knob");
            made.builtin = cpp::to_str(builtin);
            made.args = args.data();
            made.arg_count = static_cast<std::uint32_t>(args.size());
            made.output_count = 1;
            made.span = {0, 0, 4};
            inputs_.push_back(made);
        };
        input("osc_in", address_);
        input("midi_cc", numbers_);
        input("midi_bend", channel_);
        const auto sink = [&](std::string_view name, std::vector<weft_arg>& args,
                              const weft_str& label) {
            if (!among(name, info.sinks, info.sink_count)) return;
            sinks_.push_back({cpp::to_str(name),
                              args.data(),
                              &label,
                              static_cast<std::uint32_t>(args.size()),
                              1,
                              {0, 0, 4}});
        };
        sink("osc", destination_, labels_[0]);
        sink("midi", controller_, labels_[1]);
        view.struct_size = sizeof view;
        view.inputs = inputs_.data();
        view.input_count = static_cast<std::uint32_t>(inputs_.size());
        view.sinks = sinks_.data();
        view.sink_count = static_cast<std::uint32_t>(sinks_.size());
        view.options = options_.data();
        view.option_count = static_cast<std::uint32_t>(options_.size());
    }
    Wish(const Wish&) = delete;
    Wish& operator=(const Wish&) = delete;

private:
    std::vector<weft_arg> address_ = {text_arg("", "/validate")};
    std::vector<weft_arg> numbers_ = {number_arg("", 1), number_arg("", 7)};
    std::vector<weft_arg> channel_ = {number_arg("", 1)};
    std::vector<weft_arg> destination_ = {text_arg("", "/validate"), text_arg("to", "127.0.0.1:9")};
    std::vector<weft_arg> controller_ = {number_arg("cc", 7), number_arg("channel", 1)};
    weft_str labels_[2] = {cpp::to_str(""), cpp::to_str("value")};
    std::vector<weft_arg> options_ = {number_arg("osc.listen", free_port())};
    std::vector<weft_source> inputs_;
    std::vector<weft_control_sink> sinks_;
};

class Session {
public:
    Session(Context& context, const weft_control_api& api, const weft_control_wish& wish)
        : context_(context), api_(api), host_(host()) {
        weft_backend* const backend = context.backend();
        LentWish lent(wish);
        lent.memory().make_read_only();
        status = context.calls().call("weft_control_api.open", "", [&] {
            return api.open(backend, lent.get(), host_.as<const weft_control_host>(), &session_,
                            &error);
        });
        if (status != WEFT_OK) session_ = nullptr;
        // Arguments are copied.
        lent.memory().make_untouchable();
    }
    ~Session() {
        context_.calls().call("weft_control_api.close", "", [&] { api_.close(session_); });
        // From now on nobody calls the host.
        host_.make_untouchable();
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    weft_status status = WEFT_OK;
    weft_error error = empty_error();
    [[nodiscard]] weft_control_session* get() const { return session_; }

private:
    static Guarded host() {
        weft_control_host host{};
        host.post = [](void*, const weft_control_event*, std::uint32_t) {};
        host.heard = [](void*, const weft_source*, std::uint32_t, double) {};
        host.tempo = [](void*, const weft_control_tempo*) {};
        return sized("the weft_control_host", host);
    }

    Context& context_;
    const weft_control_api& api_;
    Guarded host_;
    weft_control_session* session_ = nullptr;
};

void use(Context& context, const weft_control_api& api, const Session& session,
         const weft_control_wish& wish) {
    const auto ends_well = [&](std::string_view call, weft_status status, const weft_error& error) {
        context.expect_error(call, status, error);
    };
    for (int frame = 0; frame < 3; ++frame) {
        for (std::uint32_t sink = 0; sink < wish.sink_count; ++sink) {
            Guarded value("the values given to send", sizeof(double));
            *value.as<double>() = 0.5;
            weft_error error = empty_error();
            ends_well(
                "send",
                context.calls().call(
                    "weft_control_api.send", "",
                    [&] { return api.send(session.get(), sink, value.as<double>(), &error); }),
                error);
        }
        weft_error error = empty_error();
        ends_well("flush",
                  context.calls().call("weft_control_api.flush", "",
                                       [&] { return api.flush(session.get(), 0, &error); }),
                  error);
    }
    weft_control_counters counters{};
    counters.struct_size = sizeof counters;
    context.calls().call("weft_control_api.counters", "",
                         [&] { api.counters(session.get(), &counters); });
    context.expect(std::memchr(counters.reason, 0, sizeof counters.reason) != nullptr,
                   "counters writes a reason without an end");
}

// Wishes that hardly a session can fulfil, each of one input, `node` in them, or one sink.
template <class Tried>
void open_badly(Context& context, const weft_control_api& api, Tried&& tried) {
    const weft_arg wrong[2] = {number_arg("", std::nan("")), text_arg("port", "nowhere:at:all")};
    weft_source source{};
    source.node = cpp::to_str("knob");
    source.args = wrong;
    source.arg_count = 2;
    source.output_count = 1;
    source.span = kWrong;
    weft_control_sink sink{};
    sink.args = wrong;
    sink.arg_count = 2;
    sink.span = kWrong;
    weft_control_wish wish{};
    wish.struct_size = sizeof wish;
    const weft_str unknown = cpp::to_str("nothing_that_anybody_knows");
    const auto open = [&](std::string_view node) {
        const Session session(context, api, wish);
        tried(session, node);
    };
    wish.inputs = &source;
    wish.input_count = 1;
    source.builtin = unknown;
    open("knob");
    for (const weft_str& builtin :
         cpp::list(context.info().builtins, context.info().builtin_count)) {
        source.builtin = builtin;
        open("knob");
    }
    wish.input_count = 0;
    wish.sinks = &sink;
    wish.sink_count = 1;
    for (const weft_str& name : cpp::list(context.info().sinks, context.info().sink_count)) {
        sink.sink = name;
        open("");
    }
}

// --- Devices -------------------------------------------------------------------------------------

constexpr std::string_view kNobody = "no device of this machine is called so";

// Null, and skipped: it has none.
const weft_control_api* sessions_of(Context& context) {
    const auto* api = context.extension<weft_control_api>(WEFT_CONTROL_EXTENSION);
    if (!api) api = context.extension<weft_control_api>(WEFT_TEMPO_EXTENSION);
    if (!api) context.skip("it has neither weft.control/1 nor weft.tempo/1");
    return api;
}

}  // namespace

void check_sessions(Context& context) {
    const weft_control_api* const api = sessions_of(context);
    if (!api || !context.backend()) return;
    const Wish wish(context.info());
    kit::Holdings before;
    for (int turn = 0; turn < kTimes && !context.ended(); ++turn) {
        if (turn == kWarm) before = kit::Holdings::now();
        const Session session(context, *api, wish.view);
        if (session.status != WEFT_OK) {
            if (context.expect_error("open of a session", session.status, session.error))
                context.skip("no session opens here: " + said(session.status, session.error));
            return;
        }
        if (turn != 0) continue;
        use(context, *api, session, wish.view);
        // A reload opens the new one before the old one closes.
        const Session beside(context, *api, wish.view);
        context.expect(beside.status == WEFT_OK, "a second session beside the first fails: " +
                                                     said(beside.status, beside.error));
    }
    if (context.ended()) return;
    expect_flat(context, before, fmt::format("{} sessions", kTimes - kWarm));
    open_badly(context, *api, [&](const Session& tried, std::string_view) {
        context.expect_error("open of a session", tried.status, tried.error);
    });
    context.calls().call("weft_control_api.close", "of NULL", [&] { api->close(nullptr); });
}

void check_session_place(Context& context) {
    const weft_control_api* const api = sessions_of(context);
    if (!api || !context.backend()) return;
    std::uint32_t failures = 0;
    open_badly(context, *api, [&](const Session& tried, std::string_view node) {
        if (tried.status == WEFT_OK) return;
        ++failures;
        const weft_span& told = tried.error.span;
        context.expect(tried.error.node == node || node.empty(),
                       fmt::format("open fails, and the record names '{}', not the node '{}': {}",
                                   tried.error.node, node, said(tried.status, tried.error)));
        context.expect(
            told.file == kWrong.file && told.begin >= kWrong.begin && told.end <= kWrong.end,
            fmt::format("open fails, and the record's span is {}:{}-{}, not {}:{}-{}: {}",
                        told.file, told.begin, told.end, kWrong.file, kWrong.begin, kWrong.end,
                        said(tried.status, tried.error)));
    });
    if (failures == 0) context.skip("it opens whatever is asked for");
}

void check_audio(Context& context) {
    const auto* const api = context.extension<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    if (!api) return context.skip("it has no weft.audio/1");
    weft_backend* const backend = context.backend();
    if (!backend) return;
    constexpr std::uint32_t kRoom = 4;
    weft_audio_device devices[kRoom] = {};
    for (weft_audio_device& device : devices) device.struct_size = sizeof device;
    const auto list = [&](std::uint32_t room) {
        return context.calls().call("weft_audio_api.devices", "",
                                    [&] { return api->devices(backend, devices, room); });
    };
    const std::uint32_t count = list(0);
    context.expect(list(kRoom) == count, "devices counts others with room for them than without");
    kit::Holdings before;
    for (int turn = 0; turn < 12 && !context.ended(); ++turn) {
        if (turn == 4) before = kit::Holdings::now();
        weft_audio_wish wish{};
        wish.struct_size = sizeof wish;
        wish.output = cpp::to_str(kNobody);
        wish.output_channels = 2;
        weft_audio_stream* stream = nullptr;
        weft_error error = empty_error();
        const weft_status status = context.calls().call("weft_audio_api.open", "", [&] {
            return api->open(
                backend, &wish, [](void*, const weft_audio_block*) {}, nullptr, &stream, &error);
        });
        if (!context.expect(status != WEFT_OK, "it opens a device that there is not")) break;
        context.expect_error("open of a device", status, error);
        context.expect(status == WEFT_INVALID || status == WEFT_UNAVAILABLE,
                       "open of a device that there is not gives another status than the header "
                       "says: " +
                           said(status, error));
        context.expect(!stream, "open of a device fails and leaves a stream");
    }
    if (!context.ended()) expect_flat(context, before, "devices that there are not");
    context.calls().call("weft_audio_api.close", "of NULL", [&] { api->close(nullptr); });
}

void check_windows(Context& context) {
    const auto* const api = context.extension<weft_window_api>(WEFT_WINDOW_EXTENSION);
    if (!api) return context.skip("it has no weft.window/1");
    // Without a screen: nobody's desktop blinks.
    ::unsetenv("DISPLAY");
    ::unsetenv("WAYLAND_DISPLAY");
    weft_backend* const backend = context.backend();
    if (!backend) return;
    const std::uint32_t monitors = context.calls().call(
        "weft_window_api.monitors", "", [&] { return api->monitors(backend, nullptr, 0); });
    context.expect(monitors == 0, "it counts monitors where there is no screen");
    kit::Holdings before;
    for (int turn = 0; turn < 8 && !context.ended(); ++turn) {
        if (turn == 3) before = kit::Holdings::now();
        weft_window_wish wish{};
        wish.struct_size = sizeof wish;
        wish.title = cpp::to_str("validate");
        wish.width = wish.height = 64;
        weft_window* window = nullptr;
        weft_error error = empty_error();
        const weft_status status = context.calls().call(
            "weft_window_api.open", "", [&] { return api->open(backend, &wish, &window, &error); });
        if (!context.expect(status != WEFT_OK, "it opens a window where there is no screen")) break;
        context.expect_error("open of a window", status, error);
        context.expect(status == WEFT_UNAVAILABLE,
                       "open of a window without a screen gives another status than the header "
                       "says: " +
                           said(status, error));
        weft_window_event events[2] = {};
        const std::uint32_t polled = context.calls().call(
            "weft_window_api.poll", "", [&] { return api->poll(backend, events, 2); });
        context.expect(polled == 0, "it has events where there is no window");
    }
    if (!context.ended()) expect_flat(context, before, "windows that could not be opened");
    context.calls().call("weft_window_api.close", "of NULL", [&] { api->close(nullptr); });
}

}  // namespace weft::validate
