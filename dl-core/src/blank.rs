//! Zero as a constant: what lets large values be made without passing through the stack.

use core::marker::PhantomData;

use nalgebra::{ArrayStorage, SMatrix};

/// A type with an all-zero value that is a constant.
///
/// Parameters, gradients, tapes and scratch memory are all `Blank`, so that a `static` can hold them. The unsafe
/// half, which lets boxes be made from zeroed memory, is [`ZeroValid`](crate::ZeroValid).
/// `#[derive(Blank)]` implements both for a struct whose fields have them.
///
/// ```
/// use dl_core::Blank;
/// use dl_core::layers::Dense;
///
/// static DENSE: Dense<f32, 3, 2> = Dense::ZERO;
/// assert_eq!(DENSE.weight.as_slice(), [0.0; 6]);
/// assert_eq!(<([u16; 2], f32)>::ZERO, ([0, 0], 0.0));
/// ```
pub trait Blank {
    /// The all-zero value.
    const ZERO: Self;
}

macro_rules! blank {
    ($($zero:expr => $($t:ty),+;)*) => { $($(
        impl Blank for $t {
            const ZERO: Self = $zero;
        }
    )+)* };
}
blank! { 0.0 => f32, f64; 0 => u8, u16, u32, u64, usize, i8, i16, i32, i64, isize; }

impl Blank for () {
    const ZERO: Self = ();
}
impl<T: ?Sized> Blank for PhantomData<T> {
    const ZERO: Self = PhantomData;
}
impl<A: Blank, const N: usize> Blank for [A; N] {
    const ZERO: Self = [const { A::ZERO }; N];
}
impl<T: Blank + Copy, const R: usize, const C: usize> Blank for SMatrix<T, R, C> {
    const ZERO: Self = SMatrix::from_array_storage(ArrayStorage([[T::ZERO; R]; C]));
}
impl<A: Blank, B: Blank> Blank for (A, B) {
    const ZERO: Self = (A::ZERO, B::ZERO);
}
impl<A: Blank, B: Blank, C: Blank> Blank for (A, B, C) {
    const ZERO: Self = (A::ZERO, B::ZERO, C::ZERO);
}
