//! What the host sees of tide: one symbol, a description, a table of functions. It compiles no
//! kernels: it opens two sources, which are called in tide.json as a program writes them.

mod abi;
mod constituents;
mod log;
mod source;

use abi::*;
use source::Source;
use std::mem::size_of;
use std::ptr::null_mut;

static BUILTINS: [Str; 2] = [Str::of("tide"), Str::of("gauge")];

static INFO: BackendInfo = BackendInfo {
    struct_size: size_of::<BackendInfo>() as u32,
    flags: 0,
    name: Str::of("tide"),
    version: Str::of("0.1.0"),
    summary: Str::of("water levels: foretold from constituents, or read from a gauge's log"),
    contexts: 0,
    builtin_count: BUILTINS.len() as u32,
    builtins: BUILTINS.as_ptr(),
    sink_count: 0,
    reserved: 0,
    sinks: std::ptr::null(),
};

extern "C" fn describe() -> *const BackendInfo {
    &INFO
}

extern "C" fn probe(result: *mut Probe, error: *mut Error) -> Status {
    guarded(error, || {
        let result = unsafe { &mut *result };
        result.available = 1;
        result.score = 10;
        copy_text(&mut result.device, "arithmetic");
        Ok(())
    })
}

/// There is nothing that sources share; the pointer only must not be null.
struct Shared;

extern "C" fn create(_: *const Host, backend: *mut *mut Backend, error: *mut Error) -> Status {
    guarded(error, || {
        unsafe { *backend = Box::into_raw(Box::new(Box::new(Shared))) as *mut Backend };
        Ok(())
    })
}

extern "C" fn cleanup(backend: *mut Backend) {
    if !backend.is_null() {
        drop(unsafe { Box::from_raw(backend as *mut Box<Shared>) });
    }
}

/// A batch with one source in it: the only kind that is asked of a plugin without contexts.
extern "C" fn compile(
    _: *mut Backend,
    batch: *const Batch,
    program: *mut *mut Program,
    error: *mut Error,
) -> Status {
    unsafe { *program = null_mut() };
    guarded(error, || {
        let batch = unsafe { &*batch };
        let sources = unsafe { list(batch.sources, batch.source_count as usize) };
        let source = match sources {
            [one] if batch.kernel_count == 0 => unsafe { Source::open(one) }?,
            _ => return Err(Failure::new(UNSUPPORTED, "it opens one source, and computes nothing")),
        };
        unsafe { *program = Box::into_raw(Box::new(source)) as *mut Program };
        Ok(())
    })
}

extern "C" fn release(program: *mut Program) {
    if !program.is_null() {
        drop(unsafe { Box::from_raw(program as *mut Source) });
    }
}

fn own<'a>(program: *mut Program) -> &'a Source {
    unsafe { &*(program as *const Source) }
}

/// Nothing changes from frame to frame: what a source says depends on the time it is asked for.
extern "C" fn execute(_: *mut Program, _: *const Frame, _: *mut Error) -> Status {
    OK
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
        own(program).values(output as usize, points, values)
    })
}

extern "C" fn get_handle(
    program: *mut Program,
    output: u32,
    handle: *mut Handle,
    error: *mut Error,
) -> Status {
    guarded(error, || own(program).describe(output as usize, unsafe { &mut *handle }))
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
    cancel: None,
    release,
    cleanup,
    extension: None,
};

static PLUGIN: Plugin = Plugin {
    struct_size: size_of::<Plugin>() as u32,
    abi_min: 1,
    abi_target: 1,
    reserved: 0,
    build_id: Str::of("tide 0.1.0"),
    backend: &API,
};

#[no_mangle]
pub extern "C" fn weft_plugin_entry(_host_abi_version: u32) -> *const Plugin {
    &PLUGIN
}
