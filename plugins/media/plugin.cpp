// The border of the plugin: the exported symbol and the table of functions. Everything that fails
// behind it comes back as a value; what a library throws is caught here.

#include <weft/plugin.h>

#include <exception>
#include <memory>
#include <new>

#include "av_log.h"
#include "ffmpeg.h"
#include "program.h"
#include "writer.h"

struct weft_backend {
    explicit weft_backend(const weft_host* host) : services(host) {
        weft::media::open_log(&services);
    }
    weft_backend(const weft_backend&) = delete;
    weft_backend& operator=(const weft_backend&) = delete;
    ~weft_backend() { weft::media::close_log(&services); }

    weft::media::Services services;
};

struct weft_program {
    std::unique_ptr<weft::media::Program> program;
};

namespace weft::media {

namespace {

constexpr weft_str literal(std::string_view view) {
    return {view.data(), view.size()};
}

constexpr weft_str kBuiltins[] = {literal("load"), literal("data_in")};
constexpr weft_backend_info kInfo = {
    sizeof(weft_backend_info),
    WEFT_BACKEND_DETERMINISTIC,
    literal("media"),
    literal("0.1.0"),
    literal("pictures, sound, films and tables in files, through FFmpeg and libsndfile"),
    0,  // compiles no kernels
    std::size(kBuiltins),
    kBuiltins,
    0,
    0,
    nullptr,
};

// Runs `call`, which returns a weft_status; an exception becomes one too.
template <class Call>
weft_status guarded(weft_error* error, Call&& call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return report(Failure{WEFT_UNAVAILABLE, "out of memory"}, error);
    } catch (const std::exception& thrown) {
        return report(Failure{WEFT_INTERNAL, thrown.what()}, error);
    } catch (...) {
        return report(Failure{WEFT_INTERNAL, "an unknown exception"}, error);
    }
}

const weft_backend_info* describe() {
    return &kInfo;
}

weft_status probe(weft_probe* result, weft_error*) {
    result->available = 1;
    result->score = 100;
    std::snprintf(result->device, sizeof result->device, "FFmpeg %s", av_version_info());
    result->reason[0] = '\0';
    return WEFT_OK;
}

weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = nullptr;
    return guarded(error, [&] {
        *backend = new weft_backend(host);
        return WEFT_OK;
    });
}

weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                    weft_error* error) {
    *program = nullptr;
    return guarded(error, [&] {
        auto made = std::make_unique<weft_program>();
        const weft_status status =
            Program::compile(backend->services, *batch, made->program, error);
        if (status == WEFT_OK) *program = made.release();
        return status;
    });
}

weft_status get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                       weft_error* error) {
    return guarded(error, [&] { return report(program->program->handle(output, *handle), error); });
}

weft_status get_values(weft_program* program, uint32_t output, const weft_points* points,
                       double* values, weft_error* error) {
    return guarded(
        error, [&] { return report(program->program->values(output, *points, values), error); });
}

weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    return guarded(error, [&] { return report(program->program->execute(*frame), error); });
}

void release(weft_program* program) {
    delete program;
}

void cleanup(weft_backend* backend) {
    delete backend;
}

const void* extension(weft_str id) {
    return view(id) == WEFT_WRITER_EXTENSION ? writer_api() : nullptr;
}

constexpr weft_backend_api kApi = {
    sizeof(weft_backend_api),
    0,
    describe,
    probe,
    create,
    compile,
    get_handle,
    get_values,
    execute,
    nullptr,  // cancel: execute looks at the frame's flag between sources
    release,
    cleanup,
    extension,
};

constexpr weft_plugin kPlugin = {
    sizeof(weft_plugin), 1, WEFT_ABI_VERSION, 0, literal("0.1.0"), &kApi,
};

}  // namespace

}  // namespace weft::media

const weft_plugin* weft_plugin_entry(uint32_t) {
    return &weft::media::kPlugin;
}
