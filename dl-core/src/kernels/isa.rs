//! Which instructions the kernels may use.

#[cfg(all(feature = "std", target_arch = "x86_64"))]
use core::sync::atomic::{AtomicU8, Ordering};

use crate::Pass;
use crate::signal::Lengths;

/// The instructions that kernels use: the best that this processor has, or those that give the same bits everywhere.
///
/// It is a token: one that names an extension exists only where the processor has it. It travels in
/// [`Pass`], and a layer hands the pass on. With the feature `std` the processor is asked while running; without it the
/// target decides, as in `-C target-cpu=native`.
///
/// # The same bits everywhere
///
/// [`Isa::PORTABLE`] multiplies and adds in two roundings, and every sum runs in the order of its indices. A network
/// then computes the same bits on every target, training included. Other sets fuse the two (FMA) and split long sums:
/// faster, and equal up to rounding. The feature `portable` of this crate allows nothing else.
///
/// ```
/// use dl_core::{kernels::Isa, Pass};
///
/// assert_eq!(Pass::<1>::infer().isa(), Isa::best());
/// assert_eq!(Pass::<1>::infer().on(Isa::PORTABLE).isa(), Isa::PORTABLE);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Isa(pub(super) Level);

/// What an [`Isa`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Level {
    Portable = 1,
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
    #[cfg(target_arch = "aarch64")]
    Neon = 4,
}

impl Isa {
    /// Two roundings for a product and a sum, sums in the order of their indices: the same bits on every target.
    pub const PORTABLE: Isa = Isa(Level::Portable);

    /// The fastest set of this processor.
    ///
    /// ```
    /// use dl_core::kernels::Isa;
    ///
    /// println!("{:?}", Isa::best()); // Avx512, for example
    /// # assert_eq!(Isa::best(), Isa::best());
    /// ```
    #[inline(always)]
    pub fn best() -> Isa {
        if cfg!(feature = "portable") { Isa::PORTABLE } else { Self::of_processor() }
    }

    /// Whether there are sixteen lanes, with masks, and thirty-two registers of them.
    pub(super) fn has_masks(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return self.0 == Level::Avx512;
        #[cfg(not(target_arch = "x86_64"))]
        false
    }

    /// Every set that this processor has, the portable one first: for tests of kernels.
    ///
    /// ```
    /// use dl_core::kernels::Isa;
    ///
    /// assert!(Isa::all().any(|isa| isa == Isa::PORTABLE) && Isa::all().any(|isa| isa == Isa::best()));
    /// ```
    pub fn all() -> impl Iterator<Item = Isa> {
        let best = Self::best();
        #[cfg(target_arch = "x86_64")]
        let others =
            [(best.0 == Level::Avx512).then_some(Isa(Level::Avx2)), (best != Isa::PORTABLE).then_some(best)];
        #[cfg(not(target_arch = "x86_64"))]
        let others = [None, (best != Isa::PORTABLE).then_some(best)];
        core::iter::once(Isa::PORTABLE).chain(others.into_iter().flatten())
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn of_processor() -> Isa {
        if cfg!(all(
            target_feature = "avx512f",
            target_feature = "avx512vl",
            target_feature = "avx512dq",
            target_feature = "avx512bw"
        )) {
            return Isa(Level::Avx512);
        }
        #[cfg(feature = "std")]
        {
            /// The answer, once it has been asked for; 0 before.
            static KNOWN: AtomicU8 = AtomicU8::new(0);
            match KNOWN.load(Ordering::Relaxed) {
                1 => Isa::PORTABLE,
                2 => Isa(Level::Avx2),
                3 => Isa(Level::Avx512),
                _ => {
                    let isa = Self::detect();
                    KNOWN.store(isa.0 as u8, Ordering::Relaxed);
                    isa
                }
            }
        }
        #[cfg(not(feature = "std"))]
        if cfg!(all(target_feature = "avx2", target_feature = "fma")) {
            Isa(Level::Avx2)
        } else {
            Isa::PORTABLE
        }
    }

    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    #[cold]
    fn detect() -> Isa {
        use std::arch::is_x86_feature_detected as has;
        if !(has!("avx2") && has!("fma")) {
            Isa::PORTABLE
        } else if has!("avx512f") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw") {
            Isa(Level::Avx512)
        } else {
            Isa(Level::Avx2)
        }
    }

    #[cfg(target_arch = "aarch64")]
    #[inline(always)]
    fn of_processor() -> Isa {
        Isa(Level::Neon)
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    #[inline(always)]
    fn of_processor() -> Isa {
        Isa::PORTABLE
    }
}

impl core::fmt::Debug for Isa {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

impl<'a, const B: usize, L: Lengths<'a, B>> From<Pass<'a, B, L>> for Isa {
    #[inline(always)]
    fn from(pass: Pass<'a, B, L>) -> Isa {
        pass.isa()
    }
}

/// What an [`enter`]ed call does.
pub(crate) trait Entered {
    /// What comes of it.
    type Out;
    /// Does it. To be `inline(always)`, as all that it calls should be: only then is it compiled for `isa`.
    fn run(self, isa: Isa) -> Self::Out;
}

/// Runs `call` in a function of its own for each instruction set, where the token is a constant.
///
/// What is inlined there is compiled for those instructions, and no call asks for them again: on networks of a few hundred
/// multiply-adds that saves half the time. On larger ones it would only multiply code.
#[inline(always)]
pub(crate) fn enter<C: Entered>(isa: Isa, call: C) -> C::Out {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
    fn avx512<C: Entered>(call: C) -> C::Out {
        call.run(Isa(Level::Avx512))
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<C: Entered>(call: C) -> C::Out {
        call.run(Isa(Level::Avx2))
    }
    match isa.0 {
        // SAFETY: the token exists only where the processor has these instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { avx512(call) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { avx2(call) },
        #[cfg(target_arch = "aarch64")]
        Level::Neon => call.run(Isa(Level::Neon)),
        Level::Portable => call.run(Isa::PORTABLE),
    }
}

/// Compiles a function once for every instruction set, and chooses by a token, which is its first argument.
///
/// The body is plain Rust which the compiler vectorises. The compiler fuses no product with a sum by itself, so all
/// versions give the same bits.
macro_rules! versions {
    ($(
        $(#[$meta:meta])*
        $vis:vis fn $name:ident $(<$f:ident: $bound:path>)? ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block
    )*) => { $(
        $(#[$meta])*
        $vis fn $name $(<$f: $bound>)? (isa: $crate::kernels::Isa, $($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            fn body $(<$f: $bound>)? ($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2 $(<$f: $bound>)? ($($arg: $ty),*) $(-> $ret)? {
                body $(::<$f>)? ($($arg),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            fn avx512 $(<$f: $bound>)? ($($arg: $ty),*) $(-> $ret)? {
                body $(::<$f>)? ($($arg),*)
            }
            match isa.0 {
                // SAFETY: the token exists only where the processor has these instructions.
                #[cfg(target_arch = "x86_64")]
                $crate::kernels::isa::Level::Avx512 => unsafe { avx512 $(::<$f>)? ($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::kernels::isa::Level::Avx2 => unsafe { avx2 $(::<$f>)? ($($arg),*) },
                _ => body $(::<$f>)? ($($arg),*),
            }
        }
    )* };
}
pub(super) use versions;
