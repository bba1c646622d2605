//! Fast kernels of integers against the plain loops, on any shapes and any numbers: each output must be equal.
//!
//! For the tests of `dl-core`, and for a firmware: without std and without a heap. Whoever includes it has `Rng`, `Window` and
//! `int8` beside it.

use super::{Rng, Window, int8};
use int8::{Conv, Dense, Factor, Output, Sum};

/// What is compared.
pub(crate) struct Fast {
    pub(crate) dense: fn(&Dense<'_>, &[i8], &mut [i8]),
    pub(crate) conv: fn(&Conv<'_>, &[i8], &mut [i8]),
    pub(crate) add: fn(&Sum, &[i8], &[i8], &mut [i8]),
    pub(crate) global_avg_pool: fn(&[i8], &mut [i8]),
}

/// The numbers of one case.
pub(crate) struct Numbers {
    weight: [i8; 8192],
    x: [i8; 8192],
    y: [[i8; 4096]; 2],
    bias: [i32; 128],
    numerator: [i32; 128],
    shift: [i8; 128],
    scale: [f64; 128],
}

impl Numbers {
    pub(crate) const ZERO: Numbers = Numbers {
        weight: [0; 8192],
        x: [0; 8192],
        y: [[0; 4096]; 2],
        bias: [0; 128],
        numerator: [0; 128],
        shift: [0; 128],
        scale: [0.0; 128],
    };

    /// Runs so many cases of each kernel. Returns what the first one was that differed.
    pub(crate) fn compare(&mut self, fast: &Fast, cases: u32) -> Result<(), &'static str> {
        let mut rng = Rng::new(7);
        for _ in 0..cases {
            self.fill(&mut rng);
            let output = output(&mut rng);
            self.dense(fast, &mut rng, output).ok_or("dense")?;
            self.conv(fast, &mut rng, output).ok_or("conv")?;
            self.add(fast, &mut rng, output).ok_or("add")?;
            self.pool(fast, &mut rng).ok_or("global_avg_pool")?;
        }
        Ok(())
    }

    fn fill(&mut self, rng: &mut Rng) {
        let extreme = rng.below(8) == 0;
        let byte = |rng: &mut Rng| if extreme { [-128, 127][rng.below(2)] } else { rng.next_u32() as i8 };
        self.weight.fill_with(|| byte(rng));
        self.x.fill_with(|| byte(rng));
        let bits = rng.below(20);
        self.bias.fill_with(|| (rng.next_u32() as i32) >> (31 - bits));
        let powers = [4, 14, 40][rng.below(3)];
        for i in 0..self.scale.len() {
            self.scale[i] = (0.5 + 0.5 * rng.uniform()) / (1_u64 << rng.below(powers)) as f64;
            let factor = Factor::of(self.scale[i]);
            (self.numerator[i], self.shift[i]) = (factor.numerator, factor.shift);
        }
    }

    fn dense(&mut self, fast: &Fast, rng: &mut Rng, output: Output) -> Option<()> {
        let [inputs, outputs, steps] = [1 + rng.below(70), 1 + rng.below(40), 1 + rng.below(3)];
        let from = rng.below(4);
        let layer = Dense {
            weight: &self.weight[from..from + inputs * outputs],
            bias: &self.bias[..outputs],
            scale: &self.scale[..outputs],
            output,
        };
        let x = &self.x[from..from + steps * inputs];
        let [y, expected] = self.y.each_mut().map(|y| &mut y[from..from + steps * outputs]);
        (fast.dense)(&layer, x, y);
        int8::plain::dense(&layer, x, expected);
        (y == expected).then_some(())
    }

    fn conv(&mut self, fast: &Fast, rng: &mut Rng, output: Output) -> Option<()> {
        let window = window(rng);
        let from = rng.below(4);
        let [x, y] = [window.input, window.output].map(|size| size.iter().product::<usize>());
        let layer = Conv {
            window: &window,
            weight: &self.weight[from..from + window.weights()],
            bias: &self.bias[..window.output[0]],
            numerator: &self.numerator[..window.output[0]],
            shift: &self.shift[..window.output[0]],
            x_zero: rng.next_u32() as i8,
            output,
        };
        let x = &self.x[from..from + x];
        let [y, expected] = self.y.each_mut().map(|all| &mut all[from..from + y]);
        (fast.conv)(&layer, x, y);
        int8::plain::conv(&layer, x, expected);
        (y == expected).then_some(())
    }

    fn add(&mut self, fast: &Fast, rng: &mut Rng, output: Output) -> Option<()> {
        let [a, b, y] = [0; 3].map(|_| (0.1 + rng.uniform()) as f32);
        let (factors, factor) = Sum::factors(if rng.below(4) == 0 { [a, a] } else { [a, b] }, y);
        let sum = Sum { zeros: [self.x[0], self.weight[0]], factors, factor, output };
        let [y, expected] = self.y.each_mut().map(|y| &mut y[..100]);
        (fast.add)(&sum, &self.x[1..101], &self.weight[2..102], y);
        int8::plain::add(&sum, &self.x[1..101], &self.weight[2..102], expected);
        (y == expected).then_some(())
    }

    fn pool(&mut self, fast: &Fast, rng: &mut Rng) -> Option<()> {
        let [channels, places] = [1 + rng.below(12), 1 + rng.below(600)];
        let from = rng.below(4);
        let x = &self.x[from..from + channels * places];
        let [y, expected] = self.y.each_mut().map(|y| &mut y[from..from + channels]);
        (fast.global_avg_pool)(x, y);
        int8::plain::global_avg_pool(x, expected);
        (y == expected).then_some(())
    }
}

fn output(rng: &mut Rng) -> Output {
    let zero = rng.next_u32() as i8;
    let min = if rng.below(2) == 0 { i8::MIN } else { zero };
    Output { zero, min, max: [i8::MAX, 100.max(min)][rng.below(2)] }
}

/// Any window whose numbers have room.
fn window(rng: &mut Rng) -> Window {
    loop {
        let [kernel, stride, dilation] = [4, 2, 2].map(|most| [0; 2].map(|_| 1 + rng.below(most)));
        let pad = [0, 1].map(|axis| rng.below(kernel[axis]));
        let [mut inputs, mut outputs] = [20, 12].map(|most| 1 + rng.below(most));
        let groups = match rng.below(4) {
            0 => inputs,
            1 => 1 + rng.below(3),
            _ => 1,
        };
        if groups == inputs {
            outputs = inputs;
        } else {
            (inputs, outputs) = (inputs * groups, outputs * groups);
        }
        let kernel = if rng.below(4) == 0 { [1, 1] } else { kernel };
        let pad = if kernel == [1, 1] && rng.below(4) > 0 { [0, 0] } else { pad };
        let image = [0; 2].map(|_| 1 + rng.below(9));
        let size = |axis: usize| {
            let span = (kernel[axis] - 1) * dilation[axis] + 1;
            let padded = image[axis] + pad[axis] + after(pad[axis]);
            padded.checked_sub(span).map(|rest| rest / stride[axis] + 1)
        };
        let (Some(rows), Some(columns)) = (size(0), size(1)) else { continue };
        let window = Window {
            input: [inputs, image[0], image[1]],
            output: [outputs, rows, columns],
            kernel,
            stride,
            dilation,
            pad,
            groups,
        };
        let fits = window.weights() < 8000 && inputs * image[0] * image[1] < 8000;
        if fits && outputs * rows * columns < 4000 && outputs <= 128 {
            return window;
        }
    }
}

/// What is added at the end is one more than what is added before, if anything is.
fn after(before: usize) -> usize {
    if before > 0 { before + 1 } else { 0 }
}
