//! The mean of every window of steps, feature by feature. PyTorch: `nn.AvgPool1d`.

use core::marker::PhantomData;

use nalgebra::SMatrix;

use super::max_pool1d::{cleared, each, lens};
use super::max_pool2d::check;
use crate::kernels::pooling::Pooling;
use crate::options::Sliding;
use crate::signal::LenMap;
use crate::{Layer, Pass, Real, Vals};

/// The mean of every window of steps, feature by feature. PyTorch: `nn.AvgPool1d`.
///
/// Written `AvgPool1d<K>` in a network, for `[steps, features]`; options `Pad`, `Stride`. Without `Stride` the windows lie
/// side by side, and steps that fill no window are dropped. `S` is a [`Slide`](crate::options::Slide) over an image one
/// column wide, whose channels are the features.
///
/// | symbol | shape        | meaning                                                          |
/// |--------|--------------|------------------------------------------------------------------|
/// | `x`    | `[N, F]`     | input                                                            |
/// | `k`    |              | steps of a window                                                |
/// | `y`    | `[O, F]`     | output; how many windows there are, says [`crate::options`]      |
///
/// - forward:  `y = Σ x / k` over the window; padding is 0 and counts, as in PyTorch (`count_include_pad=True`), and so do
///   steps past the valid ones
/// - backward: `dx = Σ dy / k` of the windows that it is in
///
/// Nothing is kept.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::AvgPool1d};
///
/// // four steps of one feature
/// let pool = AvgPool1d::<Slide<Image<1, 4, 1>, Kernel<2, 1>, Stride<2, 1>>>::ZERO;
/// let mut y = vector![0.0, 0.0];
/// pool.forward(&vector![1.0, 3.0, 8.0, 2.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![2.0, 5.0]);
/// ```
#[doc(alias = "AveragePooling1D")]
#[derive(Debug)]
pub struct AvgPool1d<S>(PhantomData<S>);

impl<S: Sliding> AvgPool1d<S> {
    const FACTOR: f64 = 1.0 / S::KERNEL[0] as f64;
}

impl<T: Real, S: Sliding, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>> for AvgPool1d<S> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;
    const LENS: LenMap = lens::<S>();

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { check::<S, X, Y>() }
        let y = cleared(pass, y.as_mut_slice());
        each::<S, B>(pass, |window, from, to| {
            let (x, y) = (&x.as_slice()[from], &mut y[to]);
            T::on_windows(pass.isa(), window, Pooling::Sum { x, y, factor: T::of(Self::FACTOR) });
        });
        pass.copy_first(y);
    }

    fn backward<'a, const B: usize>(
        &self,
        _: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let Some(dx) = dx else { return };
        let dx = cleared(pass, dx.as_mut_slice());
        each::<S, B>(pass, |window, to, from| {
            let (dy, dx) = (&dy.as_slice()[from], &mut dx[to]);
            T::on_windows(pass.isa(), window, Pooling::SumBack { dy, dx, factor: T::of(Self::FACTOR) });
        });
    }
}

super::no_params!([S: Sliding] AvgPool1d<S> = AvgPool1d(PhantomData));

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::options::{Dilation, Image, Kernel, Pad, Slide, Stride};
    use crate::signal::Lens;
    use crate::{Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        // three steps of two features, windows of two that overlap
        let pool = AvgPool1d::<Slide<Image<2, 3, 1>, Kernel<2, 1>, Stride<1>>>(PhantomData);
        let mut y = vector![7.0, 7.0, 7.0, 7.0];
        pool.forward(&vector![1.0, -2.0, 0.0, -1.0, 3.0, -4.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![0.5, -1.5, 1.5, -2.5]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        type Padded = Slide<Image<2, 6, 1>, Kernel<3, 1>, Stride<2, 1>, Dilation<1>, Pad<1, 0>>;
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 12, 3>::from_fn(|_, _| rng.normal());
        let pool = &mut AvgPool1d::<Padded>(PhantomData);
        let train = Pass::train(Rng::new(0));
        for pass in [train, train.chunk(0, 2), train.padded(Lens::of(&[6, 3, 0]))] {
            gradcheck::layer::<_, _, Vals<6>, 3>(pool, &mut x, pass).unwrap();
        }
    }
}
