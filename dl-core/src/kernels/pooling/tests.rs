//! Pools of every kind against one loop over windows and their numbers, on every instruction set.

extern crate std;
use std::vec::Vec;

use super::*;
use crate::Rng;

/// What pools compute, from the definition of a [`Window`] alone.
struct Naive {
    max: Vec<f32>,
    at: Vec<u16>,
    max_back: Vec<f32>,
    sum: Vec<f32>,
    sum_back: Vec<f32>,
}

/// Calls `f` with the place of each window, that of each number in it, and which number it is.
fn each_number(window: &Window, planes: usize, mut f: impl FnMut(usize, usize, u16)) {
    let ([_, h, w], [_, oh, ow], [kh, kw]) = (window.input, window.output, window.kernel);
    // where number `k` of window `o` is, if that is inside of the input
    let place = |axis: usize, o: usize, k: usize| {
        let at = (o * window.stride[axis] + k * window.dilation[axis]).checked_sub(window.pad[axis])?;
        (at < window.input[axis + 1]).then_some(at)
    };
    for (plane, oy, ox) in each([planes, oh, ow]) {
        for (_, ky, kx) in each([1, kh, kw]) {
            if let (Some(y), Some(x)) = (place(0, oy, ky), place(1, ox, kx)) {
                f((plane * oh + oy) * ow + ox, (plane * h + y) * w + x, (ky * kw + kx) as u16);
            }
        }
    }
}

fn each([a, b, c]: [usize; 3]) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a * b * c).map(move |i| (i / (b * c), i / c % b, i % c))
}

impl Naive {
    fn new(window: &Window, planes: usize, x: &[f32], plain_x: &[f32], dy: &[f32], factor: f32) -> Naive {
        let mut naive = Naive {
            max: std::vec![f32::NEG_INFINITY; dy.len()],
            at: std::vec![NONE; dy.len()],
            max_back: std::vec![0.0; x.len()],
            sum: std::vec![0.0; dy.len()],
            sum_back: std::vec![0.0; x.len()],
        };
        let mut back = Vec::new();
        each_number(window, planes, |to, from, tap| {
            if x[from] > naive.max[to] || x[from].is_nan() || naive.at[to] == NONE {
                (naive.max[to], naive.at[to]) = (x[from], tap);
            }
            naive.sum[to] += plain_x[from];
            back.push((tap, to, from));
        });
        naive.sum.iter_mut().for_each(|y| *y *= factor);
        back.sort_by_key(|&(tap, ..)| tap); // the order in which an input adds up what comes back
        for (tap, to, from) in back {
            naive.sum_back[from] += factor * dy[to];
            if naive.at[to] == tap {
                naive.max_back[from] += dy[to];
            }
        }
        naive
    }
}

/// All pools of some planes, by every instruction set.
fn check(window: &Window, planes: usize, rng: &mut Rng) {
    let [inputs, outputs] = [window.input, window.output].map(|size| planes * size[1] * size[2]);
    let mut draw = |n| (0..n).map(|_| rng.below(20) as f32 / 7.0).collect::<Vec<f32>>();
    let (plain_x, dy) = (draw(inputs), draw(outputs));
    let mut x = plain_x.clone();
    for x in &mut x {
        match rng.below(30) {
            0 => *x = f32::NAN,
            1 => *x = f32::NEG_INFINITY,
            _ => {}
        }
    }
    let factor = 0.3;
    let naive = Naive::new(window, planes, &x, &plain_x, &dy, factor);
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    for isa in Isa::all() {
        let [mut max, mut alone, mut sum] = [0; 3].map(|_| std::vec![7.0; outputs]);
        let [mut max_back, mut sum_back] = [0; 2].map(|_| std::vec![7.0; inputs]);
        let mut at = std::vec![7; outputs];
        let run = |what: Pooling<'_, f32>| f32::on_windows(isa, window, what);
        run(Pooling::Max { x: &x, y: &mut max, at: Some(&mut at) });
        run(Pooling::Max { x: &x, y: &mut alone, at: None });
        run(Pooling::MaxBack { dy: &dy, at: &at, dx: &mut max_back });
        run(Pooling::Sum { x: &plain_x, y: &mut sum, factor });
        run(Pooling::SumBack { dy: &dy, dx: &mut sum_back, factor });
        assert_eq!(at, naive.at, "{planes} planes of {window:?} on {isa:?}");
        for (what, numbers, expected) in [
            ("max", &max, &naive.max),
            ("max alone", &alone, &naive.max),
            ("dx of max", &max_back, &naive.max_back),
            ("sum", &sum, &naive.sum),
            ("dx of sum", &sum_back, &naive.sum_back),
        ] {
            assert_eq!(
                bits(numbers),
                bits(expected),
                "{what} of {planes} planes of {window:?} on {isa:?}: {numbers:?}, not {expected:?}"
            );
        }
    }
}

/// As many windows as fit, with `after` rows and columns of padding at the end.
fn window(size: [usize; 2], after: [usize; 2], mut window: Window) -> Option<Window> {
    for axis in [0, 1] {
        let span = (window.kernel[axis] - 1) * window.dilation[axis] + 1;
        let padded = window.pad[axis] + size[axis] + after[axis];
        window.output[axis + 1] = padded.checked_sub(span)? / window.stride[axis] + 1;
        window.input[axis + 1] = size[axis];
    }
    Some(window)
}

#[test]
fn pools_of_all_kinds_are_those_of_the_plain_loop() {
    let mut rng = Rng::new(7);
    let mut checked = 0;
    while checked < 600 {
        let mut two = |least: usize, n: usize| [0; 2].map(|_| least + rng.below(n));
        let (size, after) = ([two(1, 12)[0], two(1, 40)[0]], two(0, 4));
        let (kernel, stride, dilation, pad) = (two(1, 4), two(1, 4), two(1, 2), two(0, 3));
        let sizes = Window { kernel, stride, dilation, pad, ..Window::ONE };
        let Some(window) = window(size, after, sizes) else { continue };
        let planes = 1 + rng.below(3);
        check(&window, planes, &mut rng);
        checked += 1;
    }
}

#[test]
fn pools_of_two_by_two_are_those_of_the_plain_loop_with_any_padding_at_the_end() {
    let mut rng = Rng::new(8);
    let squares = Window { kernel: [2; 2], stride: [2; 2], ..Window::ONE };
    let rows_overlap = Window { kernel: [3, 2], stride: [1, 2], ..Window::ONE };
    for (_, h, w) in each([1, 6, 26]) {
        for (_, bottom, right) in each([1, 3, 3]) {
            for sizes in [squares, rows_overlap] {
                let Some(window) = window([h + 1, w + 1], [bottom, right], sizes) else { continue };
                check(&window, 2, &mut rng);
            }
        }
    }
}
