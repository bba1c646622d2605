//! The mean of every window, channel by channel. PyTorch: `nn.AvgPool2d`.

use core::marker::PhantomData;

use nalgebra::SMatrix;

use super::conv2d::window;
use super::max_pool2d::check;
use crate::kernels::conv::Window;
use crate::kernels::pooling::Pooling;
use crate::options::Sliding;
use crate::{Layer, Pass, Real, Vals};

/// The mean of every window, channel by channel. PyTorch: `nn.AvgPool2d`.
///
/// Written `AvgPool2d<K>` in a network, for images; options `Pad`, `Stride`, and `Kernel<3, 5>` in place of `K`. Without
/// `Stride` the windows lie side by side, and rows and columns that fill no window are dropped. `S` is a
/// [`Slide`](crate::options::Slide) with all sizes.
///
/// | symbol | shape         | meaning                                                         |
/// |--------|---------------|-----------------------------------------------------------------|
/// | `x`    | `[C, H, W]`   | input                                                           |
/// | `k`    |               | numbers of a window                                             |
/// | `y`    | `[C, OH, OW]` | output; how many windows there are, says [`crate::options`]     |
///
/// - forward:  `y = Σ x / k` over the window; padding is 0 and counts, as in PyTorch (`count_include_pad=True`)
/// - backward: `dx = Σ dy / k` of the windows that it is in
///
/// Nothing is kept.
///
/// ```
/// use dl_core::nalgebra::vector;
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::AvgPool2d};
///
/// let pool = AvgPool2d::<Slide<Image<1, 2, 4>, Kernel<2>, Stride<2>>>::ZERO;
/// let mut y = vector![0.0, 0.0];
/// let x = vector![
///     1.0, 2.0, 7.0, 5.0, //
///     4.0, 3.0, 6.0, 8.0,
/// ];
/// pool.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![2.5, 6.5]);
/// ```
#[doc(alias = "AveragePooling2D")]
#[derive(Debug)]
pub struct AvgPool2d<S>(PhantomData<S>);

impl<S: Sliding> AvgPool2d<S> {
    const WINDOW: Window = window::<S>(S::IMAGE[0]);
    const FACTOR: f64 = 1.0 / (S::KERNEL[0] * S::KERNEL[1]) as f64;
}

impl<T: Real, S: Sliding, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>> for AvgPool2d<S> {
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_X: bool = false;
    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { check::<S, X, Y>() }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            T::on_windows(pass.isa(), &Self::WINDOW, Pooling::Sum { x, y, factor: T::of(Self::FACTOR) });
        });
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
        let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
        T::on_windows(pass.isa(), &Self::WINDOW, Pooling::SumBack { dy, dx, factor: T::of(Self::FACTOR) });
    }
}

super::no_params!([S: Sliding] AvgPool2d<S> = AvgPool2d(PhantomData));

#[cfg(test)]
mod tests {
    use nalgebra::{SMatrix, vector};

    use super::*;
    use crate::options::{Dilation, Image, Kernel, Pad, Slide, Stride};
    use crate::{Blank, Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        // the padding counts: 4 / 4 and (2 + 6) / 4
        type Padded = Slide<Image<1, 1, 3>, Kernel<2>, Stride<2>, Dilation<1>, Pad<1, 1>>;
        let mut y = vector![7.0, 7.0];
        AvgPool2d::<Padded>::ZERO.forward(&vector![4.0, 2.0, 6.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![1.0, 2.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 60, 3>::from_fn(|_, _| rng.normal());
        let pass = Pass::train(Rng::new(0)).chunk(0, 2);
        type Halves = Slide<Image<2, 5, 6>, Kernel<2>, Stride<2>>;
        gradcheck::layer::<_, _, Vals<12>, 3>(&mut AvgPool2d::<Halves>(PhantomData), &mut x, pass).unwrap();
        type Over = Slide<Image<2, 5, 6>, Kernel<3>, Stride<1, 2>, Dilation<1>, Pad<1>>;
        gradcheck::layer::<_, _, Vals<30>, 3>(&mut AvgPool2d::<Over>(PhantomData), &mut x, Pass::infer())
            .unwrap();
        type Thirds = Slide<Image<2, 5, 6>, Kernel<2, 3>, Stride<1, 3>>;
        gradcheck::layer::<_, _, Vals<16>, 3>(&mut AvgPool2d::<Thirds>(PhantomData), &mut x, Pass::infer())
            .unwrap();
    }
}
