//! A server for comparisons: one row, warmed up, that is measured whenever a line asks for it. So two programs are
//! measured in turn, many times, without being started anew.

use std::error::Error;
use std::io::{BufRead, Write};

use crate::args::{Selected, seconds};
use crate::limits::{Limits, steady_fma};
use crate::measure::{Budget, Meter, Timing};

/// Answers each line with one:
///
/// | line          | answer                                                            |
/// |---------------|-------------------------------------------------------------------|
/// | `go SECONDS`  | median and minimum, in nanoseconds of a call                      |
/// | `limits`      | JSON: the work of a call, and the best limits seen so far         |
/// | `fma SECONDS` | 10⁹ floating-point operations a second over this time             |
///
/// The first line, `ready NAME VERSION`, comes unasked.
///
/// # Errors
/// A line that is none of these, and errors of input and output.
pub(crate) fn serve(
    (_, row): Selected,
    threads: usize,
    lines: impl BufRead,
    mut out: impl Write,
) -> Result<(), Box<dyn Error>> {
    let mut meter = Meter::warm_up(row.step(threads), Budget::default());
    let mut limits = None;
    writeln!(out, "ready dl {}", env!("CARGO_PKG_VERSION"))?;
    for line in lines.lines() {
        let line = line?;
        match line.split_once(' ') {
            Some(("go", time)) => {
                let Timing { median_ns, min_ns } = meter.time(Budget(seconds(time)?));
                writeln!(out, "{median_ns:.2} {min_ns:.2}")?;
            }
            Some(("fma", time)) => writeln!(out, "{:.2}", steady_fma(seconds(time)?))?,
            None if line == "limits" => {
                let limits = limits.get_or_insert_with(Limits::measure);
                limits.renew();
                writeln!(out, "{}", limits.of(row.work))?;
            }
            _ => return Err(format!("`{line}`: there are go SECONDS, limits, fma SECONDS").into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::WORKLOADS;

    fn answers(lines: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let tiny = WORKLOADS.iter().find(|w| w.name == "tiny_infer1").expect("is there");
        let mut out = Vec::new();
        serve((tiny, &tiny.rows[0]), 1, lines.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out)?.lines().map(String::from).collect())
    }

    #[test]
    fn each_line_gets_one_answer() {
        let answers = answers("go 0.01\nlimits\nfma 0.01\ngo 0.01\n").expect("all are known");
        let numbers =
            |line: &str| line.split(' ').map(|n| n.parse().expect("a number")).collect::<Vec<f64>>();
        let [ready, go, limits, fma, again] = &answers[..] else { panic!("{answers:?}") };
        assert!(ready.starts_with("ready dl "), "{ready}");
        assert!(limits.starts_with(r#"{"flops": 576, "weight_bytes": 1152, "read_kib": 16, "#), "{limits}");
        assert_eq!(numbers(fma).len(), 1);
        for line in [go, again] {
            let [median, min] = numbers(line)[..] else { panic!("{line}") };
            assert!(min > 0.0 && median >= min, "{line}");
        }
    }

    #[test]
    fn other_lines_end_it() {
        for line in ["go", "go fast", "stop", "limits 2", "fma"] {
            assert!(answers(line).is_err(), "{line}");
        }
    }
}
