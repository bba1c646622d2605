//! Batch normalization of `N` features over the live samples of a chunk.
//!
//! - forward:  `h = (x − μ) / √(σ² + ε)`, `y = w h + b`; `μ`, `σ²` of the live samples, or the running ones
//! - backward: `dx = w (dy − Σ dy / n − h Σ dy h / n) / √(σ² + ε)`, `dw += Σ dy h`, `db += Σ dy`
//!
//! The tape keeps `μ` and `σ²`, from which `settle` moves the running statistics.

use dl::params::{Kind, Order, Param, ParamMut, Path, Visitor, Zipper};
use dl::{Blank, Edge, Fit, Fitted, Layer, Params, Pass, Real, Rng, SMatrix, Shape, Vals, math};

const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

#[derive(Blank)]
pub(crate) struct BatchNorm<const N: usize, T = f32> {
    weight: SMatrix<T, N, 1>,
    bias: SMatrix<T, N, 1>,
    pub(crate) running_mean: SMatrix<T, N, 1>,
    pub(crate) running_var: SMatrix<T, N, 1>,
}

/// Only what is trained.
#[derive(Blank)]
pub(crate) struct BatchNormGrad<const N: usize, T> {
    weight: SMatrix<T, N, 1>,
    bias: SMatrix<T, N, 1>,
}

#[derive(Blank)]
pub(crate) struct Stats<const N: usize, T> {
    mean: SMatrix<T, N, 1>,
    var: SMatrix<T, N, 1>,
}

impl<E: Edge, const N: usize, T> Fit<E> for BatchNorm<N, T> {
    const OUT: Fitted = Ok(E::SHAPE);
}

impl<T: Real, const N: usize> BatchNorm<N, T> {
    /// Mean, variance (biased) and how many samples they are of.
    fn stats<const B: usize>(&self, i: usize, x: &SMatrix<T, N, B>, pass: Pass<'_, B>) -> (T, T) {
        if !pass.is_train() {
            return (self.running_mean[i], self.running_var[i]);
        }
        let n = T::of(pass.live() as f64);
        let (mut mean, mut var) = (T::zero(), T::zero());
        for b in 0..pass.live() {
            mean += x[(i, b)];
        }
        mean /= n;
        for b in 0..pass.live() {
            var += (x[(i, b)] - mean) * (x[(i, b)] - mean);
        }
        (mean, var / n)
    }
}

impl<T: Real, const N: usize> Layer<T, Vals<N>, Vals<N>> for BatchNorm<N, T> {
    type Tape<const B: usize> = Stats<N, T>;
    type Work<const B: usize> = ();

    const NEEDS_Y: bool = false;

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        y: &mut SMatrix<T, N, B>,
        mut tape: Option<&mut Stats<N, T>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        for i in 0..N {
            let (mean, var) = self.stats(i, x, pass);
            if let Some(tape) = &mut tape {
                (tape.mean[i], tape.var[i]) = (mean, var);
            }
            let r = math::sqrt(var + T::of(EPS)).recip();
            for b in 0..B {
                y[(i, b)] = self.weight[i] * (x[(i, b)] - mean) * r + self.bias[i];
            }
        }
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, N, B>,
        _: &SMatrix<T, N, B>,
        tape: &Stats<N, T>,
        dy: &SMatrix<T, N, B>,
        mut dx: Option<&mut SMatrix<T, N, B>>,
        mut grad: Option<&mut BatchNormGrad<N, T>>,
        _: &mut (),
        pass: Pass<'a, B>,
    ) {
        let n = T::of(pass.live() as f64);
        for i in 0..N {
            let r = math::sqrt(tape.var[i] + T::of(EPS)).recip();
            let h = |b| (x[(i, b)] - tape.mean[i]) * r;
            let (mut sum, mut along) = (T::zero(), T::zero());
            for b in 0..pass.live() {
                sum += dy[(i, b)];
                along += dy[(i, b)] * h(b);
            }
            if let Some(grad) = &mut grad {
                grad.weight[i] += along;
                grad.bias[i] += sum;
            }
            if let Some(dx) = &mut dx {
                for b in 0..B {
                    let through = match pass.is_train() {
                        true if b < pass.live() => dy[(i, b)] - sum / n - h(b) * along / n,
                        true => T::zero(),
                        false => dy[(i, b)],
                    };
                    dx[(i, b)] = self.weight[i] * r * through;
                }
            }
        }
    }

    fn settle<'a, const B: usize>(&mut self, tape: &Stats<N, T>, pass: Pass<'a, B>) {
        let (n, m) = (pass.live() as f64, T::of(MOMENTUM));
        for i in 0..N {
            let var = tape.var[i] * T::of(n / (n - 1.0)); // PyTorch's running variance is the unbiased one
            self.running_mean[i] = self.running_mean[i] * (T::one() - m) + tape.mean[i] * m;
            self.running_var[i] = self.running_var[i] * (T::one() - m) + var * m;
        }
    }
}

impl<T: Real, const N: usize> Params<T> for BatchNorm<N, T> {
    type Grad = BatchNormGrad<N, T>;
    const PARAMS: usize = 2 * N;

    fn visit(&self, at: Path<'_>, f: &mut Visitor<'_, T>) {
        for (name, values, kind) in [
            ("weight", &self.weight, Kind::Norm),
            ("bias", &self.bias, Kind::Norm),
            ("running_mean", &self.running_mean, Kind::Buffer),
            ("running_var", &self.running_var, Kind::Buffer),
        ] {
            f(at.field(name), Param::new(values.as_slice(), Shape::new([N]), Order::RowMajor, kind));
        }
    }

    fn zip<const W: usize>(
        &mut self,
        mut with: [&mut Self::Grad; W],
        at: Path<'_>,
        f: &mut Zipper<'_, T, W>,
    ) {
        let lent = |values, kind| ParamMut::new(values, Shape::new([N]), Order::RowMajor, kind);
        let weights = with.each_mut().map(|g| g.weight.as_mut_slice());
        f(at.field("weight"), lent(self.weight.as_mut_slice(), Kind::Norm), weights);
        let biases = with.map(|g| g.bias.as_mut_slice());
        f(at.field("bias"), lent(self.bias.as_mut_slice(), Kind::Norm), biases);
        for (name, values) in
            [("running_mean", &mut self.running_mean), ("running_var", &mut self.running_var)]
        {
            f(at.field(name), lent(values.as_mut_slice(), Kind::Buffer), [(); W].map(|()| &mut [][..]));
        }
    }

    fn init(&mut self, _: Rng) {
        self.weight.fill(T::of(1.2));
        self.bias.fill(T::of(0.1));
        self.running_mean.fill(T::zero());
        self.running_var.fill(T::one());
    }
}
