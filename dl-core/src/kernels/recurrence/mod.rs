//! Recurrences over the steps of sequences, and back through time.
//!
//! Only the product with the state runs step by step, over all samples at once. The product with the input and those with
//! the derivatives run over all steps of all samples. Matrices are column-major: a step of a sample is a column, and a
//! sample's columns lie together.
//!
//! Sizes are checked as a part of the caller, where they are constants; what is computed is compiled once.

use core::ops::Range;

use super::Isa;
use super::checked::{self, copy, part, part_mut};
use crate::signal::AnyLens;
use crate::{Real, kernels};

mod cells;
pub(super) mod gates;
mod tokens;

use cells::StepBack;
pub use cells::{Cell, Cells, Step};
pub use tokens::OneHot;

/// A recurrence of `hidden` states over `steps` steps of `inputs` numbers.
#[derive(Clone, Copy)]
pub struct Recurrence<'a, T> {
    pub(crate) cell: Cell,
    pub(crate) inputs: usize,
    pub(crate) hidden: usize,
    pub(crate) steps: usize,
    /// Sequences.
    pub(crate) samples: usize,
    /// Whether it runs from the last step to the first.
    pub(crate) reverse: bool,
    /// The state of each sample before the first step; nothing in place of zeros, as is always so in reverse.
    pub(crate) initial: &'a [T],
    /// `W`, `U`, and the two biases, which may be empty.
    pub(crate) weights: [&'a [T]; 4],
    /// The valid steps of each sample.
    pub(crate) lens: AnyLens<'a>,
    /// What of the states comes out.
    pub(crate) output: Output,
}

/// What comes in at all steps.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a, T> {
    /// A column of numbers at each.
    Numbers(&'a [T]),
    /// A token at each: a column of zeros with a one at its place.
    Tokens(&'a [u16]),
}

impl<T> Input<'_, T> {
    /// Whether there are so many columns of `k` numbers, or tokens.
    #[inline(always)]
    fn has(self, columns: usize, k: usize) -> bool {
        match self {
            Input::Numbers(x) => x.len() >= columns * k,
            Input::Tokens(x) => x.len() >= columns,
        }
    }
}

/// Where the states go.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Numbers of a column of the output.
    pub(crate) width: usize,
    /// Where in a column the states are.
    pub(crate) offset: usize,
    /// Whether there is one column a sample, for the last state.
    pub(crate) last: bool,
}

impl Output {
    /// All of the columns, which have `width` numbers.
    pub(crate) const fn of(width: usize, last: bool) -> Output {
        Output { width, offset: 0, last }
    }
}

/// Memory of a forward pass. Slices of what is not wanted are empty.
#[derive(Debug)]
pub struct Forward<'a, T> {
    pub(crate) gates: &'a mut [T],
    pub(crate) kept: &'a mut [T],
    pub(crate) states: &'a mut [T],
    pub(crate) scratch: Scratch<'a, T>,
}

/// Memory of a backward pass.
#[derive(Debug)]
pub struct Backward<'a, T> {
    pub(crate) gates: &'a [T],
    pub(crate) kept: &'a [T],
    pub(crate) states: &'a [T],
    /// The derivatives by the gates' sums.
    pub(crate) da: &'a mut [T],
    pub(crate) scratch: Scratch<'a, T>,
}

/// Memory of one step.
#[derive(Debug)]
pub struct Scratch<'a, T> {
    /// The sums of the product with the states, or their derivatives.
    pub(crate) sums: &'a mut [T],
    /// `h`, or its derivative.
    pub(crate) h: &'a mut [T],
    /// `c`, or its derivative.
    pub(crate) c: &'a mut [T],
    /// What a product gives before it is added.
    pub(crate) product: &'a mut [T],
}

impl<T> Scratch<'_, T> {
    #[inline(always)]
    fn check(&self, samples: usize, m: usize, n: usize) {
        assert!(self.sums.len() >= samples * m && self.h.len() >= samples * n && self.c.len() >= samples * n);
    }
}

/// One step of all samples: memory for both sums, and the state.
#[derive(Debug)]
pub struct OneStep<'a, T> {
    pub(crate) gates: &'a mut [T],
    pub(crate) sums: &'a mut [T],
    pub(crate) h: &'a mut [T],
    pub(crate) c: &'a mut [T],
}

/// The derivatives that are wanted.
#[derive(Debug)]
pub struct Wanted<'a, T> {
    pub(crate) dx: Option<&'a mut [T]>,
    /// By the states before the first step.
    pub(crate) initial: Option<&'a mut [T]>,
    /// Of the weights, in their order, and whether these hold nothing yet.
    pub(crate) weights: Option<([&'a mut [T]; 4], bool)>,
}

/// Recurrences of one scalar, compiled in this crate. Sizes are not checked: see `Recurrence::run`.
pub trait Recurrences: Cells + OneHot {
    /// The states of all steps of `x`, and what of them comes out, to `y` if it is given.
    fn recur(
        isa: Isa,
        how: &Recurrence<'_, Self>,
        x: Input<'_, Self>,
        y: Option<&mut [Self]>,
        to: Forward<'_, Self>,
    );
    /// One step, from the state of the one before.
    fn recur_once(isa: Isa, how: &Recurrence<'_, Self>, x: Input<'_, Self>, step: OneStep<'_, Self>);
    /// The way back from `dy`.
    fn recur_back(
        isa: Isa,
        how: &Recurrence<'_, Self>,
        x: Input<'_, Self>,
        dy: &[Self],
        from: Backward<'_, Self>,
        wanted: Wanted<'_, Self>,
    );
}

macro_rules! recurrences {
    ($($t:ty),*) => { $(
        impl Recurrences for $t {
            fn recur(isa: Isa, how: &Recurrence<'_, $t>, x: Input<'_, $t>, y: Option<&mut [$t]>, to: Forward<'_, $t>) {
                how.forward(isa, x, y, to);
            }
            fn recur_once(isa: Isa, how: &Recurrence<'_, $t>, x: Input<'_, $t>, step: OneStep<'_, $t>) {
                how.once(isa, x, step);
            }
            fn recur_back(
                isa: Isa,
                how: &Recurrence<'_, $t>,
                x: Input<'_, $t>,
                dy: &[$t],
                from: Backward<'_, $t>,
                wanted: Wanted<'_, $t>,
            ) {
                how.backward(isa, x, dy, from, wanted);
            }
        }
    )* };
}
recurrences!(f32, f64);

/// Column `at` of a matrix of `n` rows.
fn column(at: usize, n: usize) -> Range<usize> {
    at * n..(at + 1) * n
}

/// Some columns.
fn columns(at: &Range<usize>, n: usize) -> Range<usize> {
    at.start * n..at.end * n
}

impl<T: Real> Recurrence<'_, T> {
    /// [`Recurrences::recur`], after a check of all sizes.
    #[inline(always)]
    pub(crate) fn run(&self, isa: Isa, x: Input<'_, T>, y: Option<&mut [T]>, to: Forward<'_, T>) {
        let (m, n, columns) = (self.sums(), self.hidden, self.samples * self.steps);
        self.check(x, columns);
        assert!(y.as_ref().is_none_or(|y| y.len() >= self.outputs()));
        assert!(to.gates.len() >= columns * m && to.states.len() >= columns * n);
        assert!(to.kept.is_empty() || to.kept.len() >= columns * n);
        to.scratch.check(self.samples, m, n);
        T::recur(isa, self, x, y, to);
    }

    /// [`Recurrences::recur_once`], after a check of all sizes.
    #[inline(always)]
    pub(crate) fn run_once(&self, isa: Isa, x: Input<'_, T>, step: OneStep<'_, T>) {
        let (samples, m, n) = (self.samples, self.sums(), self.hidden);
        self.check(x, samples);
        assert!(
            step.gates.len() >= samples * m && step.sums.len() == samples * m && step.h.len() == samples * n
        );
        assert!(step.c.len() == samples * n || step.c.is_empty() && self.cell != Cell::Lstm);
        T::recur_once(isa, self, x, step);
    }

    /// [`Recurrences::recur_back`], after a check of all sizes.
    #[inline(always)]
    pub(crate) fn run_back(
        &self,
        isa: Isa,
        x: Input<'_, T>,
        dy: &[T],
        from: Backward<'_, T>,
        wanted: Wanted<'_, T>,
    ) {
        let (m, n, columns) = (self.sums(), self.hidden, self.samples * self.steps);
        self.check(x, columns);
        assert!(dy.len() >= self.outputs() && from.states.len() >= columns * n);
        let is_gated = self.cell.gates() > 1;
        assert!(!is_gated || from.gates.len() >= columns * m && from.kept.len() >= columns * n);
        assert!(is_gated || from.gates.is_empty() && from.kept.is_empty());
        assert!(from.da.len() >= columns * m && from.scratch.product.len() >= self.samples * n);
        from.scratch.check(self.samples, m, n);
        let Wanted { dx, initial, weights } = &wanted;
        assert!(dx.as_ref().is_none_or(|dx| dx.len() >= columns * self.inputs));
        assert!(initial.as_ref().is_none_or(|initial| initial.len() >= self.samples * n));
        if let Some((grad, _)) = weights {
            grad.iter().zip(self.weights).for_each(|(grad, weights)| assert!(grad.len() == weights.len()));
        }
        T::recur_back(isa, self, x, dy, from, wanted);
    }

    /// What all have in common.
    #[inline(always)]
    fn check(&self, x: Input<'_, T>, columns: usize) {
        let (m, n, k) = (self.sums(), self.hidden, self.inputs);
        assert!(m > 0 && k > 0 && self.steps > 0 && self.output.offset + n <= self.output.width);
        assert!(x.has(columns, k) && (self.initial.is_empty() || self.initial.len() >= self.samples * n));
        let [w, u, b_w, b_u] = self.weights.map(<[T]>::len);
        assert!(w == m * k && u == m * n && (b_w == 0 || b_w == m) && b_w == b_u);
    }

    /// How many numbers come out.
    #[inline(always)]
    fn outputs(&self) -> usize {
        self.samples * if self.output.last { 1 } else { self.steps } * self.output.width
    }

    /// How many sums a step makes.
    #[inline(always)]
    fn sums(&self) -> usize {
        self.cell.gates() * self.hidden
    }

    fn valid(&self, b: usize) -> usize {
        self.lens.steps(b, self.steps)
    }

    /// The columns of all valid steps, in as few runs as there are.
    fn runs(&self) -> impl Iterator<Item = Range<usize>> {
        let (samples, steps, in_one) = (self.samples, self.steps, self.lens.is_full());
        (0..if in_one { 1 } else { samples })
            .map(move |b| if in_one { 0..samples * steps } else { b * steps..b * steps + self.valid(b) })
    }

    /// Turn `k` of sample `b`: its column, that of the turn before, and whether its state is the last. `None` past the end.
    fn turn(&self, k: usize, b: usize) -> Option<Turn> {
        let valid = self.valid(b);
        let t = if self.reverse { self.steps - 1 - k } else { k };
        let (first, last) =
            if self.reverse { (valid.checked_sub(1)?, 0) } else { (0, valid.checked_sub(1)?) };
        let at = b * self.steps + t;
        let before = if self.reverse { at + 1 } else { at.wrapping_sub(1) };
        (t < valid).then_some(Turn { at, before: (t != first).then_some(before), is_last: t == last })
    }

    /// `a = W x + b` of some columns.
    fn sums_of_input(&self, isa: Isa, x: Input<'_, T>, run: Range<usize>, a: &mut [T]) {
        let (m, k) = (self.sums(), self.inputs);
        let [w, _, b, _] = self.weights;
        match x {
            Input::Numbers(x) => {
                checked::gemm_bias(isa, [m, run.len(), k], w, part(x, columns(&run, k)), b, a)
            }
            Input::Tokens(x) => {
                for (&token, a) in part(x, run).iter().zip(a.chunks_exact_mut(m.max(1))) {
                    match w.get(usize::from(token) * m..).and_then(|w| w.get(..m)) {
                        Some(w) if b.is_empty() => copy(w, a),
                        Some(w) => kernels::add(isa, w, b, a),
                        None => a.fill(T::of(f64::NAN)),
                    }
                }
            }
        }
    }

    fn forward(&self, isa: Isa, x: Input<'_, T>, y: Option<&mut [T]>, to: Forward<'_, T>) {
        let Forward { gates, kept, states, scratch: Scratch { sums, h, c, .. } } = to;
        let (m, n) = (self.sums(), self.hidden);
        let samples = self.samples;
        let [_, u, _, b_u] = self.weights;
        let [sums, h, c] = [(sums, m), (h, n), (c, n)].map(|(all, n)| part_mut(all, 0..samples * n));
        if let Input::Numbers(_) = x {
            for run in self.runs() {
                let a = part_mut(gates, columns(&run, m));
                self.sums_of_input(isa, x, run, a);
            }
        }
        match self.initial {
            [] => h.fill(T::zero()),
            initial => copy(part(initial, 0..samples * n), h),
        }
        c.fill(T::zero());
        for turn in 0..self.steps {
            checked::gemm_bias(isa, [m, samples, n], u, h, b_u, sums);
            for b in 0..samples {
                let (h, c) = (part_mut(h, column(b, n)), part_mut(c, column(b, n)));
                let Some(Turn { at, .. }) = self.turn(turn, b) else { continue };
                let kept = if kept.is_empty() { &mut [] } else { part_mut(kept, column(at, n)) };
                let gates = part_mut(gates, column(at, m));
                if let Input::Tokens(_) = x {
                    // no product, so nothing is gained by all at once
                    self.sums_of_input(isa, x, at..at + 1, gates);
                }
                self.step(isa, Step { gates, from: part(sums, column(b, m)), c, h, kept });
                copy(h, part_mut(states, column(at, n)));
            }
        }
        match y {
            Some(y) => self.output(states, y),
            None => self.clear_rest(states),
        }
    }

    fn once(&self, isa: Isa, x: Input<'_, T>, OneStep { gates, sums, h, c }: OneStep<'_, T>) {
        let (m, n) = (self.sums(), self.hidden);
        let samples = self.samples;
        let [_, u, _, b_u] = self.weights;
        self.sums_of_input(isa, x, 0..samples, gates);
        checked::gemm_bias(isa, [m, samples, n], u, h, b_u, sums);
        for b in 0..samples {
            let (gates, from) = (part_mut(gates, column(b, m)), part(sums, column(b, m)));
            let c = if c.is_empty() { &mut [] } else { part_mut(c, column(b, n)) };
            self.step(isa, Step { gates, from, c, h: part_mut(h, column(b, n)), kept: &mut [] });
        }
    }

    #[inline(always)]
    fn step(&self, isa: Isa, step: Step<'_, T>) {
        checked::fits(T::step::<0>(isa, self.cell, step));
    }

    /// Sets the states past the valid steps to zero.
    fn clear_rest(&self, states: &mut [T]) {
        for b in 0..self.samples {
            let rest = b * self.steps + self.valid(b)..(b + 1) * self.steps;
            part_mut(states, columns(&rest, self.hidden)).fill(T::zero());
        }
    }

    /// What comes out of the states.
    fn output(&self, states: &[T], y: &mut [T]) {
        let Output { width, offset, last } = self.output;
        let per_sample = if last { 1 } else { self.steps.max(1) };
        let y = part_mut(y, 0..self.outputs());
        for (at, y) in y.chunks_exact_mut(width.max(1)).enumerate() {
            let (b, t) = (at / per_sample, at % per_sample);
            let from = match (last, self.valid(b)) {
                (true, 0) => None,
                (true, valid) => Some(if self.reverse { 0 } else { valid - 1 }),
                (false, valid) => (t < valid).then_some(t),
            };
            let y = part_mut(y, offset..offset + self.hidden);
            match from {
                Some(t) => copy(part(states, column(b * self.steps + t, self.hidden)), y),
                None => y.fill(T::zero()),
            }
        }
    }

    fn backward(&self, isa: Isa, x: Input<'_, T>, dy: &[T], from: Backward<'_, T>, wanted: Wanted<'_, T>) {
        let Backward { gates, kept, states, da, scratch: Scratch { sums: du, h: dh, c: dc, product } } = from;
        let (m, n, k) = (self.sums(), self.hidden, self.inputs);
        let samples = self.samples;
        let [w, u, ..] = self.weights;
        let [du, dh, dc, product] =
            [(du, m), (dh, n), (dc, n), (product, n)].map(|(all, n)| part_mut(all, 0..samples * n));
        let Output { width, offset, last } = self.output;
        // an LSTM's is c, that of the others is h
        let before_of = if self.cell == Cell::Lstm { kept } else { states };
        fn row<T>(all: &[T], n: usize, at: usize) -> &[T] {
            if all.is_empty() { all } else { part(all, column(at, n)) }
        }
        dh.fill(T::zero());
        dc.fill(T::zero());
        for turn in (0..self.steps).rev() {
            for b in 0..samples {
                let [dh, dc] = [&mut *dh, &mut *dc].map(|all| part_mut(all, column(b, n)));
                let du = part_mut(du, column(b, m));
                let Some(Turn { at, before, is_last }) = self.turn(turn, b) else {
                    du.fill(T::zero());
                    continue;
                };
                let column_of_dy = if last { is_last.then_some(b) } else { Some(at) };
                let first_of_dy = column_of_dy.map(|column| column * width + offset);
                let step = StepBack {
                    dy: first_of_dy.map_or(&[], |first| part(dy, first..first + n)),
                    gates: row(gates, m, at),
                    kept: row(kept, n, at),
                    before: before.map_or_else(|| row(self.initial, n, b), |at| row(before_of, n, at)),
                    h: part(states, column(at, n)),
                    dh,
                    dc,
                    da: part_mut(da, column(at, m)),
                    du,
                };
                checked::fits(T::step_back(isa, self.cell, step));
            }
            if turn > 0 || wanted.initial.is_some() {
                if self.cell == Cell::Gru {
                    checked::gemm_tn(isa, [m, samples, n], u, du, product);
                    kernels::add_to(dh, product);
                } else {
                    // nothing else is left in it, and of a sample that has not begun nothing at all
                    checked::gemm_tn(isa, [m, samples, n], u, du, dh);
                }
            }
        }
        if let Some(initial) = wanted.initial {
            copy(dh, part_mut(initial, 0..samples * n));
        }
        if let Some(dx) = wanted.dx {
            if !self.lens.is_full() {
                dx.fill(T::zero());
            }
            for run in self.runs() {
                let dx = part_mut(dx, columns(&run, k));
                checked::gemm_tn(isa, [m, run.len(), k], w, part(da, columns(&run, m)), dx);
            }
        }
        let Some(([dw, d_u, db_w, db_u], is_fresh)) = wanted.weights else { return };
        if is_fresh {
            db_w.fill(T::zero());
            db_u.fill(T::zero());
        }
        let mut fresh = is_fresh;
        for run in self.runs() {
            let da = part(da, columns(&run, m));
            match x {
                Input::Numbers(x) => {
                    to_weight(isa, [m, run.len(), k], da, part(x, columns(&run, k)), dw, &mut fresh);
                    checked::add_columns(isa, m, da, db_w);
                }
                Input::Tokens(x) => {
                    clear_fresh(dw, &mut fresh);
                    // a token that there is not has made NaN of everything by now
                    T::add_tokens(isa, m, da, part(x, run), dw, db_w);
                }
            }
        }
        if self.cell == Cell::Gru {
            self.seen_by_states(gates, da);
        }
        if is_fresh && self.cell != Cell::Gru {
            copy(db_w, db_u);
        } else {
            for run in self.runs() {
                checked::add_columns(isa, m, part(da, columns(&run, m)), db_u);
            }
        }
        let mut fresh = is_fresh;
        self.clear_first(da);
        for run in self.runs() {
            // every step with the state before it
            let len = run.len().saturating_sub(1);
            let (of_da, of_h) = if self.reverse { (0, run.len() - len) } else { (run.len() - len, 0) };
            let of = |at: usize| run.start + at..run.start + at + len;
            let (da, h) = (part(da, columns(&of(of_da), m)), part(states, columns(&of(of_h), n)));
            to_weight(isa, [m, len, n], da, h, d_u, &mut fresh);
        }
        if !self.initial.is_empty() {
            // what is there of the last turn on the way back is that of the first step
            to_weight(isa, [m, samples, n], du, part(self.initial, 0..samples * n), d_u, &mut fresh);
        }
    }

    /// Turns the derivatives by `a` of a GRU into those by `u`: its third gate sees `r u`.
    fn seen_by_states(&self, gates: &[T], da: &mut [T]) {
        let (m, n) = (self.sums(), self.hidden);
        for at in self.runs().flatten() {
            let (r, d) = (part(gates, at * m..at * m + n), part_mut(da, at * m + 2 * n..(at + 1) * m));
            d.iter_mut().zip(r).for_each(|(d, &r)| *d *= r);
        }
    }

    /// Sets the derivatives of the first turns, before which no state is an output, to zero.
    fn clear_first(&self, da: &mut [T]) {
        for b in 0..self.samples {
            let first = if self.reverse { self.valid(b).checked_sub(1) } else { Some(0) };
            if let Some(t) = first {
                part_mut(da, column(b * self.steps + t, self.sums())).fill(T::zero());
            }
        }
    }
}

/// `dW += dY Xᵀ`, or `dW = dY Xᵀ` the first time if it holds nothing yet.
fn to_weight<T: Real>(isa: Isa, size: [usize; 3], dy: &[T], x: &[T], dw: &mut [T], fresh: &mut bool) {
    if size[1] > 0 {
        checked::gemm_nt(isa, size, dy, x, dw, *fresh);
        *fresh = false;
    }
    clear_fresh(dw, fresh);
}

/// Zeros, if it holds nothing yet.
fn clear_fresh<T: Real>(dw: &mut [T], fresh: &mut bool) {
    if *fresh {
        dw.fill(T::zero());
        *fresh = false;
    }
}

/// One step of one sample.
struct Turn {
    at: usize,
    /// The column of the state before it, if there is one.
    before: Option<usize>,
    is_last: bool,
}
