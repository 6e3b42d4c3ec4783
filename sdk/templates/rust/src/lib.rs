//! What the host sees of TEMPLATE_NAME: one symbol, a description, a table of functions. Pictures and
//! numbers are computed in program.rs.

mod abi;
mod operators;
mod program;

use abi::*;
use program::Interpreted;
use std::mem::size_of;
use std::ptr::null_mut;

// TEMPLATE_NAME.json says the same, so that the host need not open the library to know it: change both.
static INFO: BackendInfo = BackendInfo {
    struct_size: size_of::<BackendInfo>() as u32,
    flags: BACKEND_DETERMINISTIC, // the same input gives the same bytes
    name: Str::of("TEMPLATE_NAME"),
    version: Str::of("0.1.0"),
    summary: Str::of("interprets a few operators, one point after the other"),
    contexts: 1 << CONTEXT_VISUAL | 1 << CONTEXT_COMPUTE,
    builtin_count: 0, // sources that are opened here, as "load"
    builtins: std::ptr::null(),
    sink_count: 0, // sinks that are delivered here, as "osc"
    reserved: 0,
    sinks: std::ptr::null(),
};

extern "C" fn describe() -> *const BackendInfo {
    &INFO
}

/// A back end for a device looks for it here, closes it again, and says in `reason` what is
/// missing: not to be available is no error.
extern "C" fn probe(result: *mut Probe, error: *mut Error) -> Status {
    guarded(error, || {
        let result = unsafe { &mut *result };
        result.available = 1;
        result.score = 10; // software 0..99, code for the CPU 100..199, accelerators from 200
        copy_text(&mut result.device, "an interpreter");
        Ok(())
    })
}

/// What all programs share. A device would be opened here.
struct Shared {
    _host: *const Host, // the log; lives until cleanup returns
}

extern "C" fn create(host: *const Host, backend: *mut *mut Backend, error: *mut Error) -> Status {
    guarded(error, || {
        let made = Box::new(Shared { _host: host });
        unsafe { *backend = Box::into_raw(made) as *mut Backend };
        Ok(())
    })
}

extern "C" fn cleanup(backend: *mut Backend) {
    if !backend.is_null() {
        drop(unsafe { Box::from_raw(backend as *mut Shared) });
    }
}

extern "C" fn compile(
    _: *mut Backend,
    batch: *const Batch,
    program: *mut *mut Program,
    error: *mut Error,
) -> Status {
    unsafe { *program = null_mut() };
    guarded(error, || {
        let made = Box::new(unsafe { Interpreted::compile(&*batch) }?);
        unsafe { *program = Box::into_raw(made) as *mut Program };
        Ok(())
    })
}

extern "C" fn release(program: *mut Program) {
    if !program.is_null() {
        drop(unsafe { Box::from_raw(program as *mut Interpreted) });
    }
}

fn own<'a>(program: *mut Program) -> &'a mut Interpreted {
    unsafe { &mut *(program as *mut Interpreted) }
}

extern "C" fn execute(program: *mut Program, frame: *const Frame, error: *mut Error) -> Status {
    guarded(error, || unsafe { own(program).execute(&*frame) })
}

extern "C" fn get_values(
    program: *mut Program,
    output: u32,
    points: *const Points,
    values: *mut f64,
    error: *mut Error,
) -> Status {
    guarded(error, || unsafe {
        let points = &*points;
        if points.count == 0 {
            return Ok(());
        }
        let values = std::slice::from_raw_parts_mut(values, points.count as usize);
        own(program).get_values(output, points, values)
    })
}

/// A back end that keeps pictures in memory that others read in place answers here.
extern "C" fn get_handle(_: *mut Program, _: u32, _: *mut Handle, error: *mut Error) -> Status {
    guarded(error, || Err(Failure::new(UNSUPPORTED, "the output has no memory of its own")))
}

static API: BackendApi = BackendApi {
    struct_size: size_of::<BackendApi>() as u32,
    reserved: 0,
    describe,
    probe,
    create,
    compile,
    get_handle,
    get_values,
    execute,
    cancel: None, // execute looks at the frame's cancel word itself
    release,
    cleanup,
    extension: None,
};

static PLUGIN: Plugin = Plugin {
    struct_size: size_of::<Plugin>() as u32,
    abi_min: 1,    // the oldest host that will do
    abi_target: 1, // the one this was written for
    reserved: 0,
    build_id: Str::of("TEMPLATE_NAME 0.1.0"), // anything that tells this build from another
    backend: &API,
};

#[no_mangle]
pub extern "C" fn weft_plugin_entry(_host_abi_version: u32) -> *const Plugin {
    &PLUGIN
}
