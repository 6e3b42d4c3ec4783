#include "driver/validate/calls.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace weft::validate {
namespace {

// Arguments in short, without an allocation: a check may count those of the call.
class Text {
public:
    template <class... Arguments>
    explicit Text(const char* format, Arguments... arguments) {
        const int size = std::snprintf(text_.data(), text_.size(), format, arguments...);
        size_ = size < 0 ? 0 : std::min(static_cast<std::size_t>(size), text_.size() - 1);
    }
    operator std::string_view() const { return {text_.data(), size_}; }

private:
    std::array<char, 200> text_;
    std::size_t size_ = 0;
};

}  // namespace

const weft_backend_info* Calls::describe() const {
    const InCall here("describe", "");
    return api_.describe();
}

weft_status Calls::probe(weft_probe* result, weft_error* error) const {
    const InCall here("probe", "");
    return api_.probe(result, error);
}

weft_status Calls::create(const weft_host* host, weft_backend** backend, weft_error* error) const {
    const InCall here("create", Text("with a weft_host of %u bytes", host->struct_size));
    return api_.create(host, backend, error);
}

weft_status Calls::compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) const {
    const InCall here(
        "compile", Text("of '%.*s': %u kernels, %u sources, %u inputs, %u outputs",
                        static_cast<int>(batch->name.size), batch->name.data, batch->kernel_count,
                        batch->source_count, batch->input_count, batch->output_count));
    return api_.compile(backend, batch, program, error);
}

weft_status Calls::get_handle(weft_program* program, std::uint32_t output, weft_handle* handle,
                              weft_error* error) const {
    const InCall here("get_handle", Text("of output %u, kind %u", output, handle->kind));
    return api_.get_handle(program, output, handle, error);
}

weft_status Calls::get_values(weft_program* program, std::uint32_t output,
                              const weft_points* points, double* values, weft_error* error) const {
    const InCall here("get_values", Text("of output %u at %llu points", output,
                                         static_cast<unsigned long long>(points->count)));
    return api_.get_values(program, output, points, values, error);
}

weft_status Calls::execute(weft_program* program, const weft_frame* frame,
                           weft_error* error) const {
    const InCall here("execute", Text("of frame %.0f, %u targets, %llu samples",
                                      frame->fields[WEFT_FIELD_ABSFRAME], frame->target_count,
                                      static_cast<unsigned long long>(frame->sample_count)));
    return api_.execute(program, frame, error);
}

void Calls::cancel(weft_program* program) const {
    if (!api_.cancel) return;
    const InCall here("cancel", "");
    api_.cancel(program);
}

void Calls::release(weft_program* program) const {
    const InCall here("release", program ? "" : "of NULL");
    api_.release(program);
}

void Calls::cleanup(weft_backend* backend) const {
    const InCall here("cleanup", backend ? "" : "of NULL");
    api_.cleanup(backend);
}

const void* Calls::extension(std::string_view id) const {
    constexpr std::size_t kEnd = offsetof(weft_backend_api, extension) + sizeof api_.extension;
    if (api_.struct_size < kEnd || !api_.extension) return nullptr;
    const InCall here("extension", id);
    return api_.extension({id.data(), id.size()});
}

}  // namespace weft::validate
