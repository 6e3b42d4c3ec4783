// The extensions of semaphores let OpenCL import; no driver is known that exports.
#include "semaphores.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <weft/semaphore.h>

namespace weft::opencl {
namespace {

template <class Function>
bool find(const Context& context, const char* name, Function& function) {
    function = reinterpret_cast<Function>(
        context.cl.GetExtensionFunctionAddressForPlatform(context.platform, name));
    return function != nullptr;
}

// Whether the device says that it takes opaque fds; one that does not say is tried.
bool takes_fds(const Context& context) {
    cl_external_semaphore_handle_type_khr types[16] = {};
    std::size_t bytes = 0;
    if (context.cl.GetDeviceInfo(context.device, CL_DEVICE_SEMAPHORE_IMPORT_HANDLE_TYPES_KHR,
                                 sizeof types, types, &bytes) != CL_SUCCESS)
        return true;
    auto* const end = types + bytes / sizeof types[0];
    return std::find(std::begin(types), end, CL_SEMAPHORE_HANDLE_OPAQUE_FD_KHR) != end;
}

std::string missing(Context& context) {
    for (const char* name :
         {"cl_khr_semaphore", "cl_khr_external_semaphore", "cl_khr_external_semaphore_opaque_fd"})
        if (!has_extension(context.cl, context.device, name))
            return context.info.name + " has no " + name;
    if (!takes_fds(context)) return context.info.name + " imports no semaphores from opaque fds";
    SemaphoreApi& api = context.semaphores;
    if (!find(context, "clCreateSemaphoreWithPropertiesKHR", api.create) ||
        !find(context, "clEnqueueWaitSemaphoresKHR", api.wait) ||
        !find(context, "clEnqueueSignalSemaphoresKHR", api.signal) ||
        !find(context, "clReleaseSemaphoreKHR", api.release))
        return "the driver of " + context.info.name + " lacks functions of cl_khr_semaphore";
    return {};
}

}  // namespace

void find_semaphores(Context& context) {
    context.info.no_semaphores = missing(context);
    if (!context.info.no_semaphores.empty()) return;
    context.info.semaphores = WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
    context.info.no_semaphores = "OpenCL imports semaphores of others and exports none";
}

std::unique_ptr<Semaphore> Semaphore::import(Context& context, int fd) {
    if (context.info.semaphores == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, context.info.no_semaphores);
    // Whoever imports successfully owns the descriptor.
    const int own = ::dup(fd);
    if (own < 0)
        throw cpp::Failure(WEFT_INVALID, std::string("no such semaphore: ") + strerror(errno));
    const cl_semaphore_properties_khr properties[] = {
        CL_SEMAPHORE_TYPE_KHR, CL_SEMAPHORE_TYPE_BINARY_KHR, CL_SEMAPHORE_HANDLE_OPAQUE_FD_KHR,
        static_cast<cl_semaphore_properties_khr>(own), 0};
    cl_int status = CL_SUCCESS;
    std::unique_ptr<Semaphore> made(new Semaphore(context));
    made->semaphore_ = {context.semaphores.create(context.context.get(), properties, &status),
                        context.semaphores.release};
    if (status != CL_SUCCESS) ::close(own);
    context.check(status, "import a semaphore");
    return made;
}

void Semaphore::wait(cl_command_queue queue) {
    cl_semaphore_khr semaphore = semaphore_.get();
    context_.check(context_.semaphores.wait(queue, 1, &semaphore, nullptr, 0, nullptr, nullptr),
                   "wait for a semaphore");
}

void Semaphore::signal(cl_command_queue queue, cl_event* event) {
    cl_semaphore_khr semaphore = semaphore_.get();
    context_.check(context_.semaphores.signal(queue, 1, &semaphore, nullptr, 0, nullptr, event),
                   "signal a semaphore");
}

void Semaphore::unblock() {
    const Api& cl = context_.cl;
    cl_int status = CL_SUCCESS;
    rescue_ = {cl.CreateCommandQueue(context_.context.get(), context_.device, 0, &status),
               cl.ReleaseCommandQueue};
    context_.check(status, "make a queue");
    signal(rescue_.get(), nullptr);
    context_.check(cl.Flush(rescue_.get()), "signal a semaphore");
}

}  // namespace weft::opencl
