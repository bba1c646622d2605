//! Transposed convolution over an image, which makes it larger. PyTorch: `nn.ConvTranspose2d`.

use core::marker::PhantomData;

use nalgebra::{SMatrix, SVector};

use super::conv2d::window;
use crate::descend::descends;
use crate::kernels::conv::Window;
use crate::layers::{BatchNorm, weight_and_bias};
use crate::options::Sliding;
use crate::{Layer, Pass, Pointwise, Real, Shape, Vals, pointwise};

/// Transposed convolution over an image, which makes it larger. PyTorch: `nn.ConvTranspose2d`.
///
/// Written `ConvTranspose2d<OUT, K>` in a network, with the options [`Pad`](crate::options::Pad) (which takes away from
/// the output), [`Stride`](crate::options::Stride), [`Dilation`](crate::options::Dilation),
/// [`Groups`](crate::options::Groups), [`OutputPad`](crate::options::OutputPad) and [`NoBias`](crate::options::NoBias). It
/// is the backward pass of a [`Conv2d`](super::Conv2d) from its output to its input; `S` are the sizes of that one, so its
/// image is what comes out here.
///
/// | symbol | shape                   | meaning                              |
/// |--------|-------------------------|--------------------------------------|
/// | `x`    | `[IN, H, W]`            | input                                |
/// | `W`    | `[IN, OUT / G, KH, KW]` | weight (learned)                     |
/// | `b`    | `OUT`                   | bias (learned), absent with `NoBias` |
/// | `y`    | `[OUT, OH, OW]`         | output                               |
///
/// - forward:  `y[o', i s + u d − p, j s + v d − p] += W[c, o, u, v] x[c, i, j]` over a `y` that starts as `b`, where `o'`
///   is channel `o` of the group of `c`
/// - backward: `dx[c, i, j] = Σ W[c, o, u, v] dy[o', ..]`, `dW[c, o, u, v] += x[c, i, j] dy[o', ..]`, `db[o] += dy[o, ..]`,
///   over the same indices
/// - `OH = (H − 1) s − top − bottom + d (KH − 1) + output pad + 1`, and `OW` alike
///
/// Weight and bias start uniform in `±1/√FAN`, as PyTorch's do, where `FAN = OUT / G · KH · KW`. Dumoulin, Visin: *A guide to
/// convolution arithmetic for deep learning* (2016).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::{Blank, Layer, Pass, layers::ConvTranspose2d};
///
/// // every number of a row of 2 becomes a pair
/// let mut up = ConvTranspose2d::<f32, Slide<Image<1, 1, 4>, Kernel<1, 2>, Stride<1, 2>>, 1, 2, 1>::ZERO;
/// up.weight = matrix![1.0, 10.0];
/// up.bias = vector![0.5];
/// let mut y = vector![0.0, 0.0, 0.0, 0.0];
/// up.forward(&vector![3.0, 4.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![3.5, 30.5, 4.5, 40.5]);
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [16, 7, 7], crate = dl_core)]
/// struct Decoder { up1: ConvTranspose2d<8, 3, Stride<2>, Pad<1>, OutputPad<1>>, act: Relu, up2: ConvTranspose2d<1, 2, Stride<2>> }
///
/// assert_eq!(<Decoder as dl_core::Network>::OUTPUT.dims(), [1, 28, 28]);
/// assert_eq!(<Decoder>::PARAMS, 16 * 8 * 9 + 8 + 8 * 4 + 1);
/// ```
#[doc(alias = "nn.ConvTranspose2d")]
#[doc(alias = "deconvolution")]
#[derive(Debug)]
#[repr(C)]
pub struct ConvTranspose2d<T, S, const IN: usize, const FAN: usize, const BIAS: usize> {
    /// `IN × FAN`: a column for each number of a window, which are ordered as in PyTorch.
    pub weight: SMatrix<T, IN, FAN>,
    /// One for each channel that comes out, or nothing with `NoBias`.
    pub bias: SVector<T, BIAS>,
    sizes: PhantomData<S>,
}

impl<T: Real, S: Sliding, const IN: usize, const FAN: usize, const BIAS: usize>
    ConvTranspose2d<T, S, IN, FAN, BIAS>
{
    /// From the output to the input.
    const WINDOW: Window = window::<S>(IN);

    /// [`Layer::forward`] and an activation `F` over its output.
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::options::{Image, Kernel, Slide};
    /// use dl_core::{Blank, Pass, layers::{ConvTranspose2d, Relu}};
    ///
    /// let mut up = ConvTranspose2d::<f32, Slide<Image<1, 1, 3>, Kernel<1, 2>>, 1, 2, 1>::ZERO;
    /// up.weight = matrix![1.0, -1.0];
    /// let mut y = vector![0.0, 0.0, 0.0];
    /// up.forward_then(&Relu, &vector![5.0, 3.0], &mut y, Pass::infer());
    /// assert_eq!(y, vector![5.0, 0.0, 0.0]); // of 5, −2, −3
    /// ```
    #[inline(always)]
    pub fn forward_then<F: Pointwise<T>, const X: usize, const Y: usize, const B: usize>(
        &self,
        _then: &F,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        self.product(x, y, pass);
        pointwise::forward_in_place::<T, F>(pass, pass.live_part_of(y.as_mut_slice()));
        pass.copy_first(y.as_mut_slice());
    }

    /// Takes `norm`, which follows this layer, into the weight and bias of `folded`: see [`Fold`](crate::Fold).
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::{Blank, layers::{BatchNorm, ConvTranspose2d}, options::{Image, Kernel, Slide}};
    ///
    /// let (mut layer, mut norm, mut folded) = (ConvTranspose2d::<f64, Slide<Image<1, 1, 3>, Kernel<1, 2>>, 1, 2, 0>::ZERO, BatchNorm::<f64, 1>::ZERO, Blank::ZERO);
    /// layer.weight = matrix![1.0, -2.0];
    /// norm.weight = vector![6.0];
    /// norm.running_mean = vector![5.0];
    /// norm.running_var = vector![4.0 - 1e-5];
    /// layer.fold_norm_into(&norm, &mut folded);
    /// assert!((folded.weight - 3.0 * layer.weight).amax() < 1e-12); // 6 / √4
    /// assert!((folded.bias[0] + 15.0).abs() < 1e-12); // −5 · 3
    /// ```
    pub fn fold_norm_into<const OUT: usize, const RUN: usize>(
        &self,
        norm: &BatchNorm<T, OUT, RUN>,
        folded: &mut ConvTranspose2d<T, S, IN, FAN, OUT>,
    ) {
        const { assert!(OUT == S::IMAGE[0]) }
        let (group, per_group, area) = (IN / S::GROUPS, OUT / S::GROUPS, S::KERNEL[0] * S::KERNEL[1]);
        let from = (self.weight.as_slice(), self.bias.as_slice());
        norm.fold_into(from, (folded.weight.as_mut_slice(), &mut folded.bias), |i| {
            i % IN / group * per_group + i / IN / area
        });
    }

    /// The output of the samples that count.
    fn product<const X: usize, const Y: usize, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        const { Self::check::<X, Y>() }
        let (x, y) = (pass.live_part(x.as_slice()), pass.live_part_of(y.as_mut_slice()));
        T::conv_grad_input(pass.isa(), &Self::WINDOW, self.weight.as_slice(), x, y, pass.live_of(B));
        if BIAS > 0 {
            for (y, &b) in y.chunks_exact_mut(Self::PLANE).zip(self.bias.iter().cycle()) {
                y.iter_mut().for_each(|y| *y += b);
            }
        }
    }

    /// The numbers of a channel that comes out.
    const PLANE: usize = S::IMAGE[1] * S::IMAGE[2];

    /// Adds to the weight and bias of `self` what their gradients are.
    fn add_gradient<const X: usize, const Y: usize, const B: usize>(
        &mut self,
        x: &SMatrix<T, X, B>,
        dy: &SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        let (x, dy) = (pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()));
        let (dw, db, fresh) = (self.weight.as_mut_slice(), self.bias.as_mut_slice(), pass.is_fresh());
        T::conv_grad_weight(pass.isa(), &Self::WINDOW, dy, x, dw, None, pass.live_of(B), fresh);
        if fresh {
            db.fill(T::zero());
        }
        if BIAS > 0 {
            for (k, dy) in dy.chunks_exact(Self::PLANE).enumerate() {
                db[k % BIAS] += dy.iter().fold(T::zero(), |sum, &dy| sum + dy);
            }
        }
    }

    fn grad_input<const X: usize, const Y: usize, const B: usize>(
        &self,
        dy: &SMatrix<T, Y, B>,
        dx: &mut SMatrix<T, X, B>,
        pass: Pass<'_, B>,
    ) {
        let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
        T::conv(pass.isa(), &Self::WINDOW, self.weight.as_slice(), None, dy, dx, pass.live_of(B), false);
    }

    const fn check<const X: usize, const Y: usize>() {
        assert!(Y == S::LEN && X == IN * S::AREA && (BIAS == 0 || BIAS == S::IMAGE[0]));
        assert!(IN * FAN == Self::WINDOW.weights() && IN.is_multiple_of(S::GROUPS));
    }
}

impl<
    T: Real,
    S: Sliding,
    const IN: usize,
    const FAN: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
> Layer<T, Vals<X>, Vals<Y>> for ConvTranspose2d<T, S, IN, FAN, BIAS>
{
    type Tape<const B: usize> = (); // x is lent by the network; nothing else is needed
    type Work<const B: usize> = ();

    const MACS: usize = X * FAN;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        self.product(x, y, pass);
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        const { Self::check::<X, Y>() }
        if let Some(grad) = grad {
            grad.add_gradient(x, dy, pass);
        }
        if let Some(dx) = dx {
            self.grad_input(dy, dx, pass);
        }
    }
}

descends! {
    [S: Sliding, const IN: usize, const FAN: usize, const BIAS: usize] ConvTranspose2d<T, S, IN, FAN, BIAS>
}

weight_and_bias! {
    [S: Sliding, const IN: usize, const FAN: usize, const BIAS: usize] ConvTranspose2d<T, S, IN, FAN, BIAS>,
    weight: [IN, FAN] as Shape::new([IN, S::IMAGE[0] / S::GROUPS, S::KERNEL[0], S::KERNEL[1]]), ColumnMajor;
    fan: FAN; also: [sizes: PhantomData]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Dilation, Groups, Image, Kernel, Pad, Slide, Stride};
    use crate::{Blank, Params, Rng, gradcheck};

    #[test]
    fn gradients_match_finite_differences() {
        type Sizes =
            Slide<Image<4, 6, 5>, Kernel<3, 2>, Stride<2, 1>, Dilation<1, 2>, Pad<1, 0, 0, 1>, Groups<2>>;
        let mut layer = ConvTranspose2d::<f64, Sizes, 6, 12, 4>::ZERO;
        Params::init(&mut layer, Rng::new(3));
        let mut rng = Rng::new(4);
        let mut x = SMatrix::<f64, 72, 2>::from_fn(|_, _| rng.uniform_in(-1.0, 1.0));
        let report =
            gradcheck::layer::<_, Vals<72>, Vals<120>, 2>(&mut layer, &mut x, Pass::infer()).unwrap();
        assert_eq!(report.checked, 144 + 72 + 4);
    }
}
