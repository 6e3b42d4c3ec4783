// The loader is opened once a process; devices are told apart by what they can do, never by their
// order.
#include "context.h"

#include <dlfcn.h>
#include <weft/ops.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "drivers.h"
#include "semaphores.h"

namespace weft::vulkan {
namespace {

constexpr std::uint32_t kVersion = VK_API_VERSION_1_2;
constexpr const char* kValidationLayer = "VK_LAYER_KHRONOS_validation";
// After this many turns llvmpipe leaves a loop, whatever its condition says.
constexpr std::uint32_t kLongestLoop = 65535;

constexpr std::uint64_t bit(std::uint32_t op) {
    return std::uint64_t{1} << (op - WEFT_OP_ADD);
}
// What llvmpipe computes within the table's bounds, for every operand: one instruction each. Its
// other functions are off by hundreds of units somewhere. The specification promises less than the
// bounds for all of them, so that nothing of another driver's is used.
constexpr std::uint64_t kExactInLlvmpipe = bit(WEFT_OP_DIV) | bit(WEFT_OP_SQRT) |
                                           bit(WEFT_OP_INVERSESQRT) | bit(WEFT_OP_MIN) |
                                           bit(WEFT_OP_MAX);

// A thread of llvmpipe costs as much as several sines, and reading a table for a point as two.
constexpr std::uint32_t kPointsOfThread = 8;
constexpr double kColumnCost = 40;

struct Loaded {
    GlobalApi api;
    std::string why;
};

Loaded open_loader() {
    Loaded loaded;
    void* library = ::dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* error = ::dlerror();
        loaded.why = std::string("no Vulkan loader: ") + (error != nullptr ? error : "");
        return loaded;
    }
    GlobalApi& api = loaded.api;
    api.GetInstanceProcAddr =
        reinterpret_cast<PFN_vkGetInstanceProcAddr>(::dlsym(library, "vkGetInstanceProcAddr"));
    if (api.GetInstanceProcAddr == nullptr) {
        loaded.why = "the Vulkan loader has no vkGetInstanceProcAddr";
        return loaded;
    }
#define WEFT_VULKAN_FIND(name)                                                               \
    api.name = reinterpret_cast<PFN_vk##name>(api.GetInstanceProcAddr(nullptr, "vk" #name)); \
    if (api.name == nullptr) loaded.why = "the Vulkan loader is older than 1.1";
    WEFT_VULKAN_GLOBAL_FUNCTIONS(WEFT_VULKAN_FIND)
#undef WEFT_VULKAN_FIND
    return loaded;
}

// Names of the failures that are met in practice; others are numbers.
std::string result_name(VkResult result) {
    switch (result) {
        case VK_ERROR_OUT_OF_HOST_MEMORY: return "VK_ERROR_OUT_OF_HOST_MEMORY";
        case VK_ERROR_OUT_OF_DEVICE_MEMORY: return "VK_ERROR_OUT_OF_DEVICE_MEMORY";
        case VK_ERROR_INITIALIZATION_FAILED: return "VK_ERROR_INITIALIZATION_FAILED";
        case VK_ERROR_DEVICE_LOST: return "VK_ERROR_DEVICE_LOST";
        case VK_ERROR_INCOMPATIBLE_DRIVER: return "VK_ERROR_INCOMPATIBLE_DRIVER";
        case VK_ERROR_INVALID_EXTERNAL_HANDLE: return "VK_ERROR_INVALID_EXTERNAL_HANDLE";
        case VK_ERROR_TOO_MANY_OBJECTS: return "VK_ERROR_TOO_MANY_OBJECTS";
        case VK_ERROR_SURFACE_LOST_KHR: return "VK_ERROR_SURFACE_LOST_KHR";
        case VK_ERROR_NATIVE_WINDOW_IN_USE_KHR: return "VK_ERROR_NATIVE_WINDOW_IN_USE_KHR";
        default: return "VkResult " + std::to_string(result);
    }
}

weft_status meaning(VkResult result) {
    switch (result) {
        case VK_ERROR_SURFACE_LOST_KHR:
        case VK_ERROR_DEVICE_LOST: return WEFT_DEVICE_LOST;
        case VK_ERROR_OUT_OF_HOST_MEMORY:
        case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        case VK_ERROR_TOO_MANY_OBJECTS:
        case VK_ERROR_INCOMPATIBLE_DRIVER:
        case VK_ERROR_INITIALIZATION_FAILED: return WEFT_UNAVAILABLE;
        case VK_ERROR_INVALID_EXTERNAL_HANDLE: return WEFT_UNSUPPORTED;
        default: return WEFT_INTERNAL;
    }
}

bool validation_wanted() {
    const char* asked = std::getenv("WEFT_VULKAN_VALIDATION");
    return asked != nullptr && std::strcmp(asked, "1") == 0;
}

bool has_layer(const GlobalApi& api, const char* name) {
    std::uint32_t count = 0;
    api.EnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    api.EnumerateInstanceLayerProperties(&count, layers.data());
    return std::any_of(layers.begin(), layers.end(), [&](const VkLayerProperties& layer) {
        return std::strcmp(layer.layerName, name) == 0;
    });
}

std::vector<std::string> extensions_of(const Instance& instance, VkPhysicalDevice device) {
    std::uint32_t count = 0;
    instance.vk.EnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> properties(count);
    instance.vk.EnumerateDeviceExtensionProperties(device, nullptr, &count, properties.data());
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < count; ++i) names.emplace_back(properties[i].extensionName);
    return names;
}

bool contains(const std::vector<std::string>& names, const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

int score_of(VkPhysicalDeviceType type) {
    switch (type) {
        case VK_PHYSICAL_DEVICE_TYPE_CPU: return 40;
        case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: return 230;
        case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: return 220;
        default: return 210;
    }
}

Candidate judge(const Instance& instance, VkPhysicalDevice device) {
    Candidate found;
    found.device = device;
    VkPhysicalDeviceProperties properties{};
    instance.vk.GetPhysicalDeviceProperties(device, &properties);
    found.name = properties.deviceName;
    found.type = properties.deviceType;
    found.score = score_of(found.type);
    if (properties.apiVersion < kVersion) {
        found.missing = "is older than Vulkan 1.2";
        return found;
    }
    VkPhysicalDeviceVulkan12Features features12{};
    features12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    VkPhysicalDeviceFeatures2 features{};
    features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
    features.pNext = &features12;
    instance.vk.GetPhysicalDeviceFeatures2(device, &features);
    const auto lacks = [&](bool missing, const char* what) {
        if (missing && found.missing.empty()) found.missing = what;
    };
    lacks(features12.bufferDeviceAddress == VK_FALSE,
          "has no addresses of buffers (bufferDeviceAddress)");
    lacks(features12.timelineSemaphore == VK_FALSE, "has no timeline semaphores");
    lacks(features12.scalarBlockLayout == VK_FALSE, "has no scalar block layout");
    lacks(features.features.shaderFloat64 == VK_FALSE,
          "does not compute in double (shaderFloat64)");
    lacks(features.features.shaderInt64 == VK_FALSE, "has no 64-bit whole numbers (shaderInt64)");
    std::uint32_t count = 0;
    instance.vk.GetPhysicalDeviceQueueFamilyProperties(device, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    instance.vk.GetPhysicalDeviceQueueFamilyProperties(device, &count, families.data());
    const auto family =
        std::find_if(families.begin(), families.end(), [](const VkQueueFamilyProperties& f) {
            return (f.queueFlags & VK_QUEUE_COMPUTE_BIT) != 0 && f.queueCount > 0;
        });
    lacks(family == families.end(), "has no queue for compute work");
    found.family = static_cast<std::uint32_t>(family - families.begin());
    found.queues = family == families.end() ? 0 : family->queueCount;
    return found;
}

// Says of those that cannot show pictures what they lack, and moves the others' queues to a family
// that can.
void require_presenting(const Instance& instance, const Presenting& presenting,
                        std::vector<Candidate>& all) {
    const GlobalApi& api = load();
    const auto supports = reinterpret_cast<PFN_vkGetPhysicalDeviceSurfaceSupportKHR>(
        api.GetInstanceProcAddr(instance.get(), "vkGetPhysicalDeviceSurfaceSupportKHR"));
    const auto destroy = reinterpret_cast<PFN_vkDestroySurfaceKHR>(
        api.GetInstanceProcAddr(instance.get(), "vkDestroySurfaceKHR"));
    VkSurfaceKHR surface = presenting.make_surface(instance.get());
    for (Candidate& one : all) {
        if (!one.missing.empty()) continue;
        if (!contains(extensions_of(instance, one.device), VK_KHR_SWAPCHAIN_EXTENSION_NAME)) {
            one.missing = "shows no pictures (VK_KHR_swapchain)";
            continue;
        }
        std::uint32_t count = 0;
        instance.vk.GetPhysicalDeviceQueueFamilyProperties(one.device, &count, nullptr);
        std::vector<VkQueueFamilyProperties> families(count);
        instance.vk.GetPhysicalDeviceQueueFamilyProperties(one.device, &count, families.data());
        one.missing = "has no queue that shows pictures on this screen";
        for (std::uint32_t f = 0; f < count && !one.missing.empty(); ++f) {
            VkBool32 can = VK_FALSE;
            const bool draws = (families[f].queueFlags & VK_QUEUE_GRAPHICS_BIT) != 0;
            if (!draws || supports(one.device, f, surface, &can) != VK_SUCCESS || can == VK_FALSE)
                continue;
            one.missing.clear();
            one.family = f;
            one.queues = families[f].queueCount;
        }
    }
    destroy(instance.get(), surface, nullptr);
}

}  // namespace

const GlobalApi& load() {
    static const Loaded loaded = open_loader();
    if (!loaded.why.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, loaded.why);
    return loaded.api;
}

Instance::Instance(std::optional<cpp::Host> host, const std::vector<const char*>& extensions)
    : host_(host) {
    const GlobalApi& api = load();
    const bool wanted = host_ && validation_wanted();
    const bool validate = wanted && has_layer(api, kValidationLayer);
    if (wanted && !validate) {
        ++messages_;
        host_->log(WEFT_LOG_ERROR, "vulkan: WEFT_VULKAN_VALIDATION is set, but the layer " +
                                       std::string(kValidationLayer) + " is not installed");
    }

    VkDebugUtilsMessengerCreateInfoEXT listen{};
    listen.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
    listen.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                             VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    listen.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                         VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT;
    listen.pfnUserCallback = report;
    listen.pUserData = this;
    const VkValidationFeatureEnableEXT also =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    VkValidationFeaturesEXT features{};
    features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT;
    features.pNext = &listen;
    features.enabledValidationFeatureCount = 1;
    features.pEnabledValidationFeatures = &also;

    VkApplicationInfo application{};
    application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
    application.pApplicationName = "weft";
    application.apiVersion = VK_API_VERSION_1_3;
    std::vector<const char*> wanted_extensions = extensions;
    if (validate) wanted_extensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    VkInstanceCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
    info.pApplicationInfo = &application;
    if (validate) {
        info.pNext = &features;
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = &kValidationLayer;
    }
    info.enabledExtensionCount = static_cast<std::uint32_t>(wanted_extensions.size());
    info.ppEnabledExtensionNames = wanted_extensions.data();
    const KeepDrivers kept;
    const VkResult result = api.CreateInstance(&info, nullptr, &instance_);
    if (result == VK_ERROR_INCOMPATIBLE_DRIVER)
        throw cpp::Failure(WEFT_UNAVAILABLE, "the Vulkan loader finds no driver");
    if (result != VK_SUCCESS)
        throw cpp::Failure(WEFT_UNAVAILABLE,
                           "no instance of Vulkan can be made: " + result_name(result));
#define WEFT_VULKAN_FIND(name) \
    vk.name = reinterpret_cast<PFN_vk##name>(api.GetInstanceProcAddr(instance_, "vk" #name));
    WEFT_VULKAN_INSTANCE_FUNCTIONS(WEFT_VULKAN_FIND)
#undef WEFT_VULKAN_FIND
    if (!validate) return;
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        api.GetInstanceProcAddr(instance_, "vkCreateDebugUtilsMessengerEXT"));
    if (create != nullptr) create(instance_, &listen, nullptr, &messenger_);
}

Instance::~Instance() {
    const auto destroy = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
        load().GetInstanceProcAddr(instance_, "vkDestroyDebugUtilsMessengerEXT"));
    if (messenger_ != VK_NULL_HANDLE && destroy != nullptr) destroy(instance_, messenger_, nullptr);
    vk.DestroyInstance(instance_, nullptr);
}

VkBool32 Instance::report(VkDebugUtilsMessageSeverityFlagBitsEXT, VkDebugUtilsMessageTypeFlagsEXT,
                          const VkDebugUtilsMessengerCallbackDataEXT* data, void* instance) {
    auto* self = static_cast<Instance*>(instance);
    ++self->messages_;
    self->host_->log(WEFT_LOG_ERROR, std::string("vulkan validation: ") + data->pMessage);
    return VK_FALSE;
}

std::vector<Candidate> candidates(const Instance& instance) {
    std::uint32_t count = 0;
    if (instance.vk.EnumeratePhysicalDevices(instance.get(), &count, nullptr) != VK_SUCCESS)
        return {};
    std::vector<VkPhysicalDevice> devices(count);
    if (instance.vk.EnumeratePhysicalDevices(instance.get(), &count, devices.data()) < VK_SUCCESS)
        return {};
    std::vector<Candidate> found;
    for (std::uint32_t i = 0; i < count; ++i) found.push_back(judge(instance, devices[i]));
    return found;
}

std::vector<gpu::DeviceOption> options(const std::vector<Candidate>& all) {
    std::vector<gpu::DeviceOption> made;
    for (const Candidate& one : all) made.push_back({one.name, one.missing, one.score});
    return made;
}

Candidate choose(const Instance& instance, const std::optional<Presenting>& presenting) {
    std::vector<Candidate> all = candidates(instance);
    if (!presenting) return all[gpu::choose_device(kChoice, options(all))];
    require_presenting(instance, *presenting, all);
    try {
        return all[gpu::choose_device(kChoice, options(all))];
    } catch (const cpp::Failure&) {
        const auto best =
            std::max_element(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
                return std::pair(a.missing.empty(), a.score) <
                       std::pair(b.missing.empty(), b.score);
            });
        if (best == all.end() || !best->missing.empty()) throw;
        return *best;
    }
}

void Context::check(VkResult result, std::string_view doing) {
    if (result >= VK_SUCCESS) return;
    if (result == VK_ERROR_DEVICE_LOST) lost_ = true;
    throw cpp::Failure(meaning(result),
                       chosen.name + ", " + std::string(doing) + ": " + result_name(result));
}

Context::Context(cpp::Host h, const std::optional<Presenting>& presenting)
    : host(h),
      instance(h, presenting ? presenting->extensions : std::vector<const char*>()),
      chosen(choose(instance, presenting)) {
    describe();
    open(presenting.has_value());
}

Context::~Context() {
    vk.DeviceWaitIdle(device);
    vk.DestroyDevice(device, nullptr);
}

void Context::describe() {
    VkPhysicalDeviceFloatControlsProperties controls{};
    controls.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FLOAT_CONTROLS_PROPERTIES;
    VkPhysicalDeviceMaintenance3Properties sizes{};
    sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES;
    sizes.pNext = &controls;
    VkPhysicalDeviceDriverProperties driver{};
    driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES;
    driver.pNext = &sizes;
    VkPhysicalDeviceIDProperties ids{};
    ids.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES;
    ids.pNext = &driver;
    VkPhysicalDeviceProperties2 properties{};
    properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
    properties.pNext = &ids;
    instance.vk.GetPhysicalDeviceProperties2(chosen.device, &properties);
    VkPhysicalDeviceMemoryProperties2 memories{};
    memories.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2;
    instance.vk.GetPhysicalDeviceMemoryProperties2(chosen.device, &memories);
    memory = memories.memoryProperties;
    float_controls = controls;
    float_controls.pNext = nullptr;

    info.name = chosen.name;
    info.driver = std::string(driver.driverName) + ' ' + driver.driverInfo + ' ' +
                  std::to_string(properties.properties.driverVersion);
    std::copy_n(ids.deviceUUID, info.device_uuid.size(), info.device_uuid.begin());
    std::copy_n(ids.driverUUID, info.driver_uuid.size(), info.driver_uuid.begin());
    info.unified = software();
    for (std::uint32_t i = 0; i < memory.memoryHeapCount; ++i)
        if ((memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) != 0)
            info.memory = std::max(info.memory, memory.memoryHeaps[i].size);
    info.largest_buffer = sizes.maxMemoryAllocationSize;
    info.text.target = gpu::Target::glsl;
    info.text.f64 = true;
    if (driver.driverID == VK_DRIVER_ID_MESA_LLVMPIPE) {
        info.text.longest_loop = kLongestLoop;
        info.text.zero_hidden = true;
        info.text.least_lag = gpu::kLeastLagOfSoftware;
        info.text.column_cost = kColumnCost;
        info.text.lanes = kPointsOfThread;
        info.text.native = kExactInLlvmpipe;
    } else if (!software()) {
        info.text.group = 128;  // a device starts a group in a time in which it writes many points
        info.text.rows = 8;
        info.text.dense = true;
        info.text.poll_cost = gpu::kPollCostOfHardware;
    }
}

void Context::open(bool presents) {
    const std::vector<std::string> offered = extensions_of(instance, chosen.device);
    std::vector<const char*> wanted;
    for (const char* name :
         {VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
          VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME,
          VK_EXT_MEMORY_PRIORITY_EXTENSION_NAME,
          VK_EXT_PAGEABLE_DEVICE_LOCAL_MEMORY_EXTENSION_NAME})
        if (contains(offered, name)) wanted.push_back(name);
    if (presents) wanted.push_back(VK_KHR_SWAPCHAIN_EXTENSION_NAME);
    has_budget = contains(offered, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    has_priority = contains(offered, VK_EXT_MEMORY_PRIORITY_EXTENSION_NAME);

    const bool pages = contains(offered, VK_EXT_PAGEABLE_DEVICE_LOCAL_MEMORY_EXTENSION_NAME);

    VkPhysicalDevicePageableDeviceLocalMemoryFeaturesEXT pageable{};
    pageable.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PAGEABLE_DEVICE_LOCAL_MEMORY_FEATURES_EXT;
    pageable.pageableDeviceLocalMemory = VK_TRUE;
    VkPhysicalDeviceMemoryPriorityFeaturesEXT priority{};
    priority.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PRIORITY_FEATURES_EXT;
    priority.pNext = pages ? &pageable : nullptr;
    priority.memoryPriority = VK_TRUE;
    VkPhysicalDeviceVulkan12Features features12{};
    features12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES;
    features12.pNext = has_priority ? &priority : nullptr;
    features12.bufferDeviceAddress = VK_TRUE;
    features12.timelineSemaphore = VK_TRUE;
    features12.scalarBlockLayout = VK_TRUE;
    VkPhysicalDeviceFeatures2 features{};
    features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2;
    features.pNext = &features12;
    features.features.shaderFloat64 = VK_TRUE;
    features.features.shaderInt64 = VK_TRUE;

    constexpr float kEqual[2] = {1, 1};
    VkDeviceQueueCreateInfo queues{};
    queues.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
    queues.queueFamilyIndex = chosen.family;
    queues.queueCount = std::min(chosen.queues, 2u);
    queues.pQueuePriorities = kEqual;
    VkDeviceCreateInfo create{};
    create.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
    create.pNext = &features;
    create.queueCreateInfoCount = 1;
    create.pQueueCreateInfos = &queues;
    create.enabledExtensionCount = static_cast<std::uint32_t>(wanted.size());
    create.ppEnabledExtensionNames = wanted.data();
    check(instance.vk.CreateDevice(chosen.device, &create, nullptr, &device), "opening it");
#define WEFT_VULKAN_FIND(name) \
    vk.name = reinterpret_cast<PFN_vk##name>(instance.vk.GetDeviceProcAddr(device, "vk" #name));
    WEFT_VULKAN_DEVICE_FUNCTIONS(WEFT_VULKAN_FIND)
    if (pages) {
        WEFT_VULKAN_FIND(SetDeviceMemoryPriorityEXT)
    }
    if (contains(offered, VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME)) {
        WEFT_VULKAN_FIND(GetMemoryFdKHR)
    }
    if (contains(offered, VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME)) {
        WEFT_VULKAN_FIND(GetMemoryHostPointerPropertiesEXT)
    }
    if (contains(offered, VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME)) {
        WEFT_VULKAN_FIND(GetSemaphoreFdKHR)
        WEFT_VULKAN_FIND(ImportSemaphoreFdKHR)
    }
#undef WEFT_VULKAN_FIND
    vk.GetDeviceQueue(device, chosen.family, 0, &queue);
    if (chosen.queues > 1) vk.GetDeviceQueue(device, chosen.family, 1, &rescue);
    find_sharing();
    find_semaphores(*this);
}

void Context::find_sharing() {
    if (vk.GetMemoryHostPointerPropertiesEXT != nullptr) {
        VkPhysicalDeviceExternalMemoryHostPropertiesEXT alignment{};
        alignment.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT;
        VkPhysicalDeviceProperties2 properties{};
        properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2;
        properties.pNext = &alignment;
        instance.vk.GetPhysicalDeviceProperties2(chosen.device, &properties);
        info.import_alignment = alignment.minImportedHostPointerAlignment;
    }
    if (vk.GetMemoryFdKHR == nullptr) return;
    VkPhysicalDeviceExternalBufferInfo asked{};
    asked.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO;
    asked.usage = kBufferUsage;
    asked.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
    VkExternalBufferProperties answer{};
    answer.sType = VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES;
    instance.vk.GetPhysicalDeviceExternalBufferProperties(chosen.device, &asked, &answer);
    const VkExternalMemoryFeatureFlags can = answer.externalMemoryProperties.externalMemoryFeatures;
    info.exports_fd = (can & VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT) != 0;
    info.imports_fd = (can & VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT) != 0;
}

}  // namespace weft::vulkan
