//! Probabilities from scores, over the last dimension. PyTorch: `nn.Softmax(dim=-1)`.

use nalgebra::SMatrix;

use crate::kernels::softmax;
use crate::{Layer, Pass, Real, Vals};

/// Probabilities from scores, over the last dimension. PyTorch: `nn.Softmax(dim=-1)`.
///
/// Written `Softmax` in a network; `N` is inferred. On `[steps, features]` it acts on every step alike.
///
/// | symbol | shape | meaning                                       |
/// |--------|-------|-----------------------------------------------|
/// | `x`    | `N`   | scores (each step of them, of a sequence)     |
/// | `y`    | `N`   | probabilities                                 |
///
/// - forward:  `yᵢ = e^(xᵢ − max x) / Σⱼ e^(xⱼ − max x)`
/// - backward: `dx = y ⊙ (dy − y · dy)`
///
/// With the maximum subtracted nothing overflows: finite scores give finite probabilities. Only `y` is kept. Before a
/// cross-entropy leave it out: that loss takes the scores themselves, which is exact and cheaper.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::Softmax};
///
/// let mut y = vector![0.0_f64, 0.0, 0.0];
/// Softmax::<3>.forward(&vector![1.0, 2.0, 3.0], &mut y, None, &mut (), Pass::infer());
/// let expected = vector![0.09003057317038045, 0.2447284710547976, 0.6652409557748218];
/// assert!((y - expected).amax() < 1e-15);
/// ```
#[derive(Debug)]
pub struct Softmax<const N: usize>;

impl<T: Real, const N: usize, const X: usize> Layer<T, Vals<X>, Vals<X>> for Softmax<N> {
    type Tape<const B: usize> = (); // y is lent by the network
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(N > 0 && X.is_multiple_of(N)) }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            for (x, y) in x.chunks_exact(N).zip(y.chunks_exact_mut(N)) {
                softmax(pass, x, Some(y), T::one());
            }
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        y: &SMatrix<T, X, B>,
        _: &(),
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        _: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        let rows = y.as_slice().chunks_exact(N).zip(dy.as_slice().chunks_exact(N));
        for ((y, dy), dx) in rows.zip(dx.as_mut_slice().chunks_exact_mut(N)) {
            let mut dot = T::zero();
            for (&y, &dy) in y.iter().zip(dy) {
                dot += y * dy;
            }
            for ((&y, &dy), dx) in y.iter().zip(dy).zip(dx) {
                *dx = y * (dy - dot);
            }
        }
    }
}

super::no_params!([const N: usize] Softmax<N> = Softmax);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::{gradcheck, math};

    #[test]
    fn forward_by_hand() {
        // two steps of two scores: e^0 : e^(ln 3) = 1 : 3
        let mut y = vector![9.0, 9.0, 9.0, 9.0];
        let x = vector![0.0, math::ln(3.0), 5.0, 5.0];
        Softmax::<2>.forward(&x, &mut y, None, &mut (), Pass::infer());
        approx::assert_relative_eq!(y, vector![0.25, 0.75, 0.5, 0.5], max_relative = 1e-15);
    }

    #[test]
    fn the_largest_scores_give_probabilities() {
        let mut y = vector![9.0_f32, 9.0, 9.0];
        let x = vector![f32::MAX, f32::MIN, f32::MAX];
        Softmax::<3>.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.5, 0.0, 0.5]);
        Softmax::<3>.forward(&vector![1.0, f32::NAN, 2.0], &mut y, None, &mut (), Pass::infer());
        assert!(y.iter().all(|y| y.is_nan()));
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = matrix![1.0, -0.4; 2.0, 0.1; 3.0, 0.2; -1.0, 0.3; 0.0, 0.4; 0.5, 2.0];
        gradcheck::layer(&mut Softmax::<6>, &mut x, Pass::infer()).unwrap();
        gradcheck::layer(&mut Softmax::<3>, &mut x, Pass::infer()).unwrap();
    }

    #[test]
    fn the_gradient_is_that_of_pytorch() {
        let (mut y, mut dx) = (vector![0.0, 0.0, 0.0], vector![0.0, 0.0, 0.0]);
        let x = vector![1.0, 2.0, 3.0];
        Softmax::<3>.forward(&x, &mut y, None, &mut (), Pass::infer());
        let dy = vector![1.0, 0.0, -2.0];
        Softmax::<3>.backward(&x, &y, &(), &dy, Some(&mut dx), None, &mut (), Pass::infer());
        let expected = vector![0.20170911815463105, 0.30357375945943443, -0.5052828776140658];
        approx::assert_relative_eq!(dx, expected, max_relative = 1e-14);
    }
}
