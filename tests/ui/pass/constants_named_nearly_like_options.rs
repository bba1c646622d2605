//! `SIDE` is two letters from `Stride`: a name in capitals is a constant all the same.

use dl::prelude::*;

const SIDE: usize = 3;
const PADS: usize = 2;

#[network(input = [1, 8, 8])]
struct Net {
    conv: Conv2d<4, SIDE>,
    pool: MaxPool2d<PADS>,
    flat: Flatten,
    head: Dense<10>,
}

fn main() {
    assert_eq!(Net::<f32>::PARAMS, 4 * 9 + 4 + 36 * 10 + 10);
}
