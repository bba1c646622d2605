//! A border around an image. PyTorch: `nn.ZeroPad2d`, `nn.ReflectionPad2d`, `nn.ReplicationPad2d`.

use core::marker::PhantomData;

use nalgebra::SMatrix;

use crate::kernels::border::{Border, Bordered};
use crate::options::{Around, Outside, Sliding, Zeros};
use crate::{Layer, Pass, Real, Vals};

/// A border around an image. PyTorch: `nn.ZeroPad2d`, `nn.ReflectionPad2d`, `nn.ReplicationPad2d`.
///
/// Written `Pad<1>` in a network, for images, `Pad<HEIGHT, WIDTH>` or `Pad<TOP, LEFT, BOTTOM, RIGHT>`, with zeros outside;
/// `Pad<1, Reflect>` and `Pad<1, Replicate>` continue the image. `M` is [`Zeros`], [`Reflect`](crate::options::Reflect) or
/// [`Replicate`](crate::options::Replicate). All sizes are in `S`, a [`Slide`](crate::options::Slide): that of a window of
/// one number.
///
/// It has the name of the [option](crate::options::Pad) of convolutions and pools, because it says the same in the same
/// words: `pad: Pad<1>, conv: Conv2d<8, 3>` computes what `conv: Conv2d<8, 3, Pad<1>>` does. The option is faster, and
/// needs no memory; the layer is for borders of other numbers than zeros, and where no window follows. `Pad<Same>`, which
/// depends on a window, is an option only.
///
/// | symbol | shape           | meaning                                                     |
/// |--------|-----------------|-------------------------------------------------------------|
/// | `x`    | `[C, H, W]`     | input                                                       |
/// | `y`    | `[C, OH, OW]`   | output: `OH = top + H + bottom`, `OW = left + W + right`    |
///
/// - forward:  `y[c, i, j] = x[c, r(i − top), r(j − left)]`. Outside of `0..n` there is zero; or `r(i)` is `−i` and
///   `2 (n − 1) − i`, with `Reflect`; or `0` and `n − 1`, with `Replicate`
/// - backward: `dx[c, r(i − top), r(j − left)] += dy[c, i, j]`
///
/// Nothing is kept. A reflection is smaller than the image.
///
/// ```
/// use dl_core::nalgebra::{SMatrix, vector};
/// use dl_core::options::{self, Image, Kernel, Reflect, Replicate, Slide, Stride, Dilation, Zeros};
/// use dl_core::{Blank, Layer, Pass, layers::Pad};
///
/// // a row of three numbers, with two more on the left and one on the right
/// type Sides = Slide<Image<1, 1, 3>, Kernel<1>, Stride<1>, Dilation<1>, options::Pad<0, 2, 0, 1>>;
/// let (x, mut y) = (vector![1.0, 2.0, 3.0], SMatrix::<f32, 6, 1>::zeros());
/// Pad::<Sides, Zeros>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![0.0, 0.0, 1.0, 2.0, 3.0, 0.0]);
/// Pad::<Sides, Reflect>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![3.0, 2.0, 1.0, 2.0, 3.0, 2.0]);
/// Pad::<Sides, Replicate>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![1.0, 1.0, 1.0, 2.0, 3.0, 3.0]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [3, 32, 32], crate = dl_core)]
/// struct Net { border: Pad<2, Reflect>, conv: Conv2d<8, 5>, below: Pad<0, 0, 1, 0> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [8, 33, 32]);
/// ```
#[doc(alias = "ZeroPad2d")]
#[doc(alias = "ReflectionPad2d")]
#[doc(alias = "ReplicationPad2d")]
#[doc(alias = "ZeroPadding2D")]
#[derive(Debug)]
pub struct Pad<S, M = Zeros>(PhantomData<(S, M)>);

impl<S: Sliding, M: Around> Pad<S, M> {
    const BORDER: Border = Border { size: [S::IMAGE[1], S::IMAGE[2]], sides: S::PAD, outside: M::OUTSIDE };

    const fn check<const X: usize, const Y: usize>() {
        let ([channels, height, width], [[top, bottom], [left, right]]) = (S::IMAGE, S::PAD);
        assert!(X == S::LEN && Y == channels * (top + height + bottom) * (left + width + right));
        if matches!(M::OUTSIDE, Outside::Mirrored) {
            let fits = top < height && bottom < height && left < width && right < width;
            assert!(fits, "a reflection is smaller than the image");
        }
    }
}

impl<T: Real, S: Sliding, M: Around, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>>
    for Pad<S, M>
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
            T::border(&Self::BORDER, Bordered::Put { x, y });
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
        T::border(&Self::BORDER, Bordered::Back { dy, dx });
    }
}

super::no_params!([S: Sliding, M: Around] Pad<S, M> = Pad(PhantomData));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{self, Dilation, Image, Kernel, Reflect, Replicate, Slide, Stride};
    use crate::{Blank, Rng, gradcheck};

    type Sizes<I, P> = Slide<I, Kernel<1>, Stride<1>, Dilation<1>, P>;

    #[test]
    fn forward_by_hand() {
        // one row above, one column on the left
        type Corner = Sizes<Image<1, 2, 2>, options::Pad<1, 1, 0, 0>>;
        let x = SMatrix::from([[1.0, 2.0, 3.0, 4.0]]);
        let mut y = SMatrix::<f64, 9, 1>::from_element(7.0);
        Pad::<Corner, Zeros>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, SMatrix::from([[0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 3.0, 4.0]]));
        Pad::<Corner, Reflect>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, SMatrix::from([[4.0, 3.0, 4.0, 2.0, 1.0, 2.0, 4.0, 3.0, 4.0]]));
        Pad::<Corner, Replicate>::ZERO.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y, SMatrix::from([[1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0]]));
    }

    #[test]
    fn a_replicated_pixel_collects_all_of_its_gradients() {
        type Ring = Sizes<Image<1, 1, 1>, options::Pad<2, 1>>;
        let (x, y, mut dx) = (SMatrix::zeros(), SMatrix::zeros(), SMatrix::<f64, 1, 1>::from_element(7.0));
        let dy = SMatrix::<f64, 15, 1>::from_element(1.0);
        Pad::<Ring, Replicate>::ZERO.backward(&x, &y, &(), &dy, Some(&mut dx), None, &mut (), Pass::infer());
        assert_eq!(dx[0], 15.0);
        Pad::<Ring, Zeros>::ZERO.backward(&x, &y, &(), &dy, Some(&mut dx), None, &mut (), Pass::infer());
        assert_eq!(dx[0], 1.0);
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut rng = Rng::new(3);
        let mut x = SMatrix::<f64, 30, 3>::from_fn(|_, _| rng.normal());
        let pass = Pass::train(Rng::new(0)).chunk(0, 2);
        type Uneven = Sizes<Image<5, 2, 3>, options::Pad<1, 2, 0, 1>>;
        gradcheck::layer::<_, _, Vals<90>, 3>(&mut Pad::<Uneven, Zeros>(PhantomData), &mut x, pass).unwrap();
        gradcheck::layer::<_, _, Vals<90>, 3>(&mut Pad::<Uneven, Reflect>(PhantomData), &mut x, pass)
            .unwrap();
        gradcheck::layer::<_, _, Vals<90>, 3>(&mut Pad::<Uneven, Replicate>(PhantomData), &mut x, pass)
            .unwrap();
    }
}
