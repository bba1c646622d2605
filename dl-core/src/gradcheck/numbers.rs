//! Signals as plain numbers.

use crate::{Signal, Tokens, Vals};

/// A signal whose numbers can be reached one by one: all signals of this crate. Tokens have none.
pub trait Numbers: Signal {
    /// How many values it consists of.
    const PARTS: usize;
    /// Number `i` of a chunk; `None` past the last.
    fn number<const B: usize>(buf: &mut Self::Buf<f64, B>, i: usize) -> Option<&mut f64>;
    /// Where number `i` of a chunk is; `None` past the last.
    fn place<const B: usize>(i: usize) -> Option<Place>;
    /// How many numbers there are in a chunk.
    fn count<const B: usize>() -> usize;
}

/// Where a number is in a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The value, in the order of a tuple's parts.
    pub part: usize,
    /// The number inside its sample.
    pub row: usize,
    /// The sample.
    pub sample: usize,
}

impl<const N: usize> Numbers for Vals<N> {
    const PARTS: usize = 1;
    fn number<const B: usize>(buf: &mut Self::Buf<f64, B>, i: usize) -> Option<&mut f64> {
        buf.as_mut_slice().get_mut(i)
    }
    fn place<const B: usize>(i: usize) -> Option<Place> {
        (i < N * B).then(|| Place { part: 0, row: i % N, sample: i / N })
    }
    fn count<const B: usize>() -> usize {
        N * B
    }
}

impl<const N: usize> Numbers for Tokens<N> {
    const PARTS: usize = 1;
    fn number<const B: usize>(_: &mut Self::Buf<f64, B>, _: usize) -> Option<&mut f64> {
        None
    }
    fn place<const B: usize>(_: usize) -> Option<Place> {
        None
    }
    fn count<const B: usize>() -> usize {
        0
    }
}

macro_rules! tuples {
    ($($($part:ident $at:tt),+;)*) => { $(
        impl<$($part: Numbers),+> Numbers for ($($part,)+) {
            const PARTS: usize = 0 $(+ $part::PARTS)+;
            fn number<const B: usize>(buf: &mut Self::Buf<f64, B>, i: usize) -> Option<&mut f64> {
                let mut i = i;
                $(
                    if i < $part::count::<B>() {
                        return $part::number::<B>(&mut buf.$at, i);
                    }
                    i -= $part::count::<B>();
                )+
                let _ = i;
                None
            }
            fn place<const B: usize>(i: usize) -> Option<Place> {
                let (mut i, mut part) = (i, 0);
                $(
                    if i < $part::count::<B>() {
                        return $part::place::<B>(i).map(|p| Place { part: part + p.part, ..p });
                    }
                    i -= $part::count::<B>();
                    part += $part::PARTS;
                )+
                let _ = (i, part);
                None
            }
            fn count<const B: usize>() -> usize {
                0 $(+ $part::count::<B>())+
            }
        }
    )* };
}
tuples! { X 0, Y 1; X 0, Y 1, Z 2; }
