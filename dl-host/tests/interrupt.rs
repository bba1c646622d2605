//! Ctrl-C, as the operating system sends it. A process of its own: the signal reaches all of it.
#![cfg(all(unix, feature = "interrupt"))]

use std::process::Command;
use std::time::{Duration, Instant};

use dl_host::Interrupt;

#[test]
fn ctrl_c_is_noticed_and_can_be_forgotten() {
    let interrupt = Interrupt::install().unwrap();
    assert!(!interrupt.happened());
    let status = Command::new("sh").args(["-c", &format!("kill -INT {}", std::process::id())]).status();
    assert!(status.unwrap().success());
    let start = Instant::now();
    while !interrupt.happened() {
        assert!(start.elapsed() < Duration::from_secs(10), "the signal was not noticed");
        std::thread::sleep(Duration::from_millis(1));
    }
    let again = Interrupt::install().unwrap();
    assert!(again.happened());
    again.reset();
    assert!(!interrupt.happened());
}
