//! The mean of each channel of an image, or of each feature over the steps. PyTorch: `nn.AdaptiveAvgPool2d(1)`.

use nalgebra::SMatrix;

use crate::kernels::channels::Channels;
use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// The mean of each channel of an image, or of each feature over the steps. PyTorch: `nn.AdaptiveAvgPool2d(1)`.
///
/// Written `GlobalAvgPool` in a network; `[channels, height, width]` becomes `[channels]`, and `[steps, features]` becomes
/// `[features]`. The sizes are inferred.
///
/// | symbol | shape     | meaning                                                                       |
/// |--------|-----------|-------------------------------------------------------------------------------|
/// | `x`    |           | input: `N` channels of `RUN` numbers (height × width), or steps of `N` features |
/// | `k`    |           | numbers of a channel, or valid steps                                          |
/// | `y`    | `N`       | output                                                                        |
///
/// - forward:  `y = Σ x / k`; zeros where no step is valid
/// - backward: `dx = dy / k`
///
/// Nothing is kept.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::{Layer, Pass, layers::GlobalAvgPool};
///
/// let (x, mut y) = (vector![1.0, 3.0, 10.0, 30.0], vector![0.0, 0.0]);
/// GlobalAvgPool::<2, 2>.forward(&x, &mut y, None, &mut (), Pass::infer()); // two channels
/// assert_eq!(y, vector![2.0, 20.0]);
/// GlobalAvgPool::<2, 1>.forward(&x, &mut y, None, &mut (), Pass::infer()); // two steps
/// assert_eq!(y, vector![5.5, 16.5]);
/// ```
#[doc(alias = "AdaptiveAvgPool2d")]
#[doc(alias = "GlobalAveragePooling2D")]
#[derive(Debug)]
pub struct GlobalAvgPool<const N: usize, const RUN: usize>;

impl<T: Real, const N: usize, const RUN: usize, const X: usize> Layer<T, Vals<X>, Vals<N>>
    for GlobalAvgPool<N, RUN>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::DROP; // no steps are left

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(X > 0 && X.is_multiple_of(N * RUN) && (RUN == 1 || X == N * RUN)) }
        y.fill(T::zero());
        for (b, (x, y)) in x.as_slice().chunks_exact(X).zip(y.as_mut_slice().chunks_exact_mut(N)).enumerate()
        {
            if b == pass.live() {
                break;
            }
            let (used, factor) = part::<N, RUN, X, B>(b, pass);
            T::on_channels(pass.isa(), RUN, Channels::Sums { x: &x[..used], sums: y });
            y.iter_mut().for_each(|y| *y *= T::of(factor));
        }
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        dx.fill(T::zero());
        for b in 0..pass.live() {
            let (used, factor) = part::<N, RUN, X, B>(b, pass);
            let (dy, dx) = (&dy.as_slice()[b * N..][..N], &mut dx.as_mut_slice()[b * X..][..used]);
            for dx in dx.chunks_exact_mut(N * RUN) {
                for (dx, &dy) in dx.chunks_exact_mut(RUN).zip(dy) {
                    dx.fill(dy * T::of(factor));
                }
            }
        }
    }
}

/// How many numbers of sample `b` count, and one over those of each channel.
fn part<const N: usize, const RUN: usize, const X: usize, const B: usize>(
    b: usize,
    pass: Pass<'_, B>,
) -> (usize, f64) {
    let rows = X / (N * RUN);
    let rows = if rows > 1 { pass.lens().steps(b, rows) } else { rows };
    (rows * N * RUN, if rows > 0 { 1.0 / (rows * RUN) as f64 } else { 0.0 })
}

super::no_params!([const N: usize, const RUN: usize] GlobalAvgPool<N, RUN> = GlobalAvgPool);

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::signal::Lens;
    use crate::{Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        let (x, mut y) = (matrix![1.0, 5.0; 2.0, 5.0; 6.0, 8.0], matrix![7.0, 7.0]);
        GlobalAvgPool::<1, 3>.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, matrix![3.0, 6.0]);
    }

    #[test]
    fn steps_past_the_length_do_not_count() {
        let nan = f64::NAN;
        let (x, mut y) = (matrix![1.0, 5.0; 2.0, nan; 6.0, nan], matrix![7.0, 7.0]);
        let pass = Pass::infer().padded(Lens::of(&[3, 1]));
        GlobalAvgPool::<1, 1>.forward(&x, &mut y, None, &mut (), pass);
        assert_eq!(y, matrix![3.0, 5.0]);
        GlobalAvgPool::<1, 1>.forward(&x, &mut y, None, &mut (), Pass::infer().padded(Lens::of(&[0, 0])));
        assert_eq!(y, matrix![0.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 12, 3>::from_fn(|_, _| rng.normal());
        let train = Pass::train(Rng::new(0));
        gradcheck::layer::<_, _, Vals<3>, 3>(&mut GlobalAvgPool::<3, 4>, &mut x, train.chunk(0, 2)).unwrap();
        let pass = train.padded(Lens::of(&[4, 2, 0]));
        gradcheck::layer::<_, _, Vals<3>, 3>(&mut GlobalAvgPool::<3, 1>, &mut x, pass).unwrap();
    }
}
