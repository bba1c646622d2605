//! An inference of a sine in integers.
#![no_std]
#![no_main]

use board::entry;
use dl::Blank;
use dl::quant::{Int8Layer, Int8Memory};
use static_cell::ConstStaticCell;

mod infer;
#[path = "nets.rs"]
mod nets;

type Net = nets::SineInt8;
infer::from_host!(Net, "sine");

static MEMORY: ConstStaticCell<Int8Memory<<Net as Int8Layer>::Work, { host::X.len() }, { host::Y.len() }>> =
    ConstStaticCell::new(Blank::ZERO);

#[entry]
fn main() -> ! {
    infer::run::<Net, _, _, _>(&NET, (&host::X, &host::Y), MEMORY.take(), 2_300)
}
