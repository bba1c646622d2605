//! Convolution of every channel by itself. PyTorch: `nn.Conv2d` with `groups` equal to the channels.

use super::Conv2d;

/// Convolution of every channel by itself. PyTorch: `nn.Conv2d` with `groups` equal to the channels.
///
/// Written `Depthwise2d<K>` in a network, with the options [`Pad`](crate::options::Pad),
/// [`Stride`](crate::options::Stride), [`Dilation`](crate::options::Dilation) and [`NoBias`](crate::options::NoBias). As
/// many channels come out as come in; `Conv2d<OUT, K, Groups<C>>` gives several for each. It is a [`Conv2d`] of `C` groups,
/// whose weight is `[C, 1, KH, KW]`.
///
/// ```
/// #[dl_macros::network(input = [8, 12, 12], crate = dl_core)]
/// struct Separable { depth: Depthwise2d<3, Pad<1>>, point: Conv2d<16, 1> }
///
/// assert_eq!(<Separable as dl_core::Network>::OUTPUT.dims(), [16, 12, 12]);
/// assert_eq!(<Separable>::PARAMS, 8 * 9 + 8 + 16 * 8 + 16);
/// assert_eq!(<Separable>::MACS, 12 * 12 * (8 * 9 + 16 * 8));
/// ```
#[doc(alias = "DepthwiseConv2d")]
pub type Depthwise2d<T, S, const C: usize, const FAN: usize, const BIAS: usize = C> =
    Conv2d<T, S, C, FAN, BIAS>;
