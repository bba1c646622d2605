//! Steps of cells with gates, in `f32`: a vector of states at a time, from the sums to the state, and back.

use super::Cell;
use crate::kernels::simd::Simd;

/// A step of `n` states, as [`Step`](super::Step) has it.
#[derive(Clone, Copy)]
pub(in super::super) struct Gates {
    pub(super) cell: Cell,
    pub(super) n: usize,
    pub(super) gates: *mut f32,
    pub(super) from: *const f32,
    pub(super) c: *mut f32,
    pub(super) h: *mut f32,
    /// Null where nothing is kept. Then the gates, too, are not stored.
    pub(super) kept: *mut f32,
}

impl Gates {
    /// The same, with a number of states that the compiler knows, unless that is 0.
    #[inline(always)]
    pub(in super::super) fn with(mut self, n: usize, _: usize, _: usize) -> Self {
        if n > 0 {
            self.n = n;
        }
        self
    }
}

/// A step backward of `n` states of an LSTM or a GRU, as [`StepBack`](super::cells::StepBack) has it.
#[derive(Clone, Copy)]
pub(in super::super) struct GatesBack {
    pub(super) is_lstm: bool,
    pub(super) n: usize,
    pub(super) gates: *const f32,
    pub(super) kept: *const f32,
    /// Null in place of zeros, as is the next one.
    pub(super) before: *const f32,
    pub(super) dy: *const f32,
    pub(super) dh: *mut f32,
    pub(super) dc: *mut f32,
    pub(super) da: *mut f32,
    pub(super) du: *mut f32,
}

impl GatesBack {
    /// As it is: no size is known to the compiler.
    #[inline(always)]
    pub(in super::super) fn with(self, _: usize, _: usize, _: usize) -> Self {
        self
    }
}

/// `x P(x²) / Q(x²)`, nearest in relative error to the hyperbolic tangent up to where that is 1 in `f32`: within 3.6e-7. Less waits
/// for less than in [`math::tanh`](crate::math::tanh), which is within 2.4 units in the last place.
const P: [f32; 5] = [1.0, 0.133_797_27, 0.003_494_045_7, 2.058_365_1e-5, 1.331_928_1e-8];
const Q: [f32; 5] = [1.0, 0.467_130_42, 0.025_871_117, 3.283_110_3e-4, 7.762_111e-7];
const LIMIT: f32 = 9.02;

/// Those of `tanh(x / 2) / 2` in `x`: powers of two, by which products and sums lose nothing.
const P_HALF: [f32; 5] = halved(P, 0.25);
const Q_HALF: [f32; 5] = halved(Q, 1.0);

/// `first · c[i] / 4ⁱ`
const fn halved(mut c: [f32; 5], first: f32) -> [f32; 5] {
    let (mut i, mut factor) = (0, first);
    while i < c.len() {
        c[i] *= factor;
        factor /= 4.0;
        i += 1;
    }
    c
}

/// `x P(x²) / Q(x²)` of `x` between `-limit` and `limit`, and of the nearer of these beyond.
#[inline(always)]
unsafe fn quotient<V: Simd>(x: V, p: [f32; 5], q: [f32; 5], limit: f32) -> V {
    // SAFETY: the caller's word.
    unsafe {
        // the square of the limited `x`, without waiting for that
        let second = x.mul(x).at_most(limit * limit);
        let (x, fourth) = (x.clamp(limit), second.mul(second));
        // both halves of a polynomial at once: a step waits for this
        let low = |c: [f32; 5]| V::splat(c[1]).mul_add(second, V::splat(c[0]));
        let high =
            |c: [f32; 5]| V::splat(c[4]).mul_add(fourth, V::splat(c[3]).mul_add(second, V::splat(c[2])));
        let above = x.mul(fourth).mul_add(high(p), x.mul(low(p)));
        above.div(fourth.mul_add(high(q), low(q)))
    }
}

#[inline(always)]
unsafe fn tanh<V: Simd>(x: V) -> V {
    // SAFETY: the caller's word.
    unsafe { quotient(x, P, Q, LIMIT) }
}

/// `σ(x) = ½ + ½ tanh(x / 2)`
#[inline(always)]
unsafe fn sigmoid<V: Simd>(x: V) -> V {
    // SAFETY: the caller's word.
    unsafe { quotient(x, P_HALF, Q_HALF, 2.0 * LIMIT).add(V::splat(0.5)) }
}

/// All states.
///
/// # Safety
/// The pointers are good for as many numbers as the cell has, and nothing else writes or reads what is written.
#[inline(always)]
pub(in super::super) unsafe fn forward<V: Simd>(p: &Gates) {
    let mut at = 0;
    // SAFETY: the caller's word; a vector ends at `n` at the latest.
    unsafe {
        while at + V::LANES <= p.n {
            step::<V>(p, at, V::LANES);
            at += V::LANES;
        }
        if at + V::Half::LANES <= p.n {
            // a part of a vector would wait for the sums to reach memory
            step::<V::Half>(p, at, V::Half::LANES);
            at += V::Half::LANES;
        }
        if at < p.n {
            step::<V>(p, at, p.n - at);
        }
    }
}

/// `len` states from `at` on, at most a vector of them.
#[inline(always)]
unsafe fn step<V: Simd>(p: &Gates, at: usize, len: usize) {
    // SAFETY: the caller's word.
    unsafe {
        let load = |from: *const f32| if len == V::LANES { V::load(from) } else { V::load_part(from, len) };
        let store = |x: V, to: *mut f32| if len == V::LANES { x.store(to) } else { x.store_part(to, len) };
        let place = |part: usize| part * p.n + at;
        let a = |part: usize| load(p.gates.add(place(part)));
        let u = |part: usize| load(p.from.add(place(part)));
        let keep = |x: V, part: usize| {
            if !p.kept.is_null() {
                store(x, p.gates.add(place(part)));
            }
        };
        let h = match p.cell {
            Cell::Lstm => {
                let (i, f) = (sigmoid(a(0).add(u(0))), sigmoid(a(1).add(u(1))));
                let (g, o) = (tanh(a(2).add(u(2))), sigmoid(a(3).add(u(3))));
                let c = f.mul_add(load(p.c.add(at)), i.mul(g));
                store(c, p.c.add(at));
                [i, f, g, o].into_iter().enumerate().for_each(|(part, gate)| keep(gate, part));
                if !p.kept.is_null() {
                    store(c, p.kept.add(at));
                }
                o.mul(tanh(c))
            }
            Cell::Gru => {
                let (r, z) = (sigmoid(a(0).add(u(0))), sigmoid(a(1).add(u(1))));
                let m = tanh(r.mul_add(u(2), a(2)));
                [r, z, m].into_iter().enumerate().for_each(|(part, gate)| keep(gate, part));
                if !p.kept.is_null() {
                    store(u(2), p.kept.add(at));
                }
                z.mul_add(load(p.h.add(at)).sub(m), m)
            }
            Cell::Tanh => tanh(a(0).add(u(0))),
            Cell::Relu => a(0).add(u(0)).relu(),
        };
        store(h, p.h.add(at));
    }
}

/// The way back of all states.
///
/// # Safety
/// As of [`forward`].
#[inline(always)]
pub(in super::super) unsafe fn backward<V: Simd>(p: &GatesBack) {
    let mut at = 0;
    // SAFETY: the caller's word; a vector ends at `n` at the latest.
    unsafe {
        while at < p.n {
            let len = V::LANES.min(p.n - at);
            step_back::<V>(p, at, len);
            at += len;
        }
    }
}

/// `len` states from `at` on, at most a vector of them.
#[inline(always)]
unsafe fn step_back<V: Simd>(p: &GatesBack, at: usize, len: usize) {
    // SAFETY: the caller's word.
    unsafe {
        let load = |from: *const f32| if len == V::LANES { V::load(from) } else { V::load_part(from, len) };
        let store = |x: V, to: *mut f32| if len == V::LANES { x.store(to) } else { x.store_part(to, len) };
        let place = |part: usize| part * p.n + at;
        let gate = |part: usize| load(p.gates.add(place(part)));
        let one = V::splat(1.0);
        let of_sigmoid = |y: V| y.mul(one.sub(y));
        let of_tanh = |y: V| one.sub(y.mul(y));
        let before = || if p.before.is_null() { V::splat(0.0) } else { load(p.before.add(at)) };
        let both = |d: V, part: usize| {
            store(d, p.da.add(place(part)));
            store(d, p.du.add(place(part)));
        };
        let d = load(p.dh.add(at));
        let d = if p.dy.is_null() { d } else { d.add(load(p.dy.add(at))) };
        let rest = if p.is_lstm {
            let [i, f, g, o] = [gate(0), gate(1), gate(2), gate(3)];
            let t = tanh(load(p.kept.add(at)));
            let dc = d.mul(o).mul_add(of_tanh(t), load(p.dc.add(at)));
            both(dc.mul(g).mul(of_sigmoid(i)), 0);
            both(dc.mul(before()).mul(of_sigmoid(f)), 1);
            both(dc.mul(i).mul(of_tanh(g)), 2);
            both(d.mul(t).mul(of_sigmoid(o)), 3);
            store(dc.mul(f), p.dc.add(at));
            V::splat(0.0)
        } else {
            let [r, z, m] = [gate(0), gate(1), gate(2)];
            let dm = d.mul(one.sub(z)).mul(of_tanh(m));
            both(dm.mul(load(p.kept.add(at))).mul(of_sigmoid(r)), 0);
            both(d.mul(before().sub(m)).mul(of_sigmoid(z)), 1);
            store(dm, p.da.add(place(2)));
            store(dm.mul(r), p.du.add(place(2)));
            d.mul(z)
        };
        store(rest, p.dh.add(at));
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;

    use super::super::{Cell, Cells, Step};
    use crate::kernels::Isa;
    use crate::math::{self, ulp::arguments};

    #[test]
    fn tanh_is_near_everywhere() {
        for isa in Isa::all() {
            for x in arguments(20_011) {
                let mut h = [0.0_f32; 17];
                let step =
                    Step { gates: &mut [x; 17], from: &[0.0; 17], c: &mut [], h: &mut h, kept: &mut [] };
                assert!(Cells::step::<0>(isa, Cell::Tanh, step));
                let exact = math::tanh(f64::from(x));
                for h in h {
                    let off = (f64::from(h) - exact).abs();
                    assert!(
                        off <= 3.6e-7 * exact.abs() || h.is_nan() && x.is_nan(),
                        "{isa:?}: tanh({x}) = {h}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_beyond_the_states_is_touched() {
        for isa in Isa::all() {
            for n in 1..40 {
                let (mut gates, from) = (vec![0.5_f32; 4 * n + 1], vec![0.25_f32; 4 * n]);
                let [mut c, mut h, mut kept] = [(); 3].map(|()| vec![7.0_f32; n + 1]);
                let step = Step {
                    gates: &mut gates[..4 * n],
                    from: &from,
                    c: &mut c[..n],
                    h: &mut h[..n],
                    kept: &mut kept[..n],
                };
                assert!(Cells::step::<0>(isa, Cell::Lstm, step));
                assert_eq!([gates[4 * n], c[n], h[n], kept[n]], [0.5, 7.0, 7.0, 7.0]);
                assert!(h[..n].iter().chain(&c[..n]).all(|x| *x != 7.0), "{n} states");
            }
        }
    }
}
