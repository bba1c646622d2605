//! Ctrl-C, as the operating system sends it. A process of its own: the signal reaches all of it.
#![cfg(all(unix, feature = "interrupt"))]
#![forbid(unsafe_code)]

use std::process::Command;
use std::time::{Duration, Instant};

use dl_core::Network;
use dl_core::loss::Mse;
use dl_core::optim::Sgd;
use dl_core::train::{Callback, Fit, Flow, StepReport, Trainer};
use dl_host::Interrupt;
use dl_host::io::Checkpoint;
use dl_macros::network;

#[network(input = [1], crate = ::dl_core)]
struct Line {
    fc: Dense<1>,
}

/// Presses Ctrl-C in the third step, and waits until it is noticed.
struct Press(Interrupt);

impl<N: Network> Callback<N> for Press {
    fn on_step_end(&mut self, report: &StepReport, _: &mut N) -> Flow {
        if report.step == 3 {
            let kill = format!("kill -INT {}", std::process::id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
            let start = Instant::now();
            while !self.0.happened() {
                assert!(start.elapsed() < Duration::from_secs(10), "the signal was not noticed");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Flow::Continue(())
    }
}

#[test]
fn ctrl_c_ends_training_after_the_step_and_the_weights_are_saved() {
    let interrupt = Interrupt::install().unwrap();
    assert!(!interrupt.happened());
    let folder = tempfile::tempdir().unwrap();
    let mut checkpoint = Checkpoint::new(folder.path());
    let mut trainer = Trainer::<Line, Mse, Sgd, 1>::boxed_with(Mse, Sgd::new(0.1), 0);
    let data = ([[1.0_f32]; 10], [2.0_f32; 10]);
    let callbacks = (Press(interrupt), interrupt, &mut checkpoint);
    let report = trainer.fit(&data, (), Fit::new(5, 1), callbacks).unwrap();
    assert_eq!((report.steps, report.stopped), (3, Some("interrupted by Ctrl-C")));
    assert!(checkpoint.last_path().exists());

    let again = Interrupt::install().unwrap();
    assert!(again.happened(), "it is not forgotten by itself");
    again.reset();
    assert!(!interrupt.happened());
}
