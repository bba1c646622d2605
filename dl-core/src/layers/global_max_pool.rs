//! The largest number of each channel of an image, or of each feature over the steps. PyTorch: `nn.AdaptiveMaxPool2d(1)`.

use nalgebra::SMatrix;

use crate::kernels::pooling::is_nan;
use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// The largest number of each channel of an image, or of each feature over the steps. PyTorch: `nn.AdaptiveMaxPool2d(1)`.
///
/// Written `GlobalMaxPool` in a network; `[channels, height, width]` becomes `[channels]`, and `[steps, features]` becomes
/// `[features]`. The sizes are inferred.
///
/// | symbol | shape     | meaning                                                                       |
/// |--------|-----------|-------------------------------------------------------------------------------|
/// | `x`    |           | input: `N` channels of `RUN` numbers (height × width), or steps of `N` features |
/// | `y`    | `N`       | output                                                                        |
///
/// - forward:  `y = max x`, over valid steps; zeros where no step is valid
/// - backward: `dx = dy` where it was the largest number, else 0
///
/// The tape holds the place of each output's number. Of equal numbers the first has the gradient, and a NaN is larger
/// than any number, as in PyTorch.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::GlobalMaxPool};
///
/// let (x, mut y) = (vector![1.0, 3.0, 10.0, 2.0], vector![0.0, 0.0]);
/// GlobalMaxPool::<2, 2>.forward(&x, &mut y, None, &mut (), Pass::infer()); // two channels
/// assert_eq!(y, vector![3.0, 10.0]);
/// GlobalMaxPool::<2, 1>.forward(&x, &mut y, None, &mut (), Pass::infer()); // two steps
/// assert_eq!(y, vector![10.0, 3.0]);
/// ```
#[doc(alias = "AdaptiveMaxPool2d")]
#[doc(alias = "GlobalMaxPooling2D")]
#[derive(Debug)]
pub struct GlobalMaxPool<const N: usize, const RUN: usize>;

impl<T: Real, const N: usize, const RUN: usize, const X: usize> Layer<T, Vals<X>, Vals<N>>
    for GlobalMaxPool<N, RUN>
{
    /// Where in the sample the largest number is.
    type Tape<const B: usize> = [[u32; N]; B];
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP; // no steps are left

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, N, B>,
        mut tape: Option<&mut Self::Tape<B>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(X > 0 && X.is_multiple_of(N * RUN) && (RUN == 1 || X == N * RUN)) }
        const { assert!(X <= u32::MAX as usize) }
        y.fill(T::zero());
        let rows = X / (N * RUN);
        for b in 0..pass.live() {
            let rows = if rows > 1 { pass.lens().steps(b, rows) } else { rows };
            let x = &x.as_slice()[b * X..][..rows * N * RUN];
            for (n, y) in y.as_mut_slice()[b * N..][..N].iter_mut().enumerate() {
                let mut at = n * RUN;
                for row in 0..rows {
                    let first = (row * N + n) * RUN;
                    for (i, &value) in x[first..first + RUN].iter().enumerate() {
                        at = if value > x[at] || is_nan(value) { first + i } else { at };
                    }
                }
                if let Some(&largest) = x.get(at) {
                    *y = largest;
                }
                if let Some(tape) = &mut tape {
                    tape[b][n] = at as u32;
                }
            }
        }
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, N, B>,
        tape: &Self::Tape<B>,
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        dx.fill(T::zero());
        for b in 0..pass.live() {
            if X > N * RUN && pass.lens().steps(b, X / (N * RUN)) == 0 {
                continue;
            }
            for (&at, &dy) in tape[b].iter().zip(&dy.as_slice()[b * N..][..N]) {
                dx[(at as usize, b)] = dy;
            }
        }
    }
}

super::no_params!([const N: usize, const RUN: usize] GlobalMaxPool<N, RUN> = GlobalMaxPool);

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::signal::Lens;
    use crate::{Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        let (x, mut y) = (matrix![1.0, -5.0; 2.0, -4.0; -6.0, -8.0], matrix![7.0, 7.0]);
        GlobalMaxPool::<1, 3>.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, matrix![2.0, -4.0]);
    }

    #[test]
    fn the_first_of_equal_numbers_has_the_gradient_and_nan_is_the_largest() {
        let (mut y, mut dx, mut tape) = (vector![0.0, 0.0], vector![7.0, 7.0, 7.0, 7.0, 7.0, 7.0], [[0; 2]]);
        let x = vector![1.0, 4.0, 4.0, 9.0, f64::NAN, 8.0];
        let pool = GlobalMaxPool::<2, 3>;
        pool.forward(&x, &mut y, Some(&mut tape), &mut (), Pass::infer());
        assert!(y[0] == 4.0 && y[1].is_nan());
        pool.backward(&x, &y, &tape, &vector![2.0, 3.0], Some(&mut dx), None, &mut (), Pass::infer());
        assert_eq!(dx, vector![0.0, 2.0, 0.0, 0.0, 3.0, 0.0]);
    }

    #[test]
    fn steps_past_the_length_do_not_count() {
        let (x, mut y) = (matrix![1.0, 5.0; 2.0, 9.0; 6.0, 9.0], matrix![7.0, 7.0]);
        GlobalMaxPool::<1, 1>.forward(&x, &mut y, None, &mut (), Pass::infer().padded(Lens::of(&[3, 1])));
        assert_eq!(y, matrix![6.0, 5.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 12, 3>::from_fn(|_, _| rng.normal());
        let train = Pass::train(Rng::new(0));
        gradcheck::layer::<_, _, Vals<3>, 3>(&mut GlobalMaxPool::<3, 4>, &mut x, train.chunk(0, 2)).unwrap();
        let pass = train.padded(Lens::of(&[4, 2, 0]));
        gradcheck::layer::<_, _, Vals<3>, 3>(&mut GlobalMaxPool::<3, 1>, &mut x, pass).unwrap();
    }
}
