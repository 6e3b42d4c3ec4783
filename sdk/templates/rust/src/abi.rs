//! The C ABI of Weft as Rust sees it, written by hand from the headers of the SDK
//! (`include/weft/*.h`), which say what everything means: names are theirs without `weft_`. Each
//! struct states its size and the offset of every field, in bytes as C lays them out; what does not
//! agree does not compile. Structs grow at their end only, so what stands here stays true.
#![allow(dead_code)]

use std::os::raw::{c_char, c_void};

pub const ABI_VERSION: u32 = 1;

pub type Status = i32;
pub const OK: Status = 0;
pub const INVALID: Status = 1;
pub const UNSUPPORTED: Status = 2;
pub const UNAVAILABLE: Status = 3;
pub const INCOMPATIBLE: Status = 4;
pub const TIMEOUT: Status = 5;
pub const CANCELLED: Status = 6;
pub const DEVICE_LOST: Status = 7;
pub const INTERNAL: Status = 8;

pub const NO_FILE: u32 = 0xffff_ffff;

pub const CONTEXT_VISUAL: u32 = 0;
pub const CONTEXT_AUDIO: u32 = 1;
pub const CONTEXT_CONTROL: u32 = 2;
pub const CONTEXT_COMPUTE: u32 = 3;
pub const CONTEXT_FILE: u32 = 4;
pub const BACKEND_RAW_IR: u32 = 1;
pub const BACKEND_DETERMINISTIC: u32 = 2;

pub const DOMAIN_RASTER: u32 = 0;
pub const DOMAIN_STREAM: u32 = 1;
pub const DOMAIN_POINTS: u32 = 2;
pub const ARG_NUMBER: u32 = 0;
pub const ARG_TEXT: u32 = 1;
pub const OUTPUT_TARGET: u32 = 0;
pub const OUTPUT_CACHE: u32 = 1;
pub const OUTPUT_SOURCE: u32 = 2;
pub const OUTPUT_VALUES: u32 = 3;

pub const FORMAT_F32: u32 = 0;
pub const FORMAT_F64: u32 = 1;
pub const FORMAT_RGBA8: u32 = 2;
pub const FORMAT_RGBA16: u32 = 3;
pub const FILTER_LINEAR: u32 = 0;
pub const FILTER_FLOOR: u32 = 1;
pub const WRAP_CLAMP: u32 = 0;
pub const WRAP_REPEAT: u32 = 1;
pub const WRAP_MIRROR: u32 = 2;
pub const WRAP_ZERO: u32 = 3;
pub const WRAP_RING: u32 = 4;
pub const HANDLE_NONE: u32 = 0;
pub const HANDLE_HOST: u32 = 1;

pub const FIELD_X: usize = 0;
pub const FIELD_Y: usize = 1;
pub const FIELD_TIME: usize = 2;
pub const FIELD_ABSTIME: usize = 3;
pub const FIELD_FRAME: usize = 4;
pub const FIELD_ABSFRAME: usize = 5;
pub const FIELD_COUNT: usize = 20;
pub const FIELD_OWN: u32 = 128;

pub const OP_CONST: u16 = 0;
pub const OP_FIELD: u16 = 1;
pub const OP_UNIFORM: u16 = 2;
pub const OP_PARAM: u16 = 3;
pub const OP_SAMPLE: u16 = 4;
pub const OP_LOOP: u16 = 5;

/// `Name: size { field: type = offset, ... }`: a struct as C lays it out, which is checked.
macro_rules! layout {
    ($($name:ident: $size:literal { $($field:ident: $kind:ty = $offset:literal),* $(,)? })*) => { $(
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $name {
            $(pub $field: $kind),*
        }
        const _: () = {
            let mut end = 0usize;
            $(
                let align = std::mem::align_of::<$kind>();
                end = (end + align - 1) / align * align;
                assert!(end == $offset, concat!(stringify!($name), ".", stringify!($field)));
                end += std::mem::size_of::<$kind>();
            )*
            assert!(end <= $size && std::mem::size_of::<$name>() == $size, stringify!($name));
        };
    )* };
}

// abi.h
layout! {
    Str: 16 { data: *const u8 = 0, size: u64 = 8 }
    Span: 12 { file: u32 = 0, begin: u32 = 4, end: u32 = 8 }
    Error: 596 {
        struct_size: u32 = 0, code: Status = 4, message: [c_char; 512] = 8,
        node: [c_char; 64] = 520, span: Span = 584,
    }
}

// ir.h
layout! {
    IrValue: 24 {
        op: u16 = 0, varies: u8 = 2, precision: u8 = 3, arg_count: u32 = 4, args: u32 = 8,
        aux: u32 = 12, imm: f64 = 16,
    }
    IrLoop: 16 { value: u32 = 0, body_count: u32 = 4, carried_count: u32 = 8, next: u32 = 12 }
    Ir: 56 {
        struct_size: u32 = 0, value_count: u32 = 4, values: *const IrValue = 8,
        args: *const u32 = 16, arg_count: u32 = 24, loop_count: u32 = 28,
        loops: *const IrLoop = 32, affines: *const c_void = 40, affine_count: u32 = 48,
        uniform_count: u32 = 52,
    }
}

// grid.h
layout! {
    Axis: 56 {
        field: u32 = 0, filter: u32 = 4, wrap: u32 = 8, tick: u32 = 12, count: u64 = 16,
        capacity: u64 = 24, origin: f64 = 32, step: f64 = 40, stride: i64 = 48,
    }
    Grid: 248 {
        axis_count: u32 = 0, format: u32 = 4, channels: u32 = 8, reserved: u32 = 12,
        channel_stride: i64 = 16, axes: [Axis; 4] = 24,
    }
    View: 24 { data: *const c_void = 0, generation: u64 = 8, tick: i64 = 16 }
    Handle: 288 {
        struct_size: u32 = 0, kind: u32 = 4, grid: Grid = 8, view: *const View = 256,
        memory_fd: i32 = 264, reserved: u32 = 268, memory_offset: u64 = 272,
        memory_size: u64 = 280,
    }
}

// batch.h
layout! {
    Arg: 48 { name: Str = 0, kind: u32 = 16, reserved: u32 = 20, number: f64 = 24, text: Str = 32 }
    Source: 64 {
        node: Str = 0, builtin: Str = 16, args: *const Arg = 32, arg_count: u32 = 40,
        first_output: u32 = 44, output_count: u32 = 48, span: Span = 52,
    }
    Input: 48 {
        node: Str = 0, strand: Str = 16, internal_output: u32 = 32, channel: u32 = 36, id: u64 = 40,
    }
    Output: 312 {
        node: Str = 0, strand: Str = 16, kind: u32 = 32, target: u32 = 36, ticks: u64 = 40,
        grid: Grid = 48, id: u64 = 296, shared: u32 = 304, kinds: u32 = 308,
    }
    Store: 16 { output: u32 = 0, channel: u32 = 4, value_count: u32 = 8, values: u32 = 12 }
    Kernel: 96 {
        domain: u32 = 0, reserved: u32 = 4, width: u64 = 8, height: u64 = 16, ir: Ir = 24,
        stores: *const Store = 80, store_count: u32 = 88, first_uniform: u32 = 92,
    }
    Batch: 112 {
        struct_size: u32 = 0, context: u32 = 4, name: Str = 8, sources: *const Source = 24,
        kernels: *const Kernel = 32, inputs: *const Input = 40, outputs: *const Output = 48,
        source_count: u32 = 56, kernel_count: u32 = 60, input_count: u32 = 64,
        output_count: u32 = 68, param_count: u32 = 72, reserved: u32 = 76,
        settings: *const f64 = 80, homes: *const c_void = 88, inherit: *mut c_void = 96,
        spans: *const Span = 104,
    }
}

// frame.h
layout! {
    Target: 16 { data: *mut c_void = 0, size: u64 = 8 }
    Frame: 88 {
        struct_size: u32 = 0, target_count: u32 = 4, fields: *const f64 = 8,
        params: *const f64 = 16, uniforms: *const f64 = 24, targets: *const Target = 32,
        first_sample: i64 = 40, sample_count: u64 = 48, capture: u32 = 56, skip_targets: u32 = 60,
        cancel: *const u32 = 64, more: u32 = 72, reserved: u32 = 76, left_out: i64 = 80,
    }
    Points: 48 {
        struct_size: u32 = 0, reserved: u32 = 4, count: u64 = 8, fields: *const *const f64 = 16,
        constants: *const f64 = 24, own: *const f64 = 32, params: *const f64 = 40,
    }
}

/// Of the plugin's own making: `Box`es behind opaque pointers.
pub enum Backend {}
pub enum Program {}

// host.h, without the functions that are not used here.
layout! {
    Host: 88 {
        struct_size: u32 = 0, abi_version: u32 = 4, context: *mut c_void = 8,
        log: unsafe extern "C" fn(*mut c_void, u32, Str) = 16,
        lookup: *const c_void = 24, expose: *const c_void = 32, memory_alloc: *const c_void = 40,
        memory_free: *const c_void = 48, parallel: *const c_void = 56,
        concurrency: *const c_void = 64, cache_directory: *const c_void = 72,
        device_memory: *const c_void = 80,
    }
}

// backend.h and plugin.h
layout! {
    BackendInfo: 88 {
        struct_size: u32 = 0, flags: u32 = 4, name: Str = 8, version: Str = 24, summary: Str = 40,
        contexts: u32 = 56, builtin_count: u32 = 60, builtins: *const Str = 64,
        sink_count: u32 = 72, reserved: u32 = 76, sinks: *const Str = 80,
    }
    Probe: 400 {
        struct_size: u32 = 0, available: u32 = 4, score: i32 = 8, reserved: u32 = 12,
        device: [c_char; 128] = 16, reason: [c_char; 256] = 144,
    }
    BackendApi: 96 {
        struct_size: u32 = 0, reserved: u32 = 4,
        describe: extern "C" fn() -> *const BackendInfo = 8,
        probe: extern "C" fn(*mut Probe, *mut Error) -> Status = 16,
        create: extern "C" fn(*const Host, *mut *mut Backend, *mut Error) -> Status = 24,
        compile: extern "C" fn(*mut Backend, *const Batch, *mut *mut Program, *mut Error)
            -> Status = 32,
        get_handle: extern "C" fn(*mut Program, u32, *mut Handle, *mut Error) -> Status = 40,
        get_values: extern "C" fn(*mut Program, u32, *const Points, *mut f64, *mut Error)
            -> Status = 48,
        execute: extern "C" fn(*mut Program, *const Frame, *mut Error) -> Status = 56,
        cancel: Option<extern "C" fn(*mut Program)> = 64,
        release: extern "C" fn(*mut Program) = 72,
        cleanup: extern "C" fn(*mut Backend) = 80,
        extension: Option<extern "C" fn(Str) -> *const c_void> = 88,
    }
    Plugin: 40 {
        struct_size: u32 = 0, abi_min: u32 = 4, abi_target: u32 = 8, reserved: u32 = 12,
        build_id: Str = 16, backend: *const BackendApi = 32,
    }
}

// Tables that never change may be looked at from any thread.
unsafe impl Sync for Str {}
unsafe impl Sync for BackendInfo {}
unsafe impl Sync for BackendApi {}
unsafe impl Sync for Plugin {}

impl Str {
    /// Borrows: the text must live as long as the result.
    pub const fn of(text: &'static str) -> Str {
        Str { data: text.as_ptr(), size: text.len() as u64 }
    }
    /// A copy, with anything that is not UTF-8 replaced.
    pub fn to_text(self) -> String {
        String::from_utf8_lossy(unsafe { list(self.data, self.size as usize) }).into_owned()
    }
}

/// A pointer and a count of the ABI, which may be null and 0, as a slice.
///
/// # Safety
/// There are `count` elements at `data`, which live as long as the result.
pub unsafe fn list<'a, T>(data: *const T, count: usize) -> &'a [T] {
    if data.is_null() || count == 0 {
        &[]
    } else {
        std::slice::from_raw_parts(data, count)
    }
}

/// As much of the text as fits, never half a character, terminated.
pub fn copy_text(to: &mut [c_char], from: &str) {
    let mut size = from.len().min(to.len() - 1);
    while !from.is_char_boundary(size) {
        size -= 1;
    }
    for (to, from) in to.iter_mut().zip(from.as_bytes()[..size].iter().chain(&[0])) {
        *to = *from as c_char;
    }
}

/// Why a call fails. The message is one line without a full stop; node and span say where in the
/// user's program.
pub struct Failure {
    pub code: Status,
    pub message: String,
    pub node: String,
    pub span: Span,
}

impl Failure {
    pub fn new(code: Status, message: impl Into<String>) -> Failure {
        let span = Span { file: NO_FILE, begin: 0, end: 0 };
        Failure { code, message: message.into(), node: String::new(), span }
    }
    pub fn at(self, node: Str, span: Span) -> Failure {
        Failure { node: node.to_text(), span, ..self }
    }
}

/// Runs `body`; what it fails with, a panic too, becomes the status and the record of the call: no
/// panic may leave through C.
pub fn guarded(error: *mut Error, body: impl FnOnce() -> Result<(), Failure>) -> Status {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    let failure = match done {
        Ok(Ok(())) => return OK,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::new(INTERNAL, "the plugin panicked"),
    };
    if let Some(error) = unsafe { error.as_mut() } {
        error.code = failure.code;
        copy_text(&mut error.message, &failure.message);
        copy_text(&mut error.node, &failure.node);
        error.span = failure.span;
    }
    failure.code
}
