//! The two kinds of source. `tide` is a function: whoever reads it asks for its values at points, as
//! many at once as they like (a getter). `gauge` is memory with one axis, time: others read it in
//! place (a handle); who cannot reach this memory asks for values as well.

use crate::abi::*;
use crate::constituents::Constituents;
use crate::log::Log;
use std::fs;
use std::mem::size_of;
use std::os::raw::c_void;
use std::path::Path;

const MOST_BYTES: u64 = 64 << 20;

pub enum Source {
    /// `speed` seconds of the tide in one of the show.
    Tide { constituents: Constituents, speed: f64, outputs: usize },
    Gauge { log: Log, wrap: u32, speed: f64, views: Vec<View> }, // a view an output
}

struct Arguments {
    path: String,
    speed: f64,
    wrap: u32,
}

impl Source {
    /// # Safety
    /// `source` is what the host gave to compile.
    pub unsafe fn open(source: &crate::abi::Source) -> Result<Source, Failure> {
        let failed = |failure: Failure| failure.at(source.node, source.span);
        let arguments = arguments_of(source).map_err(failed)?;
        let text = read(&arguments.path).map_err(failed)?;
        // The host opens the file by its whole path; people know it by its name.
        let name = Path::new(&arguments.path).file_name().unwrap_or_default().to_string_lossy();
        let wrong = |(line, why): (usize, &str)| {
            failed(Failure::new(INVALID, format!("{}:{}: {}", name, line, why)))
        };
        let speed = arguments.speed;
        match source.builtin.to_text().as_str() {
            "tide" => {
                let constituents = Constituents::parse(&text).map_err(wrong)?;
                let outputs = source.output_count as usize;
                return Ok(Source::Tide { constituents, speed, outputs });
            }
            "gauge" => {}
            _ => return Err(failed(Failure::new(UNSUPPORTED, "it opens no such source"))),
        }
        let log = Log::parse(&text).map_err(wrong)?;
        if log.columns.len() < source.output_count as usize {
            let (has, wanted) = (log.columns.len(), source.output_count);
            let why = format!("{} has {} columns behind the time, not {}", name, has, wanted);
            return Err(failed(Failure::new(INVALID, why)));
        }
        // The vectors of the columns do not grow any more: their addresses stay.
        let view = |c: &Vec<f64>| View { data: c.as_ptr() as *const c_void, generation: 1, tick: -1 };
        let views = log.columns.iter().take(source.output_count as usize).map(view).collect();
        Ok(Source::Gauge { log, wrap: arguments.wrap, speed, views })
    }

    fn outputs(&self) -> usize {
        match self {
            Source::Tide { outputs, .. } => *outputs,
            Source::Gauge { views, .. } => views.len(),
        }
    }

    fn value(&self, output: usize, time: f64) -> f64 {
        match self {
            Source::Tide { constituents, speed, .. } if output == 0 => {
                constituents.level(time * speed)
            }
            Source::Tide { constituents, speed, .. } => constituents.rising(time * speed),
            // As whoever reads the memory computes it, from the axis that `describe` gives.
            Source::Gauge { log, wrap, speed, .. } => {
                let position = (time - log.begin / speed) / (log.step / speed);
                log.value(output, position, *wrap)
            }
        }
    }

    /// values[i]: output `output` at point i.
    ///
    /// # Safety
    /// `points` is what the host gave to get_values, and `values` as long as they are many.
    pub unsafe fn values(
        &self,
        output: usize,
        points: &Points,
        values: &mut [f64],
    ) -> Result<(), Failure> {
        if output >= self.outputs() {
            return Err(no_such_output());
        }
        // One time for each point, or one that holds for all.
        let lists = list(points.fields, FIELD_COUNT);
        let times = lists.get(FIELD_TIME).copied().unwrap_or(std::ptr::null());
        for (i, value) in values.iter_mut().enumerate() {
            let time = if times.is_null() {
                *points.constants.add(FIELD_TIME)
            } else {
                *times.add(i)
            };
            *value = self.value(output, time);
        }
        Ok(())
    }

    /// The memory of an output, for those who read it in place.
    pub fn describe(&self, output: usize, handle: &mut Handle) -> Result<(), Failure> {
        let (log, wrap, speed, views) = match self {
            Source::Gauge { log, wrap, speed, views } => (log, *wrap, *speed, views),
            Source::Tide { .. } => {
                return Err(Failure::new(UNSUPPORTED, "a tide is no memory: ask for its values"))
            }
        };
        if handle.kind != HANDLE_NONE && handle.kind != HANDLE_HOST {
            return Err(Failure::new(UNSUPPORTED, "a log is in host memory"));
        }
        let view = views.get(output).ok_or_else(no_such_output)?;
        let time = Axis {
            field: FIELD_TIME as u32,
            filter: FILTER_LINEAR,
            wrap,
            tick: 0,
            count: log.rows as u64,
            capacity: 0,
            origin: log.begin / speed,
            step: log.step / speed,
            stride: size_of::<f64>() as i64,
        };
        let unused = Axis { count: 0, stride: 0, ..time };
        handle.kind = HANDLE_HOST;
        handle.grid = Grid {
            axis_count: 1,
            format: FORMAT_F64,
            channels: 1,
            reserved: 0,
            channel_stride: 0,
            axes: [time, unused, unused, unused],
        };
        handle.view = view;
        handle.memory_fd = -1; // no other process can map it
        handle.memory_offset = 0;
        handle.memory_size = (log.rows * size_of::<f64>()) as u64;
        Ok(())
    }
}

fn no_such_output() -> Failure {
    Failure::new(INVALID, "there is no such output")
}

/// What the host has not checked against the manifest already.
unsafe fn arguments_of(source: &crate::abi::Source) -> Result<Arguments, Failure> {
    let mut result = Arguments { path: String::new(), speed: 1.0, wrap: WRAP_CLAMP };
    for arg in list(source.args, source.arg_count as usize) {
        match arg.name.to_text().as_str() {
            "" => result.path = arg.text.to_text(),
            "speed" if arg.kind == ARG_NUMBER && arg.number > 0.0 && arg.number.is_finite() => {
                result.speed = arg.number
            }
            "speed" => return Err(Failure::new(INVALID, "speed: is a number above 0")),
            "wrap" => {
                result.wrap = match arg.text.to_text().as_str() {
                    "repeat" => WRAP_REPEAT,
                    "mirror" => WRAP_MIRROR,
                    "zero" => WRAP_ZERO,
                    _ => WRAP_CLAMP,
                }
            }
            _ => {} // what the host tells of itself
        }
    }
    Ok(result)
}

fn read(path: &str) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(UNAVAILABLE, why);
    let size = fs::metadata(path).map_err(|e| failed(e.to_string()))?.len();
    if size > MOST_BYTES {
        return Err(failed(format!("{} bytes are too many", size)));
    }
    fs::read_to_string(path).map_err(|e| failed(e.to_string()))
}
