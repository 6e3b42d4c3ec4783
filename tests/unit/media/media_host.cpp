#include "media_host.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <weft_paths.h>

#include <array>
#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

namespace weft::test {

namespace {

constexpr uint32_t kThreads = 3;

HostTable& self(void* context) {
    return *static_cast<HostTable*>(context);
}

weft_str text(const std::string& s) {
    return {s.data(), s.size()};
}

void log_line(void* context, uint32_t level, weft_str line) {
    if (level <= WEFT_LOG_WARNING) self(context).warnings.emplace_back(line.data, line.size);
}

weft_status lookup(void*, uint64_t, weft_binding*, weft_error*) {
    return WEFT_INVALID;
}

weft_status expose(void* context, uint64_t id, const weft_handle* handle, weft_error*) {
    self(context).exposed[id] = *handle;
    return WEFT_OK;
}

weft_status memory_alloc(void* context, uint64_t size, uint32_t, weft_memory* memory,
                         weft_error* error) {
    const int fd = memfd_create("media-test", MFD_CLOEXEC);
    void* data = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, static_cast<off_t>(size)) == 0)
        data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED) {
        if (fd >= 0) close(fd);
        if (error) std::snprintf(error->message, sizeof error->message, "no memory");
        return WEFT_UNAVAILABLE;
    }
    *memory = {data, size, fd, 0, nullptr};
    ++self(context).blocks_in_use;
    return WEFT_OK;
}

void memory_free(void* context, weft_memory* memory) {
    if (!memory->data) return;
    munmap(memory->data, memory->size);
    close(memory->fd);
    memory->data = nullptr;
    --self(context).blocks_in_use;
}

void parallel(void*, uint64_t count, void (*task)(void*, uint64_t), void* user) {
    std::atomic<uint64_t> next{0};
    const auto work = [&] {
        for (uint64_t i; (i = next++) < count;) task(user, i);
    };
    std::vector<std::jthread> threads;
    for (uint32_t i = 1; i < kThreads; ++i) threads.emplace_back(work);
    work();
}

uint32_t concurrency(void*) {
    return kThreads;
}

weft_str cache_directory(void*) {
    return {nullptr, 0};
}

}  // namespace

HostTable::HostTable() {
    table.struct_size = sizeof table;
    table.abi_version = WEFT_ABI_VERSION;
    table.context = this;
    table.log = log_line;
    table.lookup = lookup;
    table.expose = expose;
    table.memory_alloc = memory_alloc;
    table.memory_free = memory_free;
    table.parallel = parallel;
    table.concurrency = concurrency;
    table.cache_directory = cache_directory;
}

double Source::at(uint32_t output, double x, double y, double time) const {
    return at_times(output, {time}, x, y).front();
}

std::vector<double> Source::at_times(uint32_t output, const std::vector<double>& times, double x,
                                     double y) const {
    std::array<const double*, WEFT_FIELD_COUNT> fields{};
    std::array<double, WEFT_FIELD_COUNT> constants{};
    constants[WEFT_FIELD_X] = x;
    constants[WEFT_FIELD_Y] = y;
    fields[WEFT_FIELD_TIME] = times.data();
    weft_points points = {};
    points.struct_size = sizeof points;
    points.count = times.size();
    points.fields = fields.data();
    points.constants = constants.data();
    std::vector<double> values(times.size());
    weft_error error = {};
    error.struct_size = sizeof error;
    EXPECT_EQ(api_->get_values(program_, output, &points, values.data(), &error), WEFT_OK)
        << error.message;
    return values;
}

weft_handle Source::handle(uint32_t output) const {
    weft_handle handle = {};
    handle.struct_size = sizeof handle;
    weft_error error = {};
    error.struct_size = sizeof error;
    EXPECT_EQ(api_->get_handle(program_, output, &handle, &error), WEFT_OK) << error.message;
    return handle;
}

double Source::stored(uint32_t output, uint64_t i, uint64_t j, uint64_t k) const {
    const weft_handle shared = handle(output);
    const uint64_t index[] = {i, j, k};
    const char* at = static_cast<const char*>(shared.view->data);
    for (uint32_t axis = 0; axis < shared.grid.axis_count; ++axis)
        at += static_cast<int64_t>(index[axis]) * shared.grid.axes[axis].stride;
    if (shared.grid.format == WEFT_FORMAT_F64) {
        double value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    float value;
    std::memcpy(&value, at, sizeof value);
    return static_cast<double>(value);
}

weft_status Source::execute(double time) const {
    std::array<double, WEFT_FIELD_COUNT> fields{};
    fields[WEFT_FIELD_TIME] = time;
    weft_frame frame = {};
    frame.struct_size = sizeof frame;
    frame.fields = fields.data();
    weft_error error = {};
    error.struct_size = sizeof error;
    const weft_status status = api_->execute(program_, &frame, &error);
    EXPECT_EQ(status, WEFT_OK) << error.message;
    return status;
}

MediaTest::MediaTest() {
    library_ = dlopen(in_build("/lib/weft/media.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library_) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<weft_plugin_query>(dlsym(library_, WEFT_PLUGIN_SYMBOL));
    api = entry(WEFT_ABI_VERSION)->backend;
    weft_error error = {};
    error.struct_size = sizeof error;
    if (api->create(&host.table, &backend_, &error) != WEFT_OK)
        throw std::runtime_error(error.message);
    const std::string id = WEFT_WRITER_EXTENSION;
    writer = static_cast<const weft_writer_api*>(api->extension(text(id)));
}

MediaTest::~MediaTest() {
    api->cleanup(backend_);
    EXPECT_EQ(host.blocks_in_use, 0) << "memory of the host was not given back";
}

std::string MediaTest::asset(const std::string& name) const {
    return in_source("/examples/assets/") + name;
}

Opened MediaTest::try_open(const std::string& builtin, const std::vector<std::string>& outputs,
                           const std::vector<Argument>& arguments) {
    const std::string node = "img";
    std::vector<weft_arg> args;
    for (const Argument& argument : arguments) {
        weft_arg arg = {};
        arg.name = text(argument.first);
        if (const double* number = std::get_if<double>(&argument.second)) {
            arg.kind = WEFT_ARG_NUMBER;
            arg.number = *number;
        } else {
            arg.kind = WEFT_ARG_TEXT;
            arg.text = text(std::get<std::string>(argument.second));
        }
        args.push_back(arg);
    }
    weft_source source = {};
    source.node = text(node);
    source.builtin = text(builtin);
    source.args = args.data();
    source.arg_count = static_cast<uint32_t>(args.size());
    source.output_count = static_cast<uint32_t>(outputs.size());
    std::vector<weft_output> described(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
        described[i].kind = WEFT_OUTPUT_SOURCE;
        described[i].strand = text(outputs[i]);
        described[i].id = 100 + i;
        described[i].shared = 1;
    }
    std::array<double, WEFT_FIELD_COUNT> settings{};
    settings[WEFT_FIELD_FPS] = 10;
    settings[WEFT_FIELD_WIDTH] = 64;
    settings[WEFT_FIELD_HEIGHT] = 32;
    weft_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.sources = &source;
    batch.source_count = 1;
    batch.outputs = described.data();
    batch.output_count = static_cast<uint32_t>(described.size());
    batch.settings = settings.data();

    weft_program* program = nullptr;
    weft_error error = {};
    error.struct_size = sizeof error;
    Opened opened;
    opened.status = api->compile(backend_, &batch, &program, &error);
    opened.message = error.message;
    opened.node = error.node;
    if (opened.status == WEFT_OK) opened.source = std::make_unique<Source>(api, program);
    return opened;
}

Source MediaTest::load(const std::string& file, uint32_t outputs,
                       const std::vector<Argument>& arguments) {
    std::vector<std::string> names;
    for (uint32_t i = 0; i < outputs; ++i) names.push_back("o" + std::to_string(i));
    std::vector<Argument> all = {{"", file}};
    all.insert(all.end(), arguments.begin(), arguments.end());
    Opened opened = try_open("load", names, all);
    if (!opened.source) throw std::runtime_error(opened.message);
    return std::move(*opened.source);
}

std::string MediaTest::load_error(const std::string& file, uint32_t outputs,
                                  const std::vector<Argument>& arguments) {
    std::vector<std::string> names(outputs, "o");
    std::vector<Argument> all = {{"", file}};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return try_open("load", names, all).message;
}

weft_writer_options MediaTest::options(uint64_t width, uint64_t height, uint32_t format) const {
    weft_writer_options options = {};
    options.struct_size = sizeof options;
    options.picture_format = format;
    options.width = width;
    options.height = height;
    options.has_alpha = 1;
    return options;
}

std::string MediaTest::write(const std::string& file, const weft_writer_options& options,
                             const std::function<weft_status(weft_writer*, weft_error*)>& write) {
    weft_error error = {};
    error.struct_size = sizeof error;
    weft_writer* open = nullptr;
    if (writer->open(text(file), &options, &open, &error) != WEFT_OK) return error.message;
    if (write(open, &error) != WEFT_OK) {
        writer->abort(open);
        return error.message;
    }
    return writer->finish(open, &error) == WEFT_OK ? "" : error.message;
}

std::string MediaTest::write_picture(const std::string& file, Picture& picture, bool alpha) {
    weft_writer_options wanted = options(picture.width, picture.height, WEFT_FORMAT_F32);
    wanted.has_alpha = alpha;
    return write(file, wanted, [&](weft_writer* open, weft_error* error) {
        const uint64_t row = picture.width * sizeof(float);
        return writer->picture(open, picture.planes.data(), row, row * picture.height, error);
    });
}

std::string MediaTest::write_rgba8(const std::string& file, uint64_t width, uint64_t height,
                                   const std::vector<uint8_t>& rgba, bool alpha) {
    weft_writer_options wanted = options(width, height, WEFT_FORMAT_RGBA8);
    wanted.has_alpha = alpha;
    return write(file, wanted, [&](weft_writer* open, weft_error* error) {
        return writer->picture(open, rgba.data(), width * 4, 0, error);
    });
}

std::string MediaTest::write_sound(const std::string& file, double rate,
                                   const std::vector<std::vector<float>>& channels, size_t block) {
    weft_writer_options wanted = options(0, 0, WEFT_FORMAT_RGBA8);
    wanted.rate = rate;
    wanted.channels = static_cast<uint32_t>(channels.size());
    return write(file, wanted, [&](weft_writer* open, weft_error* error) {
        const size_t length = channels[0].size();
        for (size_t at = 0; at < length; at += block) {
            const size_t count = std::min(block, length - at);
            std::vector<float> planar;
            for (const std::vector<float>& channel : channels)
                planar.insert(planar.end(), channel.begin() + static_cast<ptrdiff_t>(at),
                              channel.begin() + static_cast<ptrdiff_t>(at + count));
            const weft_status status = writer->sound(open, planar.data(), count, count, error);
            if (status != WEFT_OK) return status;
        }
        return WEFT_OK;
    });
}

void MediaTest::write_bytes(const std::string& file, std::span<const uint8_t> bytes) const {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

void MediaTest::write_text(const std::string& file, const std::string& text) const {
    std::ofstream(file, std::ios::binary) << text;
}

std::vector<uint8_t> MediaTest::read_bytes(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace weft::test
