//! The operators that TEMPLATE_NAME computes, by their numbers in <weft/ops.def>, which lists all there are
//! with their meaning and with the error that a back end in f32 may have. What is not here is not
//! supported, and everything else follows from that.

/// The value of an operator of one to three operands; None: it is not supported.
pub fn compute(op: u16, a: [f64; 3]) -> Option<f64> {
    let truth = |yes: bool| Some(if yes { 1.0 } else { 0.0 });
    match op {
        32 => Some(a[0] + a[1]),
        33 => Some(a[0] - a[1]),
        34 => Some(a[0] * a[1]),
        35 => Some(a[0] / a[1]),
        36 => Some(a[0] - a[1] * (a[0] / a[1]).floor()), // %
        37 => Some(a[0].powf(a[1])),
        38 => Some(-a[0]),
        39 => truth(a[0] < a[1]),
        40 => truth(a[0] <= a[1]),
        41 => truth(a[0] > a[1]),
        42 => truth(a[0] >= a[1]),
        43 => truth(a[0] == a[1]),
        44 => truth(a[0] != a[1]),
        45 => truth(a[0] != 0.0 && a[1] != 0.0), // and
        46 => truth(a[0] != 0.0 || a[1] != 0.0), // or
        47 => truth(a[0] == 0.0),                // not
        48 => Some(if a[0] != 0.0 { a[1] } else { a[2] }),
        49 => Some(a[0].sin()),
        50 => Some(a[0].cos()),
        63 => Some(a[0].sqrt()),
        65 => Some(a[0].abs()),
        67 => Some(a[0].floor()),
        71 => Some(a[0] - a[0].floor()), // fract
        72 => Some(a[0].min(a[1])),      // a NaN loses, as with C's fmin
        73 => Some(a[0].max(a[1])),
        _ => None,
    }
}

/// What a message calls it.
pub fn word(op: u16) -> String {
    match op {
        4 => "reading a picture".into(),
        5 => "a loop".into(),
        58 => "tanh".into(),
        59 => "exp".into(),
        61 => "log".into(),
        74 => "hash".into(),
        75 => "noise".into(),
        _ => format!("operator {}", op),
    }
}
