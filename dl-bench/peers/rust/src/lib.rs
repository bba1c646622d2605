//! What the Rust programs share: the networks, and a server that speaks as `dl-bench --serve` does.

use std::io::BufRead;
use std::time::{Duration, Instant};

/// The dense layers at the end of LeNet.
pub const LENET_HEAD: &[usize] = &[256, 120, 84, 10];

/// The sizes of the layers of a workload of dense layers alone.
pub fn sizes(workload: &str) -> &'static [usize] {
    match workload {
        "mlp_infer1" | "mlp_train" => &[784, 128, 64, 10],
        "ad_infer1" => &[640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640],
        "tiny_infer1" => &[1, 16, 16, 1],
        "tiny_train" => &[2, 16, 16, 1],
        _ => panic!("no workload {workload}"),
    }
}

/// Workload and batch: the arguments of the program.
pub fn arguments() -> (String, usize) {
    let mut args = std::env::args().skip(1);
    (args.next().expect("a workload"), args.next().and_then(|n| n.parse().ok()).expect("a batch"))
}

/// Measures `call` for each line `go SECONDS`: median and minimum of samples of about 2 ms.
pub fn serve(name: &str, version: &str, mut call: impl FnMut()) {
    let (start, mut calls) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_millis(300) {
        call();
        calls += 1;
    }
    let calls = (2e6 * f64::from(calls) / start.elapsed().as_nanos() as f64).max(1.0) as u32;
    println!("ready {name} {version}");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let seconds = line.strip_prefix("go ").and_then(|s| s.parse().ok()).expect("go SECONDS");
        let (start, mut samples) = (Instant::now(), Vec::new());
        while samples.len() < 5 || (samples.len() < 2000 && start.elapsed().as_secs_f64() < seconds) {
            let sample = Instant::now();
            (0..calls).for_each(|_| call());
            samples.push(sample.elapsed().as_nanos() as f64 / f64::from(calls));
        }
        samples.sort_by(f64::total_cmp);
        println!("{:.2} {:.2}", samples[samples.len() / 2], samples[0]);
    }
}

/// Numbers from -1 to 1, always the same.
pub fn numbers(n: usize) -> Vec<f32> {
    let mut state = 42_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n).map(|_| next()).collect()
}
