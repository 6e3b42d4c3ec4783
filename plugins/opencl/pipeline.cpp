// A driver may compile at the first launch, once more for every size of a work group: pipelines are
// warm before anybody waits for a frame, and their binaries are saved only then.
#include "pipeline.h"

#include <algorithm>

#include "queue.h"

namespace weft::opencl {
namespace {

// Pipelines that stay ready although nobody uses them: what a reload may bring back.
constexpr std::size_t kMostKept = 128;
constexpr std::uint64_t kWarmBytes = 65536;

std::vector<std::string> names_of(const gpu::KernelText& text) {
    std::vector<std::string> names;
    for (const gpu::Entry& entry : text.entries) names.push_back(entry.name);
    return names;
}

}  // namespace

Pipeline::Pipeline(Handle<cl_program> compiled, const gpu::KernelText& text)
    : program(std::move(compiled)),
      source(text.source),
      entries(names_of(text)),
      parameters(static_cast<std::uint32_t>(text.parameters.size())),
      carried_bytes(text.carried_bytes) {}

Pipelines::Pipelines(Context& context, cpp::Host host)
    : context_(context),
      disk_(std::string(host.cache_directory()), "kernel"),
      host_(host),
      options_("-cl-std=CL1.2"),
      known_(kMostKept) {
    const auto config =
        number_of<cl_device_fp_config>(context.cl, context.device, CL_DEVICE_SINGLE_FP_CONFIG);
    if ((config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0)
        options_ += " -cl-fp32-correctly-rounded-divide-sqrt";
}

std::shared_ptr<const Pipeline> Pipelines::build(const gpu::BuildRequest& request) {
    const gpu::KernelText& text = *request.text;
    const auto same = [&](const Pipeline& one) { return one.source == text.source; };
    if (auto found = known_.find(same)) return found;
    const disk::Key key =
        disk::make_key({text.source, context_.info.name, context_.info.driver, options_});
    Handle<cl_program> program(nullptr, nullptr);
    if (const auto binary = disk_.read(key)) program = from_binary(*binary);
    const bool compiled = program == nullptr;
    if (compiled) program = from_source(request);
    auto pipeline = std::make_shared<const Pipeline>(std::move(program), text);
    warm(*pipeline, std::max(kWarmBytes, text.args.bytes(text.whole.size())));
    if (compiled) disk_.write(key, binary_of(*pipeline));
    known_.add(pipeline);
    return pipeline;
}

// Null when the driver does not want it any more.
Handle<cl_program> Pipelines::from_binary(const std::vector<std::uint8_t>& binary) {
    const Api& cl = context_.cl;
    const unsigned char* code = binary.data();
    const std::size_t size = binary.size();
    cl_int status = CL_SUCCESS, taken = CL_SUCCESS;
    Handle<cl_program> program(
        cl.CreateProgramWithBinary(context_.context.get(), 1, &context_.device, &size, &code,
                                   &taken, &status),
        cl.ReleaseProgram);
    if (status == CL_SUCCESS && taken == CL_SUCCESS)
        status =
            cl.BuildProgram(program.get(), 1, &context_.device, options_.c_str(), nullptr, nullptr);
    if (status != CL_SUCCESS || taken != CL_SUCCESS) program.reset();
    return program;
}

Handle<cl_program> Pipelines::from_source(const gpu::BuildRequest& request) {
    const Api& cl = context_.cl;
    const char* text = request.text->source.c_str();
    const std::size_t size = request.text->source.size();
    cl_int status = CL_SUCCESS;
    Handle<cl_program> program(
        cl.CreateProgramWithSource(context_.context.get(), 1, &text, &size, &status),
        cl.ReleaseProgram);
    context_.check(status, "take a kernel");
    status =
        cl.BuildProgram(program.get(), 1, &context_.device, options_.c_str(), nullptr, nullptr);
    if (status == CL_SUCCESS) return program;
    std::size_t length = 0;
    cl.GetProgramBuildInfo(program.get(), context_.device, CL_PROGRAM_BUILD_LOG, 0, nullptr,
                           &length);
    std::string log(length, '\0');
    cl.GetProgramBuildInfo(program.get(), context_.device, CL_PROGRAM_BUILD_LOG, length, log.data(),
                           nullptr);
    log = log.c_str();
    // The record of a failure is short; the log is told whole.
    host_.log(WEFT_LOG_ERROR, "compiling '" + request.name + "':\n" + log);
    throw cpp::Failure(WEFT_INTERNAL,
                       "the OpenCL compiler refuses the kernel of '" + request.name + "': " + log);
}

// Runs every entry over no points at all, into memory that is nobody's.
void Pipelines::warm(const Pipeline& pipeline, std::uint64_t bytes) {
    const Api& cl = context_.cl;
    cl_int status = CL_SUCCESS;
    // Of its own, so that nothing here waits for frames.
    const Handle<cl_command_queue> queue(
        cl.CreateCommandQueue(context_.context.get(), context_.device, 0, &status),
        cl.ReleaseCommandQueue);
    context_.check(status, "make a queue");
    const Handle<cl_mem> memory(
        cl.CreateBuffer(context_.context.get(), CL_MEM_READ_WRITE, bytes, nullptr, &status),
        cl.ReleaseMemObject);
    context_.check(status, "allocate memory");
    const cl_uint zero = 0;
    context_.check(cl.EnqueueFillBuffer(queue.get(), memory.get(), &zero, sizeof zero, 0, bytes, 0,
                                        nullptr, nullptr),
                   "fill memory");
    const std::vector<cl_mem> arguments(pipeline.parameters, memory.get());
    std::vector<Handle<cl_kernel>> kernels;
    for (std::uint32_t entry = 0; entry < pipeline.entries.size(); ++entry) {
        kernels.push_back(make_kernel(context_, pipeline, entry, arguments, {0, 0, 0, 0}));
        launch(context_, queue.get(), kernels.back().get(), {1, 1}, nullptr);
    }
    context_.check(cl.Finish(queue.get()), "run a kernel");
}

std::vector<std::uint8_t> Pipelines::binary_of(const Pipeline& pipeline) {
    const Api& cl = context_.cl;
    std::size_t size = 0;
    if (cl.GetProgramInfo(pipeline.program.get(), CL_PROGRAM_BINARY_SIZES, sizeof size, &size,
                          nullptr) != CL_SUCCESS)
        return {};
    std::vector<std::uint8_t> code(size);
    unsigned char* to = code.data();
    if (cl.GetProgramInfo(pipeline.program.get(), CL_PROGRAM_BINARIES, sizeof to, &to, nullptr) !=
        CL_SUCCESS)
        return {};
    return code;
}

}  // namespace weft::opencl
