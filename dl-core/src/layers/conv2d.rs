//! Convolution over an image. PyTorch: `nn.Conv2d`.

use core::marker::PhantomData;

use nalgebra::{SMatrix, SVector};

use crate::descend::descends;
use crate::kernels::conv::Window;
use crate::kernels::map::Known;
use crate::layers::{BatchNorm, weight_and_bias};
use crate::options::Sliding;
use crate::{Layer, Pass, Pointwise, Real, Shape, Vals, pointwise};

/// Convolution over an image. PyTorch: `nn.Conv2d`.
///
/// Written `Conv2d<OUT, K>` in a network, with the options [`Pad`](crate::options::Pad),
/// [`Stride`](crate::options::Stride), [`Dilation`](crate::options::Dilation), [`Groups`](crate::options::Groups) and
/// [`NoBias`](crate::options::NoBias); `K` is a number or [`Kernel<KH, KW>`](crate::options::Kernel). What comes in is
/// inferred. All sizes are in `S`, a [`Slide`](crate::options::Slide).
///
/// | symbol | shape                   | meaning                              |
/// |--------|-------------------------|--------------------------------------|
/// | `x`    | `[C, H, W]`             | input                                |
/// | `W`    | `[OUT, C / G, KH, KW]`  | weight (learned)                     |
/// | `b`    | `OUT`                   | bias (learned), absent with `NoBias` |
/// | `y`    | `[OUT, OH, OW]`         | output                               |
///
/// - forward:  `y[o, i, j] = b[o] + Σ W[o, c, u, v] x[c', i s + u d − p, j s + v d − p]`, where `c'` is channel `c` of the
///   group of `o`, and `x` is zero outside of the image
/// - backward: `dx[c', ..] += W[o, c, u, v] dy[o, i, j]`, `dW[o, c, u, v] += x[c', ..] dy[o, i, j]`, `db[o] += dy[o, i, j]`,
///   over the same indices
/// - `OH = ⌊(H + top + bottom − d (KH − 1) − 1) / s⌋ + 1`, and `OW` alike
///
/// Weight and bias start uniform in `±1/√FAN`, as PyTorch's do, where `FAN = C / G · KH · KW` numbers make one of the
/// output.
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::options::{Image, Kernel, Slide};
/// use dl_core::{Blank, Layer, Pass, layers::Conv2d};
///
/// // one window of 2 × 2 over an image of 2 × 3: the sum along its diagonal, and 10
/// let mut conv = Conv2d::<f32, Slide<Image<1, 2, 3>, Kernel<2>>, 1, 4>::ZERO;
/// conv.weight = matrix![1.0, 0.0, 0.0, 1.0];
/// conv.bias = vector![10.0];
/// let mut y = vector![0.0, 0.0];
/// conv.forward(&vector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &mut y, None, &mut (), Pass::infer());
/// assert_eq!(y, vector![16.0, 18.0]); // 1 + 5, 2 + 6
/// ```
///
/// In a network:
///
/// ```
/// #[dl_macros::network(input = [3, 32, 32], crate = dl_core)]
/// struct Net { conv: Conv2d<16, 3, Pad<1>, Stride<2>>, act: Relu, wide: Conv2d<4, Kernel<1, 5>, Groups<2>, NoBias> }
///
/// assert_eq!(<Net as dl_core::Network>::OUTPUT.dims(), [4, 16, 12]);
/// assert_eq!(<Net>::PARAMS, 16 * 3 * 9 + 16 + 4 * 8 * 5);
/// ```
#[doc(alias = "nn.Conv2d")]
#[derive(Debug)]
#[repr(C)]
pub struct Conv2d<T, S, const OUT: usize, const FAN: usize, const BIAS: usize = OUT> {
    /// `OUT × FAN`: a column for each number of a window, which are ordered as in PyTorch.
    pub weight: SMatrix<T, OUT, FAN>,
    /// `OUT`, or nothing with `NoBias`.
    pub bias: SVector<T, BIAS>,
    sizes: PhantomData<S>,
}

impl<T: Real, S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize>
    Conv2d<T, S, OUT, FAN, BIAS>
{
    const WINDOW: Window = window::<S>(OUT);

    /// [`Layer::forward`] and an activation `F` over its output, in one pass.
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::options::{Image, Kernel, Slide};
    /// use dl_core::{Blank, Pass, layers::{Conv2d, Relu}};
    ///
    /// let mut conv = Conv2d::<f32, Slide<Image<1, 1, 2>, Kernel<1>>, 1, 1>::ZERO;
    /// conv.weight = matrix![3.0];
    /// let mut y = vector![0.0, 0.0];
    /// conv.forward_then(&Relu, &vector![-1.0, 2.0], &mut y, Pass::infer());
    /// assert_eq!(y, vector![0.0, 6.0]);
    /// ```
    #[inline(always)]
    pub fn forward_then<F: Pointwise<T>, const X: usize, const Y: usize, const B: usize>(
        &self,
        _then: &F,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        // the convolution can rectify on its way
        self.product(x, y, F::KNOWN == Some(Known::Relu), pass);
        if F::KNOWN != Some(Known::Relu) {
            pointwise::forward_in_place::<T, F>(pass, pass.live_part_of(y.as_mut_slice()));
        }
        pass.copy_first(y.as_mut_slice());
    }

    /// Takes `norm`, which follows this layer, into the weight and bias of `folded`: see [`Fold`](crate::Fold).
    ///
    /// ```
    /// use dl_core::nalgebra::{matrix, vector};
    /// use dl_core::{Blank, layers::{BatchNorm, Conv2d}, options::{Image, Kernel, Slide}};
    ///
    /// let (mut layer, mut norm, mut folded) = (Conv2d::<f64, Slide<Image<1, 1, 2>, Kernel<1, 2>>, 1, 2, 0>::ZERO, BatchNorm::<f64, 1>::ZERO, Blank::ZERO);
    /// layer.weight = matrix![1.0, -2.0];
    /// norm.weight = vector![6.0];
    /// norm.running_mean = vector![5.0];
    /// norm.running_var = vector![4.0 - 1e-5];
    /// layer.fold_norm_into(&norm, &mut folded);
    /// assert!((folded.weight - 3.0 * layer.weight).amax() < 1e-12); // 6 / √4
    /// assert!((folded.bias[0] + 15.0).abs() < 1e-12); // −5 · 3
    /// ```
    pub fn fold_norm_into<const RUN: usize>(
        &self,
        norm: &BatchNorm<T, OUT, RUN>,
        folded: &mut Conv2d<T, S, OUT, FAN>,
    ) {
        let from = (self.weight.as_slice(), self.bias.as_slice());
        norm.fold_into(from, (folded.weight.as_mut_slice(), &mut folded.bias), |i| i % OUT);
    }

    /// The output of the samples that count.
    #[inline(always)]
    fn product<const X: usize, const Y: usize, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        relu: bool,
        pass: Pass<'_, B>,
    ) {
        const { Self::check::<X, Y>() }
        let bias = (BIAS > 0).then_some(self.bias.as_slice());
        let (x, y) = (pass.live_part(x.as_slice()), pass.live_part_of(y.as_mut_slice()));
        T::conv(pass.isa(), &Self::WINDOW, self.weight.as_slice(), bias, x, y, pass.live_of(B), relu);
    }

    /// Adds to the weight and bias of `self` what their gradients are.
    fn add_gradient<const X: usize, const Y: usize, const B: usize>(
        &mut self,
        x: &SMatrix<T, X, B>,
        dy: &SMatrix<T, Y, B>,
        pass: Pass<'_, B>,
    ) {
        let (x, dy) = (pass.live_part(x.as_slice()), pass.live_part(dy.as_slice()));
        let (dw, db) = (self.weight.as_mut_slice(), self.bias.as_mut_slice());
        let db = (BIAS > 0).then_some(db);
        T::conv_grad_weight(pass.isa(), &Self::WINDOW, x, dy, dw, db, pass.live_of(B), pass.is_fresh());
    }

    fn grad_input<const X: usize, const Y: usize, const B: usize>(
        &self,
        dy: &SMatrix<T, Y, B>,
        dx: &mut SMatrix<T, X, B>,
        pass: Pass<'_, B>,
    ) {
        let (dy, dx) = (pass.live_part(dy.as_slice()), pass.live_part_mut(dx.as_mut_slice()));
        T::conv_grad_input(pass.isa(), &Self::WINDOW, self.weight.as_slice(), dy, dx, pass.live_of(B));
    }

    const fn check<const X: usize, const Y: usize>() {
        assert!(X == S::LEN && Y == OUT * S::AREA && (BIAS == 0 || BIAS == OUT));
        assert!(OUT * FAN == Self::WINDOW.weights() && OUT.is_multiple_of(S::GROUPS));
    }
}

/// How the windows of `S` lie, with `outputs` channels behind them.
pub(crate) const fn window<S: Sliding>(outputs: usize) -> Window {
    Window {
        input: S::IMAGE,
        output: [outputs, S::OUT[0], S::OUT[1]],
        kernel: S::KERNEL,
        stride: S::STRIDE,
        dilation: S::DILATION,
        pad: [S::PAD[0][0], S::PAD[1][0]],
        groups: S::GROUPS,
    }
}

impl<
    T: Real,
    S: Sliding,
    const OUT: usize,
    const FAN: usize,
    const BIAS: usize,
    const X: usize,
    const Y: usize,
> Layer<T, Vals<X>, Vals<Y>> for Conv2d<T, S, OUT, FAN, BIAS>
{
    type Tape<const B: usize> = (); // x is lent by the network; nothing else is needed
    type Work<const B: usize> = ();

    const MACS: usize = Y * FAN;
    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;

    #[inline(always)]
    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        self.product(x, y, false, pass);
        pass.copy_first(y.as_mut_slice());
    }

    #[inline(always)]
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
    [S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize] Conv2d<T, S, OUT, FAN, BIAS>
}

weight_and_bias! {
    [S: Sliding, const OUT: usize, const FAN: usize, const BIAS: usize] Conv2d<T, S, OUT, FAN, BIAS>,
    weight: [OUT, FAN] as Shape::new([OUT, S::IMAGE[0] / S::GROUPS, S::KERNEL[0], S::KERNEL[1]]), ColumnMajor;
    fan: FAN; also: [sizes: PhantomData]
}

#[cfg(test)]
mod tests {
    use nalgebra::matrix;

    use super::*;
    use crate::options::{Dilation, Groups, Image, Kernel, Pad, Slide, Stride};
    use crate::{Blank, Params, Rng, gradcheck};

    /// Random parameters, and a random chunk of two samples, checked by central differences.
    fn differences<S: Sliding, const OUT: usize, const FAN: usize, const X: usize, const Y: usize>() {
        let mut layer = Conv2d::<f64, S, OUT, FAN>::ZERO;
        Params::init(&mut layer, Rng::new(3));
        let mut rng = Rng::new(4);
        let mut x = SMatrix::<f64, X, 2>::from_fn(|_, _| rng.uniform_in(-1.0, 1.0));
        let report = gradcheck::layer::<_, Vals<X>, Vals<Y>, 2>(&mut layer, &mut x, Pass::infer());
        assert_eq!(report.unwrap().checked, 2 * X + OUT * FAN + OUT);
    }

    #[test]
    fn padding_stride_and_channels_by_hand() {
        type Sizes = Slide<Image<2, 2, 2>, Kernel<2>, Stride<2>, Dilation<1>, Pad<1, 1, 0, 0>>;
        let mut conv = Conv2d::<f64, Sizes, 1, 8>::ZERO;
        conv.weight = matrix![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let x = SVector::from([1.0, 10.0, 100.0, 1000.0, 1.0, 1.0, 1.0, 1.0]);
        let mut y = SVector::<f64, 1>::zeros();
        conv.forward(&x, &mut y, None, &mut (), Pass::infer());
        assert_eq!(y[0], 4.0 + 8.0); // the last number of the window alone is inside
    }

    #[test]
    fn gradients_match_finite_differences() {
        differences::<Slide<Image<2, 5, 4>, Kernel<3>>, 3, 18, 40, 18>();
        differences::<
            Slide<Image<2, 5, 6>, Kernel<3, 2>, Stride<2, 1>, Dilation<1, 2>, Pad<1, 0, 2, 1>, Groups<2>>,
            4,
            6,
            60,
            60,
        >();
    }

    #[test]
    fn weights_start_within_their_bounds() {
        let mut conv = Conv2d::<f32, Slide<Image<4, 8, 8>, Kernel<5>>, 6, 100>::ZERO;
        conv.init(Rng::new(0));
        let largest = conv.weight.iter().chain(conv.bias.iter()).fold(0.0_f32, |max, w| max.max(w.abs()));
        assert!(largest < 0.1 && largest > 0.09, "{largest}");
    }
}
