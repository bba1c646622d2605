//! Trains in portable arithmetic: the weights must have the hash that they have on every other target.
#![no_std]
#![no_main]

#[path = "../../../tests/portable/train.rs"]
mod train;

use board::{end, entry, println};
use dl::Blank;
use static_cell::ConstStaticCell;

static MEMORY: ConstStaticCell<train::Place> = ConstStaticCell::new(Blank::ZERO);

#[entry]
fn main() -> ! {
    let hash = train::hash(MEMORY.take());
    println!("weights after 100 steps: {hash:#018x}, on other targets {:#018x}", train::HASH);
    end(hash == train::HASH)
}
