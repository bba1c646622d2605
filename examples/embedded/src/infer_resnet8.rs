//! An inference of ResNet-8 in integers.
#![no_std]
#![no_main]

use board::entry;
use dl::Blank;
use dl::quant::{Int8Layer, Int8Memory};
use dl::zoo::ResNet8Int8;
use static_cell::ConstStaticCell;

mod infer;

type Net = ResNet8Int8;
infer::from_host!(Net, "resnet8");

static MEMORY: ConstStaticCell<Int8Memory<<Net as Int8Layer>::Work, { host::X.len() }, { host::Y.len() }>> =
    ConstStaticCell::new(Blank::ZERO);

#[entry]
fn main() -> ! {
    infer::run::<Net, _, _, _>(&NET, (&host::X, &host::Y), MEMORY.take(), 23_500_000)
}
