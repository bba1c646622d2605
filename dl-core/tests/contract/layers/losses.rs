//! Losses for the cases: squares, classes, and two losses for two outputs.

use dl_core::loss::Count;
use dl_core::nalgebra::SMatrix;
use dl_core::signal::Lens;
use dl_core::{Loss, Pass, Real, Signal, Tokens, Vals, math};

/// The mean of `(y − t)²` over the numbers of the samples that count.
pub(crate) struct Squares;

impl<T: Real, const N: usize> Loss<T, Vals<N>> for Squares {
    type Target = Vals<N>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &SMatrix<T, N, B>, pass: Pass<'a, B>) -> f64 {
        (N * pass.live()) as f64
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        target: &SMatrix<T, N, B>,
        mut dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let mut value = T::zero();
        for b in 0..B {
            for i in 0..N {
                let e = if b < pass.live() { y[(i, b)] - target[(i, b)] } else { T::zero() };
                value += e * e / T::of(total);
                if let Some(dy) = &mut dy {
                    dy[(i, b)] = (e + e) / T::of(total);
                }
            }
        }
        value
    }
}

/// The mean of `−ln softmax(y)_class` over the samples that count.
pub(crate) struct Classes;

impl<T: Real, const N: usize> Loss<T, Vals<N>> for Classes {
    type Target = Tokens<1>;
    type Count = f64;

    fn count<'a, const B: usize>(&self, _: &[[u16; 1]; B], pass: Pass<'a, B>) -> f64 {
        pass.live() as f64
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        y: &SMatrix<T, N, B>,
        target: &[[u16; 1]; B],
        mut dy: Option<&mut SMatrix<T, N, B>>,
        total: f64,
        pass: Pass<'a, B>,
    ) -> T {
        let mut value = T::zero();
        for b in 0..B {
            let live = T::of(if b < pass.live() { 1.0 / total } else { 0.0 });
            let mut sum = T::zero();
            for i in 0..N {
                sum += math::exp(y[(i, b)]);
            }
            for i in 0..N {
                let hit = T::of(f64::from(i == usize::from(target[b][0])));
                value += live * hit * (math::ln(sum) - y[(i, b)]);
                if let Some(dy) = &mut dy {
                    dy[(i, b)] = live * (math::exp(y[(i, b)]) / sum - hit);
                }
            }
        }
        value
    }
}

/// One loss for each of two outputs; the values add up.
pub(crate) struct Both<A, C>(pub(crate) A, pub(crate) C);

/// What each of two losses counts.
#[derive(Clone, Copy)]
pub(crate) struct Counts<A, C>(pub(crate) A, pub(crate) C);

impl<A: Count, C: Count> Count for Counts<A, C> {
    const ZERO: Self = Counts(A::ZERO, C::ZERO);
    fn add(self, other: Self) -> Self {
        Counts(self.0.add(other.0), self.1.add(other.1))
    }
}

impl<T: Real, A, C, const N: usize, const M: usize> Loss<T, (Vals<N>, Vals<M>)> for Both<A, C>
where
    A: Loss<T, Vals<N>>,
    C: Loss<T, Vals<M>>,
{
    type Target = (A::Target, C::Target);
    type Count = Counts<A::Count, C::Count>;

    fn count<'a, const B: usize>(
        &self,
        (t, u): <Self::Target as Signal>::Ref<'_, T, B>,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) -> Self::Count {
        let (a, c) = pass.lens();
        Counts(self.0.count(t, pass.with_lens(a)), self.1.count(u, pass.with_lens(c)))
    }

    fn value_and_grad<'a, const B: usize>(
        &self,
        (y, z): (&SMatrix<T, N, B>, &SMatrix<T, M, B>),
        (t, u): <Self::Target as Signal>::Ref<'_, T, B>,
        (dy, dz): (Option<&mut SMatrix<T, N, B>>, Option<&mut SMatrix<T, M, B>>),
        total: Self::Count,
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) -> T {
        let (a, c) = pass.lens();
        self.0.value_and_grad(y, t, dy, total.0, pass.with_lens(a))
            + self.1.value_and_grad(z, u, dz, total.1, pass.with_lens(c))
    }
}
