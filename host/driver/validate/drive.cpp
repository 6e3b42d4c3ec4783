#include "driver/validate/drive.h"

#include <fmt/format.h>

#include <cmath>

#include "plugin/reference.h"

namespace weft::validate {

Instance instance_of(Context& context) {
    return {&context.calls(), &context.host(), context.backend()};
}

OwnInstance::OwnInstance(Context& context, std::uint32_t threads) {
    instance_.calls = &context.calls();
    host_.threads = threads;
    create(context);
}

OwnInstance::OwnInstance(Context& context)
    : OwnInstance(context, *plugin::reference_entry(WEFT_ABI_VERSION)->backend) {}

OwnInstance::OwnInstance(Context& context, const weft_backend_api& other)
    : other_(std::make_unique<Calls>(other)) {
    instance_.calls = other_.get();
    create(context);
}

void OwnInstance::create(Context& context) {
    instance_.host = &host_;
    weft_error error = empty_error();
    const weft_status status = instance_.calls->create(host_.table(), &instance_.backend, &error);
    if (status == WEFT_OK) return;
    instance_.backend = nullptr;
    // Whether there can be another is for the checks of the life cycle.
    context.skip(fmt::format("create of another instance fails: {}", said(status, error)));
}

OwnInstance::~OwnInstance() {
    if (instance_.backend) instance_.calls->cleanup(instance_.backend);
}

Driven::Driven(Context& context, const Instance& instance, Work& work, const weft_batch* batch)
    : context_(context), calls_(*instance.calls), work_(work) {
    const weft_batch own = batch ? *batch : work.batch();
    instance.host->inputs = work.bindings;
    weft_error error = empty_error();
    const weft_status status =
        calls_.compile(instance.backend, batch ? batch : &own, &program_, &error);
    if (status == WEFT_OK) {
        context.expect(program_ != nullptr,
                       fmt::format("compile of '{}' made nothing", work.name()));
        return;
    }
    program_ = nullptr;
    refusal_ = said(status, error);
    if (status != WEFT_UNSUPPORTED)
        context.fail(fmt::format("'{}' does not compile: {}", work.name(), refusal_));
}

bool Driven::run(Frame& frame) {
    weft_error error = empty_error();
    const weft_status status = calls_.execute(program_, &frame.view, &error);
    return context_.expect(status == WEFT_OK, fmt::format("execute of '{}' fails: {}", work_.name(),
                                                          said(status, error)));
}

bool Driven::values(std::uint32_t output, const weft_points& points, double* values) {
    weft_error error = empty_error();
    const weft_status status = calls_.get_values(program_, output, &points, values, &error);
    return context_.expect(status == WEFT_OK, fmt::format("get_values of '{}' fails: {}",
                                                          work_.name(), said(status, error)));
}

bool Driven::handle(std::uint32_t output, std::uint32_t kind, weft_handle& handle) {
    handle = {};
    handle.struct_size = sizeof handle;
    handle.kind = kind;
    handle.memory_fd = -1;
    weft_error error = empty_error();
    return calls_.get_handle(program_, output, &handle, &error) == WEFT_OK;
}

void Driven::release() {
    if (program_) calls_.release(program_);
    program_ = nullptr;
}

std::uint32_t kernel_context(Context& context, std::uint32_t best) {
    const std::uint32_t contexts = context.info().contexts;
    if ((contexts >> best & 1) != 0) return best;
    for (std::uint32_t c = 0; c < WEFT_CONTEXT_COUNT; ++c)
        if ((contexts >> c & 1) != 0) return c;
    context.skip("it compiles no kernels");
    return WEFT_CONTEXT_COUNT;
}

std::string bytes_of(const Frame& frame) {
    std::string bytes;
    for (const Guarded& target : frame.targets)
        bytes.append(static_cast<const char*>(target.data()), target.size());
    return bytes;
}

void Verdict::judge(const weft_bound& bound, double exact, double got,
                    const std::function<std::string()>& where) {
    ++points;
    if (weft_bound_holds(&bound, got) != 0) return;
    if (wrong++ != 0) return;
    first = fmt::format("{}: {}, the reference says {}", where(), number(got), number(exact));
    const double error = weft_bound_error(&bound, exact);
    if (std::isfinite(error) && error > 0) first += fmt::format(" within {:.3g}", error);
}

void Verdict::report(Context& context, std::string_view what) const {
    if (wrong != 0)
        context.fail(fmt::format("{} is wrong at {} of {} points; {}", what, wrong, points, first));
}

void expect_flat(Context& context, const kit::Holdings& before, std::string_view after_what) {
    const kit::Holdings now = kit::Holdings::now();
    context.expect(now.descriptors <= before.descriptors,
                   fmt::format("{} descriptors stay open after {}",
                               now.descriptors - before.descriptors, after_what));
    context.expect(
        now.threads <= before.threads,
        fmt::format("{} threads stay after {}", now.threads - before.threads, after_what));
}

std::string number(double value) {
    return fmt::format("{:.9g}", value);
}

}  // namespace weft::validate
