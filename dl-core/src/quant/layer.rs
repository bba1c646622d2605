//! The contract of layers of integers, and of layers that can become one.

use nalgebra::SVector;

use super::{Affine, Method, Writer};
use crate::kernels::int8::Output;
use crate::shape::{Message, stop};
use crate::{Blank, Fold, Layer, Pass, Vals, ZeroValid};

/// A layer that maps integers to integers, for one sample.
///
/// Images come as `[rows, columns, channels]`, channels fastest; sequences as `[steps, features]`.
pub trait Int8Layer: Blank + ZeroValid {
    /// Scratch memory, with no content between calls; `()` if none.
    type Work: Blank + ZeroValid;

    /// What [`replace`](Self::replace) needs for `N` numbers: a copy of the input, `[i8; N]`; `()` where the output is not
    /// written before the input has been read for the last time.
    type Spare<const N: usize>: Spare;

    /// Computes `y` from `x`.
    fn forward(&self, x: &[i8], y: &mut [i8], work: &mut Self::Work);

    /// Puts the output, `N` numbers as the input, in its place.
    fn replace<const N: usize>(&self, xy: &mut [i8], spare: &mut Self::Spare<N>, work: &mut Self::Work) {
        if let Some(x) = spare.numbers().get_mut(..xy.len()) {
            x.copy_from_slice(xy);
            self.forward(x, xy, work);
        }
    }

    /// Writes its numbers, as they lie in memory from `at` on, on every target with the same sizes of numbers.
    fn write(&self, at: usize, to: &mut Writer<'_>);
}

/// Room for a copy, or for nothing.
pub trait Spare: Blank + ZeroValid {
    /// The numbers.
    fn numbers(&mut self) -> &mut [i8];
}

impl Spare for () {
    fn numbers(&mut self) -> &mut [i8] {
        &mut []
    }
}

impl<const N: usize> Spare for [i8; N] {
    fn numbers(&mut self) -> &mut [i8] {
        self
    }
}

/// A layer of `f32` that has a form in integers.
///
/// `#[network(.., int8)]` implements it. A layer of your own that derives `Params` has it too, as
/// [`KeepF32`](super::KeepF32): it is computed with floats.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form in integers",
    label = "does not implement `Quantize`",
    note = "a network says `int8` where it is declared: `#[network(.., int8)]`",
    note = "a layer of your own has one if it derives `Params`"
)]
pub trait Quantize<const X: usize, const Y: usize>: Layer<f32, Vals<X>, Vals<Y>> {
    /// The layer in integers.
    type Int8: Int8Layer;
    /// What a calibration knows about the values inside; `()` if there are none.
    type Values: Blank + ZeroValid;
    /// Whether that is meant. `#[network]` says `false` where a network does not ask for a form in integers: a network around it
    /// that asks stops the build.
    const IS_INT8: bool = true;

    /// [`Layer::forward`], which shows the values inside to `values`.
    fn observe(
        &self,
        x: &SVector<f32, X>,
        y: &mut SVector<f32, Y>,
        work: &mut Self::Work<1>,
        values: &mut Self::Values,
    ) {
        let _ = values;
        self.forward(x, y, None, work, Pass::infer());
    }

    /// Fills `int8`, and says what its output stands for: `at.y`, or what suits the layer better.
    fn quantize(&self, int8: &mut Self::Int8, at: At, values: &mut Self::Values) -> Affine;

    /// Runs both forms, and compares the values inside.
    fn compare(
        &self,
        int8: &Self::Int8,
        x: (&SVector<f32, X>, &[i8]),
        y: (&mut SVector<f32, Y>, &mut [i8]),
        work: (&mut Self::Work<1>, &mut <Self::Int8 as Int8Layer>::Work),
        values: &mut Self::Values,
    ) {
        let _ = values;
        self.forward(x.0, y.0, None, work.0, Pass::infer());
        int8.forward(x.1, y.1, work.1);
    }
}

/// [`Quantize`] for what stays in floats. Its parameters are called as none of a network are.
#[doc(hidden)]
#[macro_export]
macro_rules! keep_f32 {
    ([$($generics:tt)*] $layer:ty, $is_meant:expr) => {
        impl<$($generics)* const __X: usize, const __Y: usize> $crate::quant::Quantize<__X, __Y> for $layer
        where
            $layer: $crate::Layer<f32, $crate::Vals<__X>, $crate::Vals<__Y>>,
        {
            type Int8 = $crate::quant::KeepF32<Self, __X, __Y>;
            type Values = ();
            const IS_INT8: bool = $is_meant;
            fn quantize(
                &self,
                int8: &mut Self::Int8,
                at: $crate::quant::At,
                (): &mut (),
            ) -> $crate::quant::Affine {
                int8.fill(self, at)
            }
        }
    };
}

/// Stops the build if field `name`, a network or a layer of the user's own, has no form in integers.
#[doc(hidden)]
#[track_caller]
pub const fn expect_int8<L: Fold<Folded: Quantize<X, Y>>, const X: usize, const Y: usize>(name: &str) {
    if !L::IS_FOLDED || !<L::Folded as Quantize<X, Y>>::IS_INT8 {
        let message = Message::new().text("`").text(name).text("` has no form in integers\n");
        stop(message.text("help: ask for one where that network is declared: `#[network(.., int8)]`"));
    }
}

/// Where a layer stands in a network of integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    /// What the integers of the input stand for.
    pub x: Affine,
    /// What those of the output should stand for, by the range that was seen.
    pub y: Affine,
    /// Whether the output is rectified.
    pub relu: bool,
    /// Pixels of the images that come in and go out; 1 for what is no image. `Flatten` leaves an image as it is.
    pub pixels: [usize; 2],
    /// How ranges are chosen inside.
    pub method: Method,
}

impl At {
    /// Where a layer inside of this one stands.
    pub fn between(self, x: Affine, y: Affine, relu: bool, pixels: [usize; 2]) -> At {
        At { x, y, relu, pixels, method: self.method }
    }

    /// What an output may be.
    pub(super) fn output(&self) -> Output {
        let zero = self.y.zero_point;
        Output { zero, min: if self.relu { zero } else { i8::MIN }, max: i8::MAX }
    }
}

/// The scale of symmetric weights up to `largest`, so that a bias fits into 32 bits too.
pub(super) fn weight_scale(largest: f32, bias: f32, x: Affine) -> f32 {
    let scale = (largest / 127.0).max(bias.abs() / (x.scale * (1 << 30) as f32));
    if scale > 0.0 { scale } else { 1.0 }
}

/// The nearest integer to a weight.
pub(super) fn weight(w: f32, scale: f32) -> i8 {
    super::affine::round((w / scale) as f64).clamp(-127, 127) as i8
}

/// The nearest integer to a bias, in steps of its input's scale and its weights'.
pub(super) fn bias(b: f32, scale: f32, x: Affine) -> i32 {
    super::affine::round(b as f64 / (x.scale as f64 * scale as f64))
}
