#include "plugin/host_services.h"

#include <algorithm>
#include <cstring>
#include <exception>

namespace weft::plugin {
namespace {

weft_status fail(weft_error* error, weft_status code, std::string_view text) {
    if (error) {
        const std::size_t size = std::min(text.size(), sizeof error->message - 1);
        error->code = code;
        std::memcpy(error->message, text.data(), size);
        error->message[size] = '\0';
    }
    return code;
}

}  // namespace

// Nothing may be thrown into a plugin, which can be written in a language without exceptions.
struct HostTable::Calls {
    static HostTable& self(void* context) { return *static_cast<HostTable*>(context); }

    static void log(void* context, std::uint32_t level, weft_str text) noexcept {
        HostTable& host = self(context);
        try {
            host.services_.log(std::min(level, WEFT_LOG_DEBUG), host.plugin_,
                               {text.data, text.data ? text.size : 0});
        } catch (const std::exception&) {
            // A line of the log is lost; there is nobody to tell.
        }
    }

    static weft_status lookup(void* context, std::uint64_t id, weft_binding* binding,
                              weft_error* error) noexcept {
        HostTable& host = self(context);
        if (!host.edges_) return fail(error, WEFT_INVALID, "lookup outside of compile");
        const auto found = host.edges_->inputs.find(id);
        if (found == host.edges_->inputs.end())
            return fail(error, WEFT_INVALID, "lookup of an input that this batch does not have");
        const std::uint32_t room = std::min<std::uint32_t>(binding->struct_size, sizeof *binding);
        std::memcpy(binding, &found->second, room);
        binding->struct_size = room;
        return WEFT_OK;
    }

    static weft_status expose(void* context, std::uint64_t id, const weft_handle* handle,
                              weft_error* error) noexcept {
        HostTable& host = self(context);
        if (!host.edges_) return fail(error, WEFT_INVALID, "expose outside of compile");
        if (!handle || handle->struct_size < sizeof *handle || !handle->view ||
            handle->grid.axis_count > WEFT_MAX_AXES)
            return fail(error, WEFT_INVALID, "the exposed handle is incomplete");
        try {
            host.edges_->exposed[id] = *handle;
        } catch (const std::exception&) {
            return fail(error, WEFT_INTERNAL, "out of memory");
        }
        return WEFT_OK;
    }

    static weft_status memory_alloc(void* context, std::uint64_t size, std::uint32_t flags,
                                    weft_memory* memory, weft_error* error) noexcept {
        try {
            Result<weft_memory> got = self(context).services_.allocate(size, flags);
            if (!got) return fail(error, got.error().status, got.error().message);
            *memory = *got;
            return WEFT_OK;
        } catch (const std::exception& e) {
            return fail(error, WEFT_INTERNAL, e.what());
        }
    }

    static void memory_free(void* context, weft_memory* memory) noexcept {
        if (!memory || !memory->data) return;
        self(context).services_.free(*memory);
        *memory = {nullptr, 0, -1, 0, nullptr};
    }

    static void parallel(void* context, std::uint64_t count,
                         void (*task)(void* user, std::uint64_t index), void* user) {
        self(context).services_.parallel(count, task, user);
    }

    static std::uint32_t concurrency(void* context) noexcept {
        return self(context).services_.concurrency();
    }

    static weft_str cache_directory(void* context) noexcept {
        HostTable& host = self(context);
        if (!host.cache_directory_known_) {
            try {
                host.cache_directory_ = host.services_.cache_directory(host.plugin_);
            } catch (const std::exception&) {
                host.cache_directory_.clear();  // without a cache everything still works
            }
            host.cache_directory_known_ = true;
        }
        return {host.cache_directory_.data(), host.cache_directory_.size()};
    }

    static std::uint64_t device_memory(void* context, std::uint64_t available) noexcept {
        return self(context).services_.device_memory(available);
    }
};

HostTable::HostTable(HostServices& services, std::string plugin)
    : services_(services), plugin_(std::move(plugin)) {
    table_ = {sizeof(weft_host),   WEFT_ABI_VERSION,       this,
              Calls::log,          Calls::lookup,          Calls::expose,
              Calls::memory_alloc, Calls::memory_free,     Calls::parallel,
              Calls::concurrency,  Calls::cache_directory, Calls::device_memory};
}

}  // namespace weft::plugin
