// Arithmetic is as written: nothing is fused, flushed or approximated that the text does not ask
// for.
#include "pipeline.h"

#include <algorithm>
#include <functional>

namespace weft::cuda {
namespace {

// Pipelines that stay ready although nobody uses them: what a reload may bring back.
constexpr std::size_t kMostKept = 128;

}  // namespace

Pipeline::Pipeline(Context& context, const gpu::KernelText& text, const void* code)
    : source(text.source), carried_bytes(text.carried_bytes), context_(context) {
    const Current current(context);
    context.check(context.cu.module_load(&module_, code), "load a kernel");
    for (const gpu::Entry& entry : text.entries) {
        Function function = nullptr;
        const Result result = context.cu.module_function(&function, module_, entry.name.c_str());
        if (result != kSuccess) context.cu.module_unload(module_);
        context.check(result, "find an entry of a kernel");
        entries_.push_back(function);
    }
}

Pipeline::~Pipeline() {
    const Current current(context_);
    context_.cu.module_unload(module_);
}

Pipelines::Pipelines(Context& context, cpp::Host host)
    : context_(context),
      disk_(std::string(host.cache_directory()), "kernel"),
      host_(host),
      options_{"--gpu-architecture=sm_" + std::to_string(context.capability),
               "--std=c++17",
               "--fmad=false",
               "--ftz=false",
               "--prec-div=true",
               "--prec-sqrt=true"},
      known_(kMostKept) {}

std::shared_ptr<const Pipeline> Pipelines::build(const gpu::BuildRequest& request) {
    const gpu::KernelText& text = *request.text;
    const auto same = [&](const Pipeline& one) { return one.source == text.source; };
    if (auto found = known_.find(same)) return found;
    std::string options;
    for (const std::string& option : options_) options += option + " ";
    const disk::Key key =
        disk::make_key({text.source, context_.info.name, context_.info.driver, options});
    std::shared_ptr<const Pipeline> pipeline;
    if (const auto code = disk_.read(key)) {
        pipeline = std::make_shared<const Pipeline>(context_, text, code->data());
    } else {
        const std::vector<std::uint8_t> compiled = compile(request);
        pipeline = std::make_shared<const Pipeline>(context_, text, compiled.data());
        disk_.write(key, compiled);
    }
    known_.add(pipeline);
    return pipeline;
}

std::vector<std::uint8_t> Pipelines::compile(const gpu::BuildRequest& request) {
    const Compiler& nvrtc = context_.compiler;
    const auto must = [&](Result result, const char* doing) {
        if (result != kSuccess)
            throw cpp::Failure(WEFT_INTERNAL, std::string("NVRTC could not ") + doing + ": error " +
                                                  std::to_string(result));
    };
    Compilation made = nullptr;
    must(nvrtc.create(&made, request.text->source.c_str(), "kernel.cu", 0, nullptr, nullptr),
         "take a kernel");
    const auto destroy = [&](Compilation compilation) { nvrtc.destroy(&compilation); };
    const std::unique_ptr<std::remove_pointer_t<Compilation>, decltype(destroy)> compilation(
        made, destroy);
    std::vector<const char*> options;
    for (const std::string& option : options_) options.push_back(option.c_str());
    const Result result = nvrtc.compile(made, static_cast<int>(options.size()), options.data());
    if (result != kSuccess) {
        std::size_t size = 0;
        must(nvrtc.log_size(made, &size), "say why it refuses a kernel");
        std::string log(size, '\0');
        must(nvrtc.log(made, log.data()), "say why it refuses a kernel");
        log = log.c_str();
        // The record of a failure is short; the log is told whole.
        host_.log(WEFT_LOG_ERROR, "compiling '" + request.name + "':\n" + log);
        throw cpp::Failure(WEFT_INTERNAL,
                           "NVRTC refuses the kernel of '" + request.name + "': " + log);
    }
    std::size_t size = 0;
    must(nvrtc.code_size(made, &size), "give the code of a kernel");
    std::vector<std::uint8_t> code(size);
    must(nvrtc.code(made, reinterpret_cast<char*>(code.data())), "give the code of a kernel");
    return code;
}

}  // namespace weft::cuda
