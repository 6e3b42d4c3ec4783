#include "program.h"

#include <weft/cpp/frame.hpp>

#include <algorithm>
#include <cstring>

namespace weft::media {

namespace {

// A setting as a size in pixels.
uint64_t whole(double setting, uint64_t otherwise) {
    constexpr double kMost = 32767;
    return setting >= 1 ? static_cast<uint64_t>(std::min(setting, kMost)) : otherwise;
}

weft_status report_at(const Failure& failure, const weft_source& source, weft_error* error) {
    if (error) {
        const size_t size = std::min<size_t>(source.node.size, sizeof error->node - 1);
        if (size) std::memcpy(error->node, source.node.data, size);
        error->node[size] = '\0';
        error->span = source.span;
    }
    return report(failure, error);
}

}  // namespace

Status Program::open(const Services& services, Cameras& cameras, const weft_batch& batch,
                     const weft_source& source) {
    OpenRequest request;
    request.services = &services;
    request.arguments = Arguments(source);
    request.cameras = &cameras;
    if (batch.settings) {
        const auto setting = [&](uint32_t field, double otherwise) {
            return batch.settings[field] > 0 ? batch.settings[field] : otherwise;
        };
        request.fps = setting(WEFT_FIELD_FPS, request.fps);
        request.width = whole(setting(WEFT_FIELD_WIDTH, 0), request.width);
        request.height = whole(setting(WEFT_FIELD_HEIGHT, 0), request.height);
    }
    for (uint32_t i = 0; i < source.output_count; ++i) {
        const uint32_t output = source.first_output + i;
        if (output >= batch.output_count)
            return Failure{WEFT_INVALID, "the batch does not describe every output"};
        request.outputs.emplace_back(view(batch.outputs[output].strand));
    }
    if (request.outputs.empty())
        return Failure{WEFT_INVALID, "nothing of it is asked for: it needs an output"};

    const std::string_view builtin = view(source.builtin);
    OpenedSource opened =
        builtin == "load"      ? open_load(request)
        : builtin == "data_in" ? open_data_in(request)
        : builtin == "camera"
            ? open_camera(request)
            : OpenedSource(Failure{WEFT_UNSUPPORTED,
                                   "no builtin '" + std::string(builtin) + "' in this plugin"});
    if (!opened.ok()) return opened.failure();
    sources_.push_back(std::move(*opened));
    for (uint32_t i = 0; i < source.output_count; ++i)
        outputs_[source.first_output + i] = {sources_.back().get(), i};

    const weft_host* host = services.host();
    for (uint32_t i = 0; host->expose && i < source.output_count; ++i) {
        const weft_handle handle = sources_.back()->handle(i);
        weft_error error = {};
        error.struct_size = sizeof error;
        const weft_status status =
            host->expose(host->context, batch.outputs[source.first_output + i].id, &handle, &error);
        if (status != WEFT_OK) return Failure{status, error.message};
    }
    return {};
}

weft_status Program::compile(const Services& services, Cameras& cameras, const weft_batch& batch,
                             std::unique_ptr<Program>& program, weft_error* error) {
    if (batch.kernel_count)
        return report(Failure{WEFT_UNSUPPORTED, "media compiles no kernels"}, error);
    auto made = std::make_unique<Program>();
    made->outputs_.resize(batch.output_count);
    for (uint32_t i = 0; i < batch.source_count; ++i) {
        const Status status = made->open(services, cameras, batch, batch.sources[i]);
        if (!status.ok()) return report_at(status.failure(), batch.sources[i], error);
    }
    program = std::move(made);
    return WEFT_OK;
}

const Program::Output* Program::find(uint32_t output) const {
    return output < outputs_.size() && outputs_[output].source ? &outputs_[output] : nullptr;
}

Status Program::handle(uint32_t output, weft_handle& handle) const {
    const Output* found = find(output);
    if (!found) return Failure{WEFT_INVALID, "no such output"};
    handle = found->source->handle(found->index);
    return {};
}

Status Program::values(uint32_t output, const weft_points& points, double* values) {
    const Output* found = find(output);
    if (!found) return Failure{WEFT_INVALID, "no such output"};
    return found->source->values(found->index, points, values);
}

Status Program::execute(const weft_frame& frame) {
    for (const std::unique_ptr<Source>& source : sources_) {
        if (cpp::is_cancelled(frame.cancel)) return Failure{WEFT_CANCELLED, "cancelled"};
        if (Status status = source->execute(frame); !status.ok()) return status;
    }
    return {};
}

}  // namespace weft::media
