//! One step of one sample: what the gates do, forward and backward.
//!
//! A function over neighbours is a loop of its own, for only such the compiler makes vector code of; sums and products of
//! many gates go through in blocks that it holds in vectors. Those of gates in `f32` have vectors of their own: see [`gates`].
//!
//! [`gates`]: super::gates

use core::ptr;

use super::super::{Isa, checked, dispatch};
use super::gates::{Gates, GatesBack};
use crate::{Real, math};

/// What happens in a step.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `h' = tanh(a + u)`
    Tanh,
    /// `h' = max(a + u, 0)`
    Relu,
    /// See [`Lstm`](crate::layers::Lstm).
    Lstm,
    /// See [`Gru`](crate::layers::Gru).
    Gru,
}

impl Cell {
    /// How many sums it makes for each number of the state.
    pub(crate) const fn gates(self) -> usize {
        match self {
            Cell::Tanh | Cell::Relu => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }
}

/// A step forward, of `n` states.
#[derive(Debug)]
pub struct Step<'a, T> {
    /// `a = W x + b`, of which the gates are made in place, if something is kept.
    pub(crate) gates: &'a mut [T],
    /// `u = U h + b`
    pub(crate) from: &'a [T],
    /// `c`, before and after.
    pub(crate) c: &'a mut [T],
    /// `h`, before and after.
    pub(crate) h: &'a mut [T],
    /// What the way back needs beside the gates: `c` of an LSTM, `u` of the third gate of a GRU; or nothing.
    pub(crate) kept: &'a mut [T],
}

impl<T> Step<'_, T> {
    /// Whether the slices have the lengths that the cell asks for.
    #[inline(always)]
    fn fits(&self, cell: Cell) -> bool {
        let (n, sums) = (self.h.len(), cell.gates() * self.h.len());
        self.gates.len() == sums
            && self.from.len() == sums
            && (self.kept.is_empty() || self.kept.len() == n)
            && (cell != Cell::Lstm || self.c.len() == n)
    }
}

/// A step backward.
#[derive(Debug)]
pub struct StepBack<'a, T> {
    pub(super) gates: &'a [T],
    pub(super) kept: &'a [T],
    /// `c` of an LSTM, `h` of the others, as it was before; nothing in place of zeros.
    pub(super) before: &'a [T],
    /// `h` after the step.
    pub(super) h: &'a [T],
    /// The derivative by what comes out of the step; nothing in place of zeros.
    pub(super) dy: &'a [T],
    /// The derivative by `h` after the step but for `dy`, then that part of the derivative by `h` before it which does not go
    /// through `u`: zeros, but for a GRU.
    pub(super) dh: &'a mut [T],
    /// The same of `c`.
    pub(super) dc: &'a mut [T],
    /// The derivative by `a`.
    pub(super) da: &'a mut [T],
    /// The derivative by `u`.
    pub(super) du: &'a mut [T],
}

impl<T> StepBack<'_, T> {
    /// Whether the slices have the lengths that the cell asks for.
    #[inline(always)]
    fn fits(&self, cell: Cell) -> bool {
        let (n, sums) = (self.h.len(), cell.gates() * self.h.len());
        self.dh.len() == n
            && self.da.len() == sums
            && self.du.len() == sums
            && (cell != Cell::Lstm || self.dc.len() == n)
            && (cell.gates() == 1 || self.gates.len() == sums && self.kept.len() == n)
            && [self.before, self.dy].iter().all(|of| of.is_empty() || of.len() == n)
    }
}

/// Steps of one scalar, compiled in this crate. Where a slice does not fit they do nothing, and say so.
pub trait Cells: Sized {
    /// One step of a cell of `N` states; of as many as there are if that is 0.
    #[must_use]
    fn step<const N: usize>(isa: Isa, cell: Cell, step: Step<'_, Self>) -> bool;
    /// The way back.
    #[must_use]
    fn step_back(isa: Isa, cell: Cell, step: StepBack<'_, Self>) -> bool;
}

impl Cells for f64 {
    fn step<const N: usize>(_: Isa, cell: Cell, step: Step<'_, f64>) -> bool {
        let fits = step.fits(cell);
        if fits {
            forward(cell, step);
        }
        fits
    }
    fn step_back(_: Isa, cell: Cell, step: StepBack<'_, f64>) -> bool {
        let fits = step.fits(cell);
        if fits {
            backward(cell, step);
        }
        fits
    }
}

impl Cells for f32 {
    #[inline(always)]
    fn step<const N: usize>(isa: Isa, cell: Cell, step: Step<'_, f32>) -> bool {
        if !step.fits(cell) || (N > 0 && N != step.h.len()) {
            return false;
        }
        let Step { gates, from, c, h, kept } = step;
        let n = h.len();
        let kept = if kept.is_empty() { ptr::null_mut() } else { kept.as_mut_ptr() };
        let (gates, from, c, h) = (gates.as_mut_ptr(), from.as_ptr(), c.as_mut_ptr(), h.as_mut_ptr());
        // SAFETY: the slices have the lengths that the cell asks for, and are borrowed.
        unsafe { dispatch::cell::<N, 0, 0>(isa, &Gates { cell, n, gates, from, c, h, kept }) }
        true
    }
    #[inline(always)]
    fn step_back(isa: Isa, cell: Cell, step: StepBack<'_, f32>) -> bool {
        if !step.fits(cell) {
            return false;
        }
        if cell.gates() == 1 {
            backward(cell, step);
            return true;
        }
        let StepBack { gates, kept, before, h, dy, dh, dc, da, du } = step;
        let (n, is_lstm) = (h.len(), cell == Cell::Lstm);
        let [before, dy] = [before, dy].map(|of| if of.is_empty() { ptr::null() } else { of.as_ptr() });
        let (gates, kept) = (gates.as_ptr(), kept.as_ptr());
        let (dh, dc, da, du) = (dh.as_mut_ptr(), dc.as_mut_ptr(), da.as_mut_ptr(), du.as_mut_ptr());
        // SAFETY: the slices have the lengths that the cell asks for, and are borrowed.
        unsafe {
            dispatch::cell_back::<0, 0, 0>(
                isa,
                &GatesBack { is_lstm, n, gates, kept, before, dy, dh, dc, da, du },
            );
        }
        true
    }
}

/// Numbers of a block.
const LANES: usize = 16;

type Block<T> = [T; LANES];

/// The block at `at` of part `part` of `n` numbers; zeros past the end.
#[inline(always)]
fn load<T: Real>(all: &[T], part: usize, n: usize, at: usize) -> Block<T> {
    let all = checked::part(all, part * n + at..(part + 1) * n);
    match all.first_chunk() {
        Some(block) => *block,
        None => {
            let mut block = [T::zero(); LANES];
            block.iter_mut().zip(all).for_each(|(block, &number)| *block = number);
            block
        }
    }
}

#[inline(always)]
fn store<T: Real>(block: Block<T>, all: &mut [T], part: usize, n: usize, at: usize) {
    let all = checked::part_mut(all, part * n + at..(part + 1) * n);
    match all.first_chunk_mut() {
        Some(to) => *to = block,
        None => all.iter_mut().zip(block).for_each(|(to, number)| *to = number),
    }
}

/// `f`, number by number.
#[inline(always)]
fn each<T: Real, const N: usize>(blocks: [Block<T>; N], f: impl Fn([T; N]) -> T) -> Block<T> {
    let mut out = [T::zero(); LANES];
    for i in 0..LANES {
        out[i] = f(blocks.map(|block| block[i]));
    }
    out
}

/// `a ← f(a + u)`
#[inline(always)]
fn apply<T: Real>(a: &mut [T], u: &[T], f: impl Fn(T) -> T) {
    for (a, &u) in a.iter_mut().zip(u) {
        *a = f(*a + u);
    }
}

/// `h = f(a + u)`
#[inline(always)]
fn sums<T: Real>(a: &[T], u: &[T], h: &mut [T], f: impl Fn(T) -> T) {
    for ((h, &a), &u) in h.iter_mut().zip(a).zip(u) {
        *h = f(a + u);
    }
}

/// `y = f(x)`
#[inline(always)]
fn map<T: Real>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = f(x);
    }
}

#[inline(always)]
fn forward<T: Real>(cell: Cell, Step { gates, from, c, h, kept }: Step<'_, T>) {
    let n = h.len();
    match cell {
        Cell::Tanh => {
            sums(gates, from, h, math::tanh);
        }
        Cell::Relu => {
            sums(gates, from, h, |a| if a < T::zero() { T::zero() } else { a });
        }
        Cell::Lstm => {
            apply(&mut gates[..2 * n], &from[..2 * n], math::sigmoid);
            apply(&mut gates[2 * n..3 * n], &from[2 * n..3 * n], math::tanh);
            apply(&mut gates[3 * n..], &from[3 * n..], math::sigmoid);
            for at in (0..n).step_by(LANES) {
                let [i, f, g] = [0, 1, 2].map(|part| load(gates, part, n, at));
                let next = each([i, f, g, load(c, 0, n, at)], |[i, f, g, c]| f * c + i * g);
                store(next, c, 0, n, at);
            }
            map(c, h, math::tanh);
            for (h, &o) in h.iter_mut().zip(&gates[3 * n..]) {
                *h *= o;
            }
            if !kept.is_empty() {
                kept.copy_from_slice(c);
            }
        }
        Cell::Gru => {
            let u = &from[2 * n..];
            let (rz, m) = gates.split_at_mut(2 * n);
            apply(rz, &from[..2 * n], math::sigmoid);
            for ((m, &r), &u) in m.iter_mut().zip(&rz[..n]).zip(u) {
                *m = math::tanh(*m + r * u);
            }
            for ((h, &z), &m) in h.iter_mut().zip(&rz[n..]).zip(&*m) {
                *h = (T::one() - z) * m + z * *h;
            }
            if !kept.is_empty() {
                kept.copy_from_slice(u);
            }
        }
    }
}

#[inline(always)]
fn backward<T: Real>(cell: Cell, step: StepBack<'_, T>) {
    let StepBack { gates, kept, before, h, dy, dh, dc, da, du } = step;
    let (n, one) = (h.len(), T::one());
    if cell == Cell::Lstm {
        // tanh(c), where the derivative of the last gate will be
        map(kept, checked::part_mut(du, 3 * n..4 * n), math::tanh);
    }
    for at in (0..n).step_by(LANES) {
        let or_zeros = |of: &[T]| if of.is_empty() { [T::zero(); LANES] } else { load(of, 0, n, at) };
        let d = each([load(dh, 0, n, at), or_zeros(dy)], |[dh, dy]| dh + dy);
        let previous = or_zeros(before);
        let gate = |part: usize| load(gates, part, n, at);
        let rest = match cell {
            Cell::Tanh | Cell::Relu => {
                let d = match cell {
                    Cell::Tanh => each([d, load(h, 0, n, at)], |[d, h]| d * (one - h * h)),
                    _ => each([d, load(h, 0, n, at)], |[d, h]| if h > T::zero() { d } else { T::zero() }),
                };
                store(d, da, 0, n, at);
                store(d, du, 0, n, at);
                [T::zero(); LANES]
            }
            Cell::Lstm => {
                let [i, f, g, o] = [gate(0), gate(1), gate(2), gate(3)];
                let t = load(du, 3, n, at);
                let dc_now = each([load(dc, 0, n, at), d, o, t], |[dc, d, o, t]| dc + d * o * (one - t * t));
                let gates = [
                    each([dc_now, g, i], |[dc, g, i]| dc * g * i * (one - i)),
                    each([dc_now, previous, f], |[dc, c, f]| dc * c * f * (one - f)),
                    each([dc_now, i, g], |[dc, i, g]| dc * i * (one - g * g)),
                    each([d, t, o], |[d, t, o]| d * t * o * (one - o)),
                ];
                for (part, d) in gates.into_iter().enumerate() {
                    store(d, da, part, n, at);
                    store(d, du, part, n, at);
                }
                store(each([dc_now, f], |[dc, f]| dc * f), dc, 0, n, at);
                [T::zero(); LANES]
            }
            Cell::Gru => {
                let [r, z, m] = [gate(0), gate(1), gate(2)];
                let u = load(kept, 0, n, at);
                let dm = each([d, z, m], |[d, z, m]| d * (one - z) * (one - m * m));
                let dr = each([dm, u, r], |[dm, u, r]| dm * u * r * (one - r));
                let dz = each([d, previous, m, z], |[d, h, m, z]| d * (h - m) * z * (one - z));
                for (part, d) in [dr, dz, dm].into_iter().enumerate() {
                    store(d, da, part, n, at);
                }
                for (part, d) in [dr, dz, each([dm, r], |[dm, r]| dm * r)].into_iter().enumerate() {
                    store(d, du, part, n, at);
                }
                each([d, z], |[d, z]| d * z)
            }
        };
        store(rest, dh, 0, n, at);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;
    use crate::Rng;

    /// Numbers in `±2`.
    fn numbers<T: Real>(n: usize, seed: u64) -> Vec<T> {
        let mut rng = Rng::new(seed);
        (0..n).map(|_| T::of(f64::from(rng.uniform_in::<f32>(-2.0, 2.0)))).collect()
    }

    /// All that a step forward and one back write.
    fn steps<T: Real>(isa: Isa, cell: Cell, n: usize) -> Vec<T> {
        let sums = cell.gates() * n;
        let [mut gates, from] = [1, 2].map(|seed| numbers::<T>(sums, seed));
        let [mut c, mut h, mut kept] = [3, 4, 5].map(|seed| numbers::<T>(n, seed));
        let before = if cell == Cell::Lstm { c.clone() } else { h.clone() };
        let step = Step { gates: &mut gates, from: &from, c: &mut c, h: &mut h, kept: &mut kept };
        assert!(T::step::<0>(isa, cell, step));
        let [mut dh, mut dc] = [6, 7].map(|seed| numbers::<T>(n, seed));
        let [mut da, mut du] = [8, 9].map(|seed| numbers::<T>(sums, seed));
        let back = StepBack {
            gates: &gates,
            kept: &kept,
            before: &before,
            dy: &[],
            h: &h,
            dh: &mut dh,
            dc: &mut dc,
            da: &mut da,
            du: &mut du,
        };
        assert!(T::step_back(isa, cell, back));
        [gates, c, h, kept, dh, dc, da, du].concat()
    }

    #[test]
    fn steps_are_close_to_those_in_f64_and_vectors_of_any_width_give_the_same_bits() {
        for cell in [Cell::Tanh, Cell::Relu, Cell::Lstm, Cell::Gru] {
            for n in [1, 7, 8, 16, 17, 33, 64] {
                let exact = steps::<f64>(Isa::PORTABLE, cell, n);
                for isa in Isa::all() {
                    let near = steps::<f32>(isa, cell, n);
                    for (i, (y, exact)) in near.iter().zip(&exact).enumerate() {
                        let off = (f64::from(*y) - exact).abs();
                        assert!(off < 1e-5, "{cell:?} of {n} on {isa:?}, number {i}: {y}, exactly {exact}");
                    }
                }
                let fused = Isa::all().filter(|isa| *isa != Isa::PORTABLE);
                let bits = |isa| steps(isa, cell, n).into_iter().map(f32::to_bits).collect::<Vec<_>>();
                let all: Vec<_> = fused.map(bits).collect();
                assert!(all.iter().all(|other| *other == all[0]), "{cell:?} of {n}");
            }
        }
    }
}
