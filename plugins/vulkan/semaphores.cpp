// Binary semaphores behind opaque file descriptors: the one kind that every API here imports.
#include "semaphores.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <weft/semaphore.h>

namespace weft::vulkan {
namespace {

constexpr auto kOpaqueFd = VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT;

std::string missing(const Context& context) {
    if (context.vk.GetSemaphoreFdKHR == nullptr || context.vk.ImportSemaphoreFdKHR == nullptr)
        return context.info.name + " has no " + VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME;
    // Work may run once more after it signalled (queue.cpp), so that only the host knows when it is
    // complete.
    if (context.software()) return context.info.name + " may run work twice";
    return {};
}

}  // namespace

void find_semaphores(Context& context) {
    gpu::DeviceInfo& info = context.info;
    info.no_semaphores = missing(context);
    if (!info.no_semaphores.empty()) return;
    VkPhysicalDeviceExternalSemaphoreInfo asked{};
    asked.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_SEMAPHORE_INFO;
    asked.handleType = kOpaqueFd;
    VkExternalSemaphoreProperties answer{};
    answer.sType = VK_STRUCTURE_TYPE_EXTERNAL_SEMAPHORE_PROPERTIES;
    context.instance.vk.GetPhysicalDeviceExternalSemaphoreProperties(context.chosen.device, &asked,
                                                                     &answer);
    const VkExternalSemaphoreFeatureFlags can = answer.externalSemaphoreFeatures;
    if ((can & VK_EXTERNAL_SEMAPHORE_FEATURE_EXPORTABLE_BIT) != 0)
        info.semaphores |= WEFT_SEMAPHORE_EXPORTS;
    if ((can & VK_EXTERNAL_SEMAPHORE_FEATURE_IMPORTABLE_BIT) != 0)
        info.semaphores |= WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS;
    if (info.semaphores != (WEFT_SEMAPHORE_EXPORTS | WEFT_SEMAPHORE_WAITS | WEFT_SEMAPHORE_SIGNALS))
        info.no_semaphores = info.name + " does not pass semaphores on as opaque fds";
}

Semaphore::Semaphore(Context& context, bool exported) : context_(context) {
    VkExportSemaphoreCreateInfo others{};
    others.sType = VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO;
    others.handleTypes = kOpaqueFd;
    VkSemaphoreCreateInfo create{};
    create.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO;
    create.pNext = exported ? &others : nullptr;
    semaphore_ = context.make<VkSemaphore>(context.vk.CreateSemaphore, context.vk.DestroySemaphore,
                                           create, "making a semaphore");
}

Semaphore::~Semaphore() {
    if (fd >= 0) ::close(fd);
}

std::unique_ptr<Semaphore> Semaphore::make(Context& context) {
    if ((context.info.semaphores & WEFT_SEMAPHORE_EXPORTS) == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, context.info.no_semaphores);
    std::unique_ptr<Semaphore> made(new Semaphore(context, true));
    VkSemaphoreGetFdInfoKHR get{};
    get.sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR;
    get.semaphore = made->get();
    get.handleType = kOpaqueFd;
    context.check(context.vk.GetSemaphoreFdKHR(context.device, &get, &made->fd),
                  "handing a semaphore out");
    return made;
}

std::unique_ptr<Semaphore> Semaphore::import(Context& context, int fd) {
    if ((context.info.semaphores & WEFT_SEMAPHORE_WAITS) == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, context.info.no_semaphores);
    std::unique_ptr<Semaphore> made(new Semaphore(context, false));
    // Whoever imports successfully owns the descriptor.
    const int own = ::dup(fd);
    if (own < 0)
        throw cpp::Failure(WEFT_INVALID, std::string("no such semaphore: ") + strerror(errno));
    VkImportSemaphoreFdInfoKHR import{};
    import.sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_FD_INFO_KHR;
    import.semaphore = made->get();
    import.handleType = kOpaqueFd;
    import.fd = own;
    const VkResult result = context.vk.ImportSemaphoreFdKHR(context.device, &import);
    if (result != VK_SUCCESS) ::close(own);
    context.check(result, "importing a semaphore");
    return made;
}

void Semaphore::unblock() {
    if (context_.rescue == VK_NULL_HANDLE)
        throw cpp::Failure(WEFT_UNSUPPORTED, context_.info.name + " has one queue only");
    const VkSemaphore semaphore = get();
    VkSubmitInfo submit{};
    submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
    submit.signalSemaphoreCount = 1;
    submit.pSignalSemaphores = &semaphore;
    context_.check(context_.vk.QueueSubmit(context_.rescue, 1, &submit, VK_NULL_HANDLE),
                   "signalling a semaphore that nobody signals");
}

}  // namespace weft::vulkan
