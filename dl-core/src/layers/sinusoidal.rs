//! Sines and cosines of its position are added to each step. PyTorch: the `PositionalEncoding` of its tutorials.

use nalgebra::SMatrix;

use crate::layers::waves::{wave_at, waves};
use crate::{Layer, Pass, Real, Stream, Vals, kernels};

/// Sines and cosines of its position are added to each step. PyTorch: the `PositionalEncoding` of its tutorials.
///
/// Written `Sinusoidal` in a network; `[steps, features]` stays what it is.
///
/// | symbol | shape   | meaning                                       |
/// |--------|---------|-----------------------------------------------|
/// | `x`    | `S × D` | input: `S` steps                              |
/// | `p`    | `S × D` | `p[t, 2i] = sin(t / 10000^(2i / D))`, `p[t, 2i + 1] = cos(t / 10000^(2i / D))` |
/// | `y`    | `S × D` | output                                        |
///
/// - forward:  `y = x + p`
/// - backward: `dx = dy`
///
/// Nothing is learned and nothing kept: `p` is computed in every pass, once for all samples. Vaswani et al.: *Attention is
/// all you need* (2017).
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Blank, Layer, Pass, layers::Sinusoidal};
///
/// let (mut y, mut work) = (vector![0.0, 0.0, 0.0, 0.0], Blank::ZERO);
/// Sinusoidal::<2, 2>.forward(&vector![10.0, 10.0, 20.0, 20.0], &mut y, None, &mut work, Pass::infer());
/// assert!((y - vector![10.0, 11.0, 20.0 + 1.0_f64.sin(), 20.0 + 1.0_f64.cos()]).amax() < 1e-14);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [u16; 20], crate = dl_core)]
/// struct Words { embed: Embedding<1000, 16>, pos: Sinusoidal, attend: SelfAttention<2>, head: Dense<2> }
///
/// assert_eq!(<Words>::PARAMS, 1000 * 16 + 4 * 16 * 16 + 4 * 16 + 34);
/// ```
#[doc(alias = "PositionalEncoding")]
#[derive(Debug)]
pub struct Sinusoidal<const D: usize, const S: usize>;

impl<T: Real, const D: usize, const S: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for Sinusoidal<D, S>
{
    type Tape<const B: usize> = ();
    /// `p`
    type Work<const B: usize> = [[T; D]; S];

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        _: Option<&mut ()>,
        positions: &mut [[T; D]; S],
        pass: Pass<'a, B>,
    ) {
        const { assert!(D > 0 && X == S * D) }
        waves(S, D, |step, pair, sin, cos| {
            let at = &mut positions[step][2 * pair..];
            at[0] = sin;
            if let Some(at) = at.get_mut(1) {
                *at = cos;
            }
        });
        let positions = positions.as_flattened();
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            for (x, y) in x.chunks_exact(X).zip(y.chunks_exact_mut(X)) {
                kernels::add(pass, x, positions, y);
            }
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
        _: &mut [[T; D]; S],
        _: Pass<'a, B>,
    ) {
        if let Some(dx) = dx {
            dx.copy_from(dy);
        }
    }
}

impl<T: Real, const D: usize, const S: usize> Stream<T, Vals<D>, Vals<D>> for Sinusoidal<D, S> {
    /// Steps so far: there may be more than `S`.
    type State<const B: usize> = u32;
    /// `p` of one step.
    type Work<const B: usize> = [T; D];

    fn step<'a, const B: usize>(
        &self,
        x: &SMatrix<T, D, B>,
        y: &mut SMatrix<T, D, B>,
        step: &mut u32,
        position: &mut [T; D],
        pass: Pass<'a, B>,
    ) {
        wave_at(*step, position);
        for (x, y) in x.as_slice().chunks_exact(D).zip(y.as_mut_slice().chunks_exact_mut(D)) {
            kernels::add(pass, x, &*position, y);
        }
        *step = step.wrapping_add(1);
    }
}

super::no_params!([const D: usize, const S: usize] Sinusoidal<D, S> = Sinusoidal);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{Blank, Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        let (mut y, mut work) = (SMatrix::<f64, 6, 1>::zeros(), Blank::ZERO);
        Sinusoidal::<3, 2>.forward(&SMatrix::<f64, 6, 1>::zeros(), &mut y, None, &mut work, Pass::infer());
        let slow = 1.0 / 10_000.0_f64.powf(2.0 / 3.0);
        let expected = vector![0.0, 1.0, 0.0, 1.0_f64.sin(), 1.0_f64.cos(), slow.sin()];
        assert!((y - expected).amax() < 1e-15, "{y}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![0.1, 0.5; 0.2, 0.6; 0.3, 0.7; 0.4, 0.8];
        gradcheck::layer(&mut Sinusoidal::<2, 2>, &mut x, Pass::infer()).unwrap();
        let pass = Pass::train(Rng::new(0)).chunk(0, 1);
        gradcheck::layer(&mut Sinusoidal::<1, 4>, &mut x, pass).unwrap();
    }
}
