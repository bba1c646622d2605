//! A larger image: every number repeated, or a mix of its neighbours. PyTorch: `nn.Upsample`.

use core::marker::PhantomData;

use nalgebra::SMatrix;

use super::conv2d::window;
use crate::kernels::bilinear::Bilinear as Mix;
use crate::kernels::conv::Window;
use crate::kernels::pooling::Pooling;
use crate::options::{Between, Nearest, Sliding};
use crate::{Layer, Pass, Real, Vals};

/// A larger image: every number repeated, or a mix of its neighbours. PyTorch: `nn.Upsample`.
///
/// Written `Upsample<2>` in a network, for images twice as high and wide, `Upsample<2, 3>` for factors of their own, and
/// `Upsample<2, Bilinear>` to mix. `M` is [`Nearest`] or [`Bilinear`](crate::options::Bilinear). All sizes are in `S`, a
/// [`Slide`](crate::options::Slide): that of the pool from what comes out to what comes in.
///
/// | symbol   | shape            | meaning                                       |
/// |----------|------------------|-----------------------------------------------|
/// | `x`      | `[C, H, W]`      | input                                         |
/// | `k`, `l` |                  | factors of the height and of the width        |
/// | `y`      | `[C, k H, l W]`  | output                                        |
///
/// - forward, `Nearest`:  `y[c, i, j] = x[c, ⌊i / k⌋, ⌊j / l⌋]`
/// - forward, `Bilinear`: `y[c, i, j] = Σ max(0, 1 − |u − v|) max(0, 1 − |s − t|) x[c, v, t]` with
///   `u = (i + ½) / k − ½` and `s = (j + ½) / l − ½`, which are kept inside of the image
/// - backward: `dx[c, v, t] = Σ dy[c, i, j]` over the same indices with the same factors
///
/// That is PyTorch's `align_corners=False`: numbers stand for areas, whose corners meet. Nothing is kept.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::options::{Bilinear, Image, Kernel, Nearest, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::Upsample};
///
/// type Double = Slide<Image<1, 1, 4>, Kernel<1, 2>, Stride<1, 2>>;
/// let (x, mut y) = (vector![4.0, 8.0], vector![0.0, 0.0, 0.0, 0.0]);
/// Upsample::<Double, Nearest>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![4.0, 4.0, 8.0, 8.0]);
/// Upsample::<Double, Bilinear>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![4.0, 5.0, 7.0, 8.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [8, 4, 4], crate = dl_core)]
/// struct Decoder { up: Upsample<2>, conv: Conv2d<4, 3, Pad<1>>, act: Relu, smooth: Upsample<2, Bilinear> }
///
/// assert_eq!(<Decoder as dl_core::Network>::OUTPUT.dims(), [4, 16, 16]);
/// ```
#[doc(alias = "UpSampling2D")]
#[doc(alias = "interpolate")]
#[derive(Debug)]
pub struct Upsample<S, M = Nearest>(PhantomData<(S, M)>);

impl<S: Sliding, M: Between> Upsample<S, M> {
    /// Of the pool that makes `x` of `y`.
    const WINDOW: Window = window::<S>(S::IMAGE[0]);

    const fn check<const X: usize, const Y: usize>() {
        let [channels, height, width] = S::IMAGE;
        let ([rows, columns], [down, along]) = (S::OUT, S::STRIDE);
        assert!(Y == S::LEN && X == channels * S::AREA);
        assert!(height == down * rows && width == along * columns);
        assert!(S::KERNEL[0] == down && S::KERNEL[1] == along);
    }
}

impl<T: Real, S: Sliding, M: Between, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>>
    for Upsample<S, M>
{
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
        const { Self::check::<X, Y>() }
        pass.forward_live(x.as_slice(), y.as_mut_slice(), |x, y| {
            if M::MIXES {
                T::mix(S::OUT, S::STRIDE, Mix::Mix { x, y });
            } else {
                // every number to each of its window: the way back of a sum
                let spread = Pooling::SumBack { dy: x, dx: y, factor: T::one() };
                T::on_windows(pass.isa(), &Self::WINDOW, spread);
            }
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
        if M::MIXES {
            T::mix(S::OUT, S::STRIDE, Mix::Back { dy, dx });
        } else {
            T::on_windows(pass.isa(), &Self::WINDOW, Pooling::Sum { x: dy, y: dx, factor: T::one() });
        }
    }
}

super::no_params!([S: Sliding, M: Between] Upsample<S, M> = Upsample(PhantomData));

#[cfg(test)]
mod tests {
    use nalgebra::vector;

    use super::*;
    use crate::options::{Bilinear, Image, Kernel, Slide, Stride};
    use crate::{Blank, Rng, gradcheck};

    #[test]
    fn forward_by_hand() {
        type Sizes = Slide<Image<1, 4, 3>, Kernel<2, 3>, Stride<2, 3>>;
        let mut y = SMatrix::<f64, 12, 1>::zeros();
        Upsample::<Sizes, Nearest>::ZERO.forward(&vector![1.0, 2.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
        let smooth = Upsample::<Sizes, Bilinear>::ZERO;
        smooth.forward(&vector![4.0, 8.0], &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, vector![4.0, 4.0, 4.0, 5.0, 5.0, 5.0, 7.0, 7.0, 7.0, 8.0, 8.0, 8.0]);
    }

    #[test]
    fn the_gradient_of_a_number_is_the_sum_of_its_shares() {
        type Sizes = Slide<Image<1, 1, 6>, Kernel<1, 2>, Stride<1, 2>>;
        let (x, y, mut dx) = (vector![0.0, 0.0, 0.0], SMatrix::<f64, 6, 1>::zeros(), vector![7.0, 7.0, 7.0]);
        let dy = vector![1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        let nearest = Upsample::<Sizes, Nearest>::ZERO;
        nearest.backward(&x, &y, &(), &dy, Some(&mut dx), None, &mut (), Pass::infer());
        assert_eq!(dx, vector![3.0, 12.0, 48.0]);
        let smooth = Upsample::<Sizes, Bilinear>::ZERO;
        smooth.backward(&x, &y, &(), &dy, Some(&mut dx), None, &mut (), Pass::infer());
        // 1 + 2 · ¾ + 4 · ¼, 2 · ¼ + 4 · ¾ + 8 · ¾ + 16 · ¼, 8 · ¼ + 16 · ¾ + 32
        assert_eq!(dx, vector![3.5, 13.5, 46.0]);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 12, 3>::from_fn(|_, _| rng.normal());
        let pass = Pass::train(Rng::new(0)).chunk(0, 2);
        type Uneven = Slide<Image<3, 2, 6>, Kernel<1, 3>, Stride<1, 3>>;
        gradcheck::layer::<_, _, Vals<36>, 3>(&mut Upsample::<Uneven, Nearest>(PhantomData), &mut x, pass)
            .unwrap();
        gradcheck::layer::<_, _, Vals<36>, 3>(&mut Upsample::<Uneven, Bilinear>(PhantomData), &mut x, pass)
            .unwrap();
        type Double = Slide<Image<1, 6, 8>, Kernel<2>, Stride<2>>;
        gradcheck::layer::<_, _, Vals<48>, 3>(
            &mut Upsample::<Double, Nearest>(PhantomData),
            &mut x,
            Pass::infer(),
        )
        .unwrap();
        gradcheck::layer::<_, _, Vals<48>, 3>(&mut Upsample::<Double, Bilinear>(PhantomData), &mut x, pass)
            .unwrap();
    }
}
