//! One copy of each product for every instruction set, and the choice between them.

use super::isa::{Isa, Level};
use super::product::{self, Product};
#[cfg(target_arch = "aarch64")]
use super::simd::Neon;
use super::simd::Portable;
#[cfg(target_arch = "x86_64")]
use super::simd::{F32x8, F32x16};
use super::transposed::{self, Transposed};

macro_rules! dispatch {
    ($($(#[$meta:meta])* $name:ident = $module:ident::$generic:ident: $arg:ty;)*) => { $(
        $(#[$meta])*
        ///
        /// # Safety
        /// The pointers of the argument must be good, as its type says.
        pub(super) unsafe fn $name(isa: Isa, arg: &$arg) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            unsafe fn avx512(arg: &$arg) {
                // SAFETY: the pointers are the caller's word, the instructions are there.
                unsafe { $module::$generic::<F32x16>(arg) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2(arg: &$arg) {
                // SAFETY: as above.
                unsafe { $module::$generic::<F32x8>(arg) }
            }
            #[cfg(target_arch = "aarch64")]
            unsafe fn neon(arg: &$arg) {
                // SAFETY: as above; every 64-bit ARM processor has NEON.
                unsafe { $module::$generic::<Neon<true>>(arg) }
            }
            unsafe fn portable(arg: &$arg) {
                // SAFETY: as above; the target has the instructions of its portable vector.
                unsafe { $module::$generic::<Portable>(arg) }
            }
            // SAFETY: a token exists only where the processor has its instructions; the pointers are the caller's word.
            unsafe {
                match isa.0 {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => avx512(arg),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => avx2(arg),
                    #[cfg(target_arch = "aarch64")]
                    Level::Neon => neon(arg),
                    Level::Portable => portable(arg),
                }
            }
        }
    )* };
}

dispatch! {
    /// `C = A B`.
    gemm = product::gemm: Product;
    /// `C = Aᵀ B`, for many columns.
    packed = transposed::packed: Transposed;
    /// `C = Aᵀ B`, for few columns; not in the order of the indices.
    dots = transposed::dots: Transposed;
}
