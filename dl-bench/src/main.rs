//! The benchmark workloads of `dl`: fixed networks, timed through the public interface.
//!
//!     cargo run --release -p dl-bench -- --list

use std::process::ExitCode;

use args::{Command, Selected, USAGE};
use limits::{Bounds, Limits};
use measure::{Budget, Meter, Timing};
use workloads::WORKLOADS;

mod args;
mod limits;
mod measure;
mod serve;
mod work;
mod workloads;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)) {
        Err(mistake) => {
            eprintln!("error: {mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
        Ok(Command::Help) => println!("{USAGE}"),
        Ok(Command::List) => {
            for workload in &WORKLOADS {
                println!("{:<15} batch {:<8} {}", workload.name, workload.batches(), workload.what);
            }
        }
        Ok(Command::Limits) => print!("{}", Limits::measure()),
        Ok(Command::Check(rows)) => return check(&rows),
        Ok(Command::Serve(row, threads)) => {
            if let Err(problem) =
                serve::serve(row, threads, std::io::stdin().lock(), std::io::stdout().lock())
            {
                eprintln!("error: {problem}");
                return ExitCode::FAILURE;
            }
        }
        Ok(Command::Time(rows, budget, threads)) => time(&rows, budget, threads),
    }
    ExitCode::SUCCESS
}

fn time(rows: &[Selected], budget: Budget, threads: usize) {
    let mut limits = Limits::measure();
    for (workload, row) in rows {
        let timing = Meter::warm_up(row.step(threads), budget).time(budget);
        limits.renew();
        println!("{}", json(workload.name, row.batch, threads, timing, limits.of(row.work)));
    }
}

/// One line of output: the fields that all programs of the comparison print, and how close the minimum is to the ideal of
/// as many cores as there are threads.
fn json(
    workload: &str,
    batch: usize,
    threads: usize,
    Timing { median_ns, min_ns }: Timing,
    bounds: Bounds,
) -> String {
    let ideal_ns = bounds.ideal_ns() / threads as f64;
    let of_ideal = ideal_ns / min_ns;
    format!(
        r#"{{"workload": "{workload}", "peer": "dl", "batch": {batch}, "threads": {threads}, "median_ns": {median_ns:.1}, "min_ns": {min_ns:.1}, "ideal_ns": {ideal_ns:.1}, "of_ideal": {of_ideal:.3}}}"#
    )
}

fn check(rows: &[Selected]) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (workload, row) in rows {
        let Some(losses) = row.losses else { continue };
        let (name, batch) = (workload.name, row.batch);
        match losses() {
            Ok(losses) => println!("{name}, batch {batch}: learns, {losses}"),
            Err(problem) => {
                println!("{name}, batch {batch}: DOES NOT LEARN: {problem}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Products;

    #[test]
    fn a_row_is_printed_in_the_fields_of_the_comparison() {
        let timing = Timing { median_ns: 541_000.04, min_ns: 530_000.0 };
        let work = Products::NONE.dense(&[784, 128, 64, 10]).train(32);
        assert_eq!(
            json("mlp_train", 32, 1, timing, Bounds { work, gflops: 100.0, read_kib: 16, read_gb_s: 200.0 }),
            r#"{"workload": "mlp_train", "peer": "dl", "batch": 32, "threads": 1, "median_ns": 541000.0, "min_ns": 530000.0, "ideal_ns": 145408.0, "of_ideal": 0.274}"#
        );
    }

    #[test]
    fn every_training_row_learns() {
        for (workload, row) in WORKLOADS.iter().flat_map(|w| w.rows.iter().map(move |row| (w, row))) {
            assert_eq!(row.losses.is_some(), workload.name.ends_with("_train"), "{}", workload.name);
            if let Some(losses) = row.losses {
                losses()
                    .unwrap_or_else(|problem| panic!("{}, batch {}: {problem}", workload.name, row.batch));
            }
        }
    }
}
