//! A log: lines of numbers, separated by blanks or commas, of which the first is the time in
//! seconds. Lines are evenly far apart, as those of instruments are; `#` begins a comment.

use crate::abi::{WRAP_MIRROR, WRAP_REPEAT, WRAP_ZERO};

pub struct Log {
    pub begin: f64, // seconds
    pub step: f64,
    pub rows: usize,
    pub columns: Vec<Vec<f64>>, // without the time
}

/// How far a line may be from where it is due, in steps: clocks are written with few digits.
const TOLERANCE: f64 = 1e-3;

impl Log {
    /// Or the line that makes no sense, from 1, and why.
    pub fn parse(text: &str) -> Result<Log, (usize, &'static str)> {
        let mut log = Log { begin: 0.0, step: 1.0, rows: 0, columns: Vec::new() };
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("");
            let words = line.split(|c: char| c == ',' || c.is_whitespace());
            let mut numbers = Vec::new();
            for word in words.filter(|word| !word.is_empty()) {
                match word.parse::<f64>() {
                    Ok(number) if number.is_finite() => numbers.push(number),
                    _ => return Err((at + 1, "a log holds numbers")),
                }
            }
            if let Some((time, values)) = numbers.split_first() {
                log.add(*time, values).map_err(|why| (at + 1, why))?;
            }
        }
        if log.rows == 0 {
            return Err((1, "the log is empty"));
        }
        Ok(log)
    }

    /// What a reader of the memory finds at a position, counted in lines: straight from line to line;
    /// a line's own number at that line; beyond the ends what `wrap` (WRAP_*) says.
    pub fn value(&self, column: usize, position: f64, wrap: u32) -> f64 {
        let around = wrap == WRAP_REPEAT || wrap == WRAP_MIRROR;
        if position.is_nan() || (position.is_infinite() && around) {
            return f64::NAN;
        }
        let below = position.floor();
        let first = self.line(column, below, wrap);
        if position == below {
            return first;
        }
        first + (self.line(column, below + 1.0, wrap) - first) * (position - below)
    }

    /// The number of line `i`, which may be far outside.
    fn line(&self, column: usize, i: f64, wrap: u32) -> f64 {
        let n = self.rows as f64;
        let line = match wrap {
            WRAP_REPEAT => i.rem_euclid(n),
            WRAP_MIRROR => {
                let there_and_back = i.rem_euclid(2.0 * n);
                if there_and_back < n { there_and_back } else { 2.0 * n - 1.0 - there_and_back }
            }
            WRAP_ZERO if i < 0.0 || i >= n => return 0.0,
            _ => i.max(0.0).min(n - 1.0),
        };
        self.columns[column][line as usize]
    }

    fn add(&mut self, time: f64, values: &[f64]) -> Result<(), &'static str> {
        match self.rows {
            0 => {
                self.begin = time;
                self.columns = vec![Vec::new(); values.len()];
            }
            1 => self.step = time - self.begin,
            _ => {}
        }
        if values.is_empty() || values.len() != self.columns.len() {
            return Err("every line has a time, and as many numbers as the first line");
        }
        let due = self.begin + self.rows as f64 * self.step;
        if !(self.step > 0.0) || (time - due).abs() > TOLERANCE * self.step {
            return Err("lines are evenly far apart, and later ones stand below");
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(*value);
        }
        self.rows += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(text: &str) -> (usize, &'static str) {
        Log::parse(text).err().expect(text)
    }

    #[test]
    fn reads_columns_over_time() {
        let log = Log::parse("# t, level, wind\n10, 1, 5\n10.5 2 6\n\n11 , 3,7 # later\n").unwrap();
        assert_eq!((log.begin, log.step, log.rows), (10.0, 0.5, 3));
        assert_eq!(log.columns, [[1.0, 2.0, 3.0], [5.0, 6.0, 7.0]]);
        assert_eq!(Log::parse("5 1").unwrap().rows, 1);
    }

    #[test]
    fn is_read_between_and_beyond_its_lines() {
        let log = Log::parse("10 1\n12 3\n14 7\n").unwrap();
        let at = |seconds: f64, wrap| log.value(0, (seconds - log.begin) / log.step, wrap);
        assert_eq!([at(10.0, 0), at(11.0, 0), at(13.0, 0), at(14.0, 0)], [1.0, 2.0, 5.0, 7.0]);
        assert_eq!([at(0.0, 0), at(99.0, 0), at(f64::INFINITY, 0)], [1.0, 7.0, 7.0]);
        assert_eq!([at(16.0, WRAP_REPEAT), at(15.0, WRAP_REPEAT)], [1.0, 4.0]);
        assert_eq!([at(16.0, WRAP_MIRROR), at(18.0, WRAP_MIRROR)], [7.0, 3.0]);
        assert_eq!([at(15.0, WRAP_ZERO), at(9.0, WRAP_ZERO), at(0.0, WRAP_ZERO)], [3.5, 0.5, 0.0]);
        assert!(at(f64::NAN, 0).is_nan() && at(f64::INFINITY, WRAP_REPEAT).is_nan());
    }

    #[test]
    fn names_the_line_that_makes_no_sense() {
        assert_eq!(trouble("").1, "the log is empty");
        assert_eq!(trouble("0 1\n1 x").0, 2);
        assert_eq!(trouble("0 1\n1 nan").0, 2);
        assert_eq!(trouble("0\n1").0, 1);
        assert_eq!(trouble("0 1\n1 2 3").0, 2);
        assert_eq!(trouble("0 1\n1 2\n2.1 3").0, 3);
        assert_eq!(trouble("0 1\n0 2").0, 2);
        assert_eq!(trouble("1 1\n0 2").0, 2);
    }
}
