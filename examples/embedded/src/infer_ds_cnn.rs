//! An inference of DS-CNN, which spots keywords in integers.
#![no_std]
#![no_main]

use board::entry;
use dl::Blank;
use dl::quant::{Int8Layer, Int8Memory};
use dl::zoo::DsCnnInt8;
use static_cell::ConstStaticCell;

mod infer;

type Net = DsCnnInt8;
infer::from_host!(Net, "ds_cnn");

static MEMORY: ConstStaticCell<Int8Memory<<Net as Int8Layer>::Work, { host::X.len() }, { host::Y.len() }>> =
    ConstStaticCell::new(Blank::ZERO);

#[entry]
fn main() -> ! {
    infer::run::<Net, _, _, _>(&NET, (&host::X, &host::Y), MEMORY.take(), 7_100_000)
}
