//! Tanh recurrence over `[steps, F]` with `H` states, whole sequence or step by step.
//!
//! - forward:  `h_t = tanh(W x_t + U h_{t−1} + b)`, `h_{−1} = 0`, `y_t = h_t`; zero past the length
//! - backward: `da_t = (dy_t + Uᵀ da_{t+1}) (1 − h_t²)`, from the last valid step to the first;
//!   `dx_t = Wᵀ da_t`, `dW += da_t x_tᵀ`, `dU += da_t h_{t−1}ᵀ`, `db += da_t`

use dl_core::nalgebra::{SMatrix, SVector};
use dl_core::{Layer, Pass, Real, Stream, Vals, math};

memory! {
    struct Rnn[T: Real, const F: usize, const H: usize]<T, F, H> {
        weight_ih: SMatrix<T, H, F>,
        weight_hh: SMatrix<T, H, H>,
        bias: SVector<T, H>,
    }
}
weights! {
    [T: Real, const F: usize, const H: usize] Rnn<T, F, H> {
        weight_ih: [H, F], ColumnMajor, Weight;
        weight_hh: [H, H], ColumnMajor, Weight;
        bias: [H], RowMajor, Bias;
    }
}

impl<T: Real, const F: usize, const H: usize> Rnn<T, F, H> {
    /// `h = tanh(W x + U before + b)`
    fn cell(&self, x: &[T], before: &[T], h: &mut [T]) {
        for (i, h) in h.iter_mut().enumerate() {
            let mut a = self.bias[i];
            for (j, &x) in x.iter().enumerate() {
                a += self.weight_ih[(i, j)] * x;
            }
            for (j, &before) in before.iter().enumerate() {
                a += self.weight_hh[(i, j)] * before;
            }
            *h = math::tanh(a);
        }
    }
}

/// `da_{t+1}` and `da_t` of one sample.
type Turns<T, const H: usize> = [[T; H]; 2];

impl<T: Real, const F: usize, const H: usize, const X: usize, const Y: usize> Layer<T, Vals<X>, Vals<Y>>
    for Rnn<T, F, H>
{
    type Tape<const B: usize> = (); // the states are y
    type Work<const B: usize> = Turns<T, H>;

    fn forward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, Y, B>,
        _: Option<&mut ()>,
        _: &mut Turns<T, H>,
        pass: Pass<'_, B>,
    ) {
        const { assert!(X / F == Y / H) }
        for b in 0..B {
            let (x, y) = (&x.data.0[b], &mut y.data.0[b]);
            let steps = pass.lens().steps(b, X / F);
            let mut before = &[T::zero(); H][..];
            let (valid, past) = y.split_at_mut(steps * H);
            for (x, h) in x.chunks_exact(F).zip(valid.chunks_exact_mut(H)) {
                self.cell(x, before, h);
                before = h;
            }
            past.fill(T::zero());
        }
    }

    fn backward<const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &SMatrix<T, Y, B>,
        _: &(),
        dy: &SMatrix<T, Y, B>,
        mut dx: Option<&mut SMatrix<T, X, B>>,
        mut grad: Option<&mut Self>,
        [after, da]: &mut Turns<T, H>,
        pass: Pass<'_, B>,
    ) {
        if let Some(dx) = &mut dx {
            dx.fill(T::zero());
        }
        for b in 0..B {
            after.fill(T::zero());
            for t in (0..pass.lens().steps(b, X / F)).rev() {
                for i in 0..H {
                    let mut dh = dy[(t * H + i, b)];
                    for j in 0..H {
                        dh += self.weight_hh[(j, i)] * after[j];
                    }
                    let h = y[(t * H + i, b)];
                    da[i] = dh * (T::one() - h * h);
                }
                for i in 0..H {
                    for j in 0..F {
                        if let Some(grad) = &mut grad {
                            grad.weight_ih[(i, j)] += da[i] * x[(t * F + j, b)];
                        }
                        if let Some(dx) = &mut dx {
                            dx[(t * F + j, b)] += da[i] * self.weight_ih[(i, j)];
                        }
                    }
                    if let Some(grad) = &mut grad {
                        for j in 0..H {
                            let before = if t == 0 { T::zero() } else { y[((t - 1) * H + j, b)] };
                            grad.weight_hh[(i, j)] += da[i] * before;
                        }
                        grad.bias[i] += da[i];
                    }
                }
                core::mem::swap(after, da);
            }
        }
    }
}

impl<T: Real, const F: usize, const H: usize> Stream<T, Vals<F>, Vals<H>> for Rnn<T, F, H> {
    type State<const B: usize> = SMatrix<T, H, B>;
    type Work<const B: usize> = ();

    fn step<const B: usize>(
        &self,
        x: &SMatrix<T, F, B>,
        y: &mut SMatrix<T, H, B>,
        state: &mut SMatrix<T, H, B>,
        _: &mut (),
        _: Pass<'_, B>,
    ) {
        for b in 0..B {
            self.cell(&x.data.0[b], &state.data.0[b], &mut y.data.0[b]);
        }
        state.copy_from(y);
    }
}
