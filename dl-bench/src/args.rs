//! The command line.

use std::time::Duration;

use crate::measure::Budget;
use crate::workloads::{Row, WORKLOADS, Workload};

pub(crate) const USAGE: &str = "\
usage: dl-bench [--list | --limits | --check | --serve] [--workload NAME[,NAME]] [--batch N] [--threads N] [--seconds S]

    --list       the workloads and their batches
    --limits     what this machine can do: multiply-adds and bytes read per second
    --check      whether the training workloads learn, in place of their times
    --serve      measure one row whenever a line `go SECONDS` comes in
    --workload   only these workloads (default: all)
    --batch      only rows of this batch (default: all)
    --threads    threads that share a step; above 1 for steps of several chunks only (default: 1)
    --seconds    time for each row (default: 0.7)";

/// What to do.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    List,
    Limits,
    Check(Vec<Selected>),
    Serve(Selected, usize),
    Time(Vec<Selected>, Budget, usize),
}

/// One row, and the workload it belongs to.
pub(crate) type Selected = (&'static Workload, &'static Row);

/// Reads the arguments after the program's name.
///
/// # Errors
/// What is wrong, and what there is instead.
pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut mode = None;
    let (mut names, mut batch, mut budget, mut threads) = (None, None, Budget::default(), 1);
    let mut args = args.into_iter();
    while let Some(flag) = args.next() {
        let mut value = || args.next().ok_or(format!("`{flag}` needs a value"));
        match flag.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--list" | "--limits" | "--check" | "--serve" => mode = Some(flag),
            "--workload" => names = Some(value()?),
            "--batch" => batch = Some(count(&flag, &value()?)?),
            "--threads" => threads = count(&flag, &value()?)?,
            "--seconds" => {
                let value = value()?;
                budget =
                    Budget(seconds(&value).map_err(|mistake| format!("`--seconds {value}`: {mistake}"))?);
            }
            _ => {
                return Err(format!(
                    "there is no argument `{flag}`; there are --list, --limits, --check, --serve, --workload, \
                     --batch, --threads, --seconds, --help"
                ));
            }
        }
    }
    let mut rows = select(names.as_deref(), batch)?;
    if threads > 1 {
        rows.retain(|(_, row)| row.share.is_some());
        if rows.is_empty() {
            return Err(format!("`--threads {threads}`: several chunks to share have only {}", shared()));
        }
    }
    Ok(match mode.as_deref() {
        Some("--list") => Command::List,
        Some("--limits") => Command::Limits,
        Some("--check") => Command::Check(rows),
        Some(_) => match rows[..] {
            [row] => Command::Serve(row, threads),
            _ => {
                return Err(format!(
                    "`--serve` takes one row, named by --workload and --batch, and not {}",
                    rows.len()
                ));
            }
        },
        None => Command::Time(rows, budget, threads),
    })
}

/// The rows whose steps have several chunks: `mlp_train 256, lenet_train 32`
fn shared() -> String {
    let rows = WORKLOADS.iter().flat_map(|w| w.rows.iter().map(move |row| (w, row)));
    let shared = rows.filter(|(_, row)| row.share.is_some());
    shared.map(|(w, row)| format!("{} {}", w.name, row.batch)).collect::<Vec<_>>().join(", ")
}

fn count(flag: &str, value: &str) -> Result<usize, String> {
    match value.parse() {
        Ok(0) | Err(_) => Err(format!("`{flag} {value}`: a whole number from 1 is needed")),
        Ok(n) => Ok(n),
    }
}

/// # Errors
/// What is needed.
pub(crate) fn seconds(value: &str) -> Result<Duration, String> {
    let seconds = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|time| !time.is_zero()).ok_or("a number above 0 is needed, such as 0.7".into())
}

/// The rows of all named workloads with this batch. A workload that was named must have it.
fn select(names: Option<&str>, batch: Option<usize>) -> Result<Vec<Selected>, String> {
    let workloads = match names {
        None => WORKLOADS.iter().collect(),
        Some(names) => names.split(',').map(find).collect::<Result<Vec<_>, _>>()?,
    };
    let mut rows = Vec::new();
    for workload in &workloads {
        let of_batch = workload.rows.iter().filter(|row| batch.is_none_or(|batch| row.batch == batch));
        let before = rows.len();
        rows.extend(of_batch.map(|row| (*workload, row)));
        if names.is_some() && rows.len() == before {
            return Err(no_batch(batch, &[workload]));
        }
    }
    if rows.is_empty() { Err(no_batch(batch, &workloads)) } else { Ok(rows) }
}

fn find(name: &str) -> Result<&'static Workload, String> {
    WORKLOADS.iter().find(|workload| workload.name == name).ok_or_else(|| {
        let names: Vec<_> = WORKLOADS.iter().map(|workload| workload.name).collect();
        format!("there is no workload `{name}`; there are {}", names.join(", "))
    })
}

fn no_batch(batch: Option<usize>, workloads: &[&Workload]) -> String {
    let batch = batch.unwrap_or_default();
    let has: Vec<_> = workloads.iter().map(|w| format!("{} has {}", w.name, w.batches())).collect();
    format!("there is no batch {batch}: {}", has.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(String::from))
    }

    fn rows(line: &str) -> Vec<(&'static str, usize)> {
        match parsed(line) {
            Ok(Command::Time(rows, ..)) => rows.iter().map(|(w, row)| (w.name, row.batch)).collect(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn nothing_said_is_every_row_for_the_time_that_others_take() {
        assert_eq!(
            rows(""),
            [
                ("mlp_infer1", 1),
                ("mlp_train", 32),
                ("mlp_train", 256),
                ("lenet_infer1", 1),
                ("lenet_train", 32),
                ("lenet_train", 96),
                ("lenet_train", 512),
                ("kws_infer1", 1),
                ("kws_int8_infer1", 1),
                ("resnet8_infer1", 1),
                ("ad_infer1", 1),
                ("tiny_infer1", 1),
                ("tiny_train", 1),
                ("tiny_train", 16),
                ("lstm_stream_h8", 1),
                ("lstm_stream_h16", 1),
                ("lstm_stream_h32", 1),
                ("lstm_stream_h64", 1),
                ("gru_stream_h8", 1),
                ("gru_stream_h16", 1),
                ("gru_stream_h32", 1),
                ("gru_stream_h64", 1),
                ("charlstm_train", 16),
                ("gpt_train", 16),
                ("gpt_infer", 1),
            ]
        );
        assert!(matches!(parsed(""), Ok(Command::Time(_, budget, 1)) if budget == Budget::default()));
    }

    #[test]
    fn workloads_and_batch_narrow_the_rows() {
        assert_eq!(
            rows("--workload tiny_train,mlp_infer1"),
            [("tiny_train", 1), ("tiny_train", 16), ("mlp_infer1", 1)]
        );
        assert_eq!(rows("--workload mlp_train --batch 256 --threads 1"), [("mlp_train", 256)]);
        assert_eq!(rows("--threads 2 --workload mlp_train"), [("mlp_train", 256)]);
        assert_eq!(rows("--threads 2 --batch 32"), [("lenet_train", 32)]);
        assert!(matches!(parsed("--threads 2"), Ok(Command::Time(_, _, 2))));
        assert_eq!(
            rows("--batch 1"),
            [
                "mlp_infer1",
                "lenet_infer1",
                "kws_infer1",
                "kws_int8_infer1",
                "resnet8_infer1",
                "ad_infer1",
                "tiny_infer1",
                "tiny_train",
                "lstm_stream_h8",
                "lstm_stream_h16",
                "lstm_stream_h32",
                "lstm_stream_h64",
                "gru_stream_h8",
                "gru_stream_h16",
                "gru_stream_h32",
                "gru_stream_h64",
                "gpt_infer",
            ]
            .map(|name| (name, 1))
        );
    }

    #[test]
    fn flags_choose_what_is_done() {
        assert!(matches!(parsed("--list"), Ok(Command::List)));
        assert!(matches!(parsed("--help"), Ok(Command::Help)));
        assert!(matches!(parsed("--limits"), Ok(Command::Limits)));
        let served = parsed("--serve --workload mlp_train --batch 32");
        assert!(
            matches!(served, Ok(Command::Serve((w, row), 1)) if w.name == "mlp_train" && row.batch == 32)
        );
        assert!(matches!(parsed("--check --batch 32"), Ok(Command::Check(rows)) if rows.len() == 2));
        let quarter = Budget(Duration::from_millis(250));
        assert!(matches!(parsed("--seconds 0.25"), Ok(Command::Time(_, budget, _)) if budget == quarter));
    }

    #[test]
    fn a_mistake_is_told_with_what_there_is() {
        for (line, expected) in [
            (
                "--workload mlp",
                "there is no workload `mlp`; there are mlp_infer1, mlp_train, lenet_infer1, lenet_train, kws_infer1, kws_int8_infer1, resnet8_infer1, ad_infer1, tiny_infer1, tiny_train, lstm_stream_h8, lstm_stream_h16, lstm_stream_h32, lstm_stream_h64, gru_stream_h8, gru_stream_h16, gru_stream_h32, gru_stream_h64, charlstm_train, gpt_train, gpt_infer",
            ),
            ("--workload mlp_train --batch 16", "there is no batch 16: mlp_train has 32, 256"),
            (
                "--batch 7",
                "there is no batch 7: mlp_infer1 has 1, mlp_train has 32, 256, lenet_infer1 has 1, lenet_train has 32, 96, 512, kws_infer1 has 1, kws_int8_infer1 has 1, resnet8_infer1 has 1, ad_infer1 has 1, tiny_infer1 has 1, tiny_train has 1, 16, lstm_stream_h8 has 1, lstm_stream_h16 has 1, lstm_stream_h32 has 1, lstm_stream_h64 has 1, gru_stream_h8 has 1, gru_stream_h16 has 1, gru_stream_h32 has 1, gru_stream_h64 has 1, charlstm_train has 16, gpt_train has 16, gpt_infer has 1",
            ),
            (
                "--bath 7",
                "there is no argument `--bath`; there are --list, --limits, --check, --serve, --workload, --batch, --threads, --seconds, --help",
            ),
            ("--batch", "`--batch` needs a value"),
            ("--batch -1", "`--batch -1`: a whole number from 1 is needed"),
            ("--threads 0", "`--threads 0`: a whole number from 1 is needed"),
            (
                "--threads 2 --batch 16",
                "`--threads 2`: several chunks to share have only mlp_train 256, lenet_train 32, lenet_train 96, lenet_train 512",
            ),
            (
                "--serve --workload mlp_train",
                "`--serve` takes one row, named by --workload and --batch, and not 2",
            ),
            ("--seconds 0", "`--seconds 0`: a number above 0 is needed, such as 0.7"),
            ("--seconds -1", "`--seconds -1`: a number above 0 is needed, such as 0.7"),
            ("--seconds nan", "`--seconds nan`: a number above 0 is needed, such as 0.7"),
        ] {
            assert_eq!(parsed(line).expect_err(line), expected);
        }
    }
}
