//! The built-in layers, one file each.

mod additive_attention;
mod attend;
mod avg_pool1d;
mod avg_pool2d;
mod batch_norm;
mod bidirectional;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod cross_attention;
mod dense;
mod depthwise2d;
mod dropout;
mod dropout2d;
mod elu;
mod embedding;
mod fake_quantize;
mod flatten;
mod from_state;
mod gelu;
mod gelu_tanh;
mod global_avg_pool;
mod global_max_pool;
mod group_norm;
mod gru;
mod hard_sigmoid;
mod hard_swish;
mod hard_tanh;
mod heads;
mod instance_norm;
mod last;
mod layer_norm;
mod leaky_relu;
mod log_softmax;
mod lstm;
mod map;
mod max_pool1d;
mod max_pool2d;
mod over_tokens;
mod pad;
mod permute;
mod position;
mod prelu;
mod recurrent;
mod relu;
mod reshape;
mod rms_norm;
mod rnn;
mod self_attention;
mod selu;
mod sigmoid;
mod silu;
mod sinusoidal;
mod softmax;
mod softplus;
mod sparse_embedding;
mod tanh;
mod unembed;
mod upsample;
mod waves;

pub use additive_attention::AdditiveAttention;
pub use attend::Attend;
pub use avg_pool1d::AvgPool1d;
pub use avg_pool2d::AvgPool2d;
pub use batch_norm::{BatchNorm, BatchNormGrad};
pub use bidirectional::Bidirectional;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv1d::Conv1d;
pub use conv2d::Conv2d;
pub(crate) use conv2d::window;
pub use cross_attention::CrossAttention;
pub use dense::Dense;
pub use depthwise2d::Depthwise2d;
pub use dropout::Dropout;
pub use dropout2d::Dropout2d;
pub use elu::Elu;
pub use embedding::Embedding;
pub use fake_quantize::FakeQuantize;
pub use flatten::Flatten;
pub use from_state::FromState;
pub use gelu::Gelu;
pub use gelu_tanh::GeluTanh;
pub use global_avg_pool::GlobalAvgPool;
pub use global_max_pool::GlobalMaxPool;
pub use group_norm::GroupNorm;
pub use gru::Gru;
pub use hard_sigmoid::HardSigmoid;
pub use hard_swish::HardSwish;
pub use hard_tanh::HardTanh;
pub use instance_norm::InstanceNorm;
pub use last::Last;
pub use layer_norm::LayerNorm;
pub use leaky_relu::LeakyRelu;
pub use log_softmax::LogSoftmax;
pub use lstm::Lstm;
pub use map::Map;
pub use max_pool1d::MaxPool1d;
pub use max_pool2d::MaxPool2d;
pub use over_tokens::OverTokens;
pub use pad::Pad;
pub use permute::{Permute, Transpose};
pub use position::Position;
pub use prelu::PRelu;
#[doc(hidden)]
pub use recurrent::{Recurrent, Start};
pub use relu::Relu;
pub use reshape::Reshape;
pub use rms_norm::RmsNorm;
pub use rnn::Rnn;
pub use self_attention::SelfAttention;
pub use selu::Selu;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use sinusoidal::Sinusoidal;
pub use softmax::Softmax;
pub use softplus::Softplus;
pub use sparse_embedding::{SparseEmbedding, SparseRows};
pub use tanh::Tanh;
pub use unembed::Unembed;
pub use upsample::Upsample;

use crate::Real;

/// Makes a layer without parameters of a type that has none: its `Blank` and `Params`.
macro_rules! no_params {
    ([$($generics:tt)*] $layer:ty = $value:expr) => {
        impl<$($generics)*> $crate::Blank for $layer {
            const ZERO: Self = $value;
        }
        impl<T: $crate::Real, $($generics)*> $crate::Params<T> for $layer {
            type Grad = ();
            const PARAMS: usize = 0;
            const FLAT: bool = true;
            const LAYOUT: $crate::params::ParamLayout = $crate::params::ParamLayout::Fields(&[]);
            fn visit(
                &self,
                _: $crate::params::Path<'_>,
                _: &mut $crate::params::Visitor<'_, T>,
            ) {
            }
            fn zip<const WITH: usize>(
                &mut self,
                _: [&mut (); WITH],
                _: $crate::params::Path<'_>,
                _: &mut $crate::params::Zipper<'_, T, WITH>,
            ) {
            }
            fn init(&mut self, _: $crate::Rng) {}
        }
    };
    ($layer:ty = $value:expr) => {
        $crate::layers::no_params!([] $layer = $value);
    };
}
use no_params;

/// Makes a layer of a `weight` and a `bias` that start uniform in `±1/√fan`: its `Blank` and `Params`.
macro_rules! weight_and_bias {
    (
        [$($generics:tt)*] $layer:ty,
        weight: [$rows:expr, $columns:expr] as $shape:expr, $order:ident;
        fan: $fan:expr; also: [$($field:ident: $value:expr)?]
    ) => {
        impl<T: $crate::Real, $($generics)*> $crate::Params<T> for $layer {
            type Grad = Self;
            const PARAMS: usize = $rows * $columns + BIAS;
            const FLAT: bool = true;
            const LAYOUT: $crate::params::ParamLayout = {
                use $crate::params::{Field, Order};
                let bias = $crate::Shape::new([BIAS]);
                $crate::params::ParamLayout::Fields(&[
                    Field::param("weight", core::mem::offset_of!(Self, weight), $shape, Order::$order),
                    Field::param("bias", core::mem::offset_of!(Self, bias), bias, Order::RowMajor),
                ])
            };

            fn visit(&self, at: $crate::params::Path<'_>, f: &mut $crate::params::Visitor<'_, T>) {
                use $crate::params::{Kind, Order, Param};
                let (weight, bias) = (self.weight.as_slice(), self.bias.as_slice());
                f(at.field("weight"), Param::new(weight, $shape, Order::$order, Kind::Weight));
                if BIAS > 0 {
                    f(at.field("bias"), Param::new(bias, $crate::Shape::new([BIAS]), Order::RowMajor, Kind::Bias));
                }
            }

            #[inline(always)]
            fn zip<const N: usize>(
                &mut self,
                mut with: [&mut Self; N],
                at: $crate::params::Path<'_>,
                f: &mut $crate::params::Zipper<'_, T, N>,
            ) {
                use $crate::params::{Kind, Order, ParamMut};
                let (weight, bias) = (self.weight.as_mut_slice(), self.bias.as_mut_slice());
                f(
                    at.field("weight"),
                    ParamMut::new(weight, $shape, Order::$order, Kind::Weight),
                    with.each_mut().map(|g| g.weight.as_mut_slice()),
                );
                if BIAS > 0 {
                    f(
                        at.field("bias"),
                        ParamMut::new(bias, $crate::Shape::new([BIAS]), Order::RowMajor, Kind::Bias),
                        with.map(|g| g.bias.as_mut_slice()),
                    );
                }
            }

            fn init(&mut self, rng: $crate::Rng) {
                $crate::init::uniform_fan_in(self.weight.as_mut_slice(), $fan, rng.fork(0));
                $crate::init::uniform_fan_in(self.bias.as_mut_slice(), $fan, rng.fork(1));
            }
        }

        impl<T: $crate::Real, $($generics)*> $crate::Blank for $layer {
            const ZERO: Self =
                Self { weight: $crate::Blank::ZERO, bias: $crate::Blank::ZERO, $($field: $value)? };
        }
    };
}
use weight_and_bias;

/// Makes a norm of a `weight` that starts at 1 and a `bias` that starts at 0, `$n` numbers each: its `Blank` and `Params`.
macro_rules! scale_and_offset {
    ([$($generics:tt)*] $layer:ty, $n:expr) => {
        impl<T: $crate::Real, $($generics)*> $crate::Params<T> for $layer {
            type Grad = Self;
            const PARAMS: usize = 2 * $n;
            const FLAT: bool = true;
            const LAYOUT: $crate::params::ParamLayout = {
                use $crate::params::{Field, Order};
                let shape = $crate::Shape::new([$n]);
                $crate::params::ParamLayout::Fields(&[
                    Field::param("weight", core::mem::offset_of!(Self, weight), shape, Order::RowMajor),
                    Field::param("bias", core::mem::offset_of!(Self, bias), shape, Order::RowMajor),
                ])
            };

            fn visit(&self, at: $crate::params::Path<'_>, f: &mut $crate::params::Visitor<'_, T>) {
                use $crate::params::{Kind, Order, Param};
                let param = |values| Param::new(values, $crate::Shape::new([$n]), Order::RowMajor, Kind::Norm);
                f(at.field("weight"), param(self.weight.as_slice()));
                f(at.field("bias"), param(self.bias.as_slice()));
            }

            fn zip<const WITH: usize>(
                &mut self,
                mut with: [&mut Self; WITH],
                at: $crate::params::Path<'_>,
                f: &mut $crate::params::Zipper<'_, T, WITH>,
            ) {
                use $crate::params::{Kind, Order, ParamMut};
                let param = |values| ParamMut::new(values, $crate::Shape::new([$n]), Order::RowMajor, Kind::Norm);
                let weights = with.each_mut().map(|g| g.weight.as_mut_slice());
                f(at.field("weight"), param(self.weight.as_mut_slice()), weights);
                f(at.field("bias"), param(self.bias.as_mut_slice()), with.map(|g| g.bias.as_mut_slice()));
            }

            fn init(&mut self, _: $crate::Rng) {
                self.weight.fill(T::one());
                self.bias.fill(T::zero());
            }
        }

        impl<T: $crate::Real, $($generics)*> $crate::Blank for $layer {
            const ZERO: Self = Self { weight: $crate::Blank::ZERO, bias: $crate::Blank::ZERO };
        }
    };
}
use scale_and_offset;

/// Makes a layer of a [`Pointwise`](crate::Pointwise) function. `x` or `y` says what its derivative follows from.
macro_rules! pointwise_layer {
    ([$($generics:tt)*] $layer:ty, $from:ident) => {
        impl<T: $crate::Real, const N: usize, $($generics)*>
            $crate::Layer<T, $crate::Vals<N>, $crate::Vals<N>> for $layer
        {
            type Tape<const B: usize> = ();
            type Work<const B: usize> = ();

            const NEEDS_X: bool = $crate::layers::pointwise_layer!(@needs_x $from);
            const NEEDS_Y: bool = !$crate::layers::pointwise_layer!(@needs_x $from);

            fn forward<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, N, B>,
                y: &mut nalgebra::SMatrix<T, N, B>,
                _: Option<&mut ()>,
                _: &mut (),
                pass: $crate::Pass<'a, B>,
            ) {
                let f = |x: &[T], y: &mut [T]| $crate::pointwise::forward::<T, Self>(pass, x, y);
                pass.forward_live(x.as_slice(), y.as_mut_slice(), f);
            }

            fn backward<'a, const B: usize>(
                &self,
                x: &nalgebra::SMatrix<T, N, B>,
                y: &nalgebra::SMatrix<T, N, B>,
                _: &(),
                dy: &nalgebra::SMatrix<T, N, B>,
                dx: Option<&mut nalgebra::SMatrix<T, N, B>>,
                _: Option<&mut ()>,
                _: &mut (),
                pass: $crate::Pass<'a, B>,
            ) {
                let _ = (x, y); // one of them goes unread
                let Some(dx) = dx else { return };
                $crate::layers::pointwise_layer!(@backward $from self x y dy dx pass);
            }
        }
    };
    ($layer:ty, $from:ident) => {
        $crate::layers::pointwise_layer!([] $layer, $from);
    };
    (@needs_x x) => { true };
    (@needs_x y) => { false };
    (@backward x $me:tt $x:ident $y:ident $dy:ident $dx:ident $pass:ident) => {
        $crate::pointwise::backward::<T, Self>($pass, $x.as_slice(), $dy.as_slice(), $dx.as_mut_slice())
    };
    (@backward y $me:tt $x:ident $y:ident $dy:ident $dx:ident $pass:ident) => {
        $crate::pointwise::backward_from_output($me, $y, $dy, $dx, $pass)
    };
}
use pointwise_layer;

/// A number in a type: `0.01` is `<1, 100>`.
const fn ratio(num: u32, den: u32) -> f64 {
    assert!(den > 0, "the denominator of a number in a type is 0");
    num as f64 / den as f64
}

/// `x`, limited to `[low, high]`; NaN stays NaN.
#[inline(always)]
fn limit<T: Real>(x: T, low: T, high: T) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ulp::arguments;
    use crate::{FromOutput, Pointwise};

    fn ends<T: Real, F: Pointwise<T>>(max: f64) {
        assert!(F::f(T::of(f64::NAN)).to_f64().is_nan(), "NaN stays NaN");
        for size in [0.0, 1e-30, 1.0, 9.0, 20.0, 90.0, 800.0, 1e10, 1e19, 1e25, max] {
            for x in [size, -size] {
                let (y, dy) = (F::f(T::of(x)).to_f64(), F::df(T::of(x)).to_f64());
                // SELU scales up
                assert!(y.is_finite() || x == max, "f({x}) = {y}");
                assert!(!y.is_nan() && (-0.2..=1.8).contains(&dy), "f({x}) = {y}, df({x}) = {dy}");
            }
        }
    }

    fn in_both<F: Pointwise<f32> + Pointwise<f64>>() {
        ends::<f32, F>(f32::MAX as f64);
        ends::<f64, F>(f64::MAX);
    }

    #[test]
    fn activations_keep_nan_and_make_none() {
        in_both::<Relu>();
        in_both::<LeakyRelu>();
        in_both::<Elu>();
        in_both::<Selu>();
        in_both::<Gelu>();
        in_both::<GeluTanh>();
        in_both::<Silu>();
        in_both::<Sigmoid>();
        in_both::<Tanh>();
        in_both::<Softplus>();
        in_both::<HardSigmoid>();
        in_both::<HardTanh>();
    }

    #[test]
    fn hard_swish_keeps_nan_and_makes_none() {
        // its derivative runs from −1/2 to 3/2
        assert!(HardSwish::f(f32::NAN).is_nan());
        assert_eq!((HardSwish::f(f32::MAX), HardSwish::df(f32::MAX)), (f32::MAX, 1.0));
        assert_eq!((HardSwish::f(f32::MIN), HardSwish::df(f32::MIN)), (0.0, 0.0));
    }

    fn close<F: Pointwise<f32> + Pointwise<f64>>() {
        for x in arguments(40_009).filter(|x| x.is_finite()) {
            for (what, y, exact) in [("f", F::f(x), F::f(x as f64)), ("df", F::df(x), F::df(x as f64))] {
                let off = (y as f64 - exact).abs() / exact.abs().max(1.0);
                assert!(off < 1.5e-7 || y == exact as f32, "{what}({x:e}) = {y:e}, exactly {exact:e}");
            }
        }
    }

    #[test]
    fn in_f32_activations_are_close_to_those_in_f64() {
        close::<Relu>();
        close::<LeakyRelu>();
        close::<Elu>();
        close::<Selu>();
        close::<Gelu>();
        close::<GeluTanh>();
        close::<Silu>();
        close::<Sigmoid>();
        close::<Softplus>();
        close::<HardSigmoid>();
        close::<HardTanh>();
        close::<HardSwish>();
    }

    fn agree<F: FromOutput<f64>>() {
        for i in -50..=50 {
            let x = i as f64 / 10.0 + 0.01;
            let (from_x, from_y) = (F::df(x), F::df_at(F::f(x)));
            assert!((from_x - from_y).abs() < 1e-14, "at {x}: {from_x} from x, {from_y} from y");
        }
    }

    #[test]
    fn the_derivative_from_the_output_is_that_from_the_input() {
        agree::<Relu>();
        agree::<LeakyRelu>();
        agree::<Elu>();
        agree::<Elu<1, 2>>();
        agree::<Selu>();
        agree::<Sigmoid>();
        agree::<Tanh>();
        agree::<Softplus>();
        agree::<HardSigmoid>();
        agree::<HardTanh>();
    }
}
