// A back end as two C++ classes. Derive from Backend and Program, throw Failure (or anything that
// is a std::exception) to fail, and write once, in one file:
//
//     class Tape : public weft::cpp::Backend {
//     public:
//         explicit Tape(weft::cpp::Host host);                 // create
//         static const weft_backend_info* describe();          // static data
//         static void probe(weft_probe& result);
//         std::unique_ptr<weft::cpp::Program> compile(const weft_batch& batch) override;
//     };
//     WEFT_CPP_PLUGIN(Tape, "build 1")
//
// No exception leaves: each becomes the status and the weft_error of the call it came from.
#pragma once

#include <weft/plugin.h>

#include <memory>

#include "frame.hpp"
#include "host.hpp"
#include "text.hpp"

namespace weft::cpp {

// One compiled batch; see weft_backend_api for what each function owes to whom.
class Program {
public:
    Program() = default;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    virtual ~Program() = default;

    virtual void execute(const weft_frame& frame) = 0;
    virtual void get_values(std::uint32_t, const weft_points&, double*) {
        throw Failure(WEFT_UNSUPPORTED, "values at points cannot be read");
    }
    // `handle` comes with its struct_size set, its kind where one is wanted, else empty.
    virtual void get_handle(std::uint32_t, weft_handle&) {
        throw Failure(WEFT_UNSUPPORTED, "the output has no memory of its own");
    }
    virtual void cancel() noexcept {}
};

class Backend {
public:
    Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;
    virtual ~Backend() = default;

    virtual std::unique_ptr<Program> compile(const weft_batch& batch) = 0;
    // Hides this one: a static function of that name answers for extensions.
    static const void* extension(std::string_view) { return nullptr; }
};

// The C functions for a back end of type T. The opaque pointers of the ABI are Backend and Program.
template <class T>
class Table {
public:
    static const weft_backend_api* api() {
        static const weft_backend_api table = {sizeof(weft_backend_api),
                                               0,
                                               describe,
                                               probe,
                                               create,
                                               compile,
                                               get_handle,
                                               get_values,
                                               execute,
                                               cancel,
                                               release,
                                               cleanup,
                                               extension};
        return &table;
    }

private:
    static Backend* backend_of(weft_backend* b) { return reinterpret_cast<Backend*>(b); }
    static Program* program_of(weft_program* p) { return reinterpret_cast<Program*>(p); }

    static const weft_backend_info* describe() noexcept { return T::describe(); }

    static weft_status probe(weft_probe* result, weft_error* error) noexcept {
        return guarded(error, [&] { T::probe(*result); });
    }

    static weft_status create(const weft_host* host, weft_backend** backend,
                              weft_error* error) noexcept {
        *backend = nullptr;
        return guarded(error, [&] {
            std::unique_ptr<Backend> made = std::make_unique<T>(Host(host));
            *backend = reinterpret_cast<weft_backend*>(made.release());
        });
    }

    static weft_status compile(weft_backend* backend, const weft_batch* batch,
                               weft_program** program, weft_error* error) noexcept {
        *program = nullptr;
        return guarded(error, [&] {
            std::unique_ptr<Program> made = backend_of(backend)->compile(*batch);
            *program = reinterpret_cast<weft_program*>(made.release());
        });
    }

    static weft_status get_handle(weft_program* program, std::uint32_t output, weft_handle* handle,
                                  weft_error* error) noexcept {
        return guarded(error, [&] { program_of(program)->get_handle(output, *handle); });
    }

    static weft_status get_values(weft_program* program, std::uint32_t output,
                                  const weft_points* points, double* values,
                                  weft_error* error) noexcept {
        return guarded(error, [&] { program_of(program)->get_values(output, *points, values); });
    }

    static weft_status execute(weft_program* program, const weft_frame* frame,
                               weft_error* error) noexcept {
        return guarded(error, [&] { program_of(program)->execute(*frame); });
    }

    static void cancel(weft_program* program) noexcept { program_of(program)->cancel(); }
    static void release(weft_program* program) noexcept { delete program_of(program); }
    static void cleanup(weft_backend* backend) noexcept { delete backend_of(backend); }

    static const void* extension(weft_str id) noexcept { return T::extension(view(id)); }
};

// The plugin's description, for the exported symbol and for what is linked into a program. It lives
// with every host, as this layer does; a T that does not has a constant kAbiMin.
template <class T>
const weft_plugin* plugin(std::string_view build_id) {
    std::uint32_t least = 1;
    if constexpr (requires { T::kAbiMin; }) least = T::kAbiMin;
    static const weft_plugin description = {
        sizeof(weft_plugin), least, WEFT_ABI_VERSION, 0, to_str(build_id), Table<T>::api()};
    return &description;
}

}  // namespace weft::cpp

// `build` is a string literal that tells this build from another.
#define WEFT_CPP_PLUGIN(Type, build)                                             \
    extern "C" WEFT_EXPORT const weft_plugin* weft_plugin_entry(std::uint32_t) { \
        return weft::cpp::plugin<Type>(build);                                   \
    }
