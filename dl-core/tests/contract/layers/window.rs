//! A window of `K` steps of `F` features, moved by `ST`, with `P` steps of zeros at each end; `O` features come out.
//!
//! - forward:  `y_t = b + Σₖ Wₖ x_{t·ST + k − P}`, where steps outside the valid ones are zero
//! - backward: `dx_{t·ST + k − P} += Wₖᵀ dy_t`, `dWₖ += dy_t xᵀ`, `db += dy_t`, over the valid steps

use dl_core::nalgebra::{SMatrix, SVector};
use dl_core::signal::LenMap;
use dl_core::{Layer, Pass, Real, Vals};

memory! {
    /// `KF = K · F` columns of the weight: one `O × F` block a step of the window.
    struct Window[
        T: Real, const F: usize, const O: usize, const K: usize, const ST: usize, const P: usize, const KF: usize
    ]<T, F, O, K, ST, P, KF> {
        weight: SMatrix<T, O, KF>,
        bias: SVector<T, O>,
    }
}
weights! {
    [T: Real, const F: usize, const O: usize, const K: usize, const ST: usize, const P: usize, const KF: usize]
    Window<T, F, O, K, ST, P, KF> {
        weight: [O, KF], ColumnMajor, Weight;
        bias: [O], RowMajor, Bias;
    }
}

impl<
    T: Real,
    const F: usize,
    const O: usize,
    const K: usize,
    const ST: usize,
    const P: usize,
    const KF: usize,
    const X: usize,
    const Y: usize,
> Layer<T, Vals<X>, Vals<Y>> for Window<T, F, O, K, ST, P, KF>
{
    type Tape<const B: usize> = ();
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;
    const LENS: LenMap = LenMap::window(K, ST, 2 * P);

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        const { assert!(KF == K * F && Y / O == (X / F + 2 * P - K) / ST + 1) }
        y.fill(T::zero());
        for b in 0..B {
            let steps = pass.lens().steps(b, X / F);
            for t in 0..pass.lens().map(LenMap::window(K, ST, 2 * P)).steps(b, Y / O) {
                for o in 0..O {
                    let mut sum = self.bias[o];
                    for (k, s) in seen::<K, P>(t * ST, steps) {
                        for f in 0..F {
                            sum += self.weight[(o, k * F + f)] * x[(s * F + f, b)];
                        }
                    }
                    y[(t * O + o, b)] = sum;
                }
            }
        }
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        mut dx: Option<&mut SMatrix<T, X, B>>,
        mut grad: Option<&mut Self>,
        _: &mut (),
        pass: Pass<'_, B>,
    ) {
        if let Some(dx) = &mut dx {
            dx.fill(T::zero());
        }
        for b in 0..B {
            let steps = pass.lens().steps(b, X / F);
            for t in 0..pass.lens().map(LenMap::window(K, ST, 2 * P)).steps(b, Y / O) {
                for o in 0..O {
                    let dy = dy[(t * O + o, b)];
                    if let Some(grad) = &mut grad {
                        grad.bias[o] += dy;
                    }
                    for (k, s) in seen::<K, P>(t * ST, steps) {
                        for f in 0..F {
                            if let Some(grad) = &mut grad {
                                grad.weight[(o, k * F + f)] += dy * x[(s * F + f, b)];
                            }
                            if let Some(dx) = &mut dx {
                                dx[(s * F + f, b)] += dy * self.weight[(o, k * F + f)];
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The places `k` of a window from `start − P` that see a valid step `s`.
fn seen<const K: usize, const P: usize>(start: usize, steps: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..K).filter_map(move |k| Some((k, (start + k).checked_sub(P)?))).filter(move |(_, s)| *s < steps)
}
