//! Mean 0 and variance 1 of each channel over the batch, then a learned scale and offset. PyTorch: `nn.BatchNorm2d`.

use core::mem::offset_of;
use core::ops::Range;

use nalgebra::{SMatrix, SVector};

use crate::kernels::channels::Channels;
use crate::params::{Field, Kind, Order, Param, ParamLayout, ParamMut, Path, Visitor, Zipper};
use crate::{Blank, Layer, Params, Pass, Real, Rng, Shape, Vals, math};

/// Mean 0 and variance 1 of each channel over the batch, then a learned scale and offset. PyTorch: `nn.BatchNorm1d`,
/// `nn.BatchNorm2d`.
///
/// Written `BatchNorm` in a network; the sizes are inferred. A channel of an image is one of its maps; of features and of
/// `[steps, features]` each feature is one, and the statistics run over the steps as well.
///
/// | symbol | shape     | meaning                                                                       |
/// |--------|-----------|-------------------------------------------------------------------------------|
/// | `x`    | `X`       | input: once or more `N` channels of `RUN` numbers (height × width, else 1)    |
/// | `n`    |           | numbers of a channel in the batch                                             |
/// | `μ`    | `N`       | mean of the channel over the batch; in inference `running_mean`               |
/// | `σ²`   | `N`       | its variance, biased (divided by `n`); in inference `running_var`             |
/// | `h`    | `X`       | `(x − μ) / √(σ² + ε)`, with `ε = 1e-5`                                        |
/// | `w`    | `N`       | weight (learned), starts at 1                                                 |
/// | `b`    | `N`       | bias (learned), starts at 0                                                   |
/// | `y`    | `X`       | output                                                                        |
///
/// - forward:  `y = w h + b`
/// - backward: `dx = w (dy − Σ dy / n − h Σ dy h / n) / √(σ² + ε)`, in inference `w dy / √(σ² + ε)`; `dw += Σ dy h`,
///   `db += Σ dy`
/// - after a training step: `running_mean ← 0.9 running_mean + 0.1 μ`, and likewise `running_var` with the unbiased
///   variance `σ² n / (n − 1)`
///
/// "The batch" is a chunk of samples, as it is one device's share in data-parallel training. A trainer's chunk is 64
/// samples where nothing is said, so that batches of up to 64 are one chunk and give PyTorch's numbers; for larger ones name
/// the chunk. Only samples that count and valid steps enter the statistics. One number a channel, as of a single sample of
/// plain features, has no variance: a trainer refuses it.
///
/// The tape holds `μ` and `σ²`; `x` is lent by the network. The running statistics are buffers: saved, not trained. Weight
/// and bias are not decayed. Ioffe, Szegedy: *Batch normalization* (2015).
///
/// ```
/// use dl_core::nalgebra::{matrix, vector};
/// use dl_core::{Layer, Params, Pass, Rng, layers::BatchNorm};
///
/// let mut norm = BatchNorm::<f64, 1> {
///     weight: vector![2.0],
///     bias: vector![1.0],
///     running_mean: vector![0.0],
///     running_var: vector![1.0],
/// };
/// let (x, mut y, mut tape, mut work) = (matrix![3.0, 7.0], matrix![0.0, 0.0], Default::default(), Default::default());
/// let pass = Pass::train(Rng::new(0));
/// norm.forward(&x, &mut y, Some(&mut tape), &mut work, pass); // mean 5, variance 4
/// let h = 2.0 / (4.0_f64 + 1e-5).sqrt();
/// assert!((y - matrix![1.0 - 2.0 * h, 1.0 + 2.0 * h]).amax() < 1e-15);
///
/// Layer::<f64, dl_core::Vals<1>, _>::settle(&mut norm, &tape, pass);
/// assert_eq!((norm.running_mean[0], norm.running_var[0]), (0.5, 0.9 + 0.1 * 8.0));
/// ```
#[doc(alias = "BatchNorm1d")]
#[doc(alias = "BatchNorm2d")]
#[doc(alias = "BatchNormalization")]
#[derive(Debug)]
#[repr(C)]
pub struct BatchNorm<T, const N: usize, const RUN: usize = 1> {
    /// `w`
    pub weight: SVector<T, N>,
    /// `b`
    pub bias: SVector<T, N>,
    /// What inference takes for the mean.
    pub running_mean: SVector<T, N>,
    /// What inference takes for the variance.
    pub running_var: SVector<T, N>,
}

/// The gradient of [`BatchNorm`]: what is trained of it.
///
/// ```
/// use dl_core::{Blank, layers::BatchNormGrad};
///
/// assert_eq!(BatchNormGrad::<f32, 3>::ZERO.weight.len(), 3);
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct BatchNormGrad<T, const N: usize> {
    /// By `w`.
    pub weight: SVector<T, N>,
    /// By `b`.
    pub bias: SVector<T, N>,
}

const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

impl<T: Real, const N: usize, const RUN: usize> BatchNorm<T, N, RUN> {
    /// Calls `f` with each piece of a chunk of samples of `X` numbers that counts: all live samples at once, or the valid
    /// steps of each.
    fn pieces<const X: usize, const B: usize>(pass: Pass<'_, B>, mut f: impl FnMut(Range<usize>)) {
        let steps = X / N;
        if RUN > 1 || steps == 1 || pass.lens().is_full() {
            return f(0..pass.live() * X);
        }
        for b in 0..pass.live() {
            f(b * X..b * X + pass.lens().steps(b, steps) * N);
        }
    }

    /// `n`
    fn count<const X: usize, const B: usize>(pass: Pass<'_, B>) -> usize {
        let mut numbers = 0;
        Self::pieces::<X, B>(pass, |piece| numbers += piece.len());
        numbers / N
    }

    fn on(pass: impl Into<crate::kernels::Isa>, what: Channels<'_, T>) {
        T::on_channels(pass.into(), RUN, what);
    }
}

impl<T: Real, const N: usize, const RUN: usize> BatchNorm<T, N, RUN> {
    /// `W'` and `b'` of a product whose output this normalizes, from its `W` and `b`, which may be empty. Number `i` of the
    /// weight belongs to the channel `channel(i)`.
    pub(super) fn fold_into(
        &self,
        (weight, bias): (&[T], &[T]),
        (folded_weight, folded_bias): (&mut [T], &mut SVector<T, N>),
        channel: impl Fn(usize) -> usize,
    ) {
        // where the bias will be is room for the scales
        rsqrt(&self.running_var, folded_bias);
        folded_bias.component_mul_assign(&self.weight);
        for (i, (folded, &w)) in folded_weight.iter_mut().zip(weight).enumerate() {
            *folded = w * folded_bias[channel(i)];
        }
        for (c, folded) in folded_bias.iter_mut().enumerate() {
            let b = bias.get(c).copied().unwrap_or(T::zero());
            *folded = (b - self.running_mean[c]) * *folded + self.bias[c];
        }
    }
}

/// `1 / √(σ² + ε)` of each channel.
fn rsqrt<T: Real, const N: usize>(var: &SVector<T, N>, r: &mut SVector<T, N>) {
    for (r, &var) in r.iter_mut().zip(var) {
        *r = math::sqrt(var + T::of(EPS)).recip();
    }
}

impl<T: Real, const N: usize, const RUN: usize, const X: usize> Layer<T, Vals<X>, Vals<X>>
    for BatchNorm<T, N, RUN>
{
    /// `μ` and `σ²`.
    type Tape<const B: usize> = [SVector<T, N>; 2];
    /// Numbers for each channel.
    type Work<const B: usize> = [SVector<T, N>; 3];

    const NEEDS_Y: bool = false;
    const SETS_GRAD: bool = true;
    const MIXES: usize = if X > N * RUN || RUN > 1 { 1 } else { 2 };

    fn forward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        y: &mut SMatrix<T, X, B>,
        tape: Option<&mut Self::Tape<B>>,
        [mean, var, scale]: &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        const { assert!(X > 0 && X.is_multiple_of(N * RUN)) }
        let x = x.as_slice();
        if pass.is_train() {
            let n = T::of(Self::count::<X, B>(pass).max(1) as f64);
            mean.fill(T::zero());
            var.fill(T::zero());
            Self::pieces::<X, B>(pass, |piece| {
                Self::on(pass, Channels::Sums { x: &x[piece], sums: mean.as_mut_slice() });
            });
            *mean /= n;
            Self::pieces::<X, B>(pass, |piece| {
                let (mean, sums) = (mean.as_slice(), var.as_mut_slice());
                Self::on(pass, Channels::Squares { x: &x[piece], mean, sums });
            });
            *var /= n;
        } else {
            mean.copy_from(&self.running_mean);
            var.copy_from(&self.running_var);
        }
        if let Some(tape) = tape {
            *tape = [*mean, *var];
        }
        rsqrt(var, scale);
        scale.component_mul_assign(&self.weight);
        if !pass.lens().is_full() {
            y.fill(T::zero());
        }
        Self::pieces::<X, B>(pass, |piece| {
            let (x, y) = (&x[piece.clone()], &mut y.as_mut_slice()[piece]);
            let (mean, scale, shift) = (mean.as_slice(), scale.as_slice(), self.bias.as_slice());
            Self::on(pass, Channels::Scale { x, mean, scale, shift, y });
        });
        pass.copy_first(y.as_mut_slice());
    }

    fn backward<'a, const B: usize>(
        &self,
        x: &SMatrix<T, X, B>,
        _: &SMatrix<T, X, B>,
        [mean, var]: &Self::Tape<B>,
        dy: &SMatrix<T, X, B>,
        dx: Option<&mut SMatrix<T, X, B>>,
        grad: Option<&mut BatchNormGrad<T, N>>,
        [whole, along, r]: &mut Self::Work<B>,
        pass: Pass<'a, B>,
    ) {
        let (x, dy, mean) = (x.as_slice(), dy.as_slice(), mean.as_slice());
        rsqrt(var, r);
        whole.fill(T::zero());
        along.fill(T::zero());
        if grad.is_some() || pass.is_train() {
            Self::pieces::<X, B>(pass, |piece| {
                let (x, dy) = (&x[piece.clone()], &dy[piece]);
                let (whole, along) = (whole.as_mut_slice(), along.as_mut_slice());
                Self::on(pass, Channels::Dots { x, dy, mean, whole, along });
            });
            along.component_mul_assign(r); // Σ dy h
        }
        if let Some(grad) = grad {
            for (sum, dw) in along.iter().zip(pass.gradient(grad.weight.as_mut_slice())) {
                *dw += *sum;
            }
            for (sum, db) in whole.iter().zip(pass.gradient(grad.bias.as_mut_slice())) {
                *db += *sum;
            }
        }
        let Some(dx) = dx else { return };
        if pass.is_train() {
            let n = T::of(Self::count::<X, B>(pass).max(1) as f64);
            *whole /= n;
            *along /= n;
            along.component_mul_assign(r); // to be multiplied by x − μ
        } else {
            whole.fill(T::zero());
            along.fill(T::zero());
        }
        r.component_mul_assign(&self.weight);
        if !pass.lens().is_full() {
            dx.fill(T::zero());
        }
        pass.live_part_mut(dx.as_mut_slice());
        Self::pieces::<X, B>(pass, |piece| {
            let (x, dy, dx) = (&x[piece.clone()], &dy[piece.clone()], &mut dx.as_mut_slice()[piece]);
            let (scale, whole, along) = (r.as_slice(), whole.as_slice(), along.as_slice());
            Self::on(pass, Channels::Back { x, dy, mean, scale, whole, along, dx });
        });
    }

    fn settle<'a, const B: usize>(&mut self, [mean, var]: &Self::Tape<B>, pass: Pass<'a, B>) {
        let n = Self::count::<X, B>(pass);
        if n == 0 {
            return;
        }
        let unbiased = T::of(if n > 1 { n as f64 / (n - 1) as f64 } else { 1.0 });
        let (keep, take) = (T::of(1.0 - MOMENTUM), T::of(MOMENTUM));
        for c in 0..N {
            self.running_mean[c] = self.running_mean[c] * keep + mean[c] * take;
            self.running_var[c] = self.running_var[c] * keep + var[c] * unbiased * take;
        }
    }
}

impl<T: Real, const N: usize, const RUN: usize> Params<T> for BatchNorm<T, N, RUN> {
    type Grad = BatchNormGrad<T, N>;
    const PARAMS: usize = 2 * N;
    const LAYOUT: ParamLayout = {
        const fn of(name: &'static str, at: usize, n: usize) -> Field {
            Field::param(name, at, Shape::new([n]), Order::RowMajor)
        }
        ParamLayout::Fields(&[
            of("weight", offset_of!(Self, weight), N),
            of("bias", offset_of!(Self, bias), N),
            of("running_mean", offset_of!(Self, running_mean), N),
            of("running_var", offset_of!(Self, running_var), N),
        ])
    };

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

    fn zip<const M: usize>(
        &mut self,
        mut with: [&mut Self::Grad; M],
        at: Path<'_>,
        f: &mut Zipper<'_, T, M>,
    ) {
        let param = |values, kind| ParamMut::new(values, Shape::new([N]), Order::RowMajor, kind);
        let weights = with.each_mut().map(|g| g.weight.as_mut_slice());
        f(at.field("weight"), param(self.weight.as_mut_slice(), Kind::Norm), weights);
        let biases = with.map(|g| g.bias.as_mut_slice());
        f(at.field("bias"), param(self.bias.as_mut_slice(), Kind::Norm), biases);
        for (name, values) in
            [("running_mean", &mut self.running_mean), ("running_var", &mut self.running_var)]
        {
            f(at.field(name), param(values.as_mut_slice(), Kind::Buffer), [(); M].map(|()| &mut [][..]));
        }
    }

    fn init(&mut self, _: Rng) {
        self.weight.fill(T::one());
        self.bias.fill(T::zero());
        self.running_mean.fill(T::zero());
        self.running_var.fill(T::one());
    }
}

impl<T: Real, const N: usize, const RUN: usize> Blank for BatchNorm<T, N, RUN> {
    const ZERO: Self = BatchNorm {
        weight: Blank::ZERO,
        bias: Blank::ZERO,
        running_mean: Blank::ZERO,
        running_var: Blank::ZERO,
    };
}

impl<T: Real, const N: usize> Blank for BatchNormGrad<T, N> {
    const ZERO: Self = BatchNormGrad { weight: Blank::ZERO, bias: Blank::ZERO };
}

#[cfg(test)]
mod tests {
    use nalgebra::{matrix, vector};

    use super::*;
    use crate::gradcheck;
    use crate::signal::Lens;

    fn norm<const N: usize, const RUN: usize>() -> BatchNorm<f64, N, RUN> {
        BatchNorm {
            weight: SVector::from_fn(|i, _| 0.5 + i as f64),
            bias: SVector::from_fn(|i, _| 0.1 * i as f64 - 0.2),
            running_mean: SVector::from_fn(|i, _| 0.3 - i as f64),
            running_var: SVector::from_fn(|i, _| 1.5 + i as f64),
        }
    }

    fn run<const N: usize, const RUN: usize, const X: usize, const B: usize>(
        norm: &mut BatchNorm<f64, N, RUN>,
        x: &SMatrix<f64, X, B>,
        pass: Pass<'_, B>,
    ) -> SMatrix<f64, X, B> {
        let (mut y, mut tape, mut work) = (SMatrix::from_element(7.0), Blank::ZERO, Blank::ZERO);
        norm.forward(x, &mut y, Some(&mut tape), &mut work, pass);
        Layer::<f64, Vals<X>, Vals<X>>::settle(norm, &tape, pass);
        y
    }

    #[test]
    fn forward_by_hand() {
        // a channel of two numbers in two samples: mean 4, variance 5, unbiased 20 / 3
        let mut norm = BatchNorm::<f64, 1, 2>::ZERO;
        Params::<f64>::init(&mut norm, Rng::new(0));
        let y = run(&mut norm, &matrix![1.0, 5.0; 3.0, 7.0], Pass::train(Rng::new(0)));
        let h = 1.0 / (5.0_f64 + 1e-5).sqrt();
        assert!((y - matrix![-3.0, 1.0; -1.0, 3.0] * h).amax() < 1e-15, "{y}");
        assert!((norm.running_mean[0] - 0.4).abs() < 1e-15, "{norm:?}");
        assert!((norm.running_var[0] - (0.9 + 2.0 / 3.0)).abs() < 1e-15, "{norm:?}");
        let y = run(&mut norm, &matrix![0.4; 1.4], Pass::infer());
        assert!((y - vector![0.0, 1.0 / (0.9 + 2.0 / 3.0 + 1e-5_f64).sqrt()]).amax() < 1e-15, "{y}");
    }

    #[test]
    fn samples_that_do_not_count_are_not_read() {
        let (mut some, mut all) = (norm::<3, 1>(), norm::<3, 1>());
        let x = SMatrix::<f64, 3, 2>::new(1.0, 2.0, 0.5, -1.0, 4.0, 3.0);
        let mut filled = SMatrix::<f64, 3, 4>::from_element(f64::NAN);
        filled.fixed_columns_mut::<2>(0).copy_from(&x);
        let y = run(&mut all, &x, Pass::train(Rng::new(0)));
        let y_filled = run(&mut some, &filled, Pass::train(Rng::new(0)).chunk(0, 2));
        assert_eq!(y_filled.fixed_columns::<2>(0), y);
        assert_eq!((some.running_mean, some.running_var), (all.running_mean, all.running_var));
    }

    #[test]
    fn steps_past_the_length_are_not_read_and_give_zero() {
        // sequences of two features: three valid steps and one, as one sequence of four
        let (mut padded, mut whole) = (norm::<2, 1>(), norm::<2, 1>());
        let nan = f64::NAN;
        let x = SMatrix::from([[1.0, 2.0, 3.0, 5.0, -1.0, 0.5], [4.0, 4.0, nan, nan, nan, nan]]);
        let pass = Pass::train(Rng::new(0)).padded(Lens::of(&[3, 1]));
        let y = run(&mut padded, &x, pass);
        let same =
            run(&mut whole, &vector![1.0, 2.0, 3.0, 5.0, -1.0, 0.5, 4.0, 4.0], Pass::train(Rng::new(0)));
        assert_eq!(y.as_slice()[..8], same.as_slice()[..8]);
        assert_eq!(y.as_slice()[8..], [0.0; 4]);
        assert_eq!((padded.running_mean, padded.running_var), (whole.running_mean, whole.running_var));
    }

    #[test]
    fn running_statistics_stay_finite_where_nothing_counts() {
        let mut none = norm::<2, 1>();
        let before = none.running_mean;
        run(&mut none, &SMatrix::<f64, 4, 1>::zeros(), Pass::train(Rng::new(0)).padded(Lens::of(&[0])));
        assert_eq!(none.running_mean, before);
        run(&mut none, &SMatrix::<f64, 4, 1>::zeros(), Pass::train(Rng::new(0)).padded(Lens::of(&[1])));
        assert!(none.running_var.iter().all(|var| var.is_finite()), "{none:?}");
    }

    #[test]
    fn gradients_match_finite_differences() {
        let mut x = SMatrix::<f64, 6, 3>::from_fn(|i, b| ((5 * i + 7 * b) % 11) as f64 / 4.0 - 1.0);
        let (train, infer) = (Pass::train(Rng::new(0)), Pass::infer());
        for pass in [train, train.chunk(0, 2), infer] {
            gradcheck::layer(&mut norm::<6, 1>(), &mut x, pass).unwrap();
            gradcheck::layer(&mut norm::<2, 3>(), &mut x, pass).unwrap();
            gradcheck::layer(&mut norm::<3, 1>(), &mut x, pass).unwrap();
            gradcheck::layer(&mut norm::<3, 1>(), &mut x, pass.padded(Lens::of(&[2, 1, 0]))).unwrap();
        }
    }
}
