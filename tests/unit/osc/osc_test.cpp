#include "osc_test.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <weft_paths.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "clocks.h"
#include "result.h"

namespace weft::osc::test {
namespace {

weft_str str(const std::string& text) {
    return {text.data(), text.size()};
}

weft_arg text_arg(const char* name, const std::string& value) {
    weft_arg arg = {};
    arg.name = text(name);
    arg.kind = WEFT_ARG_TEXT;
    arg.text = str(value);
    return arg;
}

weft_arg number_arg(const char* name, double value) {
    weft_arg arg = {};
    arg.name = text(name);
    arg.kind = WEFT_ARG_NUMBER;
    arg.number = value;
    return arg;
}

const weft_backend_api* plugin_api() {
    static const weft_backend_api* const api = [] {
        void* const library = dlopen(in_build("/lib/weft/osc.so").c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) throw std::runtime_error(dlerror());
        const auto query = reinterpret_cast<weft_plugin_query>(dlsym(library, WEFT_PLUGIN_SYMBOL));
        return query(WEFT_ABI_VERSION)->backend;
    }();
    return api;
}

size_t count_in(const char* directory) {
    size_t count = 0;
    for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator(directory)) ++count;
    return count;
}

sockaddr_in loopback(uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

}  // namespace

weft_status Program::open(weft_backend* backend, const weft_control_api* api,
                          const std::vector<InputSpec>& inputs, const std::vector<SinkSpec>& sinks,
                          const std::vector<std::string>& listen) {
    std::deque<std::vector<weft_arg>> args;
    std::vector<weft_source> sources;
    for (const InputSpec& input : inputs) {
        auto& list = args.emplace_back();
        list.push_back(text_arg("", input.address));
        if (!input.port.empty()) list.push_back(text_arg("port", input.port));
        if (input.port_number != 0) list.push_back(number_arg("port", input.port_number));
        weft_source source = {};
        source.node = text("in");
        source.builtin = text("osc_in");
        source.args = list.data();
        source.arg_count = static_cast<uint32_t>(list.size());
        source.output_count = input.outputs;
        source.span = {0, 10, 20};
        sources.push_back(source);
    }
    std::vector<weft_control_sink> statements;
    for (const SinkSpec& sink : sinks) {
        auto& list = args.emplace_back();
        list.push_back(text_arg("", sink.address));
        if (!sink.to.empty()) list.push_back(text_arg("to", sink.to));
        if (sink.rate != 0) list.push_back(number_arg("rate", sink.rate));
        if (sink.always) list.push_back(number_arg("always", 1));
        weft_control_sink statement = {};
        statement.sink = text("osc");
        statement.args = list.data();
        statement.arg_count = static_cast<uint32_t>(list.size());
        statement.value_count = sink.values;
        statement.span = {0, 30, 40};
        statements.push_back(statement);
    }
    std::vector<weft_arg> options;
    for (const std::string& place : listen) options.push_back(text_arg("osc.listen", place));

    weft_control_wish wish = {};
    wish.struct_size = sizeof wish;
    wish.inputs = sources.data();
    wish.input_count = static_cast<uint32_t>(sources.size());
    wish.sinks = statements.data();
    wish.sink_count = static_cast<uint32_t>(statements.size());
    wish.options = options.data();
    wish.option_count = static_cast<uint32_t>(options.size());

    weft_control_host host = {};
    host.struct_size = sizeof host;
    host.context = this;
    host.post = [](void* context, const weft_control_event* events, uint32_t count) {
        auto& self = *static_cast<Program*>(context);
        const std::lock_guard lock(self.mutex_);
        self.events_.insert(self.events_.end(), events, events + count);
        ++self.posts_;
        self.news_.notify_all();
    };
    host.heard = [](void* context, const weft_source* source, uint32_t output, double value) {
        auto& self = *static_cast<Program*>(context);
        const std::lock_guard lock(self.mutex_);
        self.heard_.push_back(std::string(view(source->builtin)) + " " +
                              std::string(view(source->args[0].text)) + " " +
                              std::to_string(output) + " " + std::to_string(value));
    };
    error.struct_size = sizeof error;
    api_ = api;
    return api->open(backend, &wish, &host, &session_, &error);
}

void Program::close() {
    if (session_) api_->close(session_);
    session_ = nullptr;
}

std::vector<weft_control_event> Program::wait_events(size_t count) {
    std::unique_lock lock(mutex_);
    const bool came = news_.wait_for(lock, std::chrono::milliseconds(kPatience),
                                     [&] { return events_.size() >= count; });
    EXPECT_TRUE(came) << events_.size() << " of " << count << " events came";
    return events_;
}

std::vector<weft_control_event> Program::events() {
    const std::lock_guard lock(mutex_);
    return events_;
}

size_t Program::posts() {
    const std::lock_guard lock(mutex_);
    return posts_;
}

std::vector<std::string> Program::heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
}

weft_control_counters Program::counters() {
    weft_control_counters counters = {};
    counters.struct_size = sizeof counters;
    api_->counters(session_, &counters);
    return counters;
}

bool Program::wait(const std::function<bool(const weft_control_counters&)>& holds) {
    for (int waited = 0; waited < kPatience; ++waited) {
        if (holds(counters())) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

void Program::send(uint32_t sink, std::initializer_list<double> values) {
    ASSERT_EQ(api_->send(session_, sink, values.begin(), &error), WEFT_OK) << error.message;
}

void Program::flush(double time) {
    ASSERT_EQ(api_->flush(session_, time == 0 ? monotonic_now() : time, &error), WEFT_OK);
}

Datagrams::Datagrams(uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(port);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
}

void Datagrams::send(uint16_t port, const Bytes& bytes) const {
    const sockaddr_in address = loopback(port);
    EXPECT_EQ(::sendto(socket_.get(), bytes.get().data(), bytes.get().size(), 0,
                       reinterpret_cast<const sockaddr*>(&address), sizeof address),
              static_cast<ssize_t>(bytes.get().size()));
}

std::vector<uint8_t> Datagrams::receive(int patience) {
    pollfd ready = {socket_.get(), POLLIN, 0};
    if (::poll(&ready, 1, patience) <= 0) return {};
    std::vector<uint8_t> bytes(65536);
    sockaddr_in from = {};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    sender_ = ntohs(from.sin_port);
    return bytes;
}

OscTest::OscTest() : api_(plugin_api()) {
    host_.struct_size = sizeof host_;
    host_.context = this;
    host_.log = [](void* context, uint32_t, weft_str line) {
        static_cast<OscTest*>(context)->log.emplace_back(view(line));
    };
    weft_error error = {};
    error.struct_size = sizeof error;
    EXPECT_EQ(api_->create(&host_, &backend, &error), WEFT_OK) << error.message;
    control = static_cast<const weft_control_api*>(api_->extension(text(WEFT_CONTROL_EXTENSION)));
}

OscTest::~OscTest() {
    api_->cleanup(backend);
}

bool OscTest::open(Program& program, const std::vector<InputSpec>& inputs,
                   const std::vector<SinkSpec>& sinks, const std::vector<std::string>& listen) {
    return program.open(backend, control, inputs, sinks, listen) == WEFT_OK;
}

uint16_t OscTest::free_port() {
    while (true) {
        const Datagrams holder;
        const uint16_t port = holder.port();
        bool free = true;
        for (const int family : {AF_INET, AF_INET6})
            for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
                if (family == AF_INET && type == SOCK_DGRAM) continue;  // the holder's
                const Descriptor probe(::socket(family, type | SOCK_CLOEXEC, 0));
                sockaddr_in6 address = {};
                address.sin6_family = AF_INET6;
                address.sin6_addr = in6addr_loopback;
                address.sin6_port = htons(port);
                const sockaddr_in address4 = loopback(port);
                const bool v4 = family == AF_INET;
                if (probe.open() &&
                    ::bind(probe.get(),
                           v4 ? reinterpret_cast<const sockaddr*>(&address4)
                              : reinterpret_cast<const sockaddr*>(&address),
                           v4 ? sizeof address4 : sizeof address) != 0 &&
                    errno == EADDRINUSE)
                    free = false;
            }
        if (free) return port;
    }
}

void OscTest::oscsend(const std::string& arguments) {
    EXPECT_EQ(std::system(("oscsend " + arguments).c_str()), 0);
}

size_t count_descriptors() {
    return count_in("/proc/self/fd");
}

size_t count_threads() {
    return count_in("/proc/self/task");
}

}  // namespace weft::osc::test
