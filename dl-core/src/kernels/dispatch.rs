//! A copy of each product for every instruction set, and the choice between them.
//!
//! Sizes that the compiler knows can be given as const parameters; 0 says that a size is a run-time number. With all of
//! them 0 there is one copy for all networks.

use super::column;
use super::isa::{Isa, Level};
use super::product::{self, Product};
use super::recurrence::gates::{self, Gates, GatesBack};
#[cfg(target_arch = "aarch64")]
use super::simd::Neon;
use super::simd::Portable;
#[cfg(target_arch = "x86_64")]
use super::simd::{F32x8, F32x16};
use super::transposed::{self, Transposed};

macro_rules! dispatch {
    ($($(#[$meta:meta])* $name:ident = $module:ident::$body:ident: $arg:ident;)*) => { $(
        $(#[$meta])*
        ///
        /// # Safety
        /// The pointers of the argument must be good, as its type says.
        #[inline(always)]
        pub(super) unsafe fn $name<const M: usize, const N: usize, const K: usize>(isa: Isa, arg: &$arg) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            #[inline]
            unsafe fn avx512<const M: usize, const N: usize, const K: usize>(arg: &$arg) {
                // SAFETY: the pointers are the caller's word, the instructions are there.
                unsafe { $module::$body::<F32x16>(&arg.with(M, N, K)) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            #[inline]
            unsafe fn avx2<const M: usize, const N: usize, const K: usize>(arg: &$arg) {
                // SAFETY: as above.
                unsafe { $module::$body::<F32x8>(&arg.with(M, N, K)) }
            }
            #[cfg(target_arch = "aarch64")]
            #[inline]
            unsafe fn neon<const M: usize, const N: usize, const K: usize>(arg: &$arg) {
                // SAFETY: as above; every 64-bit ARM processor has NEON.
                unsafe { $module::$body::<Neon<true>>(&arg.with(M, N, K)) }
            }
            #[inline]
            unsafe fn portable<const M: usize, const N: usize, const K: usize>(arg: &$arg) {
                // SAFETY: as above; the target has the instructions of its portable vector.
                unsafe { $module::$body::<Portable>(&arg.with(M, N, K)) }
            }
            // SAFETY: a token exists only where the processor has its instructions; the pointers are the caller's word.
            unsafe {
                match isa.0 {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => avx512::<M, N, K>(arg),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => avx2::<M, N, K>(arg),
                    #[cfg(target_arch = "aarch64")]
                    Level::Neon => neon::<M, N, K>(arg),
                    Level::Portable => portable::<M, N, K>(arg),
                }
            }
        }
    )* };
}

dispatch! {
    /// `C = A B`.
    gemm = product::gemm: Product;
    /// `C = A B`, where `B` and `C` are columns.
    gemv = column::gemv: Product;
    /// `C = A B`, where `A` is a column and `B` a row.
    outer = product::outer: Product;
    /// `C = Aᵀ B`, for many columns.
    packed = transposed::packed: Transposed;
    /// `C = Aᵀ B`, for few columns; not in the order of the indices.
    dots = transposed::dots: Transposed;
    /// A step forward of a recurrent cell; the first const parameter is the number of states.
    cell = gates::forward: Gates;
    /// The way back of it.
    cell_back = gates::backward: GatesBack;
}
