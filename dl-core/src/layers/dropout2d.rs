//! Zeroes whole channels at random while training. PyTorch: `nn.Dropout2d`.

use nalgebra::SMatrix;

use super::Dropout;
use crate::{Layer, Pass, Real, Vals};

/// Zeroes whole channels at random while training. PyTorch: `nn.Dropout2d`.
///
/// Written `Dropout2d<0.1>` in a network, for images; the sizes are inferred. The numbers of a map are so alike that zeroing
/// some of them, as [`Dropout`] does, hides little.
///
/// | symbol | shape     | meaning                                                  |
/// |--------|-----------|----------------------------------------------------------|
/// | `x`    | `X`       | input: channels of `RUN` numbers (height × width)        |
/// | `p`    |           | probability of a channel to be dropped, `NUM / DEN`      |
/// | `m`    | `X / RUN` | mask: 0 with probability `p`, else `1 / (1 − p)`         |
/// | `y`    | `X`       | output                                                   |
///
/// - forward:  `y = m x`, channel by channel
/// - backward: `dx = m dy`
/// - inference: `y = x`, `dx = dy`
///
/// Nothing is kept: the mask of channel `c` is draw `c` of the stream that `pass.rng` gives for this step, layer and
/// sample, and `backward` draws it again. What is dropped is 0 even where `x` is infinite or NaN. Tompson and others:
/// *Efficient object localization using convolutional networks* (2015).
///
/// ```
/// use dl_core::nalgebra::{SVector, vector};
/// use dl_core::{Layer, Pass, Rng, layers::Dropout2d};
///
/// let (x, mut y) = (vector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], SVector::<f32, 6>::zeros());
/// let drop = Dropout2d::<1, 2, 2>; // half of three channels of two numbers
/// drop.forward(&x, &mut y, None, &mut (), Pass::train(Rng::new(1)));
/// for (x, y) in x.as_slice().chunks(2).zip(y.as_slice().chunks(2)) {
///     assert!(y == [0.0, 0.0] || y == [2.0 * x[0], 2.0 * x[1]]);
/// }
/// drop.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, x);
/// ```
#[doc(alias = "SpatialDropout2D")]
#[derive(Debug)]
pub struct Dropout2d<const NUM: u32, const DEN: u32, const RUN: usize>;

impl<const NUM: u32, const DEN: u32, const RUN: usize> Dropout2d<NUM, DEN, RUN> {
    /// `to = m from`, of the samples that count.
    fn mask<T: Real, const X: usize, const B: usize>(from: &[T], to: &mut [T], pass: Pass<'_, B>) {
        if !pass.is_train() || NUM == 0 {
            to.copy_from_slice(from);
            return;
        }
        let scale = T::of(Dropout::<NUM, DEN>::SCALE);
        for (b, (from, to)) in from.chunks_exact(X).zip(to.chunks_exact_mut(X)).enumerate() {
            let mut rng = pass.rng(b);
            for (from, to) in from.chunks_exact(RUN).zip(to.chunks_exact_mut(RUN)) {
                if Dropout::<NUM, DEN>::drops(&mut rng) {
                    to.fill(T::zero());
                } else {
                    to.iter_mut().zip(from).for_each(|(to, &from)| *to = from * scale);
                }
            }
        }
    }
}

impl<T: Real, const X: usize, const NUM: u32, const DEN: u32, const RUN: usize> Layer<T, Vals<X>, Vals<X>>
    for Dropout2d<NUM, DEN, RUN>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(Dropout::<NUM, DEN>::P <= 1.0 && X > 0 && X.is_multiple_of(RUN)) }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            Self::mask::<T, X, B>(x, y, pass); // y = m x
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        _: &(),
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        if let Some(dx) = dx {
            let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
            Self::mask::<T, X, B>(dy, dx, pass); // dx = m dy
        }
    }
}

super::no_params!([const NUM: u32, const DEN: u32, const RUN: usize] Dropout2d<NUM, DEN, RUN> = Dropout2d);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rng, gradcheck};

    fn run<const RUN: usize>(x: &SMatrix<f64, 12, 2>, pass: Pass<'_, 2>) -> SMatrix<f64, 12, 2> {
        let mut y = SMatrix::from_element(7.0);
        Dropout2d::<1, 2, RUN>.forward(x, &mut y, None, &mut (), pass);
        y
    }

    #[test]
    fn forward_by_hand() {
        let (x, key) = (SMatrix::from_element(3.0), Rng::new(2));
        let y = run::<4>(&x, Pass::train(key));
        for b in 0..2 {
            let mut rng = Pass::<2>::train(key).rng(b);
            for c in 0..3 {
                let expected = if rng.uniform() < 0.5 { 0.0 } else { 6.0 };
                assert!(
                    y.column(b).rows(4 * c, 4).iter().all(|&y| y == expected),
                    "channel {c} of {b} in {y}"
                );
            }
        }
        assert_eq!(run::<4>(&x, Pass::infer()), x);
    }

    #[test]
    fn channels_of_one_number_are_those_of_dropout() {
        let x = SMatrix::from_fn(|i, b| (1 + i + 12 * b) as f64);
        let (mut y, pass) = (SMatrix::zeros(), Pass::train(Rng::new(9)));
        Dropout::<1, 2>.forward(&x, &mut y, None, &mut (), pass);
        assert_eq!(run::<1>(&x, pass), y);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = SMatrix::<f64, 12, 2>::from_fn(|i, b| 0.3 + i as f64 - b as f64);
        let pass = Pass::train(Rng::new(5));
        gradcheck::layer(&mut Dropout2d::<1, 3, 4>, &mut x, pass).unwrap();
        gradcheck::layer(&mut Dropout2d::<1, 3, 4>, &mut x, pass.chunk(3, 1)).unwrap();
    }
}
