//! Scores of sums: `v · tanh(aᵢ + uⱼ)`, for a query's numbers `aᵢ` and a key's `uⱼ`.

use super::super::isa::versions;
use super::super::{Isa, lanes};
use crate::{Real, math};

/// The numbers of queries and keys, a column for each, and what weighs them.
#[derive(Clone, Copy, Debug)]
pub struct Additive<'a, T> {
    pub(crate) queries: &'a [T],
    pub(crate) keys: &'a [T],
    pub(crate) weight: &'a [T],
}

/// The derivatives by them: those by queries and keys are overwritten, those by the weight added.
#[derive(Debug)]
pub struct AdditiveBack<'a, T> {
    pub(crate) queries: &'a mut [T],
    pub(crate) keys: &'a mut [T],
    pub(crate) weight: Option<&'a mut [T]>,
}

/// Comparison by sums, for one scalar. `room` is memory for one query's numbers and more.
pub trait Compare: Sized {
    /// The scores of all keys, query by query.
    fn compare(isa: Isa, of: Additive<'_, Self>, scores: &mut [Self], room: &mut [Self]);
    /// The way back from the derivatives by the scores.
    fn compare_back(
        isa: Isa,
        of: Additive<'_, Self>,
        ds: &[Self],
        to: AdditiveBack<'_, Self>,
        room: &mut [Self],
    );
}

impl Compare for f64 {
    fn compare(_: Isa, of: Additive<'_, f64>, scores: &mut [f64], room: &mut [f64]) {
        forward(of, scores, room);
    }
    fn compare_back(_: Isa, of: Additive<'_, f64>, ds: &[f64], to: AdditiveBack<'_, f64>, room: &mut [f64]) {
        backward(of, ds, to, room);
    }
}

impl Compare for f32 {
    fn compare(isa: Isa, of: Additive<'_, f32>, scores: &mut [f32], room: &mut [f32]) {
        forward_f32(isa, of, scores, room);
    }
    fn compare_back(
        isa: Isa,
        of: Additive<'_, f32>,
        ds: &[f32],
        to: AdditiveBack<'_, f32>,
        room: &mut [f32],
    ) {
        backward_f32(isa, of, ds, to, room);
    }
}

versions! {
    fn forward_f32(of: Additive<'_, f32>, scores: &mut [f32], room: &mut [f32]) {
        forward(of, scores, room);
    }
    fn backward_f32(of: Additive<'_, f32>, ds: &[f32], to: AdditiveBack<'_, f32>, room: &mut [f32]) {
        backward(of, ds, to, room);
    }
}

/// `t = tanh(a + u)`
#[inline(always)]
fn tanh_of_sum<T: Real>(a: &[T], u: &[T], t: &mut [T]) {
    for ((t, &a), &u) in t.iter_mut().zip(a).zip(u) {
        *t = math::tanh(a + u);
    }
}

#[inline(always)]
fn forward<T: Real>(of: Additive<'_, T>, scores: &mut [T], room: &mut [T]) {
    let units = of.weight.len();
    let t = &mut room[..units];
    for (a, scores) in of.queries.chunks_exact(units).zip(scores.chunks_exact_mut(of.keys.len() / units)) {
        for (u, score) in of.keys.chunks_exact(units).zip(scores) {
            tanh_of_sum(a, u, t);
            *score = lanes::dot(t, of.weight);
        }
    }
}

#[inline(always)]
fn backward<T: Real>(of: Additive<'_, T>, ds: &[T], mut to: AdditiveBack<'_, T>, room: &mut [T]) {
    let units = of.weight.len();
    let t = &mut room[..units];
    to.queries.fill(T::zero());
    to.keys.fill(T::zero());
    let queries = of.queries.chunks_exact(units).zip(to.queries.chunks_exact_mut(units));
    for ((a, da), ds) in queries.zip(ds.chunks_exact(of.keys.len() / units)) {
        let keys = of.keys.chunks_exact(units).zip(to.keys.chunks_exact_mut(units));
        for ((u, du), &ds) in keys.zip(ds) {
            tanh_of_sum(a, u, t);
            if let Some(dv) = &mut to.weight {
                for (dv, &t) in dv.iter_mut().zip(&*t) {
                    *dv += ds * t;
                }
            }
            for (((da, du), &t), &v) in da.iter_mut().zip(du).zip(&*t).zip(of.weight) {
                let d = ds * v * (T::one() - t * t);
                *da += d;
                *du += d;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;
    use crate::Rng;

    /// Scores, and all derivatives.
    fn run<T: Real>(isa: Isa, [units, queries, keys]: [usize; 3]) -> [Vec<T>; 4] {
        let mut rng = Rng::new(units as u64);
        let mut numbers =
            |n: usize| (0..n).map(|_| T::of(f64::from(rng.normal() as f32))).collect::<Vec<T>>();
        let (a, u, v, ds) =
            (numbers(units * queries), numbers(units * keys), numbers(units), numbers(queries * keys));
        let (mut scores, mut room) = (vec![T::of(7.0); queries * keys], vec![T::of(7.0); units]);
        let (mut da, mut du, mut dv) = (a.clone(), u.clone(), vec![T::zero(); units]);
        let of = Additive { queries: &a, keys: &u, weight: &v };
        T::compare(isa, of, &mut scores, &mut room);
        let to = AdditiveBack { queries: &mut da, keys: &mut du, weight: Some(&mut dv) };
        T::compare_back(isa, of, &ds, to, &mut room);
        [scores, da, du, dv]
    }

    #[test]
    fn sums_are_compared_with_the_same_bits_on_every_instruction_set_and_close_to_those_in_f64() {
        for size in [[1, 1, 1], [5, 3, 2], [16, 2, 7], [33, 4, 9]] {
            let (exact, portable) = (run::<f64>(Isa::PORTABLE, size), run::<f32>(Isa::PORTABLE, size));
            for (y, exact) in portable.concat().iter().zip(exact.concat()) {
                assert!((f64::from(*y) - exact).abs() < 1e-4, "{size:?}: {y}, exactly {exact}");
            }
            for isa in Isa::all() {
                assert_eq!(run::<f32>(isa, size), portable, "{size:?} on {isa:?}");
            }
        }
    }

    #[test]
    fn a_score_by_hand() {
        let of = Additive { queries: &[0.5, 1.0], keys: &[0.25, -1.0], weight: &[2.0, 3.0] };
        let mut score = [0.0];
        f64::compare(Isa::PORTABLE, of, &mut score, &mut [0.0; 2]);
        assert!((score[0] - 2.0 * math::tanh(0.75)).abs() < 1e-15);
    }
}
