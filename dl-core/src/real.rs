//! The scalar of a network: `f32` or `f64`.

use nalgebra::RealField;

use crate::kernels::{
    Products, attention::Attends, bilinear::Mixes, border::Borders, channels::OnChannels, conv::Convolutions,
    elementwise::Elementwise, map::Maps, permute::Permutes, pooling::OnWindows, recurrence::Recurrences,
    rows::Normalize, softmax::Softmax, steps::Steps, update::Updates,
};
use crate::{Blank, ZeroValid};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A scalar that networks compute with: `f32` or `f64`.
///
/// Transcendental functions are in [`math`](crate::math), where they give the same bits on every target; the
/// methods of the same names that nalgebra offers may come from the platform.
///
/// ```
/// use dl_core::Real;
///
/// fn half<T: Real>(x: T) -> T {
///     x * T::of(0.5)
/// }
/// assert_eq!((half(3.0_f32), half(3.0_f64)), (1.5, 1.5));
/// assert_eq!(f32::of(0.1).to_f64(), 0.10000000149011612);
/// ```
pub trait Real:
    RealField
    + Copy
    + Attends
    + Blank
    + Borders
    + ZeroValid
    + Products
    + Convolutions
    + Elementwise
    + Maps
    + Mixes
    + Permutes
    + Recurrences
    + Softmax
    + Normalize
    + OnChannels
    + OnWindows
    + Steps
    + Updates
    + sealed::Sealed
{
    /// The nearest value of this type.
    fn of(x: f64) -> Self;
    /// The value in double precision (exact).
    fn to_f64(self) -> f64;
    /// Distance between 1 and the next larger value.
    const EPSILON: f64;
    #[doc(hidden)]
    fn call<F: Function>(self) -> Self;
}

/// One function in both scalars. A type, so that the call is known while compiling and becomes part of a loop.
#[doc(hidden)]
pub trait Function {
    fn f32(x: f32) -> f32;
    fn f64(x: f64) -> f64;
}

impl Real for f32 {
    const EPSILON: f64 = f32::EPSILON as f64;
    #[inline(always)]
    fn of(x: f64) -> f32 {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as f64
    }
    #[inline(always)]
    fn call<F: Function>(self) -> f32 {
        F::f32(self)
    }
}

impl Real for f64 {
    const EPSILON: f64 = f64::EPSILON;
    #[inline(always)]
    fn of(x: f64) -> f64 {
        x
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline(always)]
    fn call<F: Function>(self) -> f64 {
        F::f64(self)
    }
}
