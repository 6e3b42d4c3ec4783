#include "audio_host.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <weft_paths.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/support/absent.h"

namespace weft::test {

weft_audio_state Stream::state(std::uint32_t size) const {
    weft_audio_state state = {};
    state.struct_size = size;
    api_->state(stream_, &state);
    return state;
}

void Stream::wait_for(std::uint64_t blocks) const {
    ASSERT_TRUE(eventually([&] { return state().blocks >= blocks; }))
        << state().blocks << " of " << blocks << " blocks, " << state().reason;
}

AudioTest::AudioTest() {
    // A server that somebody else runs is none of a test's business.
    setenv("JACK_DEFAULT_SERVER", "weft-nowhere", 1);
    setenv("JACK_NO_START_SERVER", "1", 1);
    library_ = dlopen(in_build("/lib/weft/audio.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library_) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<weft_plugin_query>(dlsym(library_, WEFT_PLUGIN_SYMBOL));
    api = entry(WEFT_ABI_VERSION)->backend;
    const std::string id = WEFT_AUDIO_EXTENSION;
    audio = static_cast<const weft_audio_api*>(api->extension({id.data(), id.size()}));
    host_.struct_size = sizeof host_;
    host_.abi_version = WEFT_ABI_VERSION;
    host_.context = this;
    host_.log = [](void* context, std::uint32_t, weft_str text) {
        auto& self = *static_cast<AudioTest*>(context);
        const std::lock_guard lock(self.mutex_);
        self.log_.emplace_back(text.data, text.size);
    };
    weft_error failure = {};
    failure.struct_size = sizeof failure;
    if (api->create(&host_, &backend, &failure) != WEFT_OK)
        throw std::runtime_error(failure.message);
}

AudioTest::~AudioTest() {
    api->cleanup(backend);
}

void AudioTest::SetUp() {
    if (JackServer::available()) return;
    absent("jackd is not installed");
}

weft_audio_wish AudioTest::wish(std::uint32_t outputs, std::uint32_t inputs) const {
    weft_audio_wish wish = {};
    wish.struct_size = sizeof wish;
    wish.output_channels = outputs;
    wish.input_channels = inputs;
    return wish;
}

std::unique_ptr<Stream> AudioTest::open(const weft_audio_wish& wish, Process process) {
    processes_.push_back(std::make_unique<Process>(std::move(process)));
    weft_audio_stream* stream = nullptr;
    weft_error failure = {};
    failure.struct_size = sizeof failure;
    status = audio->open(
        backend, &wish,
        [](void* user, const weft_audio_block* block) { (*static_cast<Process*>(user))(*block); },
        processes_.back().get(), &stream, &failure);
    error = failure.message;
    return status == WEFT_OK ? std::make_unique<Stream>(audio, stream) : nullptr;
}

std::vector<weft_audio_device> AudioTest::devices() const {
    std::vector<weft_audio_device> found(16);
    for (weft_audio_device& device : found) device.struct_size = sizeof device;
    found.resize(audio->devices(backend, found.data(), static_cast<std::uint32_t>(found.size())));
    return found;
}

void AudioTest::forget_log() {
    const std::lock_guard lock(mutex_);
    log_ = {};
}

bool AudioTest::logged(const std::string& part) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& line : log_)
        if (line.find(part) != std::string::npos) return true;
    return false;
}

Quiet::Quiet() : before_(dup(STDERR_FILENO)), file_(memfd_create("stderr", MFD_CLOEXEC)) {
    dup2(file_, STDERR_FILENO);
}

Quiet::~Quiet() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    close(file_);
}

std::string Quiet::said() const {
    std::string text(static_cast<std::size_t>(lseek(file_, 0, SEEK_END)), '\0');
    const ssize_t read = pread(file_, text.data(), text.size(), 0);
    text.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
    return text;
}

}  // namespace weft::test
