//! Rounds a value to integers of 8 bits and back, while training too. PyTorch: `ao.quantization.FakeQuantize`.

use nalgebra::{SMatrix, SVector};

use crate::params::{Kind, Order, Param, ParamMut, Path, Visitor, Zipper};
use crate::quant::Affine;
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Vals};

/// Rounds a value to integers of 8 bits and back, so that a network learns to live with them. PyTorch:
/// `ao.quantization.FakeQuantize` with a `MovingAverageMinMaxObserver`.
///
/// Written `FakeQuantize` in a network, behind a value that will be integers.
///
/// | symbol | shape | meaning                                                                  |
/// |--------|-------|--------------------------------------------------------------------------|
/// | `x`    | `N`   | input                                                                    |
/// | `s, z` |       | scale and zero of the integers from `range[0]` to `range[1]`, see `Affine` |
/// | `q`    | `N`   | `round(x / s) + z`, halves away from zero                                |
/// | `y`    | `N`   | output                                                                   |
///
/// - forward:  `y = s (clamp(q, −128, 127) − z)`
/// - backward: `dx = dy` where `−128 ≤ q ≤ 127`, else 0: the gradient goes straight through the rounding
/// - training: `range` moves to the least and largest number of the chunk before it is used,
///   `range ← range + 0.01 (found − range)`; the first chunk's is taken as it is
///
/// As long as nothing was seen, `y = x`. A layer before this one takes its integers from `range`, whatever a
/// [`Calibration`](crate::quant::Calibration) has seen. Jacob and others: *Quantization and training of neural networks for
/// efficient integer-arithmetic-only inference* (2018); Bengio, Léonard, Courville: *Estimating or propagating gradients
/// through stochastic neurons* (2013).
///
/// ```
/// use dl_core::nalgebra::{SVector, vector};
/// use dl_core::{Layer, Pass, layers::FakeQuantize};
///
/// let layer = FakeQuantize { range: vector![-128.0, 127.0] };
/// let (x, mut y) = (vector![1.4_f32, -2.5, 300.0], SVector::zeros());
/// layer.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, -3.0, 127.0]);
///
/// let (dy, mut dx) = (vector![5.0, 6.0, 7.0], SVector::zeros());
/// layer.backward(&x, &y, &[-128.0, 127.0, 0.0, 0.0], &dy, Some(&mut dx), None, &mut (), Pass::infer());
/// assert_eq!(dx, vector![5.0, 6.0, 0.0]);
/// ```
#[doc(alias = "FusedMovingAvgObsFakeQuantize")]
#[derive(Debug)]
#[repr(C)]
pub struct FakeQuantize<T> {
    /// The least and the largest number, as averages that move; both 0 if nothing was seen.
    pub range: SVector<T, 2>,
}

/// What a new chunk counts in a moving average: PyTorch's `averaging_constant`.
const NEW: f64 = 0.01;

impl<T: Real> FakeQuantize<T> {
    /// What the integers stand for, if anything was seen.
    ///
    /// ```
    /// use dl_core::{Blank, layers::FakeQuantize, nalgebra::vector, quant::Affine};
    ///
    /// assert_eq!(FakeQuantize::<f32>::ZERO.affine(), None);
    /// let seen = FakeQuantize { range: vector![0.0, 25.5_f32] };
    /// assert_eq!(seen.affine(), Some(Affine { scale: 0.1, zero_point: -128 }));
    /// ```
    pub fn affine(&self) -> Option<Affine> {
        integers([self.range[0], self.range[1]])
    }

    /// The range after numbers from `least` to `largest`.
    fn moved(&self, [least, largest]: [T; 2]) -> [T; 2] {
        let [low, high] = [self.range[0], self.range[1]];
        if least > largest {
            return [low, high]; // nothing was finite
        }
        if low == high {
            return [least, largest];
        }
        let new = T::of(NEW);
        [low + new * (least - low), high + new * (largest - high)]
    }
}

/// The integers of a range, if it is one.
fn integers<T: Real>([low, high]: [T; 2]) -> Option<Affine> {
    (low != high).then(|| Affine::of(low.to_f64() as f32, high.to_f64() as f32))
}

/// The least and the largest of the numbers that are finite; if there are none, the first is the larger one.
fn extremes<T: Real>(x: &[T]) -> [T; 2] {
    let start = [T::of(f64::INFINITY), T::of(f64::NEG_INFINITY)];
    x.iter().filter(|x| x.to_f64().is_finite()).fold(start, |[least, largest], &x| {
        [if x < least { x } else { least }, if x > largest { x } else { largest }]
    })
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for FakeQuantize<T> {
    /// The range that was used, and the least and the largest number of the chunk.
    type Tape<const B: usize> = [T; 4];
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        tape: Option<&mut [T; 4]>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let found =
            if pass.is_train() { extremes(pass.live_part(x.as_slice())) } else { [T::one(), T::zero()] };
        let used = self.moved(found);
        if let Some(tape) = tape {
            *tape = [used[0], used[1], found[0], found[1]];
        }
        let integers = integers(used);
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| match integers {
            None => y.copy_from_slice(x),
            Some(integers) => {
                for (y, x) in y.iter_mut().zip(x) {
                    let q = integers.quantize(x.to_f64() as f32);
                    *y = T::of(integers.dequantize(q) as f64);
                }
            }
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        &[low, high, ..]: &[T; 4],
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        let (x, dy) = (pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()));
        let dx = pass.live_part_mut(dx.as_mut_slice());
        let integers = integers([low, high]);
        for (dx, (x, dy)) in dx.iter_mut().zip(x.iter().zip(dy)) {
            let passes = integers.is_none_or(|integers| integers.covers(x.to_f64() as f32));
            *dx = if passes { *dy } else { T::zero() };
        }
    }

    fn settle<'a, const B: usize>(&mut self, &[_, _, least, largest]: &[T; 4], _: Pass<'a, B>) {
        self.range = self.moved([least, largest]).into();
    }
}

impl<T: Real> Params<T> for FakeQuantize<T> {
    type Grad = ();
    const PARAMS: usize = 0;

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        let range = self.range.as_slice();
        f(at.field("range"), Param::new(range, Shape::new([2]), Order::RowMajor, Kind::Buffer));
    }

    fn zip<const M: usize>(&mut self, _: [&mut (); M], at: Path<'_>, f: &mut Zipper<'_, T, M>) {
        let range = self.range.as_mut_slice();
        let range = ParamMut::new(range, Shape::new([2]), Order::RowMajor, Kind::Buffer);
        f(at.field("range"), range, [(); M].map(|()| &mut [][..]));
    }

    fn init(&mut self, _: Rng) {
        self.range.fill(T::zero());
    }
}

impl<T: Real> Blank for FakeQuantize<T> {
    const ZERO: Self = FakeQuantize { range: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;

    #[test]
    fn the_range_is_that_of_the_first_chunk_and_then_moves() {
        let mut layer = FakeQuantize::<f64>::ZERO;
        let (mut y, mut tape) = (matrix![0.0, 0.0], Blank::ZERO);
        let pass = Pass::train(Rng::new(0));
        for (x, expected) in [
            (matrix![-1.0, 3.0], [-1.0, 3.0]),
            (matrix![-2.0, 1.0], [-1.01, 2.98]),
            (matrix![f64::NAN, f64::INFINITY], [-1.01, 2.98]),
        ] {
            layer.forward(&x, &mut y, Some(&mut tape), &mut (), pass);
            Layer::<f64, Vals<1>, _>::settle(&mut layer, &tape, pass);
            assert!((layer.range - vector![expected[0], expected[1]]).amax() < 1e-12, "{:?}", layer.range);
        }
    }

    #[test]
    fn samples_that_do_not_count_do_not_widen_the_range() {
        let (layer, mut y, mut tape) = (FakeQuantize::<f64>::ZERO, matrix![0.0, 0.0], Blank::ZERO);
        let pass = Pass::train(Rng::new(0)).chunk(0, 1);
        layer.forward(&matrix![2.0, 9.0], &mut y, Some(&mut tape), &mut (), pass);
        assert_eq!((tape, y), ([2.0, 2.0, 2.0, 2.0], matrix![2.0, 2.0]));
    }

    #[test]
    fn gradients_go_straight_through_inside_of_the_range() {
        let layer = FakeQuantize { range: vector![-1.0, 1.0] };
        let (step, x) = (2.0 / 255.0, SVector::<f64, 101>::from_fn(|i, _| (i as f64 - 50.0) / 40.0));
        let (mut y, mut dx, mut tape) = (SVector::zeros(), SVector::zeros(), Blank::ZERO);
        layer.forward(&x, &mut y, Some(&mut tape), &mut (), Pass::infer());
        layer.backward(&x, &y, &tape, &x, Some(&mut dx), None, &mut (), Pass::infer());
        for ((x, y), dx) in x.iter().zip(&y).zip(&dx) {
            // the derivative of what is left if nothing is rounded
            let passed = if x.abs() < 1.0 { *x } else { 0.0 };
            assert!(*dx == passed || x.abs() == 1.0, "{x}: {dx}");
            let error = y - x.clamp(-1.0, 1.0);
            assert!(error.abs() < 1.01 * step, "{x} becomes {y}");
        }
    }

    #[test]
    fn nothing_happens_until_something_was_seen() {
        let (x, mut y) = (vector![0.3, -70.0], vector![0.0, 0.0]);
        FakeQuantize::<f64>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(x, y);
    }
}
