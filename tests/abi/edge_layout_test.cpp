// The memory layout of what extensions about devices, memory and completion pass. The rules are
// layout_test.cpp's.
#include <weft/async.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/residency.h>
#include <weft/semaphore.h>

#include "layout.h"

namespace {

TEST(EdgeLayout, AsyncApi) {
    SIZE(weft_async_api, 24);
    AT(weft_async_api, struct_size, 0);
    AT(weft_async_api, reserved, 4);
    AT(weft_async_api, submit, 8);
    AT(weft_async_api, wait, 16);
}

TEST(EdgeLayout, Counters) {
    SIZE(weft_counters, 48);
    AT(weft_counters, struct_size, 0);
    AT(weft_counters, reserved, 4);
    AT(weft_counters, frames, 8);
    AT(weft_counters, uploaded, 16);
    AT(weft_counters, mirrored, 24);
    AT(weft_counters, delivered, 32);
    AT(weft_counters, gathered, 40);
}

TEST(EdgeLayout, CountersApi) {
    SIZE(weft_counters_api, 16);
    AT(weft_counters_api, struct_size, 0);
    AT(weft_counters_api, reserved, 4);
    AT(weft_counters_api, counters, 8);
}

TEST(EdgeLayout, Device) {
    SIZE(weft_device, 400);
    AT(weft_device, struct_size, 0);
    AT(weft_device, chosen, 4);
    AT(weft_device, score, 8);
    AT(weft_device, reserved, 12);
    AT(weft_device, name, 16);
    AT(weft_device, reason, 144);
}

TEST(EdgeLayout, DevicesApi) {
    SIZE(weft_devices_api, 16);
    AT(weft_devices_api, struct_size, 0);
    AT(weft_devices_api, reserved, 4);
    AT(weft_devices_api, list, 8);
}

TEST(EdgeLayout, GatherApi) {
    SIZE(weft_gather_api, 16);
    AT(weft_gather_api, struct_size, 0);
    AT(weft_gather_api, reserved, 4);
    AT(weft_gather_api, gather, 8);
}

TEST(EdgeLayout, MemoryCaps) {
    SIZE(weft_memory_caps, 840);
    AT(weft_memory_caps, struct_size, 0);
    AT(weft_memory_caps, flags, 4);
    AT(weft_memory_caps, exports, 8);
    AT(weft_memory_caps, imports, 12);
    AT(weft_memory_caps, device_uuid, 16);
    AT(weft_memory_caps, driver_uuid, 32);
    AT(weft_memory_caps, host_alignment, 48);
    AT(weft_memory_caps, upload_rate, 56);
    AT(weft_memory_caps, download_rate, 64);
    AT(weft_memory_caps, no_export, 72);
    AT(weft_memory_caps, no_import, 328);
    AT(weft_memory_caps, identity, 584);
}

TEST(EdgeLayout, MemoryApi) {
    SIZE(weft_memory_api, 40);
    AT(weft_memory_api, struct_size, 0);
    AT(weft_memory_api, reserved, 4);
    AT(weft_memory_api, caps, 8);
    AT(weft_memory_api, trial_begin, 16);
    AT(weft_memory_api, trial_end, 24);
    AT(weft_memory_api, trial_read, 32);
}

TEST(EdgeLayout, Residency) {
    SIZE(weft_residency, 440);
    AT(weft_residency, struct_size, 0);
    AT(weft_residency, reserved, 4);
    AT(weft_residency, resident, 8);
    AT(weft_residency, kept, 16);
    AT(weft_residency, spilled, 24);
    AT(weft_residency, moves, 32);
    AT(weft_residency, used, 40);
    AT(weft_residency, limit, 48);
    AT(weft_residency, device, 56);
    AT(weft_residency, largest, 184);
}

TEST(EdgeLayout, ResidencyApi) {
    SIZE(weft_residency_api, 16);
    AT(weft_residency_api, struct_size, 0);
    AT(weft_residency_api, reserved, 4);
    AT(weft_residency_api, residency, 8);
}

TEST(EdgeLayout, SemaphoreCaps) {
    SIZE(weft_semaphore_caps, 552);
    AT(weft_semaphore_caps, struct_size, 0);
    AT(weft_semaphore_caps, flags, 4);
    AT(weft_semaphore_caps, device_uuid, 8);
    AT(weft_semaphore_caps, driver_uuid, 24);
    AT(weft_semaphore_caps, no_export, 40);
    AT(weft_semaphore_caps, no_import, 296);
}

TEST(EdgeLayout, SemaphoreApi) {
    SIZE(weft_semaphore_api, 80);
    AT(weft_semaphore_api, struct_size, 0);
    AT(weft_semaphore_api, reserved, 4);
    AT(weft_semaphore_api, caps, 8);
    AT(weft_semaphore_api, create, 16);
    AT(weft_semaphore_api, import, 24);
    AT(weft_semaphore_api, release, 32);
    AT(weft_semaphore_api, submit, 40);
    AT(weft_semaphore_api, unblock, 48);
    AT(weft_semaphore_api, trial_write, 56);
    AT(weft_semaphore_api, trial_end, 64);
    AT(weft_semaphore_api, trial_read, 72);
}

}  // namespace
