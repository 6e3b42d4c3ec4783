// The border of the plugin: the exported symbol and the table of functions. Everything that fails
// behind it comes back as a value; what a library throws is caught here.

#include <weft/plugin.h>

#include <memory>

#include "av_log.h"
#include "camera.h"
#include "ffmpeg.h"
#include "guarded.h"
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
    weft::media::Cameras cameras;
};

struct weft_program {
    std::unique_ptr<weft::media::Program> program;
};

namespace weft::media {

namespace {

constexpr weft_str literal(std::string_view view) {
    return {view.data(), view.size()};
}

constexpr weft_str kBuiltins[] = {literal("load"), literal("data_in"), literal("camera")};
constexpr weft_backend_info kInfo = {
    sizeof(weft_backend_info),
    WEFT_BACKEND_DETERMINISTIC,
    literal("media"),
    literal("0.1.0"),
    literal(
        "pictures, sound, films and tables in files, and cameras, through FFmpeg and libsndfile"),
    0,  // compiles no kernels
    std::size(kBuiltins),
    kBuiltins,
    0,
    0,
    nullptr,
};

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
            Program::compile(backend->services, backend->cameras, *batch, made->program, error);
        if (status == WEFT_OK) *program = made.release();
        return status;
    });
}

weft_status get_handle(weft_program* program, uint32_t output, weft_handle* handle,
                       weft_error* error) {
    return guarded(error, [&] { return program->program->handle(output, *handle); });
}

weft_status get_values(weft_program* program, uint32_t output, const weft_points* points,
                       double* values, weft_error* error) {
    return guarded(error, [&] { return program->program->values(output, *points, values); });
}

weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    return guarded(error, [&] { return program->program->execute(*frame); });
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
