//! Learns exclusive or, and nothing else: a firmware to weigh.
#![no_std]
#![no_main]

mod learn_xor;

use board::{end, entry};

#[entry]
fn main() -> ! {
    board::sizes();
    end(learn_xor::learn())
}
