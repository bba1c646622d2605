//! Every kernel gives what the plain loop gives, on all sets of this processor.

extern crate std;

use std::vec;
use std::vec::Vec;

use super::super::{Factor, pooling};
use super::*;
use crate::Rng;

/// The sets that this processor has.
fn sets() -> impl Iterator<Item = Set> {
    let best = Set::best();
    [(best == Some(Set::Vnni)).then_some(Set::Avx2), best].into_iter().flatten()
}

fn up_to(rng: &mut Rng, most: usize) -> usize {
    1 + rng.below(most)
}

/// Any bytes; of `extreme` ones only both ends.
fn bytes(rng: &mut Rng, n: usize, extreme: bool) -> Vec<i8> {
    let ends = [-128, -128, 127];
    (0..n).map(|_| if extreme { ends[rng.below(3)] } else { rng.next_u64() as i8 }).collect()
}

fn output(rng: &mut Rng) -> Output {
    let bounds = [rng.next_u64() as i8, rng.next_u64() as i8];
    let (min, max) =
        if rng.below(3) == 0 { (-128, 127) } else { (bounds[0].min(bounds[1]), bounds[0].max(bounds[1])) };
    Output { zero: rng.next_u64() as i8, min, max }
}

/// Any factor: about what takes such a sum to 8 bits, or anything at all.
fn factor(rng: &mut Rng, sum: usize) -> Factor {
    match rng.below(8) {
        0 => Factor { numerator: (rng.next_u64() >> 33) as i32 | 1 << 30, shift: rng.next_u64() as i8 },
        1 => Factor::of(2.0_f64.powi(rng.below(60) as i32 - 40)),
        2 => Factor { numerator: 0, shift: rng.next_u64() as i8 },
        _ => Factor::of((0.5 + rng.uniform()) * 100.0 / (sum as f64).sqrt() / 5000.0),
    }
}

/// What a [`Conv`] borrows.
struct Numbers {
    window: Window,
    weight: Vec<i8>,
    bias: Vec<i32>,
    numerator: Vec<i32>,
    shift: Vec<i8>,
    x_zero: i8,
    output: Output,
    x: Vec<i8>,
}

impl Numbers {
    fn of(window: Window, rng: &mut Rng) -> Numbers {
        let [x, weights, y] = [
            window.input.iter().product(),
            window.output[0] * (window.input[0] / window.groups) * window.kernel[0] * window.kernel[1],
            window.output[0],
        ];
        let extreme = rng.below(4) == 0;
        let factors: Vec<_> = (0..y).map(|_| factor(rng, weights / y)).collect();
        let wild = rng.below(8) == 0;
        Numbers {
            window,
            weight: bytes(rng, weights, extreme),
            bias: (0..y).map(|_| (rng.next_u64() as i32) >> if wild { 2 } else { 18 }).collect(),
            numerator: factors.iter().map(|factor| factor.numerator).collect(),
            shift: factors.iter().map(|factor| factor.shift).collect(),
            x_zero: rng.next_u64() as i8,
            output: output(rng),
            x: bytes(rng, x, extreme),
        }
    }

    fn layer(&self) -> Conv<'_> {
        Conv {
            window: &self.window,
            weight: &self.weight,
            bias: &self.bias,
            numerator: &self.numerator,
            shift: &self.shift,
            x_zero: self.x_zero,
            output: self.output,
        }
    }

    /// Compares the sets, which are to take on the work.
    fn check(&self) {
        let layer = self.layer();
        let mut expected = vec![0; self.window.output.iter().product()];
        super::super::conv::plain(&layer, &self.x, &mut expected);
        for set in sets() {
            let mut y = vec![99; expected.len()];
            let is_depthwise = super::super::is_depthwise(&self.window);
            let run = if is_depthwise { depthwise::run } else { conv::run };
            assert!(run(set, &layer, &self.x, &mut y), "{set:?} leaves out {:?}", self.window);
            assert!(y == expected, "{set:?}: {:?} gives {y:?}, not {expected:?}", self.window);
        }
    }
}

/// A window of any kind, with so many channels in and out.
fn window(rng: &mut Rng, channels: [usize; 2], groups: usize) -> Window {
    let small = |rng: &mut Rng| [up_to(rng, 4), up_to(rng, 4)];
    let (kernel, stride) = (small(rng), small(rng));
    let (dilation, input) =
        (if rng.below(2) == 0 { [1; 2] } else { small(rng) }, [up_to(rng, 9), up_to(rng, 9)]);
    let pad = [rng.below(kernel[0] + 1), rng.below(kernel[1] + 1)];
    // more places than fit, at times: those see nothing but zeros
    let outputs: [usize; 2] = core::array::from_fn(|axis| {
        let span = (kernel[axis] - 1) * dilation[axis] + 1;
        (input[axis] + pad[axis] * 2).saturating_sub(span) / stride[axis] + up_to(rng, 2)
    });
    Window {
        input: [channels[0], input[0], input[1]],
        output: [channels[1], outputs[0], outputs[1]],
        kernel,
        stride,
        dilation,
        pad,
        groups,
    }
}

#[test]
fn convolutions_equal_the_plain_loops() {
    let mut rng = Rng::new(1);
    for _ in 0..300 {
        let groups = up_to(&mut rng, 3);
        let channels = [groups * up_to(&mut rng, 20), groups * (3 + up_to(&mut rng, 40))];
        let window = window(&mut rng, channels, groups);
        if !super::super::is_depthwise(&window) {
            Numbers::of(window, &mut rng).check();
        }
    }
}

#[test]
fn pointwise_convolutions_equal_the_plain_loops() {
    let mut rng = Rng::new(2);
    for _ in 0..200 {
        let (channels, outputs) = (up_to(&mut rng, 140), 3 + up_to(&mut rng, 140));
        let places = [up_to(&mut rng, 8), up_to(&mut rng, 30)];
        let input = [channels, places[0], places[1]];
        let window = Window { input, output: [outputs, places[0], places[1]], ..Window::ONE };
        Numbers::of(window, &mut rng).check();
    }
}

#[test]
fn large_windows_equal_the_plain_loops() {
    let mut rng = Rng::new(3);
    for channels in [63, 64, 113, 114, 228, 257, 900] {
        let (input, output) = ([channels, 5, 4], [21, 5, 4]);
        Numbers::of(Window { input, output, kernel: [3, 3], pad: [1, 1], ..Window::ONE }, &mut rng).check();
        // in order: parts of the weights at once, and parts of the image
        let (input, output) = ([channels, 12, 11], [150, 12, 11]);
        Numbers::of(Window { input, output, ..Window::ONE }, &mut rng).check();
    }
}

#[test]
fn depthwise_convolutions_equal_the_plain_loops() {
    let mut rng = Rng::new(4);
    for _ in 0..300 {
        let channels = 1 + up_to(&mut rng, 150);
        let window = window(&mut rng, [channels; 2], channels);
        Numbers::of(window, &mut rng).check();
    }
    let (input, output, groups) = ([70, 9, 9], [70, 9, 9], 70);
    for side in [5, 7, 8] {
        let window = Window { input, output, groups, kernel: [side; 2], pad: [side / 2; 2], ..Window::ONE };
        Numbers::of(window, &mut rng).check();
    }
}

#[test]
fn what_does_not_match_is_left_to_the_plain_loops() {
    let mut rng = Rng::new(5);
    let window = Window { input: [8, 2, 2], output: [8, 2, 2], ..Window::ONE };
    for set in sets() {
        let mut numbers = Numbers::of(window, &mut rng);
        let mut y = [0; 32];
        assert!(!conv::run(set, &numbers.layer(), &numbers.x[1..], &mut y));
        assert!(!conv::run(set, &numbers.layer(), &numbers.x, &mut y[1..]));
        for (numerator, bias) in [(-1, 0), (1 << 29, 0), (1 << 30, i32::MIN), (1 << 30, 1 << 30)] {
            (numbers.numerator[3], numbers.bias[3]) = (numerator, bias);
            assert!(!conv::run(set, &numbers.layer(), &numbers.x, &mut y));
        }
        numbers.numerator.pop();
        assert!(!conv::run(set, &numbers.layer(), &numbers.x, &mut y));
    }
}

#[test]
fn dense_layers_equal_the_plain_loops() {
    let mut rng = Rng::new(6);
    for _ in 0..400 {
        let (inputs, outputs, steps) = (up_to(&mut rng, 300), up_to(&mut rng, 40), up_to(&mut rng, 3));
        let extreme = rng.below(4) == 0;
        let weight = bytes(&mut rng, inputs * outputs, extreme);
        let x = bytes(&mut rng, inputs * steps, extreme);
        let bias: Vec<_> = (0..outputs).map(|_| (rng.next_u64() as i32) >> (rng.below(20))).collect();
        let scale: Vec<_> = (0..outputs)
            .map(|_| match rng.below(4) {
                // halves
                0 => 2.0_f64.powi(-(rng.below(20) as i32)),
                1 => 2.0_f64.powi(rng.below(900) as i32 - 882),
                _ => (0.1 + rng.uniform()) / 5000.0,
            })
            .collect();
        let layer = Dense { weight: &weight, bias: &bias, scale: &scale, output: output(&mut rng) };
        let mut expected = vec![0; outputs * steps];
        super::super::dense::plain(&layer, &x, &mut expected);
        for set in sets() {
            let mut y = vec![99; outputs * steps];
            assert!(dense::run(set, &layer, &x, &mut y));
            assert!(y == expected, "{set:?}: {inputs} to {outputs} gives {y:?}, not {expected:?}");
        }
    }
}

#[test]
fn sums_equal_the_plain_loop() {
    let mut rng = Rng::new(7);
    for _ in 0..400 {
        let n = up_to(&mut rng, 200);
        let (a, b) = (bytes(&mut rng, n, false), bytes(&mut rng, n, false));
        let scales = [0.01 + rng.uniform() as f32, 0.01 + rng.uniform() as f32];
        let (mut factors, mut factor_of_all) = Sum::factors(scales, 0.1 + rng.uniform() as f32);
        if rng.below(4) == 0 {
            let small = |rng: &mut Rng| {
                let Factor { numerator, shift } = factor(rng, 1);
                Factor { numerator, shift: shift.min(0) }
            };
            (factors, factor_of_all) = ([small(&mut rng), small(&mut rng)], factor(&mut rng, 1));
        }
        let zeros = [rng.next_u64() as i8, rng.next_u64() as i8];
        let sum = Sum { zeros, factors, factor: factor_of_all, output: output(&mut rng) };
        let mut expected = vec![0; n];
        super::super::add::plain(&sum, &a, &b, &mut expected);
        for set in sets() {
            let mut y = vec![99; n];
            assert!(add::run(set, &sum, &a, &b, &mut y));
            assert!(y == expected, "{set:?}: {sum:?} gives {y:?}, not {expected:?}");
        }
    }
}

#[test]
fn pools_equal_the_plain_loops() {
    let mut rng = Rng::new(8);
    for _ in 0..200 {
        let channels = up_to(&mut rng, 150);
        let window = window(&mut rng, [channels; 2], channels);
        let x = bytes(&mut rng, window.input.iter().product(), false);
        let zero = rng.next_u64() as i8;
        let [mut y, mut expected] =
            [vec![99; window.output.iter().product()], vec![0; window.output.iter().product()]];
        assert!(max_pool(&window, &x, &mut y));
        pooling::plain::max_pool(&window, &x, &mut expected);
        assert!(y == expected, "largest: {window:?}");
        assert!(avg_pool(&window, zero, &x, &mut y));
        pooling::plain::avg_pool(&window, zero, &x, &mut expected);
        assert!(y == expected, "mean: {window:?}");
        assert!(global_max_pool(&x, &mut y[..channels]));
        pooling::plain::global_max_pool(&x, &mut expected[..channels]);
        assert!(y == expected, "largest of all: {window:?}");
        assert!(global_avg_pool(&x, &mut y[..channels]));
        pooling::plain::global_avg_pool(&x, &mut expected[..channels]);
        assert!(y == expected, "mean of all: {window:?}");
    }
}
