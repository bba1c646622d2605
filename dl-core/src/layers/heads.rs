//! What the attention layers share: products over the valid steps of sequences, and where weights are kept.

use core::ops::Range;

use crate::kernels::checked::{self, part, part_mut};
use crate::signal::{AnyLens, Lens};
use crate::{Pass, Real, kernels};

/// The sequences of a chunk.
#[derive(Clone, Copy)]
pub(super) struct Sequences<'a> {
    pub(super) lens: AnyLens<'a>,
    pub(super) live: usize,
    /// Steps of each.
    pub(super) steps: usize,
}

impl<'a> Sequences<'a> {
    #[inline(always)]
    pub(super) fn of<const B: usize>(pass: Pass<'a, B>, steps: usize) -> Self {
        Sequences { lens: pass.lens().of_any(), live: pass.live(), steps }
    }

    /// Those of a layer whose steps look at those of a second sequence.
    #[inline(always)]
    pub(super) fn of_two<const B: usize>(
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
        steps: [usize; 2],
    ) -> [Self; 2] {
        let (first, second) = pass.lens();
        [(first, steps[0]), (second, steps[1])].map(|(lens, steps)| Sequences {
            lens: lens.of_any(),
            live: pass.live(),
            steps,
        })
    }

    #[inline(always)]
    pub(super) fn valid(self, b: usize) -> usize {
        self.lens.steps(b, self.steps)
    }

    /// All valid steps, in as few runs as there are.
    #[inline(always)]
    fn runs(self) -> impl Iterator<Item = Range<usize>> {
        let in_one = self.lens.is_full();
        (0..if in_one { 1 } else { self.live }).map(move |b| {
            if in_one { 0..self.live * self.steps } else { b * self.steps..b * self.steps + self.valid(b) }
        })
    }

    /// Whether a weight of `m × k`, its bias, and the numbers of all steps on both sides are there: so many of each.
    #[inline(always)]
    fn check(self, [m, k]: [usize; 2], [w, b, x, y]: [usize; 4]) {
        let steps = self.live * self.steps;
        assert!(m > 0 && k > 0 && w == m * k && (b == 0 || b == m) && x >= steps * k && y >= steps * m);
    }

    /// Sets what lies behind the valid steps to zero.
    pub(super) fn clear_rest<T: Real>(self, width: usize, y: &mut [T]) {
        if !self.lens.is_full() {
            for b in 0..self.live {
                let rest = (b * self.steps + self.valid(b)) * width..(b + 1) * self.steps * width;
                part_mut(y, rest).fill(T::zero());
            }
        }
    }

    /// `y = W x + b`, step by step.
    #[inline(always)]
    pub(super) fn product<T: Real>(
        self,
        isa: kernels::Isa,
        [m, k]: [usize; 2],
        [w, b, x]: [&[T]; 3],
        y: &mut [T],
    ) {
        self.check([m, k], [w.len(), b.len(), x.len(), y.len()]);
        for run in self.runs() {
            let x = part(x, run.start * k..run.end * k);
            checked::gemm_bias(isa, [m, run.len(), k], w, x, b, part_mut(y, run.start * m..run.end * m));
        }
    }

    /// [`product`](Self::product) of a weight whose rows lie in memory one behind the other.
    #[inline(always)]
    pub(super) fn product_of_rows<T: Real>(
        self,
        isa: kernels::Isa,
        [m, k]: [usize; 2],
        [w, b, x]: [&[T]; 3],
        y: &mut [T],
    ) {
        self.check([m, k], [w.len(), b.len(), x.len(), y.len()]);
        for run in self.runs() {
            let (x, y) = (part(x, run.start * k..run.end * k), part_mut(y, run.start * m..run.end * m));
            checked::gemm_tn(isa, [k, run.len(), m], w, x, y);
            if !b.is_empty() {
                y.chunks_exact_mut(m.max(1)).for_each(|y| kernels::add_to(y, b));
            }
        }
    }

    /// [`to_input`](Self::to_input) of a weight whose rows lie one behind the other.
    #[inline(always)]
    pub(super) fn to_input_of_rows<T: Real>(
        self,
        isa: kernels::Isa,
        [m, k]: [usize; 2],
        [w, dy]: [&[T]; 2],
        dx: &mut [T],
    ) {
        self.check([m, k], [w.len(), 0, dx.len(), dy.len()]);
        for run in self.runs() {
            let dy = part(dy, run.start * m..run.end * m);
            checked::gemm_bias(isa, [k, run.len(), m], w, dy, &[], part_mut(dx, run.start * k..run.end * k));
        }
        self.clear_rest(k, dx);
    }

    /// [`to_weight`](Self::to_weight) of a weight whose rows lie one behind the other.
    #[inline(always)]
    pub(super) fn to_rows<T: Real>(
        self,
        isa: kernels::Isa,
        [m, k]: [usize; 2],
        [dy, x]: [&[T]; 2],
        [dw, db]: [&mut [T]; 2],
        fresh: bool,
    ) {
        self.check([m, k], [dw.len(), db.len(), x.len(), dy.len()]);
        let overwrite = self.fresh([&mut *dw, &mut *db], fresh);
        for run in self.runs() {
            let (dy, x) = (part(dy, run.start * m..run.end * m), part(x, run.start * k..run.end * k));
            checked::gemm_nt(isa, [k, run.len(), m], x, dy, dw, overwrite);
            checked::add_columns(isa, m, dy, db);
        }
    }

    /// Clears gradients that hold nothing yet, unless one product overwrites that of the weight; says whether it does.
    #[inline(always)]
    fn fresh<T: Real>(self, [dw, db]: [&mut [T]; 2], fresh: bool) -> bool {
        if fresh {
            db.fill(T::zero());
            if !self.lens.is_full() {
                dw.fill(T::zero());
            }
        }
        fresh && self.lens.is_full()
    }

    /// `dx = Wᵀ dy`, step by step; zero behind the valid steps.
    #[inline(always)]
    pub(super) fn to_input<T: Real>(
        self,
        isa: kernels::Isa,
        [m, k]: [usize; 2],
        [w, dy]: [&[T]; 2],
        dx: &mut [T],
    ) {
        self.check([m, k], [w.len(), 0, dx.len(), dy.len()]);
        for run in self.runs() {
            let dy = part(dy, run.start * m..run.end * m);
            checked::gemm_tn(isa, [m, run.len(), k], w, dy, part_mut(dx, run.start * k..run.end * k));
        }
        self.clear_rest(k, dx);
    }

    /// `dW += Σ dy xᵀ`, `db += Σ dy`; to gradients that hold nothing yet, if they are `fresh`.
    #[inline(always)]
    pub(super) fn to_weight<T: Real>(
        self,
        isa: kernels::Isa,
        [m, k]: [usize; 2],
        [dy, x]: [&[T]; 2],
        [dw, db]: [&mut [T]; 2],
        fresh: bool,
    ) {
        self.check([m, k], [dw.len(), db.len(), x.len(), dy.len()]);
        let overwrite = self.fresh([&mut *dw, &mut *db], fresh);
        for run in self.runs() {
            let (dy, x) = (part(dy, run.start * m..run.end * m), part(x, run.start * k..run.end * k));
            checked::gemm_nt(isa, [m, run.len(), k], dy, x, dw, overwrite);
            checked::add_columns(isa, m, dy, db);
        }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use nalgebra::SMatrix;

    use crate::params::Path;
    use crate::{Blank, Layer, Lens, Params, Pass, Rng, Vals, gradcheck};

    fn random<L: Params<f64>>() -> L {
        let (mut layer, mut rng) = (L::ZERO, Rng::new(4));
        layer.zip([], Path::ROOT, &mut |_, param, []| {
            param.values.iter_mut().for_each(|value| *value = 0.5 * rng.normal());
        });
        layer
    }

    /// Checks a layer with random weights on three random samples by central differences: whole, with two of them live, and
    /// with all, one and no valid steps; and that what lies past the valid steps is not read.
    pub(in crate::layers) fn differences<L: Layer<f64, Vals<X>, Vals<X>>, const X: usize>() {
        let (mut layer, mut rng) = (random::<L>(), Rng::new(5));
        let mut x = SMatrix::<f64, X, 3>::from_fn(|_, _| rng.normal());
        let whole = gradcheck::layer::<_, Vals<X>, Vals<X>, 3>(&mut layer, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 3 * X + L::PARAMS);
        let pass = Pass::train(Rng::new(0));
        gradcheck::layer::<_, Vals<X>, Vals<X>, 3>(&mut layer, &mut x, pass.chunk(0, 2)).unwrap();
        let valid = [u16::MAX, 1, 0];
        let padded = pass.padded(Lens::of(&valid));
        gradcheck::layer::<_, Vals<X>, Vals<X>, 3>(&mut layer, &mut x, padded).unwrap();
        let (mut y, mut again, mut work) = (SMatrix::<f64, X, 3>::zeros(), SMatrix::zeros(), L::Work::ZERO);
        layer.forward(&x, &mut y, None, &mut work, padded);
        x.column_mut(2).fill(f64::NAN);
        layer.forward(&x, &mut again, None, &mut work, padded);
        assert_eq!(y, again);
        assert!(y.column(2).iter().all(|y| *y == 0.0));
    }

    /// The same of a layer whose steps look at those of a second sequence.
    pub(in crate::layers) fn differences_of_two<L, const X: usize, const M: usize, const Y: usize>()
    where
        L: Layer<f64, (Vals<X>, Vals<M>), Vals<Y>>,
    {
        let (mut layer, mut rng) = (random::<L>(), Rng::new(5));
        let mut x = (
            SMatrix::<f64, X, 3>::from_fn(|_, _| rng.normal()),
            SMatrix::<f64, M, 3>::from_fn(|_, _| rng.normal()),
        );
        let whole =
            gradcheck::layer::<_, (Vals<X>, Vals<M>), Vals<Y>, 3>(&mut layer, &mut x, Pass::infer()).unwrap();
        assert_eq!(whole.checked, 3 * (X + M) + L::PARAMS);
        let pass = Pass::train(Rng::new(0)).chunk(0, 2);
        gradcheck::layer::<_, (Vals<X>, Vals<M>), Vals<Y>, 3>(&mut layer, &mut x, pass).unwrap();
        let (valid, seen) = ([u16::MAX, 1, 2], [1, u16::MAX, 0]);
        let padded = Pass::train(Rng::new(0)).padded((Lens::of(&valid), Lens::of(&seen)));
        gradcheck::layer::<_, (Vals<X>, Vals<M>), Vals<Y>, 3>(&mut layer, &mut x, padded).unwrap();
        let (mut y, mut again, mut work) = (SMatrix::<f64, Y, 3>::zeros(), SMatrix::zeros(), L::Work::ZERO);
        layer.forward((&x.0, &x.1), &mut y, None, &mut work, padded);
        x.1.column_mut(2).fill(f64::NAN);
        layer.forward((&x.0, &x.1), &mut again, None, &mut work, padded);
        assert_eq!(y, again);
    }
}
