//! Prints what the others print, and does nothing: what it takes is to be subtracted.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::{end, entry};

#[entry]
fn main() -> ! {
    board::sizes();
    end(board::takes("nothing", 10, || _ = black_box(0)))
}
