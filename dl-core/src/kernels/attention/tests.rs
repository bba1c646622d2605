//! The blocks against the formulas, one number after the other.

extern crate std;
use std::vec::Vec;
use std::{format, vec};

use super::*;
use crate::{Rng, math};

/// Heads, their width, queries, keys, and whether no step sees a later one.
type Case = (usize, usize, usize, usize, bool);

const CASES: [Case; 10] = [
    (1, 1, 1, 1, false),
    (2, 3, 5, 5, true),
    (2, 3, 5, 5, false),
    (4, 16, 64, 64, true),
    (4, 16, 64, 64, false),
    (2, 5, 17, 33, false),
    (1, 7, 40, 1, false),
    (1, 7, 1, 40, false),
    (3, 16, 50, 50, true),
    (1, 19, 32, 300, false),
];

/// Numbers in `±2`.
fn numbers<T: Real>(n: usize, seed: u64) -> Vec<T> {
    let mut rng = Rng::new(seed);
    (0..n).map(|_| T::of(f64::from(rng.uniform_in::<f32>(-2.0, 2.0)))).collect()
}

/// `y`, `dq`, `dk`, `dv` by the blocks: queries apart, keys and values of a step side by side.
fn by_blocks<T: Real>(isa: Isa, (heads, width, queries, keys, causal): Case, is_kept: bool) -> [Vec<T>; 4] {
    let n = heads * width;
    let [q, kv, dy] =
        [(n * queries, 1), (2 * n * keys, 2), (n * queries, 3)].map(|(n, seed)| numbers(n, seed));
    let how = Attention { heads, width, scale: T::of(0.5), causal };
    let columns = |numbers, pitch| Columns { numbers, pitch };
    let seen = Seen {
        queries: columns(&q[..], n),
        keys: columns(&kv[..], 2 * n),
        values: columns(&kv[n..], 2 * n),
        steps: [queries, keys],
    };
    let (mut tile, mut panel) = (vec![T::of(7.0); BLOCK * keys], vec![T::of(7.0); width * keys]);
    let mut weights = vec![T::of(7.0); heads * queries * keys];
    let mut y = vec![T::of(7.0); n * queries];
    let [mut dq, mut dk, mut dv] = [queries, keys, keys].map(|steps| vec![T::of(7.0); n * steps]);
    let to = ColumnsMut { numbers: &mut y, pitch: n };
    let scratch = Scratch { scores: &mut tile, panel: &mut panel };
    T::attend(isa, how, seen, is_kept.then_some(&mut weights[..]), to, scratch);
    if is_kept {
        let to = [&mut dq, &mut dk, &mut dv].map(|numbers| ColumnsMut { numbers, pitch: n });
        let to = Derivatives::Apart(to);
        let scratch = Scratch { scores: &mut tile, panel: &mut panel };
        T::attend_back(isa, how, seen, &weights, columns(&dy, n), to, scratch);
    }
    [y, dq, dk, dv]
}

/// The same by the formulas.
fn by_hand((heads, width, queries, keys, causal): Case) -> [Vec<f64>; 4] {
    let n = heads * width;
    let [q, kv, dy] =
        [(n * queries, 1), (2 * n * keys, 2), (n * queries, 3)].map(|(n, seed)| numbers::<f64>(n, seed));
    let mut out = [queries, queries, keys, keys].map(|steps| vec![0.0; n * steps]);
    for (head, i) in (0..heads).flat_map(|head| (0..queries).map(move |i| (head, i))) {
        let of_head = |e: usize| head * width + e;
        let dot = |a: &[f64], b: &[f64]| (0..width).map(|e| a[of_head(e)] * b[of_head(e)]).sum::<f64>();
        let (q, dy) = (&q[i * n..][..n], &dy[i * n..][..n]);
        let key = |j: usize| &kv[j * 2 * n..][..n];
        let value = |j: usize| &kv[j * 2 * n + n..][..n];
        let seen = if causal { i + 1 } else { keys };
        let mut p: Vec<f64> = (0..seen).map(|j| math::exp(0.5 * dot(q, key(j)))).collect();
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
        let along: f64 = (0..seen).map(|j| p[j] * dot(dy, value(j))).sum();
        for (j, p) in p.into_iter().enumerate() {
            let ds = 0.5 * p * (dot(dy, value(j)) - along);
            for e in (0..width).map(of_head) {
                out[0][i * n + e] += p * value(j)[e];
                out[1][i * n + e] += ds * key(j)[e];
                out[2][j * n + e] += ds * q[e];
                out[3][j * n + e] += p * dy[e];
            }
        }
    }
    out
}

fn close<T: Real>(case: Case, isa: Isa, limit: f64) {
    let expected = by_hand(case);
    for (what, (a, b)) in
        ["y", "dq", "dk", "dv"].iter().zip(by_blocks::<T>(isa, case, true).iter().zip(&expected))
    {
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            let off = (a.to_f64() - b).abs() / b.abs().max(1.0);
            assert!(off < limit, "{}", format!("{case:?} on {isa:?}: {what}[{i}] is {a}, by hand {b}"));
        }
    }
}

#[test]
fn blocks_give_what_the_formulas_give() {
    for case in CASES {
        close::<f64>(case, Isa::PORTABLE, 1e-12);
        for isa in Isa::all() {
            close::<f32>(case, isa, 2e-5);
        }
    }
}

#[test]
fn weights_that_are_not_kept_make_no_difference() {
    for (case, isa) in CASES.into_iter().flat_map(|case| Isa::all().map(move |isa| (case, isa))) {
        let [kept, lost] = [true, false].map(|is_kept| by_blocks::<f32>(isa, case, is_kept));
        assert_eq!(kept[0], lost[0], "{case:?} on {isa:?}");
    }
}

#[test]
fn derivatives_go_where_they_are_wanted_and_those_by_keys_that_are_values_add_up() {
    // two steps that are query, key and value at once: both derivatives by them, and the query's, go to one place
    let x = [0.3, -0.2, 0.5, 0.7];
    let how = Attention { heads: 1, width: 2, scale: 1.0, causal: false };
    let columns = Columns { numbers: &x[..], pitch: 2 };
    let seen = Seen { queries: columns, keys: columns, values: columns, steps: [2, 2] };
    let (mut tile, mut panel, mut weights, mut y) = ([0.0; 2 * BLOCK], [0.0; 4], [0.0; 4], [0.0; 4]);
    let scratch = Scratch { scores: &mut tile, panel: &mut panel };
    f64::attend(
        Isa::PORTABLE,
        how,
        seen,
        Some(&mut weights),
        ColumnsMut { numbers: &mut y, pitch: 2 },
        scratch,
    );
    let dy = [1.0, 2.0, 3.0, -1.0];
    let [mut apart, mut together, mut shared] = [[7.0; 12]; 3];
    let [dq, dk, dv] = apart.as_chunks_mut::<4>().0 else { unreachable!() };
    let [dq_shared, dk_shared, _] = shared.as_chunks_mut::<4>().0 else { unreachable!() };
    for to in [
        Derivatives::Apart([dq, dk, dv].map(|numbers| ColumnsMut { numbers, pitch: 2 })),
        Derivatives::Together(ColumnsMut { numbers: &mut together, pitch: 6 }),
        Derivatives::Shared([dq_shared, dk_shared].map(|numbers| ColumnsMut { numbers, pitch: 2 })),
    ] {
        let scratch = Scratch { scores: &mut tile, panel: &mut panel };
        f64::attend_back(Isa::PORTABLE, how, seen, &weights, Columns { numbers: &dy, pitch: 2 }, to, scratch);
    }
    for i in 0..4 {
        let (part, step) = (|part: usize| apart[4 * part + i], 6 * (i / 2) + i % 2);
        assert_eq!([part(0), part(1), part(2)], [0, 2, 4].map(|at| together[step + at]));
        assert_eq!(shared[i], part(0));
        assert!((shared[4 + i] - part(1) - part(2)).abs() < 1e-15, "{i}: {}", shared[4 + i]);
    }
}

#[test]
fn queries_without_keys_get_nothing_and_keys_without_queries_give_nothing_back() {
    for (queries, keys) in [(2, 0), (0, 2)] {
        let x = [1.0_f32; 4];
        let how = Attention { heads: 2, width: 1, scale: 1.0, causal: false };
        let columns = Columns { numbers: &x[..], pitch: 2 };
        let seen = Seen { queries: columns, keys: columns, values: columns, steps: [queries, keys] };
        let (mut tile, mut panel, mut y) = ([0.0; 2 * BLOCK], [0.0; 4], [7.0; 4]);
        let mut d = [[7.0; 4]; 3];
        let scratch = Scratch { scores: &mut tile, panel: &mut panel };
        f32::attend(Isa::best(), how, seen, None, ColumnsMut { numbers: &mut y, pitch: 2 }, scratch);
        let to = Derivatives::Apart(d.each_mut().map(|numbers| ColumnsMut { numbers, pitch: 2 }));
        let scratch = Scratch { scores: &mut tile, panel: &mut panel };
        f32::attend_back(Isa::best(), how, seen, &[0.0; 8], columns, to, scratch);
        let [dq, dk, dv] = &d;
        let numbers = y[..2 * queries].iter().chain(&dq[..2 * queries]).chain(&dk[..2 * keys]);
        assert!(numbers.chain(&dv[..2 * keys]).all(|n| *n == 0.0));
    }
}
