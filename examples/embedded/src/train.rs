//! Trains on the device: exclusive or, then a network that reads handwritten digits.
#![no_std]
#![no_main]

mod digits;
mod learn_digits;
mod learn_xor;

use board::{end, entry};

#[entry]
fn main() -> ! {
    board::sizes();
    end(learn_xor::learn() & learn_digits::learn())
}
