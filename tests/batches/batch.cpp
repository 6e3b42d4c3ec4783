// The little host in which hand-built batches run.
#include "batch.h"

#include <dlfcn.h>
#include <weft/clock.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "tests/support/tested_backends.h"

namespace weft::batch_test {

// --- host ----------------------------------------------------------------------------------------

Host::Host() {
    table.struct_size = sizeof table;
    table.abi_version = WEFT_ABI_VERSION;
    table.context = this;
    table.log = [](void*, std::uint32_t, weft_str) {};
    table.lookup = [](void* context, std::uint64_t id, weft_binding* binding, weft_error*) {
        auto& known = static_cast<Host*>(context)->inputs;
        const auto found = known.find(id);
        if (found == known.end()) return WEFT_INVALID;
        *binding = found->second;
        return WEFT_OK;
    };
    table.expose = [](void* context, std::uint64_t id, const weft_handle* handle, weft_error*) {
        static_cast<Host*>(context)->exposed[id] = *handle;
        return WEFT_OK;
    };
    table.memory_alloc = [](void*, std::uint64_t size, std::uint32_t, weft_memory* memory,
                            weft_error*) {
        const std::uint64_t whole = (size + 4095) / 4096 * 4096;
        memory->data = std::aligned_alloc(4096, whole);
        if (memory->data == nullptr) return WEFT_UNAVAILABLE;
        std::memset(memory->data, 0, whole);
        memory->size = size;
        memory->fd = -1;
        return WEFT_OK;
    };
    table.memory_free = [](void*, weft_memory* memory) { std::free(memory->data); };
    table.parallel = [](void* context, std::uint64_t count, void (*task)(void*, std::uint64_t),
                        void* user) {
        std::atomic<std::uint64_t> next{0};
        const auto work = [&] {
            for (std::uint64_t i = next++; i < count; i = next++) task(user, i);
        };
        std::vector<std::thread> helpers;
        for (std::uint32_t i = 1; i < static_cast<Host*>(context)->threads; ++i)
            helpers.emplace_back(work);
        work();
        for (std::thread& helper : helpers) helper.join();
    };
    table.device_memory = [](void* context, std::uint64_t available) {
        const std::uint64_t some = static_cast<Host*>(context)->device_memory;
        return some != 0 ? std::min(some, available) : available;
    };
    table.concurrency = [](void* context) { return static_cast<Host*>(context)->threads; };
    table.cache_directory = [](void* context) {
        const std::string& path = static_cast<Host*>(context)->cache_directory;
        return weft_str{path.data(), path.size()};
    };
}

void Host::bind(std::uint64_t id, const weft_handle& handle) {
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.kind = handle.kind;
    binding.handle = handle;
    inputs[id] = binding;
}

// --- places --------------------------------------------------------------------------------------

namespace {

struct Opened {
    const weft_backend_api* api = nullptr;
    std::string why;  // api is null
};

Opened open_plugin(const std::string& name) {
    // Beside the test program, as beside weft.
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const auto path = self.parent_path().parent_path() / "lib/weft" / (name + ".so");
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return {nullptr, dlerror()};
    const auto entry = reinterpret_cast<weft_plugin_query>(dlsym(library, WEFT_PLUGIN_SYMBOL));
    const weft_backend_api* api = entry(WEFT_ABI_VERSION)->backend;
    Host host;
    weft_backend* backend = nullptr;
    weft_error error{};
    error.struct_size = sizeof error;
    if (api->create(&host.table, &backend, &error) != WEFT_OK) return {nullptr, error.message};
    api->cleanup(backend);
    return {api, ""};
}

// Opened once; threads and drivers stay as they are.
const Opened& plugin_of(const std::string& name) {
    static std::map<std::string, Opened> opened;
    const auto found = opened.find(name);
    return found != opened.end() ? found->second
                                 : opened.emplace(name, open_plugin(name)).first->second;
}

}  // namespace

std::vector<Place> all_places() {
    std::vector<Place> places;
    for (const std::string& name : test::tested_backends()) {
        if (name == "reference") continue;
        if (name != "cpu") {
            places.push_back({name, 0});
            continue;
        }
        for (const unsigned lanes : {4u, 8u, 16u}) places.push_back({name, lanes});
    }
    return places;
}

std::string why_not(const Place& place) {
    const Opened& opened = plugin_of(place.plugin);
    return opened.api ? "" : place.plugin + ": " + opened.why;
}

const weft_backend_api* api_of(const Place& place) {
    return plugin_of(place.plugin).api;
}

// --- program -------------------------------------------------------------------------------------

Compiled::Compiled(Host& host, const BatchText& text_of, const Place& place)
    : api_(plugin_of(place.plugin).api), settings_(text_of.settings) {
    error_.struct_size = sizeof error_;
    if (place.lanes != 0) {
        setenv("WEFT_CPU_LANES", std::to_string(place.lanes).c_str(), 1);
    } else {
        unsetenv("WEFT_CPU_LANES");
    }
    const BatchView view(text_of);
    if (api_->create(&host.table, &backend_, &error_) != WEFT_OK) return;
    (void)api_->compile(backend_, &view.batch, &program_, &error_);
}

Compiled::~Compiled() {
    api_->release(program_);
    api_->cleanup(backend_);
}

weft_status Compiled::frame(std::int64_t number,
                            std::vector<std::pair<void*, std::uint64_t>> targets,
                            std::int64_t first_sample, std::uint64_t sample_count) {
    std::vector<weft_target> list;
    for (const auto& [data, size] : targets) list.push_back({data, size});
    std::array<double, WEFT_FIELD_COUNT> fields = settings_;
    weft_clock_at_frame(settings_.data(), number, fields.data());
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.target_count = static_cast<std::uint32_t>(list.size());
    frame.fields = fields.data();
    frame.params = params.data();
    frame.uniforms = uniforms.data();
    frame.targets = list.data();
    frame.first_sample = first_sample;
    frame.sample_count = sample_count;
    frame.capture = capture;
    frame.skip_targets = skip_targets;
    frame.cancel = &cancel;
    frame.left_out = left_out;
    return api_->execute(program_, &frame, &error_);
}

weft_status Compiled::values(std::uint32_t output, const weft_points& points, double* values) {
    return api_->get_values(program_, output, &points, values, &error_);
}

}  // namespace weft::batch_test
