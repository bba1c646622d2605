//! With the functions that stand in for instructions.

use crate::Rng;
use crate::kernels::conv::Window;
use crate::kernels::int8;

#[path = "../../../../../tests/portable/int8_kernels.rs"]
mod cases;

#[test]
fn every_kernel_gives_the_bits_of_the_plain_loops() {
    let fast = cases::Fast {
        dense: |layer, x, y| assert!(super::dense(layer, x, y)),
        conv: |layer, x, y| assert!(super::conv(layer, x, y)),
        add: |sum, a, b, y| assert!(super::add(sum, a, b, y)),
        global_avg_pool: |x, y| assert!(super::global_avg_pool(x, y)),
    };
    let mut numbers = cases::Numbers::ZERO;
    assert_eq!(numbers.compare(&fast, 3000), Ok(()));
}
