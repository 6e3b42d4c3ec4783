#include "program.h"

#include <string>

namespace weft::audio {

Program::Program(const cpp::Host& host, const weft_batch& batch) {
    if (batch.kernel_count != 0) throw cpp::Failure(WEFT_UNSUPPORTED, "audio compiles no kernels");
    outputs_.resize(batch.output_count);
    for (const weft_source& source : cpp::list(batch.sources, batch.source_count)) {
        try {
            open(host, batch, source);
        } catch (const cpp::Failure& failure) {
            throw cpp::Failure(failure.code(), failure.what(), std::string(cpp::view(source.node)),
                               source.span);
        }
    }
}

void Program::open(const cpp::Host& host, const weft_batch& batch, const weft_source& source) {
    if (source.first_output > batch.output_count ||
        source.output_count > batch.output_count - source.first_output)
        throw cpp::Failure(WEFT_INVALID, "the batch does not describe every output");
    sources_.push_back(opener(cpp::view(source.builtin))(host, batch, source));
    for (std::uint32_t i = 0; i < source.output_count; ++i) {
        const std::uint32_t output = source.first_output + i;
        outputs_[output] = {sources_.back().get(), i};
        host.expose(batch.outputs[output].id, sources_.back()->handle(i));
    }
}

const Program::Output& Program::find(std::uint32_t output) const {
    if (output >= outputs_.size() || !outputs_[output].source)
        throw cpp::Failure(WEFT_INVALID, "no such output");
    return outputs_[output];
}

void Program::execute(const weft_frame& frame) {
    for (const std::unique_ptr<Source>& source : sources_) {
        if (cpp::is_cancelled(frame.cancel)) throw cpp::Failure(WEFT_CANCELLED, "cancelled");
        source->execute(frame);
    }
}

void Program::get_values(std::uint32_t output, const weft_points& points, double* values) {
    const Output& found = find(output);
    found.source->values(found.index, points, values);
}

void Program::get_handle(std::uint32_t output, weft_handle& handle) {
    const Output& found = find(output);
    handle = found.source->handle(found.index);
}

}  // namespace weft::audio
