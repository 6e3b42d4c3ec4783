//! The tide of a harbour as a sum of cosines, from a file of lines
//!
//! ```text
//! mean 2.1
//! M2 1.85 12.4206012 40      a name, metres, the period in hours, the phase in degrees
//! ```

use std::f64::consts::TAU;

struct Constituent {
    amplitude: f64, // metres
    period: f64,    // seconds
    phase: f64,     // turns
}

pub struct Constituents {
    mean: f64,
    list: Vec<Constituent>,
}

impl Constituents {
    /// Or the line that makes no sense, from 1, and why.
    pub fn parse(text: &str) -> Result<Constituents, (usize, &'static str)> {
        let mut all = Constituents { mean: 0.0, list: Vec::new() };
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("");
            let words: Vec<&str> = line.split_whitespace().collect();
            let numbers: Vec<f64> =
                words.iter().skip(1).map(|word| word.parse().unwrap_or(f64::NAN)).collect();
            if numbers.iter().any(|number| !number.is_finite()) {
                return Err((at + 1, "behind the name stand numbers"));
            }
            match (words.first(), &numbers[..]) {
                (None, _) => {}
                (Some(&"mean"), [metres]) => all.mean = *metres,
                (Some(&"mean"), _) => return Err((at + 1, "the mean is one number, in metres")),
                (_, [amplitude, hours, degrees]) if *hours > 0.0 => all.list.push(Constituent {
                    amplitude: *amplitude,
                    period: hours * 3600.0,
                    phase: degrees / 360.0,
                }),
                _ => return Err((at + 1, "a constituent has metres, hours above 0, and degrees")),
            }
        }
        Ok(all)
    }

    /// Metres at a moment in seconds.
    pub fn level(&self, seconds: f64) -> f64 {
        let of = |c: &Constituent| c.amplitude * (TAU * turns(c, seconds)).cos();
        self.mean + self.list.iter().map(of).sum::<f64>()
    }

    /// Metres an hour.
    pub fn rising(&self, seconds: f64) -> f64 {
        let of = |c: &Constituent| {
            -c.amplitude * TAU / c.period * 3600.0 * (TAU * turns(c, seconds)).sin()
        };
        self.list.iter().map(of).sum()
    }
}

/// Where in its period a constituent is: reduced to one turn before it becomes an angle, so that
/// the tide of the hundredth year is as exact as that of the first day.
fn turns(c: &Constituent, seconds: f64) -> f64 {
    let turns = seconds / c.period;
    turns - turns.floor() + c.phase
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(text: &str) -> (usize, &'static str) {
        Constituents::parse(text).err().expect(text)
    }

    #[test]
    fn adds_up_cosines() {
        let tide = Constituents::parse("# a lake\nmean 2\n\nA 1 1 0 # hourly\nB .5 2 90\n").unwrap();
        assert!((tide.level(0.0) - 3.0).abs() < 1e-12);
        assert!((tide.level(1800.0) - (2.0 - 1.0 - 0.5)).abs() < 1e-12);
        assert!((tide.rising(0.0) - -0.5 * TAU / 2.0).abs() < 1e-12);
        let later = 3600.0 * 24.0 * 365.0 * 100.0;
        assert!((tide.level(later) - tide.level(0.0)).abs() < 1e-9);
    }

    #[test]
    fn names_the_line_that_makes_no_sense() {
        assert_eq!(trouble("mean 1\nA 1 x 0").0, 2);
        assert_eq!(trouble("mean").0, 1);
        assert_eq!(trouble("A 1 2").0, 1);
        assert_eq!(trouble("A 1 0 0").0, 1);
        assert_eq!(trouble("A nan 1 0").0, 1);
        assert_eq!(trouble("\n\nA 1 inf 0").0, 3);
    }
}
