//! One compiled batch, interpreted: every value of a kernel at every point, in f64.
//!
//! A batch is kernels over outputs. Here a kernel is kept as it came and walked again for each
//! point, which is right and slow: a back end of your own makes code of it in `compile`, and runs
//! that in `execute`. What is refused in `compile` is refused once, with a place in the program;
//! nothing can be refused later, while a show runs.

use crate::abi::*;
use crate::operators;

/// A kernel with vectors of its own: the batch is the host's, and gone when compile returns.
struct Code {
    domain: u32,
    width: u64,
    height: u64,
    first_uniform: usize,
    values: Vec<IrValue>,
    args: Vec<u32>,
    stores: Vec<Store>,
    results: Vec<f64>, // of each value, at the point that is being computed
}

pub struct Interpreted {
    kernels: Vec<Code>,
    outputs: Vec<Output>, // their texts were the host's and are gone
}

fn is_leaf(op: u16) -> bool {
    matches!(op, OP_CONST | OP_FIELD | OP_UNIFORM | OP_PARAM)
}

/// Refuses, with the statement of the program that `output` is for, where the host says so.
unsafe fn refusal(batch: &Batch, output: usize, why: String) -> Failure {
    let nowhere = Span { file: NO_FILE, begin: 0, end: 0 };
    let told = batch.struct_size as usize >= std::mem::size_of::<Batch>() && !batch.spans.is_null();
    let span = if told { *batch.spans.add(output) } else { nowhere };
    Failure::new(UNSUPPORTED, why).at((*batch.outputs.add(output)).node, span)
}

impl Interpreted {
    /// # Safety
    /// `batch` is what the host gave to compile.
    pub unsafe fn compile(batch: &Batch) -> Result<Interpreted, Failure> {
        if let Some(source) = list(batch.sources, batch.source_count as usize).first() {
            let failure = Failure::new(UNSUPPORTED, "no sources are opened here");
            return Err(failure.at(source.node, source.span));
        }
        let outputs = list(batch.outputs, batch.output_count as usize).to_vec();
        for (o, output) in outputs.iter().enumerate() {
            if output.kind != OUTPUT_TARGET && output.kind != OUTPUT_VALUES {
                return Err(refusal(batch, o, "nothing is kept here from frame to frame".into()));
            }
            if output.kind == OUTPUT_TARGET && output.grid.format > FORMAT_RGBA16 {
                let why = "pictures of this format are not written here";
                return Err(refusal(batch, o, why.into()));
            }
        }
        let mut kernels = Vec::new();
        for kernel in list(batch.kernels, batch.kernel_count as usize) {
            let code = Code::new(kernel);
            let output = code.stores.first().map_or(0, |store| store.output as usize);
            if code.domain != DOMAIN_RASTER && code.domain != DOMAIN_POINTS {
                return Err(refusal(batch, output, "sound is not computed here".into()));
            }
            for value in &code.values {
                if !is_leaf(value.op) && operators::compute(value.op, [0.0; 3]).is_none() {
                    let why = format!("there is no code for {}", operators::word(value.op));
                    return Err(refusal(batch, output, why));
                }
            }
            kernels.push(code);
        }
        Ok(Interpreted { kernels, outputs })
    }

    /// # Safety
    /// `frame` is what the host gave to execute.
    pub unsafe fn execute(&mut self, frame: &Frame) -> Result<(), Failure> {
        let mut fields = [0.0; FIELD_COUNT];
        fields.copy_from_slice(list(frame.fields, FIELD_COUNT));
        for kernel in &mut self.kernels {
            if kernel.domain != DOMAIN_RASTER || frame.skip_targets != 0 {
                continue;
            }
            let uniforms = frame.uniforms.wrapping_add(kernel.first_uniform);
            for y in 0..kernel.height {
                if !frame.cancel.is_null() && frame.cancel.read_volatile() != 0 {
                    return Err(Failure::new(CANCELLED, "cancelled"));
                }
                fields[FIELD_Y] = (y as f64 + 0.5) / kernel.height as f64;
                for x in 0..kernel.width {
                    fields[FIELD_X] = (x as f64 + 0.5) / kernel.width as f64;
                    kernel.evaluate(&fields, frame.params, uniforms);
                    kernel.store(&self.outputs, frame, x as i64, y as i64);
                }
            }
        }
        Ok(())
    }

    /// # Safety
    /// `points` is what the host gave to get_values, and `values` as long as they are many.
    pub unsafe fn get_values(
        &mut self,
        output: u32,
        points: &Points,
        values: &mut [f64],
    ) -> Result<(), Failure> {
        let lists = list(points.fields, FIELD_COUNT);
        for kernel in self.kernels.iter_mut().filter(|k| k.domain == DOMAIN_POINTS) {
            let stores = kernel.stores.iter().find(|s| s.output == output);
            let result = match stores {
                Some(store) => kernel.args[store.values as usize] as usize,
                None => continue,
            };
            for (n, value) in values.iter_mut().enumerate() {
                let mut fields = [0.0; FIELD_COUNT];
                fields.copy_from_slice(list(points.constants, FIELD_COUNT));
                for (f, one) in lists.iter().enumerate().filter(|(_, one)| !one.is_null()) {
                    fields[f] = *one.add(n);
                }
                kernel.evaluate(&fields, points.params, std::ptr::null());
                *value = kernel.results[result];
            }
            return Ok(());
        }
        Err(Failure::new(UNSUPPORTED, "the output has no values at points"))
    }
}

impl Code {
    unsafe fn new(from: &Kernel) -> Code {
        Code {
            domain: from.domain,
            width: from.width,
            height: from.height,
            first_uniform: from.first_uniform as usize,
            values: list(from.ir.values, from.ir.value_count as usize).to_vec(),
            args: list(from.ir.args, from.ir.arg_count as usize).to_vec(),
            stores: list(from.stores, from.store_count as usize).to_vec(),
            results: vec![0.0; from.ir.value_count as usize],
        }
    }

    /// Every operand stands before its use, so one pass from front to back is enough.
    unsafe fn evaluate(&mut self, fields: &[f64], params: *const f64, uniforms: *const f64) {
        for (i, v) in self.values.iter().enumerate() {
            let aux = v.aux as usize;
            self.results[i] = match v.op {
                OP_CONST => v.imm,
                OP_FIELD => fields[aux],
                OP_UNIFORM => *uniforms.add(aux),
                OP_PARAM => *params.add(aux),
                _ => {
                    let mut operands = [0.0; 3];
                    let first = v.args as usize;
                    let args = &self.args[first..first + v.arg_count as usize];
                    for (to, arg) in operands.iter_mut().zip(args) {
                        *to = self.results[*arg as usize];
                    }
                    operators::compute(v.op, operands).unwrap_or(f64::NAN)
                }
            };
        }
    }

    /// What was found at pixel x, y. A grid without axes holds one number: x and y are 0.
    unsafe fn store(&self, outputs: &[Output], frame: &Frame, x: i64, y: i64) {
        let targets = list(frame.targets, frame.target_count as usize);
        for store in &self.stores {
            let output = &outputs[store.output as usize];
            if output.kind != OUTPUT_TARGET {
                continue;
            }
            let target = match targets.get(output.target as usize) {
                Some(target) => target.data as *mut u8,
                None => continue,
            };
            let grid = &output.grid;
            let pixel = target.offset((x * grid.axes[0].stride + y * grid.axes[1].stride) as isize);
            for c in 0..store.value_count {
                let value = self.args[(store.values + c) as usize];
                put(grid, pixel, store.channel + c, self.results[value as usize]);
            }
        }
    }
}

/// A whole level of 0..`most`; NaN is 0.
fn quantised(v: f64, most: f64) -> f64 {
    let held = if v > 0.0 { v.min(1.0) } else { 0.0 };
    (held * most + 0.5).floor()
}

unsafe fn put(grid: &Grid, pixel: *mut u8, channel: u32, v: f64) {
    let plane = pixel.offset((channel as i64 * grid.channel_stride) as isize);
    match grid.format {
        FORMAT_F32 => (plane as *mut f32).write_unaligned(v as f32),
        FORMAT_F64 => (plane as *mut f64).write_unaligned(v),
        FORMAT_RGBA8 => pixel.add(channel as usize).write(quantised(v, 255.0) as u8),
        FORMAT_RGBA16 => {
            let level = quantised(v, 65535.0) as u16;
            (pixel as *mut u16).add(channel as usize).write_unaligned(level);
        }
        _ => {}
    }
}
