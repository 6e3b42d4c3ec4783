#include "midi_test.h"

#include <dlfcn.h>

#include <weft_paths.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace weft::test {

namespace {

constexpr auto kPatience = std::chrono::seconds(60);

std::string written(const weft_source& source, std::uint32_t output, double value) {
    std::string text(cpp::view(source.builtin));
    for (const weft_arg& arg : cpp::list(source.args, source.arg_count))
        text += " " + std::to_string(static_cast<int>(arg.number));
    return text + " [" + std::to_string(output) + "] = " + std::to_string(value);
}

}  // namespace

weft_control_host News::host() {
    weft_control_host host = {};
    host.struct_size = sizeof host;
    host.context = this;
    host.post = [](void* context, const weft_control_event* events, std::uint32_t count) {
        auto& news = *static_cast<News*>(context);
        const std::lock_guard lock(news.mutex_);
        for (const weft_control_event& event : cpp::list(events, count))
            news.values[{event.input, event.output}] = event.value;
        news.changed_.notify_all();
    };
    host.heard = [](void* context, const weft_source* source, std::uint32_t output, double value) {
        auto& news = *static_cast<News*>(context);
        const std::lock_guard lock(news.mutex_);
        news.heard.push_back(written(*source, output, value));
        news.changed_.notify_all();
    };
    host.tempo = [](void* context, const weft_control_tempo* tempo) {
        auto& news = *static_cast<News*>(context);
        const std::lock_guard lock(news.mutex_);
        news.tempos.push_back(*tempo);
        news.changed_.notify_all();
    };
    return host;
}

bool News::wait(const std::function<bool()>& holds) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, holds);
}

bool News::wait_for(std::uint32_t input, std::uint32_t output, double value) {
    return wait([&] {
        const auto found = values.find({input, output});
        return found != values.end() && found->second == value;
    });
}

Program::Program(weft_backend* backend, const weft_control_api* api, const Statements& statements)
    : api_(api), host_(news.host()) {
    const weft_control_wish wish = statements.wish();
    weft_error failure = {};
    failure.struct_size = sizeof failure;
    status = api_->open(backend, &wish, &host_, &session_, &failure);
    error = failure.message;
}

void Program::close() {
    if (session_) api_->close(session_);
    session_ = nullptr;
}

void Program::send(const std::vector<double>& values, std::uint32_t sink) {
    EXPECT_EQ(api_->send(session_, sink, values.data(), nullptr), WEFT_OK);
}

void Program::flush(double in) {
    EXPECT_EQ(api_->flush(session_, cpp::now() + in, nullptr), WEFT_OK);
}

weft_control_counters Program::counters() const {
    weft_control_counters counters = {};
    counters.struct_size = sizeof counters;
    api_->counters(session_, &counters);
    return counters;
}

Peer::Peer(const std::string& name)
    : out_(RtMidi::UNIX_JACK, name + "-out"), in_(RtMidi::UNIX_JACK, name + "-in") {
    in_.ignoreTypes(false, false, false);
    in_.setCallback(
        [](double, std::vector<unsigned char>* bytes, void* context) {
            auto& peer = *static_cast<Peer*>(context);
            midi::Message message = {(*bytes)[0]};
            if (bytes->size() > 1) message.first = (*bytes)[1];
            if (bytes->size() > 2) message.second = (*bytes)[2];
            const std::lock_guard lock(peer.mutex_);
            peer.messages_.push_back(message);
            peer.changed_.notify_all();
        },
        this);
    out_.openVirtualPort("midi");
    in_.openVirtualPort("midi");
}

bool Peer::wait(const std::function<bool(const std::vector<midi::Message>&)>& holds) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return holds(messages_); });
}

std::vector<midi::Message> Peer::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(messages_, {});
}

MidiTest::MidiTest() {
    void* const library = dlopen(in_build("/lib/weft/midi.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<weft_plugin_query>(dlsym(library, WEFT_PLUGIN_SYMBOL));
    api = entry(WEFT_ABI_VERSION)->backend;
    host_.struct_size = sizeof host_;
    host_.context = this;
    host_.log = [](void* context, std::uint32_t, weft_str line) {
        auto& test = *static_cast<MidiTest*>(context);
        const std::lock_guard lock(test.log_mutex_);
        test.log_.emplace_back(cpp::view(line));
    };
    if (api->create(&host_, &backend_, nullptr) != WEFT_OK)
        throw std::runtime_error("create failed");
    control_ =
        static_cast<const weft_control_api*>(api->extension(cpp::to_str(WEFT_CONTROL_EXTENSION)));
}

// The library stays: threads of libjack, which it brought, may outlive it.
MidiTest::~MidiTest() {
    api->cleanup(backend_);
}

std::vector<std::string> MidiTest::log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
}

bool MidiTest::said(std::string_view text) {
    const auto lines = log();
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
        return line.find(text) != std::string::npos;
    });
}

}  // namespace weft::test
