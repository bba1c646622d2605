//! Attention of one sequence over another, with a learned bilinear score: two inputs, two lengths.
//!
//! - forward:  `sᵢⱼ = qᵢᵀ W kⱼ`, `p = softmax over the valid j`, `yᵢ = Σⱼ pᵢⱼ kⱼ`
//! - backward: `dpᵢⱼ = dyᵢᵀ kⱼ`, `dsᵢⱼ = pᵢⱼ (dpᵢⱼ − Σ p dp)`,
//!   `dq = ds W k`, `dk = p dy + dsᵀ Wᵀ q`, `dW += ds q kᵀ`

use dl_core::nalgebra::SMatrix;
use dl_core::signal::Lens;
use dl_core::{Layer, Pass, Real, Vals, math};

memory! {
    /// `Q` queries and `K` keys of `F` features.
    struct Attend[T: Real, const F: usize, const Q: usize, const K: usize]<T, F, Q, K> {
        weight: SMatrix<T, F, F>,
    }
}
weights! {
    [T: Real, const F: usize, const Q: usize, const K: usize] Attend<T, F, Q, K> {
        weight: [F, F], ColumnMajor, Weight;
    }
}

impl<T: Real, const F: usize, const Q: usize, const K: usize, const QF: usize, const KF: usize>
    Layer<T, (Vals<QF>, Vals<KF>), Vals<QF>> for Attend<T, F, Q, K>
{
    /// The probabilities.
    type Tape<const B: usize> = [[[T; K]; Q]; B];
    /// `p` without a tape, and `ds`.
    type Work<const B: usize> = [T; K];

    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        (q, k): (&SMatrix<T, QF, B>, &SMatrix<T, KF, B>),
        y: &mut SMatrix<T, QF, B>,
        mut tape: Option<&mut Self::Tape<B>>,
        work: &mut [T; K],
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        const { assert!(QF == Q * F && KF == K * F) }
        y.fill(T::zero());
        for b in 0..B {
            let (queries, keys) = (pass.lens().0.steps(b, Q), pass.lens().1.steps(b, K));
            for i in 0..queries {
                let p = match &mut tape {
                    Some(tape) => &mut tape[b][i],
                    None => &mut *work,
                };
                let mut sum = T::zero();
                for j in 0..keys {
                    let mut s = T::zero();
                    for f in 0..F {
                        for g in 0..F {
                            s += q[(i * F + f, b)] * self.weight[(f, g)] * k[(j * F + g, b)];
                        }
                    }
                    p[j] = math::exp(s);
                    sum += p[j];
                }
                for j in 0..keys {
                    p[j] /= sum;
                    for f in 0..F {
                        y[(i * F + f, b)] += p[j] * k[(j * F + f, b)];
                    }
                }
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        (q, k): (&SMatrix<T, QF, B>, &SMatrix<T, KF, B>),
        _: &SMatrix<T, QF, B>,
        tape: &Self::Tape<B>,
        dy: &SMatrix<T, QF, B>,
        (mut dq, mut dk): (Option<&mut SMatrix<T, QF, B>>, Option<&mut SMatrix<T, KF, B>>),
        mut grad: Option<&mut Self>,
        ds: &mut [T; K],
        pass: Pass<'a, B, (Lens<'a, B>, Lens<'a, B>)>,
    ) {
        if let Some(dq) = &mut dq {
            dq.fill(T::zero());
        }
        if let Some(dk) = &mut dk {
            dk.fill(T::zero());
        }
        for b in 0..B {
            let (queries, keys) = (pass.lens().0.steps(b, Q), pass.lens().1.steps(b, K));
            for i in 0..queries {
                let p = &tape[b][i];
                let mut mean = T::zero();
                for j in 0..keys {
                    ds[j] = T::zero();
                    for f in 0..F {
                        ds[j] += dy[(i * F + f, b)] * k[(j * F + f, b)];
                    }
                    mean += p[j] * ds[j];
                }
                for j in 0..keys {
                    ds[j] = p[j] * (ds[j] - mean);
                    for f in 0..F {
                        if let Some(dk) = &mut dk {
                            dk[(j * F + f, b)] += p[j] * dy[(i * F + f, b)];
                        }
                        for g in 0..F {
                            let (qf, kg) = (q[(i * F + f, b)], k[(j * F + g, b)]);
                            if let Some(dq) = &mut dq {
                                dq[(i * F + f, b)] += ds[j] * self.weight[(f, g)] * kg;
                            }
                            if let Some(dk) = &mut dk {
                                dk[(j * F + g, b)] += ds[j] * self.weight[(f, g)] * qf;
                            }
                            if let Some(grad) = &mut grad {
                                grad.weight[(f, g)] += ds[j] * qf * kg;
                            }
                        }
                    }
                }
            }
        }
    }
}
