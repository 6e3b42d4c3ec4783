// A back end and its compiled programs, behind calls that cannot surprise: a failing status, a
// thrown exception, a missing function and a success that delivers nothing all come back as an
// Error whose one line names the plugin, the function and the reason.
#pragma once

#include <weft/backend.h>
#include <weft/writer.h>

#include <atomic>
#include <memory>
#include <string>

#include "base/every_block.h"
#include "base/result.h"
#include "plugin/host_services.h"

namespace weft::plugin {

class Program;

// One created instance of a back end.
class Backend {
public:
    // Makes sure that the table holds every function that must be there, and creates the instance.
    // `host` and the library behind `api` outlive the result.
    [[nodiscard]] static Result<std::unique_ptr<Backend>> create(const weft_backend_api* api,
                                                                 std::string name,
                                                                 HostServices& services);
    ~Backend();  // after all its programs
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint32_t flags() const { return flags_; }
    [[nodiscard]] bool wants_raw_ir() const { return (flags_ & WEFT_BACKEND_RAW_IR) != 0; }

    // [compile-thread] `edges` serve lookup and receive what is exposed. On failure `detail`, if
    // given, holds the record as the plugin filled it, with node and span.
    [[nodiscard]] Result<std::unique_ptr<Program>> compile(const weft_batch& batch, Edges& edges,
                                                           weft_error* detail = nullptr);
    // What the ABI itself works on; calls through it go best through call() of call.h.
    [[nodiscard]] const weft_backend_api* api() const { return api_; }
    [[nodiscard]] weft_backend* instance() const { return instance_; }
    [[nodiscard]] HostTable& host() { return host_; }
    // The table of an extension, or nullptr.
    [[nodiscard]] const void* extension(std::string_view id) const;

private:
    friend class Program;
    Backend(const weft_backend_api* api, std::string name, HostServices& services);

    const weft_backend_api* api_;
    std::string name_;
    std::uint32_t flags_ = 0;
    HostTable host_;
    weft_backend* instance_ = nullptr;
};

// A compiled batch. Released with the object, before its back end.
class Program {
public:
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] Backend& backend() const { return backend_; }
    [[nodiscard]] weft_program* handle() const { return program_; }
    // [compile-thread] `kind`: WEFT_HANDLE_*, or NONE for the first there is. WEFT_UNSUPPORTED: the
    // output can be read with get_values only.
    [[nodiscard]] Result<weft_handle> get_handle(std::uint32_t output,
                                                 std::uint32_t kind = WEFT_HANDLE_NONE);
    // [frame-thread] No allocation of ours unless it fails.
    WEFT_EVERY_BLOCK [[nodiscard]] Result<void> execute(const weft_frame& frame);
    [[nodiscard]] Result<void> get_values(std::uint32_t output, const weft_points& points,
                                          double* values);
    // [any-thread]
    void cancel();
    // [frame-thread] Nobody waits any more for the execute() that is under way.
    void give_up() { given_up_.store(true, std::memory_order_relaxed); }
    // [any-thread] It was given up and has not come back: nobody may call into the program until it
    // does. Its getters answer 0 meanwhile.
    [[nodiscard]] bool hangs() const {
        return given_up_.load(std::memory_order_relaxed) &&
               executes_.load(std::memory_order_acquire);
    }

    // As a getter of weft_binding: `getter` is a Getter, which outlives the binding's user.
    struct Getter {
        Program* program;
        std::uint32_t output;
    };
    static weft_status get_values_of(void* getter, const weft_points* points, double* values,
                                     weft_error* error);

private:
    friend class Backend;
    Program(Backend& backend, weft_program* program) : backend_(backend), program_(program) {}

    Backend& backend_;
    weft_program* program_;
    std::atomic<bool> executes_{false};
    std::atomic<bool> given_up_{false};
};

}  // namespace weft::plugin
