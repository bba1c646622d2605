//! Where the parts of a trainer's memory begin.

use core::ops::{Deref, DerefMut};

use crate::Blank;

/// A value that begins a cache line on processors with vectors, which take twice the time for numbers that straddle
/// lines. Small devices have no lines, and no byte to spare.
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), repr(C, align(64)))]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), repr(transparent))]
pub(crate) struct Aligned<A>(A);

impl<A: Blank> Blank for Aligned<A> {
    const ZERO: Self = Aligned(A::ZERO);
}

impl<A> Deref for Aligned<A> {
    type Target = A;
    #[inline(always)]
    fn deref(&self) -> &A {
        &self.0
    }
}

impl<A> DerefMut for Aligned<A> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut A {
        &mut self.0
    }
}
