// Hand-built batches and the little host they run in.
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
namespace {

weft_str text(const char* s) {
    return {s, std::strlen(s)};
}

}  // namespace

// --- IR
// --------------------------------------------------------------------------------------------

Ir::Id Ir::add(weft_ir_value value, const std::vector<Id>& args) {
    value.arg_count = static_cast<std::uint32_t>(args.size());
    value.args = list(args);
    for (const Id arg : args) value.varies |= values_[arg].varies;
    values_.push_back(value);
    return static_cast<Id>(values_.size() - 1);
}

Ir::Id Ir::list(const std::vector<Id>& values) {
    const auto first = static_cast<Id>(args_.size());
    args_.insert(args_.end(), values.begin(), values.end());
    return first;
}

Ir::Id Ir::constant(double v) {
    weft_ir_value value{};
    value.op = WEFT_OP_CONST;
    value.imm = v;
    return add(value, {});
}

Ir::Id Ir::field(std::uint32_t field, std::uint8_t varies, bool f64) {
    weft_ir_value value{};
    value.op = WEFT_OP_FIELD;
    value.aux = field;
    value.varies = varies;
    value.precision = f64;
    return add(value, {});
}

Ir::Id Ir::uniform(std::uint32_t index) {
    weft_ir_value value{};
    value.op = WEFT_OP_UNIFORM;
    value.aux = index;
    value.varies = WEFT_VARIES_FRAME;
    return add(value, {});
}

Ir::Id Ir::param(std::uint32_t index) {
    weft_ir_value value{};
    value.op = WEFT_OP_PARAM;
    value.aux = index;
    value.varies = WEFT_VARIES_PROGRAM;
    return add(value, {});
}

Ir::Id Ir::op(std::uint16_t op, std::vector<Id> args, bool f64) {
    weft_ir_value value{};
    value.op = op;
    value.precision = f64;
    return add(value, args);
}

Ir::Id Ir::sample(std::uint32_t input, std::vector<Id> coords, bool f64) {
    weft_ir_value value{};
    value.op = WEFT_OP_SAMPLE;
    value.aux = input;
    value.varies = WEFT_VARIES_FRAME;
    value.precision = f64;
    return add(value, coords);
}

void Ir::affine(Id value, std::uint32_t arg, std::uint32_t field, double scale, Id base) {
    affines_.push_back({value, arg, field, base, scale});
}

Ir::Id Ir::begin_loop(Id from, Id to, std::vector<Id> initial, std::uint8_t varies) {
    weft_ir_value value{};
    value.op = WEFT_OP_LOOP;
    value.aux = static_cast<std::uint32_t>(loops_.size());
    value.varies = varies;
    std::vector<Id> args{from, to};
    args.insert(args.end(), initial.begin(), initial.end());
    const Id loop = add(value, args);
    loops_.push_back({loop, 0, static_cast<std::uint32_t>(initial.size()), 0});
    return loop;
}

Ir::Id Ir::index(Id loop) {
    return op(WEFT_OP_LOOP_INDEX, {loop});
}

Ir::Id Ir::carried(Id loop, std::uint32_t which) {
    const Id made = op(WEFT_OP_LOOP_CARRIED, {loop});
    values_[made].aux = which;
    return made;
}

void Ir::end_loop(Id loop, std::vector<Id> next) {
    weft_ir_loop& l = loops_[values_[loop].aux];
    l.body_count = static_cast<std::uint32_t>(values_.size()) - loop - 1;
    l.next = list(next);
}

Ir::Id Ir::result(Id loop, std::uint32_t which) {
    const Id made = op(WEFT_OP_LOOP_RESULT, {loop});
    values_[made].aux = which;
    return made;
}

weft_ir Ir::view() const {
    weft_ir ir{};
    ir.struct_size = sizeof ir;
    ir.values = values_.data();
    ir.value_count = static_cast<std::uint32_t>(values_.size());
    ir.args = args_.data();
    ir.arg_count = static_cast<std::uint32_t>(args_.size());
    ir.loops = loops_.data();
    ir.loop_count = static_cast<std::uint32_t>(loops_.size());
    ir.affines = affines_.data();
    ir.affine_count = static_cast<std::uint32_t>(affines_.size());
    return ir;
}

// --- batch
// -----------------------------------------------------------------------------------------

void KernelText::store(std::uint32_t output, const std::vector<Ir::Id>& values,
                       std::uint32_t channel) {
    stores.push_back({output, channel, static_cast<std::uint32_t>(values.size()), ir.list(values)});
}

BatchText::BatchText() {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) settings[number] = value;
#include <weft/fields.def>
#undef WEFT_FIELD
}

KernelText& BatchText::kernel(std::uint32_t domain, std::uint64_t width, std::uint64_t height) {
    KernelText& made = kernels.emplace_back();
    made.domain = domain;
    made.width = width;
    made.height = height;
    return made;
}

std::uint32_t BatchText::input(std::uint64_t id, std::uint32_t channel) {
    inputs.push_back({text("in"), text("s"), WEFT_NOT_INTERNAL, channel, id});
    return static_cast<std::uint32_t>(inputs.size() - 1);
}

std::uint32_t BatchText::internal(std::uint32_t output) {
    inputs.push_back({text("own"), text("s"), output, 0, 0});
    return static_cast<std::uint32_t>(inputs.size() - 1);
}

namespace {

weft_axis axis_of(std::uint32_t field, std::uint64_t count, double origin, double step,
                  std::int64_t stride) {
    weft_axis axis{};
    axis.field = field;
    axis.count = count;
    axis.origin = origin;
    axis.step = step;
    axis.stride = stride;
    return axis;
}

weft_grid picture_grid(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                       std::uint32_t channels) {
    weft_grid grid{};
    grid.axis_count = 2;
    grid.format = format;
    grid.channels = channels;
    const std::int64_t size = format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
    const auto w = static_cast<double>(width);
    const auto h = static_cast<double>(height);
    const auto row = static_cast<std::int64_t>(width) * size;
    grid.axes[0] = axis_of(WEFT_FIELD_X, width, 0.5 / w, 1.0 / w, size);
    grid.axes[1] = axis_of(WEFT_FIELD_Y, height, 0.5 / h, 1.0 / h, row);
    grid.channel_stride = row * static_cast<std::int64_t>(height);
    return grid;
}

}  // namespace

std::uint32_t BatchText::picture(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                                 std::uint32_t channels, std::uint32_t target) {
    weft_output output{};
    output.node = text("picture");
    output.kind = WEFT_OUTPUT_TARGET;
    output.target = target;
    output.grid = picture_grid(width, height, format, channels);
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

std::uint32_t BatchText::sound(std::uint32_t target) {
    weft_output output{};
    output.node = text("sound");
    output.kind = WEFT_OUTPUT_TARGET;
    output.target = target;
    output.grid.axis_count = 1;
    output.grid.format = WEFT_FORMAT_F32;
    output.grid.channels = 1;
    const double longest = settings[WEFT_FIELD_RATE] / settings[WEFT_FIELD_FPS] + 2.0;
    output.grid.axes[0] = axis_of(WEFT_FIELD_ABSTIME, static_cast<std::uint64_t>(longest), 0.0,
                                  1.0 / settings[WEFT_FIELD_RATE], sizeof(float));
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

std::uint32_t BatchText::values() {
    weft_output output{};
    output.node = text("values");
    output.kind = WEFT_OUTPUT_VALUES;
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

std::uint32_t BatchText::cache(std::uint64_t ticks, std::uint32_t tick, std::uint64_t width,
                               std::uint64_t height, std::uint32_t format) {
    weft_output output{};
    output.node = text("cache");
    output.kind = WEFT_OUTPUT_CACHE;
    output.ticks = ticks;
    if (width != 0) output.grid = picture_grid(width, height, format, 1);
    output.grid.format = format;
    output.grid.channels = 1;
    weft_axis ring = axis_of(WEFT_FIELD_OWN, ticks, 0.0, 1.0, 0);
    ring.filter = WEFT_FILTER_FLOOR;
    ring.wrap = WEFT_WRAP_RING;
    ring.tick = tick;
    output.grid.axes[output.grid.axis_count++] = ring;
    outputs.push_back(output);
    return static_cast<std::uint32_t>(outputs.size() - 1);
}

Picture::Picture(std::uint64_t width, std::uint64_t height, std::uint32_t channels)
    : data(width * height * channels) {
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = picture_grid(width, height, WEFT_FORMAT_F32, channels);
    handle.memory_fd = -1;
    view.data = data.data();
    handle.view = &view;
}

float& Picture::at(std::uint64_t x, std::uint64_t y, std::uint32_t channel) {
    const weft_grid& grid = handle.grid;
    return data[(channel * grid.axes[1].count + y) * grid.axes[0].count + x];
}

BatchView::BatchView(const BatchText& text) {
    for (const KernelText& k : text.kernels) {
        weft_kernel made{};
        made.domain = k.domain;
        made.width = k.width;
        made.height = k.height;
        made.ir = k.ir.view();
        for (std::uint32_t v = 0; v < made.ir.value_count; ++v) {
            const weft_ir_value& value = made.ir.values[v];
            if (value.op == WEFT_OP_UNIFORM)
                made.ir.uniform_count = std::max(made.ir.uniform_count, value.aux + 1);
            if (value.op == WEFT_OP_PARAM)
                batch.param_count = std::max(batch.param_count, value.aux + 1);
        }
        made.stores = k.stores.data();
        made.store_count = static_cast<std::uint32_t>(k.stores.size());
        kernels_.push_back(made);
    }
    batch.struct_size = sizeof batch;
    batch.kernels = kernels_.data();
    batch.kernel_count = static_cast<std::uint32_t>(kernels_.size());
    batch.inputs = text.inputs.data();
    batch.input_count = static_cast<std::uint32_t>(text.inputs.size());
    batch.outputs = text.outputs.data();
    batch.output_count = static_cast<std::uint32_t>(text.outputs.size());
    batch.settings = text.settings.data();
}

// --- host
// ------------------------------------------------------------------------------------------

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

// --- places
// ----------------------------------------------------------------------------------------

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
    const char* require = std::getenv("WEFT_TEST_REQUIRE");
    if (!opened.api && require && *require) ADD_FAILURE() << place.plugin << ": " << opened.why;
    return opened.api ? "" : place.plugin + ": " + opened.why;
}

const weft_backend_api* api_of(const Place& place) {
    return plugin_of(place.plugin).api;
}

// --- program
// ---------------------------------------------------------------------------------------

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
    return api_->execute(program_, &frame, &error_);
}

weft_status Compiled::values(std::uint32_t output, const weft_points& points, double* values) {
    return api_->get_values(program_, output, &points, values, &error_);
}

Points::Points() {
    view.struct_size = sizeof view;
    view.fields = fields.data();
    view.constants = constants.data();
}

void Points::set(std::uint32_t field, const std::vector<double>& numbers) {
    fields[field] = numbers.data();
    view.count = numbers.size();
}

}  // namespace weft::batch_test
