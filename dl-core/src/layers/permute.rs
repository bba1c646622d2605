//! Axes in another order. PyTorch: `torch.permute`.

use nalgebra::SMatrix;

use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// Axes in another order. PyTorch: `torch.permute`.
///
/// Written `Permute<2, 0, 1>` in a network, for images, and `Permute<1, 0>` or [`Transpose`] for sequences. Axes are
/// counted from 0 without the samples: what comes out has the input's axis 2 first, then its axis 0, then its axis 1.
/// PyTorch, which counts the samples as axis 0, writes `x.permute(0, 3, 1, 2)`. The sizes `C`, `H` and `W` are inferred;
/// a sequence is an image of one channel.
///
/// | symbol    | shape       | meaning                                               |
/// |-----------|-------------|-------------------------------------------------------|
/// | `x`       | `[C, H, W]` | input                                                 |
/// | `I, J, K` |             | axes of the input, each of 0, 1, 2 once               |
/// | `y`       |             | output, `[size of I, size of J, size of K]`           |
///
/// - forward:  `y[i, j, k] = x[..]` with `i` at axis `I`, `j` at axis `J` and `k` at axis `K`
/// - backward: `dx[..] = dy[i, j, k]` at the same places
///
/// Unlike [`Reshape`](super::Reshape), this moves numbers. Nothing is kept. Steps that have become features have no valid
/// lengths; those past the length are zeros there, and receive zero.
///
/// ```
/// use dl_core::nalgebra::{SMatrix, vector};
/// use dl_core::{Layer, Pass, layers::{Permute, Transpose}};
///
/// // two channels of 1 × 3: pixels of two numbers
/// let (x, mut y) = (vector![1.0, 2.0, 3.0, 10.0, 20.0, 30.0], SMatrix::<f32, 6, 1>::zeros());
/// Permute::<2, 1, 3, 1, 2, 0>.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
/// // and the same as a sequence of two steps
/// Transpose::<2, 3> {}.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [32, 48, 3], crate = dl_core)]
/// struct Net { channels_first: Permute<2, 0, 1>, conv: Conv2d<8, 3>, rows: Permute<1, 2, 0> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [30, 46, 8]);
/// ```
#[derive(Debug)]
pub struct Permute<
    const C: usize,
    const H: usize,
    const W: usize,
    const I: usize,
    const J: usize,
    const K: usize,
>;

/// Steps and features change places: `[steps, features]` becomes `[features, steps]`. PyTorch: `x.transpose(1, 2)`.
///
/// Written `Transpose` in a network; the sizes are inferred. It is [`Permute<1, 0>`](Permute).
///
/// ```
/// #[dl_macros::network(input = [16, 3], crate = dl_core)]
/// struct Mixer { features: Transpose, over_steps: Dense<8>, steps: Transpose, over_features: Dense<4> }
///
/// assert_eq!(<Mixer as dl_core::Network>::OUTPUT.dims(), [8, 4]);
/// ```
pub type Transpose<const STEPS: usize, const FEATURES: usize> = Permute<1, STEPS, FEATURES, 0, 2, 1>;

impl<const C: usize, const H: usize, const W: usize, const I: usize, const J: usize, const K: usize>
    Permute<C, H, W, I, J, K>
{
    const AXES: [usize; 3] = [I, J, K];
    /// Whether steps of a sequence become features.
    const TURNS_STEPS: bool = C == 1 && I == 0 && J == 2;
    /// Of the input.
    const SIZE: [usize; 3] = [C, H, W];
    const STRIDE: [usize; 3] = [H * W, W, 1];
    /// Of the output: sizes, and how far apart its numbers lie in the input.
    const OUT: [[usize; 3]; 2] = {
        assert!(I < 3 && J < 3 && K < 3 && I != J && J != K && K != I, "each axis is named once");
        let (mut out, mut a) = ([[0; 3]; 2], 0);
        while a < 3 {
            out[0][a] = Self::SIZE[Self::AXES[a]];
            out[1][a] = Self::STRIDE[Self::AXES[a]];
            a += 1;
        }
        out
    };
    /// How far apart the input's numbers lie in the output.
    const BACK: [usize; 3] = {
        let [[_, rows, columns], _] = Self::OUT;
        let mut back = [0; 3];
        back[I] = rows * columns;
        back[J] = columns;
        back[K] = 1;
        back
    };
}

impl<
    T: Real,
    const N: usize,
    const C: usize,
    const H: usize,
    const W: usize,
    const I: usize,
    const J: usize,
    const K: usize,
> Layer<T, Vals<N>, Vals<N>> for Permute<C, H, W, I, J, K>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = if Self::TURNS_STEPS { LenMap::DROP } else { LenMap::SAME };

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { assert!(N == C * H * W) }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            let [size, stride] = Self::OUT;
            T::permute(size, stride, x, y);
            if Self::TURNS_STEPS && !pass.lens().is_full() {
                for (b, y) in y.chunks_exact_mut(N).enumerate() {
                    let valid = pass.lens().steps(b, H);
                    y.chunks_exact_mut(H).for_each(|y| y[valid..].fill(T::zero()));
                }
            }
        });
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        _: &(),
        dy: &SMatrix<T, N, B>,
        dx: Option<&mut SMatrix<T, N, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
        T::permute(Self::SIZE, Self::BACK, dy, dx);
        if Self::TURNS_STEPS && !pass.lens().is_full() {
            for (b, dx) in dx.chunks_exact_mut(N).enumerate() {
                dx[pass.lens().steps(b, H) * W..].fill(T::zero());
            }
        }
    }
}

super::no_params!([
    const C: usize, const H: usize, const W: usize, const I: usize, const J: usize, const K: usize
] Permute<C, H, W, I, J, K> = Permute);

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::signal::Lens;
    use crate::{Rng, gradcheck};

    fn out<const I: usize, const J: usize, const K: usize>() -> [f64; 12] {
        // the number at [c, i, j] is `cij`
        let x = SMatrix::<f64, 12, 1>::from_fn(|n, _| (100 * (n / 6) + 10 * (n / 2 % 3) + n % 2) as f64);
        let mut y = SMatrix::<f64, 12, 1>::zeros();
        Permute::<2, 3, 2, I, J, K>.forward(&x, &mut y, None, &mut (), Pass::infer());
        y.data.0[0]
    }

    #[test]
    fn forward_by_hand() {
        assert_eq!(out::<0, 2, 1>(), [0., 10., 20., 1., 11., 21., 100., 110., 120., 101., 111., 121.]);
        assert_eq!(out::<2, 0, 1>(), [0., 10., 20., 100., 110., 120., 1., 11., 21., 101., 111., 121.]);
        assert_eq!(out::<1, 2, 0>(), [0., 100., 1., 101., 10., 110., 11., 111., 20., 120., 21., 121.]);
    }

    #[test]
    fn steps_past_the_length_are_zeros_among_the_features() {
        let nan = f64::NAN;
        let (x, mut y) = (
            matrix![1.0, 5.0; 2.0, 6.0; 3.0, nan; 4.0, nan],
            matrix![7.0, 7.0; 7.0, 7.0; 7.0, 7.0; 7.0, 7.0],
        );
        let pass = Pass::infer().padded(Lens::of(&[2, 1]));
        Transpose::<2, 2> {}.forward(&x, &mut y, None, &mut (), pass);
        assert_eq!(y, matrix![1.0, 5.0; 3.0, 0.0; 2.0, 6.0; 4.0, 0.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 30, 3>::from_fn(|_, _| rng.normal());
        let train = Pass::train(Rng::new(0));
        let pass = train.chunk(0, 2);
        gradcheck::layer(&mut Permute::<5, 2, 3, 0, 2, 1>, &mut x, pass).unwrap();
        gradcheck::layer(&mut Permute::<5, 2, 3, 1, 0, 2>, &mut x, pass).unwrap();
        gradcheck::layer(&mut Permute::<5, 2, 3, 1, 2, 0>, &mut x, pass).unwrap();
        gradcheck::layer(&mut Permute::<5, 2, 3, 2, 0, 1>, &mut x, pass).unwrap();
        gradcheck::layer(&mut Permute::<5, 2, 3, 2, 1, 0>, &mut x, pass).unwrap();
        gradcheck::layer(&mut Transpose::<10, 3> {}, &mut x, train.padded(Lens::of(&[10, 4, 0]))).unwrap();
    }
}
