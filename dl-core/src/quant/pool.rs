//! Pools in integers: they keep what the integers stand for.

use core::marker::PhantomData;
use core::mem::offset_of;

use super::layer::{At, Int8Layer, Quantize};
use super::{Affine, Writer};
use crate::Blank;
use crate::kernels::int8;
use crate::layers::{AvgPool1d, AvgPool2d, GlobalAvgPool, GlobalMaxPool, MaxPool1d, MaxPool2d, window};
use crate::options::Sliding;

/// [`MaxPool2d`] or [`MaxPool1d`] in integers.
///
/// ```
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::quant::{Int8Layer, MaxPoolInt8};
/// use dl_core::Blank;
///
/// let (pool, mut y) = (MaxPoolInt8::<Slide<Image<1, 1, 4>, Kernel<1, 2>, Stride<1, 2>>>::ZERO, [0; 2]);
/// pool.forward(&[-7, 3, 9, 8], &mut y, &mut ());
/// assert_eq!(y, [3, 9]);
/// ```
#[derive(Clone, Debug)]
pub struct MaxPoolInt8<S>(PhantomData<S>);

/// [`AvgPool2d`] or [`AvgPool1d`] in integers. Padding counts, as theirs does.
///
/// ```
/// use dl_core::options::{Image, Kernel, Slide, Stride};
/// use dl_core::quant::{AvgPoolInt8, Int8Layer};
/// use dl_core::Blank;
///
/// let (pool, mut y) = (AvgPoolInt8::<Slide<Image<1, 1, 4>, Kernel<1, 2>, Stride<1, 2>>>::ZERO, [0; 2]);
/// pool.forward(&[-7, 3, 9, 8], &mut y, &mut ());
/// assert_eq!(y, [-2, 9]); // halves go away from zero
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct AvgPoolInt8<S> {
    /// The integer that stands for 0.
    pub zero: i8,
    sizes: PhantomData<S>,
}

/// [`GlobalAvgPool`] in integers.
///
/// ```
/// use dl_core::quant::{GlobalAvgPoolInt8, Int8Layer};
///
/// let mut y = [0; 2];
/// GlobalAvgPoolInt8.forward(&[1, 10, 3, 30], &mut y, &mut ()); // two channels, side by side
/// assert_eq!(y, [2, 20]);
/// ```
#[derive(Clone, Debug)]
pub struct GlobalAvgPoolInt8;

/// [`GlobalMaxPool`] in integers.
///
/// ```
/// use dl_core::quant::{GlobalMaxPoolInt8, Int8Layer};
///
/// let mut y = [0; 2];
/// GlobalMaxPoolInt8.forward(&[1, 10, 3, 30], &mut y, &mut ());
/// assert_eq!(y, [3, 30]);
/// ```
#[derive(Clone, Debug)]
pub struct GlobalMaxPoolInt8;

impl<S: Sliding> Int8Layer for MaxPoolInt8<S> {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        int8::max_pool(&const { window::<S>(S::IMAGE[0]) }, x, y);
    }

    fn write(&self, _: usize, _: &mut Writer<'_>) {}
}

impl<S: Sliding> Int8Layer for AvgPoolInt8<S> {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        int8::avg_pool(&const { window::<S>(S::IMAGE[0]) }, self.zero, x, y);
    }

    fn write(&self, at: usize, to: &mut Writer<'_>) {
        to.i8s(at + offset_of!(Self, zero), &[self.zero]);
    }
}

impl Int8Layer for GlobalAvgPoolInt8 {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        int8::global_avg_pool(x, y);
    }

    fn write(&self, _: usize, _: &mut Writer<'_>) {}
}

impl Int8Layer for GlobalMaxPoolInt8 {
    type Work = ();
    type Spare<const N: usize> = [i8; N];

    fn forward(&self, x: &[i8], y: &mut [i8], _: &mut ()) {
        int8::global_max_pool(x, y);
    }

    fn write(&self, _: usize, _: &mut Writer<'_>) {}
}

macro_rules! quantize {
    ($([$($generics:tt)*] $layer:ty as $int8:ty, [$x:expr, $y:expr], |$self:ident, $at:ident| $set:expr;)*) => { $(
        impl<$($generics)*> Quantize<$x, $y> for $layer {
            type Int8 = $int8;
            type Values = ();

            fn quantize(&self, $self: &mut $int8, $at: At, _: &mut ()) -> Affine {
                let () = $set;
                $at.x
            }
        }
    )* };
}
quantize! {
    [S: Sliding, const X: usize, const Y: usize] MaxPool2d<S> as MaxPoolInt8<S>, [X, Y], |_int8, at| ();
    [S: Sliding, const X: usize, const Y: usize] MaxPool1d<S> as MaxPoolInt8<S>, [X, Y], |_int8, at| ();
    [S: Sliding, const X: usize, const Y: usize] AvgPool2d<S> as AvgPoolInt8<S>, [X, Y],
        |int8, at| int8.zero = at.x.zero_point;
    [S: Sliding, const X: usize, const Y: usize] AvgPool1d<S> as AvgPoolInt8<S>, [X, Y],
        |int8, at| int8.zero = at.x.zero_point;
    [const N: usize, const RUN: usize, const X: usize] GlobalAvgPool<N, RUN> as GlobalAvgPoolInt8, [X, N],
        |_int8, at| ();
    [const N: usize, const RUN: usize, const X: usize] GlobalMaxPool<N, RUN> as GlobalMaxPoolInt8, [X, N],
        |_int8, at| ();
}

impl<S> Blank for MaxPoolInt8<S> {
    const ZERO: Self = MaxPoolInt8(PhantomData);
}
impl<S> Blank for AvgPoolInt8<S> {
    const ZERO: Self = AvgPoolInt8 { zero: 0, sizes: PhantomData };
}
impl Blank for GlobalAvgPoolInt8 {
    const ZERO: Self = GlobalAvgPoolInt8;
}
impl Blank for GlobalMaxPoolInt8 {
    const ZERO: Self = GlobalMaxPoolInt8;
}
