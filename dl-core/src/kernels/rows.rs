//! Rows of numbers, each brought to mean 0 and variance 1, and the way back: layer norm and its relatives.
//!
//! Sums are split in a fixed way: the bits are the same for every instruction set.

use super::Isa;
use super::isa::versions;
use super::lanes::{sum, sum_of_pairs, sum_of_two};
use crate::{Real, math};

/// How the numbers lie.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// Numbers that are normalized together.
    pub len: usize,
    /// Numbers in a row that share a weight.
    pub run: usize,
    /// Added to the variance.
    pub eps: f64,
    /// Whether the mean is taken off.
    pub centred: bool,
}

impl Rows {
    /// `y = w (x − μ) r + b`, with `r = 1 / √(σ² + ε)`; `μ` and `r` of every row to `stats`.
    ///
    /// `w` and `b` hold a number for each run, over one or more rows and then again; they may be empty, as may be the
    /// `μ` of rows that are not centred.
    #[inline(always)]
    pub(crate) fn forward<T: Real>(
        self,
        isa: impl Into<Isa>,
        x: &[T],
        y: &mut [T],
        affine: [&[T]; 2],
        stats: Option<[&mut [T]; 2]>,
    ) {
        let [w, b] = affine;
        assert!(
            w.len() == b.len() || b.is_empty() && self.run == 1,
            "{self:?}: {} weights, {} biases",
            w.len(),
            b.len()
        );
        if let Some([means, rs]) = &stats {
            self.check(x.len(), [means, rs]);
        }
        T::normalize(isa.into(), self, x, y, affine, stats);
    }

    /// `dx = r (w dy − mean(w dy) − h mean(w dy h))`, `dw += Σ dy h`, `db += Σ dy`, with `h = (x − μ) r`.
    #[inline(always)]
    pub(crate) fn backward<T: Real>(
        self,
        isa: impl Into<Isa>,
        [x, dy, w]: [&[T]; 3],
        stats: [&[T]; 2],
        dx: Option<&mut [T]>,
        grad: Option<[&mut [T]; 2]>,
    ) {
        self.check(x.len(), stats);
        assert!(dx.as_ref().is_none_or(|dx| dx.len() >= x.len()), "{self:?}: a shorter `dx` than `x`");
        T::normalize_back(isa.into(), self, [x, dy, w], stats, dx, grad);
    }

    /// Panics unless there is a `μ`, where rows are centred, and an `r` for each row. Here sizes are constants, and nothing is left
    /// of the check.
    #[inline(always)]
    fn check<A>(self, numbers: usize, [means, rs]: [&[A]; 2]) {
        let rows = numbers / self.len;
        assert!(
            rs.len() >= rows && (means.len() >= rows || !self.centred),
            "{self:?}: statistics of too few rows"
        );
    }

    /// How many of `weights` weights a row has, and how many rows these are.
    #[inline(always)]
    fn weights(self, weights: usize) -> Weights {
        let per_row = self.len.checked_div(self.run).unwrap_or(0);
        let rows = weights.checked_div(per_row).unwrap_or(0);
        Weights { per_row: if rows == 0 { 0 } else { per_row }, rows }
    }
}

/// The weights of rows, over one or more of them and then again.
#[derive(Clone, Copy)]
struct Weights {
    per_row: usize,
    rows: usize,
}

impl Weights {
    /// Those that belong to row `k`.
    #[inline(always)]
    fn of_row(self, k: usize) -> core::ops::Range<usize> {
        // a division takes as long as a row of 64 numbers
        let first = if self.rows < 2 { 0 } else { k.checked_rem(self.rows).unwrap_or(0) * self.per_row };
        first..first + self.per_row
    }
}

/// Normalization of rows for one scalar.
pub trait Normalize: Sized {
    /// See `Rows::forward`.
    fn normalize(
        isa: Isa,
        rows: Rows,
        x: &[Self],
        y: &mut [Self],
        affine: [&[Self]; 2],
        stats: Option<[&mut [Self]; 2]>,
    );
    /// See `Rows::backward`.
    fn normalize_back(
        isa: Isa,
        rows: Rows,
        values: [&[Self]; 3],
        stats: [&[Self]; 2],
        dx: Option<&mut [Self]>,
        grad: Option<[&mut [Self]; 2]>,
    );
}

impl Normalize for f64 {
    fn normalize(
        _: Isa,
        rows: Rows,
        x: &[f64],
        y: &mut [f64],
        affine: [&[f64]; 2],
        stats: Option<[&mut [f64]; 2]>,
    ) {
        forward(rows, x, y, affine, stats);
    }
    fn normalize_back(
        _: Isa,
        rows: Rows,
        values: [&[f64]; 3],
        stats: [&[f64]; 2],
        dx: Option<&mut [f64]>,
        grad: Option<[&mut [f64]; 2]>,
    ) {
        backward(rows, values, stats, dx, grad);
    }
}

impl Normalize for f32 {
    fn normalize(
        isa: Isa,
        rows: Rows,
        x: &[f32],
        y: &mut [f32],
        affine: [&[f32]; 2],
        stats: Option<[&mut [f32]; 2]>,
    ) {
        forward_f32(isa, rows, x, y, affine, stats);
    }
    fn normalize_back(
        isa: Isa,
        rows: Rows,
        values: [&[f32]; 3],
        stats: [&[f32]; 2],
        dx: Option<&mut [f32]>,
        grad: Option<[&mut [f32]; 2]>,
    ) {
        backward_f32(isa, rows, values, stats, dx, grad);
    }
}

versions! {
    fn forward_f32(
        rows: Rows,
        x: &[f32],
        y: &mut [f32],
        affine: [&[f32]; 2],
        stats: Option<[&mut [f32]; 2]>,
    ) {
        forward(rows, x, y, affine, stats);
    }
    fn backward_f32(
        rows: Rows,
        values: [&[f32]; 3],
        stats: [&[f32]; 2],
        dx: Option<&mut [f32]>,
        grad: Option<[&mut [f32]; 2]>,
    ) {
        backward(rows, values, stats, dx, grad);
    }
}

/// Rows that are normalized together: one waits for its sums, its root and its quotients, several wait at once.
const TOGETHER: usize = 16;

#[inline(always)]
fn forward<T: Real>(rows: Rows, x: &[T], y: &mut [T], affine: [&[T]; 2], mut stats: Option<[&mut [T]; 2]>) {
    let (len, n, eps) = (rows.len.max(1), T::of(rows.len as f64), T::of(rows.eps));
    let parts = affine.map(|all| rows.weights(all.len()));
    // above zero, which is said again for the compiler
    let block = (TOGETHER * len).max(1);
    let blocks = x.chunks(block).zip(y.chunks_mut(block));
    for (first, (x, y)) in (0..).step_by(TOGETHER).zip(blocks) {
        let (mut means, mut rs) = ([T::zero(); TOGETHER], [T::zero(); TOGETHER]);
        if rows.centred {
            for (mean, x) in means.iter_mut().zip(x.chunks_exact(len)) {
                *mean = sum(x, |x| x) / n;
            }
        }
        for ((r, &mean), x) in rs.iter_mut().zip(&means).zip(x.chunks_exact(len)) {
            *r = sum(x, |x| (x - mean) * (x - mean)) / n + eps;
        }
        for r in rs.iter_mut().take(x.len() / len) {
            *r = math::sqrt(*r).recip();
        }
        if let Some([of_means, of_rs]) = &mut stats {
            let at = |all: &mut [T], of_block: &[T; TOGETHER]| {
                for (to, &of_row) in all.iter_mut().skip(first).zip(of_block).take(x.len() / len) {
                    *to = of_row;
                }
            };
            at(of_means, &means); // rows that are not centred keep none
            at(of_rs, &rs);
        }
        let of_rows = x.chunks_exact(len).zip(y.chunks_exact_mut(len)).zip(means.iter().zip(&rs));
        for (k, ((x, y), (&mean, &r))) in (first..).zip(of_rows) {
            let [w, b] = [0, 1].map(|i| affine[i].get(parts[i].of_row(k)).unwrap_or_default());
            scale_row(rows.run, x, y, [mean, r], [w, b]);
        }
    }
}

/// `y = w (x − μ) r + b` of a row.
#[inline(always)]
fn scale_row<T: Real>(run: usize, x: &[T], y: &mut [T], [mean, r]: [T; 2], affine: [&[T]; 2]) {
    match affine {
        [[], _] => scale(x, y, mean, r, T::zero()),
        [w, []] => {
            for ((y, &x), &w) in y.iter_mut().zip(x).zip(w) {
                *y = (x - mean) * r * w;
            }
        }
        [w, b] if run == 1 => {
            for (((y, &x), &w), &b) in y.iter_mut().zip(x).zip(w).zip(b) {
                *y = (x - mean) * r * w + b;
            }
        }
        [w, b] => {
            let runs = x.chunks_exact(run.max(1)).zip(y.chunks_exact_mut(run.max(1)));
            for (((x, y), &w), &b) in runs.zip(w).zip(b) {
                scale(x, y, mean, r * w, b);
            }
        }
    }
}

/// `y = (x − mean) a + b`
#[inline(always)]
fn scale<T: Real>(x: &[T], y: &mut [T], mean: T, a: T, b: T) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = (x - mean) * a + b;
    }
}

#[inline(always)]
fn backward<T: Real>(
    rows: Rows,
    [x, dy, w]: [&[T]; 3],
    [means, rs]: [&[T]; 2],
    mut dx: Option<&mut [T]>,
    mut grad: Option<[&mut [T]; 2]>,
) {
    let (n, of_w) = (T::of(rows.len as f64), rows.weights(w.len()));
    let of_grad =
        grad.as_ref().map_or([of_w; 2], |[dw, db]| [dw.len(), db.len()].map(|all| rows.weights(all)));
    for (k, (x, dy)) in x.chunks_exact(rows.len.max(1)).zip(dy.chunks_exact(rows.len.max(1))).enumerate() {
        let mean = means.get(k).copied().filter(|_| rows.centred).unwrap_or(T::zero());
        let r = rs.get(k).copied().unwrap_or(T::zero());
        let w = w.get(of_w.of_row(k)).unwrap_or_default();
        let is_of_runs = w.is_empty() || rows.run > 1;
        let grad = grad.as_mut().map(|[dw, db]| {
            let [of_dw, of_db] = of_grad.map(|part| part.of_row(k));
            [dw.get_mut(of_dw).unwrap_or_default(), db.get_mut(of_db).unwrap_or_default()]
        });
        // Σ w dy and Σ w dy (x − μ)
        let (mut whole, mut along) = (T::zero(), T::zero());
        if is_of_runs {
            let [mut dw, mut db] = grad.unwrap_or_default().map(|grad| grad.iter_mut());
            let mut weights = w.iter();
            for (x, dy) in x.chunks_exact(rows.run.max(1)).zip(dy.chunks_exact(rows.run.max(1))) {
                let (of_run, along_run) = sum_of_two(dy, x, |dy, x| (dy, dy * (x - mean)));
                if let (Some(dw), Some(db)) = (dw.next(), db.next()) {
                    *dw += along_run * r;
                    *db += of_run;
                }
                let w = weights.next().copied().unwrap_or(T::one());
                whole += w * of_run;
                along += w * along_run;
            }
        } else if let Some([dw, db]) = grad {
            for ((dw, &x), &dy) in dw.iter_mut().zip(x).zip(dy) {
                *dw += dy * ((x - mean) * r);
            }
            for (db, &dy) in db.iter_mut().zip(dy) {
                *db += dy;
            }
        }
        let Some(dx) = &mut dx else { continue };
        let Some(dx) = dx.get_mut(k * rows.len..(k + 1) * rows.len) else { continue };
        if !is_of_runs {
            // w dy, where dx will be: each sum is a loop of its own, of which the compiler makes whole vectors
            for ((dx, &dy), &w) in dx.iter_mut().zip(dy).zip(w) {
                *dx = w * dy;
            }
            whole = sum(dx, |d| d);
            along = sum_of_pairs(dx, x, |d, x| d * (x - mean));
        }
        // mean(w dy) and mean(w dy h)
        let whole = if rows.centred { whole / n } else { T::zero() };
        let along = along * r * r / n; // to be multiplied by x − μ
        if is_of_runs {
            let mut weights = w.iter();
            let runs = x.chunks_exact(rows.run.max(1)).zip(dy.chunks_exact(rows.run.max(1)));
            for ((x, dy), dx) in runs.zip(dx.chunks_exact_mut(rows.run.max(1))) {
                let w = weights.next().copied().unwrap_or(T::one());
                for ((dx, &x), &dy) in dx.iter_mut().zip(x).zip(dy) {
                    *dx = r * (w * dy - whole - (x - mean) * along);
                }
            }
        } else {
            for (dx, &x) in dx.iter_mut().zip(x) {
                *dx = r * (*dx - whole - (x - mean) * along);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;
    use crate::Rng;

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_plain_loops() {
        let mut rng = Rng::new(7);
        for (len, run) in [(1, 1), (5, 1), (37, 1), (64, 1), (18, 9), (35, 35), (96, 32)] {
            let mut draw = |n| (0..n).map(|_| rng.normal() as f32).collect::<Vec<f32>>();
            let (x, dy, w, b) = (draw(3 * len), draw(3 * len), draw(len / run), draw(len / run));
            for (rows, w, b) in [
                (Rows { len, run, eps: 1e-5, centred: true }, &w[..], &b[..]),
                (Rows { len, run: len, eps: 1e-5, centred: true }, &[], &[]),
                (Rows { len, run: 1, eps: 1e-5, centred: false }, &x[..len], &[]),
            ] {
                let run = |isa: Option<Isa>| {
                    let (mut y, mut dx) = (std::vec![0.0; 3 * len], std::vec![0.0; 3 * len]);
                    let (mut mean, mut r) = ([0.0; 3], [0.0; 3]);
                    let (mut dw, mut db) = (std::vec![0.5; w.len()], std::vec![0.5; b.len()]);
                    let stats = Some([&mut mean[..], &mut r]);
                    match isa {
                        Some(isa) => rows.forward(isa, &x, &mut y, [w, b], stats),
                        None => forward(rows, &x, &mut y, [w, b], stats),
                    }
                    let (values, grad) = ([&x[..], &dy, w], Some([&mut dw[..], &mut db]));
                    match isa {
                        Some(isa) => rows.backward(isa, values, [&mean, &r], Some(&mut dx), grad),
                        None => backward(rows, values, [&mean, &r], Some(&mut dx), grad),
                    }
                    [y, dx, dw, db].concat().into_iter().map(f32::to_bits).collect::<Vec<_>>()
                };
                let plain = run(None);
                for isa in Isa::all() {
                    assert_eq!(run(Some(isa)), plain, "{rows:?} on {isa:?}");
                }
            }
        }
    }
}
