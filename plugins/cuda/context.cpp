// A context of our own instead of the primary one: whoever else uses CUDA in this process keeps
// theirs when ours is lost.
#include "context.h"

#include <unistd.h>

#include <cstring>

#include <weft/ops.h>

#include "semaphores.h"

namespace weft::cuda {
namespace {

// As OpenCL's of a card, and a little more: its compiler knows the card.
constexpr std::int32_t kScore = 225;

int attribute(const Driver& cu, DeviceNumber device, Attribute what) {
    int value = 0;
    return cu.device_attribute(&value, what, device) == kSuccess ? value : 0;
}

// Functions whose error NVIDIA states to be within the table's bounds.
constexpr std::uint32_t kNative[] = {
    WEFT_OP_DIV,   WEFT_OP_POW,  WEFT_OP_SIN,   WEFT_OP_COS,  WEFT_OP_TAN,  WEFT_OP_ASIN,
    WEFT_OP_ACOS,  WEFT_OP_ATAN, WEFT_OP_ATAN2, WEFT_OP_SINH, WEFT_OP_COSH, WEFT_OP_TANH,
    WEFT_OP_EXP,   WEFT_OP_EXP2, WEFT_OP_LOG,   WEFT_OP_LOG2, WEFT_OP_SQRT, WEFT_OP_INVERSESQRT,
    WEFT_OP_ROUND, WEFT_OP_MIN,  WEFT_OP_MAX};

weft_status meaning(Result result) {
    switch (result) {
        case kOutOfMemory: return WEFT_UNAVAILABLE;
        case kNotSupported: return WEFT_UNSUPPORTED;
        case kDeviceUnavailable:
        case kUncorrectableEcc:
        case kNvlinkUncorrectable:
        case kIllegalAddress:
        case kLaunchTimeout:
        case kContextIsDestroyed:
        case kAssert:
        case kHardwareStackError:
        case kIllegalInstruction:
        case kMisalignedAddress:
        case kInvalidAddressSpace:
        case kInvalidPc:
        case kLaunchFailed: return WEFT_DEVICE_LOST;
        default: return WEFT_INTERNAL;
    }
}

std::string name_of(const Driver& cu, Result result) {
    const char* name = nullptr;
    if (cu.error_name(result, &name) == kSuccess && name != nullptr) return name;
    return "error " + std::to_string(result);
}

Candidate judge(const Driver& cu, int ordinal) {
    Candidate found;
    if (cu.device_get(&found.device, ordinal) != kSuccess) {
        found.name = "device " + std::to_string(ordinal);
        found.missing = "does not open";
        return found;
    }
    char name[256] = "";
    if (cu.device_name(name, sizeof name, found.device) == kSuccess) found.name = name;
    found.capability = attribute(cu, found.device, kComputeMajor) * 10 +
                       attribute(cu, found.device, kComputeMinor);
    const auto needs = [&](Attribute what, const char* missing) {
        if (attribute(cu, found.device, what) == 0 && found.missing.empty())
            found.missing = missing;
    };
    needs(kUnifiedAddressing, "has no unified addresses");
    needs(kCanMapHostMemory, "does not map host memory");
    return found;
}

}  // namespace

std::vector<Candidate> candidates(const Api& api) {
    std::vector<Candidate> found;
    int count = 0;
    if (api.driver.device_count(&count) != kSuccess) return found;
    for (int i = 0; i < count; ++i) found.push_back(judge(api.driver, i));
    return found;
}

std::vector<gpu::DeviceOption> options(const std::vector<Candidate>& all) {
    std::vector<gpu::DeviceOption> made;
    for (const Candidate& one : all) made.push_back({one.name, one.missing, kScore});
    return made;
}

Candidate choose(const Api& api) {
    const std::vector<Candidate> all = candidates(api);
    return all[gpu::choose_device(kChoice, options(all))];
}

Context::Context(const Api& api, const Candidate& chosen)
    : cu(api.driver), compiler(api.compiler), device(chosen.device), capability(chosen.capability) {
    describe(chosen);
    check(cu.context_create(&object, kScheduleYield, device), "open the device");
    // Creating made it current for this thread, which is not ours.
    ContextObject popped = nullptr;
    cu.context_pop(&popped);
    const Current current(*this);
    const Result result = cu.stream_create(&stream, kStreamNonBlocking);
    if (result != kSuccess) {
        close();
        check(result, "make a stream");
    }
}

Context::~Context() {
    close();
}

void Context::close() noexcept {
    if (object != nullptr) cu.context_destroy(object);
    object = nullptr;
}

Address Context::bounce() {
    const std::lock_guard lock(bounce_mutex_);
    if (bounce_ == 0) check(cu.memory_alloc(&bounce_, kBounceBytes), "allocate memory");
    return bounce_;
}

void Context::describe(const Candidate& chosen) {
    info.name = chosen.name;
    int version = 0, major = 0, minor = 0;
    cu.driver_version(&version);
    compiler.version(&major, &minor);
    info.driver = "CUDA " + std::to_string(version / 1000) + "." +
                  std::to_string(version % 1000 / 10) + ", NVRTC " + std::to_string(major) + "." +
                  std::to_string(minor) + ", sm_" + std::to_string(capability);
    // CUDA knows no number of the driver; that of the device is the one other APIs tell.
    Uuid uuid{};
    if (cu.device_uuid(&uuid, device) == kSuccess)
        std::memcpy(info.device_uuid.data(), uuid.bytes, sizeof uuid.bytes);
    std::size_t bytes = 0;
    check(cu.device_memory(&bytes, device), "ask for the memory of the device");
    info.memory = bytes;
    info.largest_buffer = bytes;
    info.import_alignment = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    info.imports_fd = true;
    info.exports_fd =
        attribute(cu, device, kMapsMemory) != 0 && attribute(cu, device, kExportsMemory) != 0;
    find_semaphores(*this);
    info.text.target = gpu::Target::cuda;
    info.text.lanes = 1;
    info.text.group = 256;  // a device starts a group in a time in which it writes many points
    info.text.rows = 8;
    info.text.poll_cost = gpu::kPollCostOfHardware;
    info.text.f64 = true;
    info.text.carried = 2048;  // of the 4096 bytes that a launch has for all
    info.text.fused = true;
    for (const std::uint32_t op : kNative)
        info.text.native |= std::uint64_t{1} << (op - WEFT_OP_ADD);
}

void Context::check(Result result, const char* doing) {
    if (result == kSuccess) return;
    const weft_status code = meaning(result);
    if (code == WEFT_DEVICE_LOST) lost_ = true;
    throw cpp::Failure(code, std::string("CUDA could not ") + doing + ": " + name_of(cu, result) +
                                 " (" + info.name + ")");
}

}  // namespace weft::cuda
