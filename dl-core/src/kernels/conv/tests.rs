//! Convolutions by hand, and every instruction set against the plain loops.

extern crate std;
use std::vec::Vec;

use super::super::tests::{Guarded, numbers};
use super::*;
use crate::Rng;

/// 2 x 3 numbers, a window of 2 x 2, one row of zeros above and one column of them to the right.
const SMALL: Window =
    Window { input: [1, 2, 3], output: [1, 2, 3], kernel: [2, 2], pad: [1, 0], ..Window::ONE };

#[test]
fn convolutions_of_small_integers_are_exact() {
    let (x, w) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 10.0, 100.0, 1000.0]);
    let mut y = [0.0; 6];
    f64::conv(Isa::best(), &SMALL, &w, Some(&[0.5]), &x, &mut y, 1, false);
    assert_eq!(y, [2100.5, 3200.5, 300.5, 5421.5, 6532.5, 603.5]);
    f64::conv(Isa::best(), &SMALL, &w, Some(&[-603.0]), &x, &mut y, 1, true);
    assert_eq!(y, [1497.0, 2597.0, 0.0, 4818.0, 5929.0, 0.0]);

    let dy = [1.0, 0.0, 0.0, 0.0, 2.0, 0.0];
    let mut dx = [7.0; 6];
    f64::conv_grad_input(Isa::best(), &SMALL, &w, &dy, &mut dx, 1);
    assert_eq!(dx, [100.0, 1002.0, 20.0, 0.0, 200.0, 2000.0]);

    let (mut dw, mut db) = ([1.0; 4], [1.0]);
    f64::conv_grad_weight(Isa::best(), &SMALL, &x, &dy, &mut dw, Some(&mut db), 1, false);
    assert_eq!((dw, db), ([5.0, 7.0, 12.0, 15.0], [4.0]));
    f64::conv_grad_weight(Isa::best(), &SMALL, &x, &dy, &mut dw, Some(&mut db), 1, true);
    assert_eq!((dw, db), ([4.0, 6.0, 11.0, 14.0], [3.0]));
}

/// All three convolutions of `f32`, by every instruction set.
fn check(window: &Window, samples: usize) {
    let [inputs, outputs] =
        [window.input, window.output].map(|size| size.iter().product::<usize>() * samples);
    let (x, dy) = (numbers(inputs, 1), numbers(outputs, 2));
    let (w, b) = (numbers(window.weights(), 3), numbers(window.output[0], 4));
    let offset = (inputs + 3 * outputs) % 16;
    let (mut x_at, mut dy_at) = (Guarded::new(&x, offset), Guarded::new(&dy, offset + 1));
    let (x_at, dy_at) = (x_at.slice(), dy_at.slice());

    let plain_y = |bias: Option<&[f32]>, relu| {
        let mut y = std::vec![7.0; outputs];
        plain::conv(window, &w, bias, &x, &mut y, samples, relu);
        y
    };
    for (bias, relu) in [(Some(&b[..]), false), (None, true)] {
        let mut y = std::vec![7.0; outputs];
        // SAFETY: the slices are made for the window.
        unsafe { places::conv(window, &w, bias, &x, &mut y, samples, relu) };
        let bits = |y: Vec<f32>| y.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(y), bits(plain_y(bias, relu)), "place by place, {samples} samples of {window:?}");
    }
    let (y, rectified, without) = (plain_y(Some(&b), false), plain_y(Some(&b), true), plain_y(None, false));
    let mut dx = std::vec![7.0; inputs];
    plain::conv_grad_input(window, &w, &dy, &mut dx, samples);
    let plain_dw = |fresh| {
        let (mut dw, mut db) = (w.clone(), b.clone());
        plain::conv_grad_weight(window, &x, &dy, &mut dw, Some(&mut db), samples, fresh);
        (dw, db)
    };

    // of so many terms that a plain sum is further from it than a vector's
    let exact_db = |dy: &[f32], fresh| {
        let mut db: Vec<f64> = b.iter().map(|&b| f64::from(b)).collect();
        let dy: Vec<f64> = dy.iter().map(|&dy| f64::from(dy)).collect();
        plain::conv_grad_bias(window, &dy, &mut db, fresh);
        db.into_iter().map(|db| db as f32).collect::<Vec<_>>()
    };

    for isa in Isa::all() {
        let terms = window.weights() / window.output[0];
        let mut out = Guarded::new(&dy, offset);
        f32::conv(isa, window, &w, Some(&b), x_at, out.slice(), samples, false);
        out.check(&y, isa, terms, format_args!("y, {samples} samples of {window:?}"));
        f32::conv(isa, window, &w, Some(&b), x_at, out.slice(), samples, true);
        out.check(&rectified, isa, terms, format_args!("rectified y, {samples} samples of {window:?}"));
        f32::conv(isa, window, &w, None, x_at, out.slice(), samples, false);
        out.check(&without, isa, terms, format_args!("y without bias, {samples} samples of {window:?}"));

        let terms = window.weights() / window.input[0] * window.groups;
        let mut out = Guarded::new(&x, offset);
        f32::conv_grad_input(isa, window, &w, dy_at, out.slice(), samples);
        out.check(&dx, isa, terms, format_args!("dx, {samples} samples of {window:?}"));

        let terms = outputs / window.output[0];
        for fresh in [false, true] {
            let (plain_dw, plain_db) = plain_dw(fresh);
            let (mut dw, mut db) = (Guarded::new(&w, offset), Guarded::new(&b, offset));
            let (at, db_at) = (dw.slice(), db.slice());
            f32::conv_grad_weight(isa, window, x_at, dy_at, at, Some(db_at), samples, fresh);
            dw.check(&plain_dw, isa, terms, format_args!("dw, {samples} samples of {window:?}"));
            let exact = if isa == Isa::PORTABLE { &plain_db } else { &exact_db(&dy, fresh) };
            db.check(exact, isa, terms, format_args!("db, {samples} samples of {window:?}"));
        }
    }
}

#[test]
#[should_panic(expected = "no window")]
fn a_stride_of_nothing_is_refused() {
    f32::conv(
        Isa::best(),
        &Window { stride: [0, 1], ..Window::ONE },
        &[0.0],
        None,
        &[0.0],
        &mut [0.0],
        1,
        false,
    );
}

#[test]
#[should_panic(expected = "samples of")]
fn sizes_whose_product_is_no_number_are_refused() {
    let window = Window { input: [usize::MAX / 2 + 1, 1, 1], ..Window::ONE };
    f32::conv(Isa::best(), &window, &[], None, &[], &mut [0.0; 2], 2, false);
}

/// PyTorch's size of the output of an axis.
fn size(input: usize, pad: usize, kernel: usize, stride: usize, dilation: usize) -> Option<usize> {
    Some((input + pad).checked_sub(dilation * (kernel - 1) + 1)? / stride + 1)
}

#[test]
fn convolutions_of_all_widths_are_those_of_the_plain_loops() {
    for width in 1..=40 {
        for (kernel, pad) in [(1, 0), (3, 0), (3, 1), (5, 2)] {
            let Some(out) = size(width, 2 * pad, kernel, 1, 1) else { continue };
            let window = Window {
                input: [3, kernel + 1, width],
                output: [5, 2 + 2 * pad, out],
                kernel: [kernel; 2],
                pad: [pad; 2],
                ..Window::ONE
            };
            check(&window, 1);
            check(&Window { groups: 3, output: [3, 2 + 2 * pad, out], ..window }, 3);
        }
    }
}

#[test]
fn convolutions_of_single_narrow_rows_are_those_of_the_plain_loops() {
    for width in 4..=40 {
        for stride in 1..=3 {
            let Some(out) = size(width, 2, 3, stride, 1) else { continue };
            let (kernel, stride) = ([1, 3], [1, stride]);
            let window = Window { kernel, stride, pad: [0, 1], ..Window::ONE };
            check(&Window { input: [2, 1, width], output: [20, 1, out], ..window }, 1);
        }
    }
}

#[test]
fn convolutions_of_all_channels_are_those_of_the_plain_loops() {
    for channels in 1..=26 {
        let window = Window { input: [channels, 4, 9], output: [3, 3, 8], kernel: [2, 2], ..Window::ONE };
        check(&window, 2);
        check(&Window { input: [2, 5, 10], output: [channels, 4, 9], ..window }, 2);
        check(&Window { input: [channels, 3, 9], output: [channels, 3, 9], kernel: [1, 1], ..window }, 1);
    }
}

#[test]
fn convolutions_of_all_kinds_are_those_of_the_plain_loops() {
    let mut rng = Rng::new(5);
    let mut below = |n: usize| (rng.uniform() * n as f64) as usize;
    let mut checked = 0;
    while checked < 400 {
        let kernel = [1 + below(7), 1 + below(7)];
        let (stride, dilation) = ([1 + below(3), 1 + below(3)], [1 + below(2), 1 + below(2)]);
        let (before, after) = ([below(4), below(4)], [below(4), below(4)]);
        let (h, w) = (1 + below(20), 1 + below(40));
        let groups = 1 + below(3);
        let (inputs, outputs) = (groups * (1 + below(7)), groups * (1 + below(9)));
        let axis = |axis: usize, n: usize| {
            size(n, before[axis] + after[axis], kernel[axis], stride[axis], dilation[axis])
        };
        let (Some(oh), Some(ow)) = (axis(0, h), axis(1, w)) else { continue };
        let (input, output) = ([inputs, h, w], [outputs, oh, ow]);
        check(&Window { input, output, kernel, stride, dilation, pad: before, groups }, 1 + below(4));
        checked += 1;
    }
}

#[test]
fn convolutions_of_narrow_maps_by_wide_windows_are_those_of_the_plain_loops() {
    for columns in 8..=16 {
        for kernel in 5..=7 {
            for (pad, dilation) in [([0, 0], 1), ([1, 2], 1), ([2, 1], 2)] {
                let input = |axis: usize, outputs: usize| {
                    (outputs + (kernel - 1) * dilation).checked_sub(2 * pad[axis]).unwrap_or(1)
                };
                let (input, output) = ([input(0, 4), input(1, columns)], [4, columns]);
                for (channels, samples) in [(1, 1), (6, 1), (6, 2), (10, 3), (17, 2)] {
                    check(
                        &Window {
                            input: [channels, input[0], input[1]],
                            output: [3, output[0], output[1]],
                            kernel: [kernel - 2, kernel],
                            dilation: [1, dilation],
                            pad,
                            ..Window::ONE
                        },
                        samples,
                    );
                }
            }
        }
    }
}

#[test]
fn sums_over_many_samples_are_those_of_the_plain_loops() {
    for (outputs, samples) in [(16, 9), (20, 5), (3, 9), (40, 2)] {
        let window = Window { output: [outputs, 8, 8], kernel: [3, 3], ..Window::ONE };
        check(&Window { input: [5, 10, 10], ..window }, samples);
        check(&Window { input: [5, 8, 8], pad: [1, 1], ..window }, samples);
        check(&Window { input: [12, 10, 10], ..window }, samples);
    }
}

#[test]
fn depthwise_convolutions_are_those_of_the_plain_loops() {
    let mut rng = Rng::new(6);
    let mut below = |n: usize| (rng.uniform() * n as f64) as usize;
    for size in [[25, 5], [12, 12], [48, 48], [1, 17], [3, 1]] {
        for _ in 0..12 {
            // what goes beyond at the top and to the left need not be what goes beyond at the other end
            let (kernel, dilation) = ([1 + below(5), 1 + below(7)], [1 + below(2), 1 + below(3)]);
            let pad = [0, 1].map(|axis| below((kernel[axis] - 1) * dilation[axis] + 2));
            let channels = 1 + below(5);
            let input = [channels, size[0], size[1]];
            check(
                &Window { input, output: input, kernel, dilation, pad, groups: channels, ..Window::ONE },
                2,
            );
        }
    }
}

#[test]
fn depthwise_convolutions_with_a_stride_are_those_of_the_plain_loops() {
    let mut rng = Rng::new(7);
    let mut below = |n: usize| (rng.uniform() * n as f64) as usize;
    let mut checked = 0;
    while checked < 250 {
        let (kernel, stride) = ([1 + below(5), 1 + below(9)], [1 + below(4), 1 + below(4)]);
        let dilation = [1 + below(2), 1 + below(3)];
        let (before, after) = ([below(4), below(4)], [below(4), below(4)]);
        let (h, w, channels) = (1 + below(24), 1 + below(70), 1 + below(5));
        let axis = |axis: usize, n: usize| {
            size(n, before[axis] + after[axis], kernel[axis], stride[axis], dilation[axis])
        };
        let (Some(oh), Some(ow)) = (axis(0, h), axis(1, w)) else { continue };
        let (input, output) = ([channels, h, w], [channels, oh, ow]);
        check(&Window { input, output, kernel, stride, dilation, pad: before, groups: channels }, 2);
        checked += 1;
    }
    for (h, w) in [(50_usize, 10_usize), (48, 48), (12, 12), (33, 65), (7, 13)] {
        for stride in [2, 3] {
            let output = [3, h.div_ceil(stride), w.div_ceil(stride)];
            let window = Window { input: [3, h, w], output, kernel: [3, 3], groups: 3, ..Window::ONE };
            check(&Window { stride: [stride; 2], pad: [1, 1], ..window }, 2);
            check(&Window { stride: [stride; 2], pad: [0, 0], ..window }, 1);
        }
    }
}

#[test]
fn convolutions_whose_windows_do_not_overlap_are_those_of_the_plain_loops() {
    for (h, w) in [(12, 12), (13, 20), (32, 33), (9, 50)] {
        for stride in 1..=4 {
            for kernel in 1..=stride {
                for pad in 0..kernel.min(3) {
                    let (Some(oh), Some(ow)) =
                        (size(h, 2 * pad, kernel, stride, 1), size(w, 2 * pad, kernel, stride, 1))
                    else {
                        continue;
                    };
                    let window =
                        Window { kernel: [kernel; 2], stride: [stride; 2], pad: [pad; 2], ..Window::ONE };
                    check(&Window { input: [5, h, w], output: [7, oh, ow], ..window }, 2);
                    check(&Window { input: [40, h, w], output: [3, oh, ow], ..window }, 1);
                }
            }
        }
    }
}

#[test]
fn convolutions_with_a_large_stride_are_those_of_the_plain_loops() {
    let mut rng = Rng::new(8);
    let mut below = |n: usize| (rng.uniform() * n as f64) as usize;
    let mut checked = 0;
    while checked < 200 {
        let (kernel, stride) = ([1 + below(4), 1 + below(6)], [1 + below(4), 3 + below(3)]);
        let dilation = [1 + below(2), 1 + below(2)];
        let (before, after) = ([below(4), below(5)], [below(4), below(5)]);
        let (h, w, groups) = (1 + below(24), 16 + below(90), 1 + below(2));
        let (inputs, outputs) = (groups * (1 + below(6)), groups * (1 + below(19)));
        let axis = |axis: usize, n: usize| {
            size(n, before[axis] + after[axis], kernel[axis], stride[axis], dilation[axis])
        };
        let (Some(oh), Some(ow)) = (axis(0, h), axis(1, w)) else { continue };
        let (input, output) = ([inputs, h, w], [outputs, oh, ow]);
        check(&Window { input, output, kernel, stride, dilation, pad: before, groups }, 2);
        checked += 1;
    }
}

#[test]
fn large_convolutions_are_those_of_the_plain_loops() {
    let resnet = Window { kernel: [3, 3], pad: [1, 1], ..Window::ONE };
    check(&Window { input: [16, 32, 32], output: [16, 32, 32], ..resnet }, 2);
    check(&Window { input: [64, 8, 8], output: [64, 8, 8], ..resnet }, 2);
    check(&Window { input: [64, 16, 16], output: [8, 8, 8], stride: [2, 2], ..resnet }, 3);
    check(&Window { input: [300, 7, 7], output: [4, 7, 7], ..resnet }, 1);
    check(&Window { input: [1, 40, 700], output: [2, 40, 700], ..resnet }, 1);
    check(&Window { input: [150, 25, 5], output: [70, 25, 5], ..Window::ONE }, 3);
}
