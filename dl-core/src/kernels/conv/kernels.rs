//! What is compiled for each instruction set.

use super::super::isa::{Isa, Level};
#[cfg(target_arch = "aarch64")]
use super::super::simd::Neon;
#[cfg(target_arch = "x86_64")]
use super::super::simd::{F32x8, F32x16};
use super::super::simd::{Portable, Simd};
use super::super::transposed;
use super::lines::{LIST, Lanes, Part, Walk};
use super::runs::{self, Runs};
#[cfg(target_arch = "x86_64")]
use super::tile::Two;
use super::tile::{self, Column, Dots, Each, Row, Rows, Sums};
#[cfg(target_arch = "x86_64")]
use super::{depthwise, halved, moved, picked, shifted, strided};

/// Columns of a table.
pub(super) const COLUMNS: usize = 48;

/// What is compiled for an instruction set: all that touches numbers. What decides where they are is compiled once.
///
/// Each function asks for a processor with the instructions, and for pointers that are good as its argument says.
pub(super) struct Kernels {
    pub(super) lanes: Lanes,
    pub(super) fused: bool,
    pub(super) tiles_of_vectors: unsafe fn(&Sums<'_>, &[Row], &[Column]),
    pub(super) tiles_of_halves: unsafe fn(&Sums<'_>, &[Row], &[Column]),
    pub(super) dots: unsafe fn(&Dots, &[Row], &[Column]),
    pub(super) dots_of_halves: unsafe fn(&Dots, &[Row], &[Column]),
    pub(super) copy: unsafe fn(&Part<'_>, *mut f32, *mut f32),
    pub(super) add_back: unsafe fn(&Part<'_>, *mut f32, *mut f32),
    pub(super) transpose: unsafe fn(usize, usize, *const f32, usize, *mut f32, usize),
    pub(super) runs: unsafe fn(&Runs<'_>, usize),
    #[cfg(target_arch = "x86_64")]
    pub(super) masked: Option<depthwise::Masked>,
    #[cfg(target_arch = "x86_64")]
    pub(super) strided: Option<strided::Strided>,
    #[cfg(target_arch = "x86_64")]
    pub(super) halved: Option<halved::Halved>,
    #[cfg(target_arch = "x86_64")]
    pub(super) moved: Option<moved::Moved>,
    #[cfg(target_arch = "x86_64")]
    pub(super) picked: Option<picked::Picked>,
    #[cfg(target_arch = "x86_64")]
    pub(super) shifted: Option<shifted::ShiftedKernel>,
    pub(super) plane_sums: unsafe fn(*const f32, usize, usize, *mut f32),
    pub(super) add_kept: unsafe fn(*const f32, usize, *mut f32),
}

macro_rules! kernels {
    ($(#[$meta:meta])* $name:ident: $v:ty, $halves:ty, $rows:literal by $columns:literal, $tall:literal by $broad:literal, $wide:literal, $masked:expr, $strided:expr, $halved:expr, $moved:expr, $picked:expr, $shifted:expr) => {
        const $name: &Kernels = &{
            $(#[$meta])*
            unsafe fn tiles_of_vectors(p: &Sums<'_>, rows: &[Row], columns: &[Column]) {
                // SAFETY: the caller's word, here and below.
                unsafe { tile::tiles::<Each<$v>, $rows, $columns>(p, rows, columns) }
            }
            $(#[$meta])*
            unsafe fn tiles_of_halves(p: &Sums<'_>, rows: &[Row], columns: &[Column]) {
                if <$halves>::EACH == 2 {
                    // SAFETY: as above.
                    unsafe { tile::tiles::<$halves, $rows, $columns>(p, rows, columns) }
                }
            }
            $(#[$meta])*
            unsafe fn dots(p: &Dots, places: &[Row], columns: &[Column]) {
                if <$v>::FUSED {
                    // SAFETY: as above.
                    unsafe { tile::dots::<Each<$v>, $tall, $broad>(p, places, columns) }
                }
            }
            $(#[$meta])*
            unsafe fn dots_of_halves(p: &Dots, places: &[Row], columns: &[Column]) {
                if <$halves>::EACH == 2 {
                    // SAFETY: as above.
                    unsafe { tile::dots::<$halves, $tall, $broad>(p, places, columns) }
                }
            }
            $(#[$meta])*
            unsafe fn copy(part: &Part<'_>, maps: *mut f32, lines: *mut f32) {
                // SAFETY: as above.
                unsafe { part.copy::<$v, false>(maps, lines) }
            }
            $(#[$meta])*
            unsafe fn add_back(part: &Part<'_>, maps: *mut f32, lines: *mut f32) {
                // SAFETY: as above.
                unsafe { part.copy::<$v, true>(maps, lines) }
            }
            $(#[$meta])*
            unsafe fn transpose(n: usize, m: usize, from: *const f32, stride: usize, to: *mut f32, pitch: usize) {
                // SAFETY: as above.
                unsafe { transposed::transpose::<$v>(n, m, from, stride, to, pitch) }
            }
            $(#[$meta])*
            unsafe fn runs(p: &Runs<'_>, length: usize) {
                // SAFETY: as above.
                unsafe { runs::runs::<$v, $wide>(p, length) }
            }
            $(#[$meta])*
            unsafe fn plane_sums(a: *const f32, plane: usize, planes: usize, c: *mut f32) {
                // SAFETY: as above.
                unsafe { tile::plane_sums::<$v>(a, plane, planes, c) }
            }
            $(#[$meta])*
            unsafe fn add_kept(kept: *const f32, n: usize, c: *mut f32) {
                if <$v>::FUSED {
                    // SAFETY: as above.
                    unsafe { tile::add_kept::<$v>(kept, n, c) }
                }
            }
            Kernels {
                lanes: Lanes { number: <$v>::LANES, halves: <$halves>::EACH == 2 },
                fused: <$v>::FUSED,
                tiles_of_vectors,
                tiles_of_halves,
                dots,
                dots_of_halves,
                copy,
                add_back,
                transpose,
                runs,
                #[cfg(target_arch = "x86_64")]
                masked: $masked,
                #[cfg(target_arch = "x86_64")]
                strided: $strided,
                #[cfg(target_arch = "x86_64")]
                halved: $halved,
                #[cfg(target_arch = "x86_64")]
                moved: $moved,
                #[cfg(target_arch = "x86_64")]
                picked: $picked,
                #[cfg(target_arch = "x86_64")]
                shifted: $shifted,
                plane_sums,
                add_kept,
            }
        };
    };
}

#[cfg(target_arch = "x86_64")]
kernels! {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    AVX512: F32x16, Two<F32x16>, 4 by 5, 6 by 4, true, depthwise::AVX512, strided::AVX512, halved::AVX512, moved::AVX512, picked::AVX512, shifted::AVX512
}
#[cfg(target_arch = "x86_64")]
kernels! {
    #[target_feature(enable = "avx2,fma")]
    AVX2: F32x8, Two<F32x8>, 2 by 5, 4 by 3, false, depthwise::AVX2, strided::AVX2, halved::AVX2, None, None, None
}
#[cfg(target_arch = "aarch64")]
kernels! { NEON: Neon<true>, Each<Neon<true>>, 4 by 5, 6 by 4, true, None, None, None, None, None, None }
kernels! { PORTABLE: Portable, Each<Portable>, 2 by 4, 4 by 3, false, None, None, None, None, None, None }

impl Kernels {
    /// The tiles of all vectors of a walk, of which at most `most` are read again for the next columns.
    pub(super) unsafe fn all_tiles(
        &self,
        mut walk: Walk,
        list: &mut [Row; LIST],
        most: usize,
        sums: &Sums<'_>,
        columns: &[Column],
    ) {
        loop {
            let rows = walk.fill(list, most);
            if rows == 0 {
                break;
            }
            // SAFETY: the caller's.
            unsafe { self.tiles(&walk, sums, &list[..rows], columns) };
        }
    }

    /// The tiles of some vectors of a walk.
    pub(super) unsafe fn tiles(&self, walk: &Walk, sums: &Sums<'_>, rows: &[Row], columns: &[Column]) {
        let tiles = if walk.each == 2 { self.tiles_of_halves } else { self.tiles_of_vectors };
        // SAFETY: the caller's.
        unsafe { tiles(sums, rows, columns) };
    }
}

/// The kernels of an instruction set, the widest first: maps that are smaller than a vector take the next.
pub(super) fn kernels(isa: Isa) -> &'static [&'static Kernels] {
    match isa.0 {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => &[AVX512, AVX2, PORTABLE],
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => &[AVX2, PORTABLE],
        #[cfg(target_arch = "aarch64")]
        Level::Neon => &[NEON],
        // the plain loops are as good as vectors of one number
        Level::Portable if Portable::LANES == 1 => &[],
        Level::Portable => &[PORTABLE],
    }
}
