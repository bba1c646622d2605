//! Square roots: the processor's instruction where `std` offers it, `libm`'s elsewhere. Both round correctly.

#[cfg(feature = "std")]
#[inline(always)]
pub(super) fn f32(x: f32) -> f32 {
    x.sqrt()
}

#[cfg(feature = "std")]
#[inline(always)]
pub(super) fn f64(x: f64) -> f64 {
    x.sqrt()
}

#[cfg(not(feature = "std"))]
pub(super) use libm::{sqrt as f64, sqrtf as f32};
