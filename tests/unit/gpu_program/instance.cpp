#include "instance.h"

#include <sys/mman.h>
#include <weft/clock.h>
#include <weft/cpp/points.hpp>

#include <cstring>

#include "tests/support/tested_backends.h"

namespace weft::gpu_test {

Pages::Pages(std::uint64_t bytes) : size_((bytes + 4095) / 4096 * 4096) {
    data_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(data_, MAP_FAILED);
}

Pages::~Pages() {
    munmap(data_, size_);
}

template <class Table>
void Instance::find(const Table*& table, const char* id) {
    table = static_cast<const Table*>(api->extension({id, std::strlen(id)}));
    EXPECT_NE(table, nullptr) << id;
}

Instance::Instance(Host& given, const std::string& plugin)
    : host(given), api(batch_test::api_of({plugin, 0})) {
    error.struct_size = sizeof error;
    caps.struct_size = sizeof caps;
    EXPECT_EQ(api->create(&host.table, &backend, &error), WEFT_OK) << error.message;
    find(async, WEFT_ASYNC_EXTENSION);
    find(gather, WEFT_GATHER_EXTENSION);
    find(memory, WEFT_MEMORY_EXTENSION);
    find(counting, WEFT_COUNTERS_EXTENSION);
    EXPECT_EQ(memory->caps(backend, &caps, &error), WEFT_OK) << error.message;
}

Instance::~Instance() {
    api->cleanup(backend);
}

Running::Running(Instance& on, const BatchText& batch) : on_(on), settings_(batch.settings) {
    const BatchView view(batch);
    status_ = on.api->compile(on.backend, &view.batch, &program_, &on.error);
}

Running::~Running() {
    if (program_ != nullptr) on_.api->release(program_);
}

weft_frame Running::make(const Frame& from) {
    fields_ = settings_;
    fields_[WEFT_FIELD_X] = fields_[WEFT_FIELD_Y] = 0.5;
    weft_clock_at_frame(settings_.data(), from.number, fields_.data());
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.target_count = static_cast<std::uint32_t>(from.targets.size());
    frame.fields = fields_.data();
    frame.params = params.data();
    frame.uniforms = uniforms.data();
    frame.targets = from.targets.data();
    frame.first_sample = from.first_sample;
    frame.sample_count = from.sample_count;
    frame.capture = from.capture;
    frame.skip_targets = from.skip_targets;
    frame.cancel = &cancel;
    frame.more = from.more ? 1 : 0;
    return frame;
}

weft_status Running::execute(const Frame& from) {
    const weft_frame frame = make(from);
    weft_error error{};
    error.struct_size = sizeof error;
    const weft_status status = on_.api->execute(program_, &frame, &error);
    if (status != WEFT_OK) on_.error = error;
    return status;
}

weft_status Running::submit(const Frame& from, std::uint64_t& value) {
    const weft_frame frame = make(from);
    return on_.async->submit(program_, &frame, &value, &on_.error);
}

double Running::value(std::uint32_t output, double x, double y, double k, std::int64_t now) {
    std::array<double, WEFT_FIELD_COUNT> constants = settings_;
    weft_clock_at_frame(settings_.data(), now, constants.data());
    constants[WEFT_FIELD_X] = x;
    constants[WEFT_FIELD_Y] = y;
    const weft_points points = cpp::one_point(constants.data(), &k, params.data());
    double result = -1e300;
    EXPECT_EQ(on_.api->get_values(program_, output, &points, &result, &on_.error), WEFT_OK)
        << on_.error.message;
    return result;
}

weft_handle Running::handle(std::uint32_t output, std::uint32_t kind) {
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = kind;
    EXPECT_EQ(on_.api->get_handle(program_, output, &handle, &on_.error), WEFT_OK)
        << on_.error.message;
    return handle;
}

weft_counters Running::counters() {
    weft_counters counters{};
    counters.struct_size = sizeof counters;
    EXPECT_EQ(on_.counting->counters(program_, &counters, &on_.error), WEFT_OK);
    return counters;
}

std::vector<std::string> devices() {
    std::vector<std::string> names;
    for (const std::string& name : test::tested_backends())
        if (name != "reference" && name != "cpu") names.push_back(name);
    return names;
}

std::string device_name(const testing::TestParamInfo<std::string>& parameter) {
    return parameter.param;
}

void OnDevice::SetUp() {
    const std::string why = batch_test::why_not({GetParam(), 0});
    if (!why.empty()) return test::absent(why);
}

}  // namespace weft::gpu_test
