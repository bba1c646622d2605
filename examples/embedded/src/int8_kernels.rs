//! The kernels of integers against plain loops, on any shapes: the processor's instructions do what the tests on the host take
//! them for.
#![no_std]
#![no_main]

use board::{end, entry, println};
use dl::Rng;
use dl::kernels::{conv::Window, int8};
use static_cell::ConstStaticCell;

#[path = "../../../tests/portable/int8_kernels.rs"]
mod cases;

static NUMBERS: ConstStaticCell<cases::Numbers> = ConstStaticCell::new(cases::Numbers::ZERO);

#[entry]
fn main() -> ! {
    let fast = cases::Fast {
        dense: int8::dense,
        conv: int8::conv,
        add: int8::add,
        global_avg_pool: int8::global_avg_pool,
    };
    let result = NUMBERS.take().compare(&fast, 500);
    println!("500 cases of each kernel of integers: {result:?}");
    end(result.is_ok())
}
