//! Starting values.
//!
//! Every layer starts as PyTorch's does. `#[init(he_normal)]` on a field names another start for its weights
//! ([`Kind::Weight`]); any function of the same signature can be named there.
//!
//! Of a weight of PyTorch's shape `[out, in, ..]`, `fan_in` is `in ·` the size of the kernel, and `fan_out` is `out ·` the
//! size of the kernel.
//!
//! | function | values |
//! |---|---|
//! | [`zeros`], [`ones`] | 0, 1 |
//! | [`xavier_uniform`] (`glorot_uniform`) | uniform in `±√(6 / (fan_in + fan_out))` |
//! | [`xavier_normal`] (`glorot_normal`) | normal, deviation `√(2 / (fan_in + fan_out))` |
//! | [`kaiming_uniform`] (`he_uniform`) | uniform in `±√(6 / fan_in)` |
//! | [`kaiming_normal`] (`he_normal`) | normal, deviation `√(2 / fan_in)` |
//! | [`lecun_uniform`] | uniform in `±√(3 / fan_in)` |
//! | [`lecun_normal`] | normal, deviation `√(1 / fan_in)` |
//! | [`orthogonal`] | orthonormal rows or columns |
//! | [`trunc_normal`] | normal, deviation 0.02, none beyond ±0.04 |
//!
//! Keras' `he_normal`, `glorot_normal` and `lecun_normal` draw from a normal cut at two deviations, scaled up to the
//! same deviation; those here are not cut, as PyTorch's. Numbers are drawn in the order in which they lie in memory.

use crate::params::{Kind, Order, ParamMut, Path};
use crate::{Params, Real, Rng, Shape, math};

pub use {
    kaiming_normal as he_normal, kaiming_uniform as he_uniform, xavier_normal as glorot_normal,
    xavier_uniform as glorot_uniform,
};

/// Uniform in `±1/√fan_in`: what PyTorch's layers start with, weights and biases.
///
/// Layers call it themselves, since the fan of a bias is its weight's. LeCun, Bottou, Orr, Müller: *Efficient BackProp*
/// (1998).
///
/// ```
/// use dl_core::{Rng, init};
///
/// let mut bias = [0.0_f32; 8];
/// init::uniform_fan_in(&mut bias, 100, Rng::new(0));
/// assert!(bias.iter().all(|b| b.abs() < 0.1));
/// ```
pub fn uniform_fan_in<T: Real>(values: &mut [T], fan_in: usize, rng: Rng) {
    uniform(values, 1.0 / math::sqrt(fan_in as f64), rng);
}

/// All 0. PyTorch: `nn.init.zeros_`.
///
/// For the last layer of a residual block, say. Where a hidden layer's weights are all equal, its units stay equal.
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [7.0_f32; 6];
/// init::zeros(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert_eq!(weight, [0.0; 6]);
/// ```
pub fn zeros<T: Real>(param: ParamMut<'_, T>, _: Rng) {
    param.values.fill(T::zero());
}

/// All 1. PyTorch: `nn.init.ones_`.
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [7.0_f32; 6];
/// init::ones(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert_eq!(weight, [1.0; 6]);
/// ```
pub fn ones<T: Real>(param: ParamMut<'_, T>, _: Rng) {
    param.values.fill(T::one());
}

/// Uniform in `±√(6 / (fan_in + fan_out))`, for tanh and sigmoid. PyTorch: `nn.init.xavier_uniform_`.
///
/// Glorot, Bengio: *Understanding the difficulty of training deep feedforward neural networks* (2010).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::xavier_uniform(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| w.abs() < 1.0954452)); // √(6 / 5)
/// ```
#[doc(alias = "glorot_uniform")]
pub fn xavier_uniform<T: Real>(param: ParamMut<'_, T>, rng: Rng) {
    let (fan_in, fan_out) = fans(&param.shape);
    uniform(param.values, math::sqrt(6.0 / (fan_in + fan_out)), rng);
}

/// Normal with deviation `√(2 / (fan_in + fan_out))`, for tanh and sigmoid. PyTorch: `nn.init.xavier_normal_`.
///
/// Glorot, Bengio: *Understanding the difficulty of training deep feedforward neural networks* (2010).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::xavier_normal(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| *w != 0.0));
/// ```
#[doc(alias = "glorot_normal")]
pub fn xavier_normal<T: Real>(param: ParamMut<'_, T>, rng: Rng) {
    let (fan_in, fan_out) = fans(&param.shape);
    normal(param.values, math::sqrt(2.0 / (fan_in + fan_out)), rng);
}

/// Uniform in `±√(6 / fan_in)`, for ReLU. PyTorch: `nn.init.kaiming_uniform_`.
///
/// He, Zhang, Ren, Sun: *Delving deep into rectifiers* (2015).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::he_uniform(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| w.abs() < 1.4142135)); // √(6 / 3)
/// ```
#[doc(alias = "he_uniform")]
pub fn kaiming_uniform<T: Real>(param: ParamMut<'_, T>, rng: Rng) {
    uniform(param.values, math::sqrt(6.0 / fans(&param.shape).0), rng);
}

/// Normal with deviation `√(2 / fan_in)`, for ReLU. PyTorch: `nn.init.kaiming_normal_`.
///
/// He, Zhang, Ren, Sun: *Delving deep into rectifiers* (2015).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::he_normal(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| *w != 0.0));
/// ```
#[doc(alias = "he_normal")]
pub fn kaiming_normal<T: Real>(param: ParamMut<'_, T>, rng: Rng) {
    normal(param.values, math::sqrt(2.0 / fans(&param.shape).0), rng);
}

/// Uniform in `±√(3 / fan_in)`: variance `1 / fan_in`. Keras: `lecun_uniform`.
///
/// LeCun, Bottou, Orr, Müller: *Efficient BackProp* (1998).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::lecun_uniform(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| w.abs() < 1.0));
/// ```
pub fn lecun_uniform<T: Real>(param: ParamMut<'_, T>, rng: Rng) {
    uniform(param.values, math::sqrt(3.0 / fans(&param.shape).0), rng);
}

/// Normal with deviation `√(1 / fan_in)`, for [`Selu`](crate::layers::Selu). Keras: `lecun_normal`.
///
/// LeCun, Bottou, Orr, Müller: *Efficient BackProp* (1998); Klambauer and others: *Self-normalizing neural networks*
/// (2017).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::lecun_normal(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| *w != 0.0));
/// ```
pub fn lecun_normal<T: Real>(param: ParamMut<'_, T>, rng: Rng) {
    normal(param.values, math::sqrt(1.0 / fans(&param.shape).0), rng);
}

/// Normal with deviation 0.02, drawn again beyond two deviations. PyTorch: `nn.init.trunc_normal_(std=0.02, a=-0.04,
/// b=0.04)`.
///
/// What transformers and their embeddings start with. The deviation of what is left is 0.0176. Devlin and others:
/// *BERT* (2018).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f32; 6];
/// init::trunc_normal(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// assert!(weight.iter().all(|w| w.abs() <= 0.04));
/// ```
#[doc(alias = "truncated_normal")]
pub fn trunc_normal<T: Real>(param: ParamMut<'_, T>, mut rng: Rng) {
    for v in param.values {
        let mut z = rng.normal();
        while z.abs() > 2.0 {
            z = rng.normal();
        }
        *v = T::of(0.02 * z);
    }
}

/// A random orthogonal matrix, evenly distributed. PyTorch: `nn.init.orthogonal_`.
///
/// A weight of more than two dimensions is taken as the matrix `[out, the rest]`. The shorter side is orthonormal:
/// rows where there are no more rows than columns, else columns. Computed in place by Gram and Schmidt's method, each
/// vector twice, so that rounding does not spoil it; the work is proportional to the shorter side squared times the
/// longer. Saxe, McClelland, Ganguli: *Exact solutions to the nonlinear dynamics of learning in deep linear neural
/// networks* (2013).
///
/// ```
/// use dl_core::params::{Kind, Order, ParamMut};
/// use dl_core::{Rng, Shape, init};
///
/// let mut weight = [0.0_f64; 6]; // [[w0, w2, w4], [w1, w3, w5]]
/// init::orthogonal(ParamMut::new(&mut weight, Shape::new([2, 3]), Order::ColumnMajor, Kind::Weight), Rng::new(0));
/// let [w0, w1, w2, w3, w4, w5] = weight;
/// assert!((w0 * w1 + w2 * w3 + w4 * w5).abs() < 1e-15);
/// assert!((w0 * w0 + w2 * w2 + w4 * w4 - 1.0).abs() < 1e-15);
/// ```
pub fn orthogonal<T: Real>(param: ParamMut<'_, T>, mut rng: Rng) {
    let rows = param.shape.dim(0).max(1);
    let columns = param.values.len() / rows;
    let by_rows = rows <= columns;
    let (vectors, len) = if by_rows { (rows, columns) } else { (columns, rows) };
    // number `i` of vector `k`
    let contiguous = by_rows == (param.order == Order::RowMajor);
    let at = |k: usize, i: usize| if contiguous { k * len + i } else { k + i * vectors };
    let v = param.values;
    for k in 0..vectors {
        loop {
            for i in 0..len {
                v[at(k, i)] = T::of(rng.normal());
            }
            let drawn = norm(v, len, |i| at(k, i));
            for _ in 0..2 {
                for earlier in 0..k {
                    let mut dot = 0.0;
                    for i in 0..len {
                        dot += v[at(k, i)].to_f64() * v[at(earlier, i)].to_f64();
                    }
                    for i in 0..len {
                        v[at(k, i)] -= T::of(dot * v[at(earlier, i)].to_f64());
                    }
                }
            }
            let left = norm(v, len, |i| at(k, i));
            // what lies among the earlier vectors up to rounding has no direction of its own: draw again
            if left > drawn * 64.0 * T::EPSILON {
                for i in 0..len {
                    v[at(k, i)] = T::of(v[at(k, i)].to_f64() / left);
                }
                break;
            }
        }
    }
}

fn norm<T: Real>(v: &[T], len: usize, at: impl Fn(usize) -> usize) -> f64 {
    math::sqrt((0..len).map(|i| v[at(i)].to_f64() * v[at(i)].to_f64()).sum())
}

// One copy of both: unrolled ones in each layer would take more flash than a step of a small network.
#[inline(never)]
fn uniform<T: Real>(values: &mut [T], bound: f64, mut rng: Rng) {
    #[inline(never)]
    fn draw<T: Real>(bound: f64, rng: &mut Rng) -> T {
        rng.uniform_in(-bound, bound)
    }
    for v in values {
        *v = draw(bound, &mut rng);
    }
}

/// Gives the weights of a layer or network the values of `init`; biases and the like stay as they are.
///
/// ```
/// use dl_core::{Blank, Rng, init, layers::Dense};
///
/// let mut dense = Dense::<f32, 3, 2>::ZERO;
/// init::weights(&mut dense, init::ones, Rng::new(0));
/// assert_eq!((dense.weight.sum(), dense.bias.sum()), (6.0, 0.0));
/// ```
pub fn weights<T: Real, P: Params<T>>(params: &mut P, init: impl Fn(ParamMut<'_, T>, Rng), rng: Rng) {
    let mut number = 0;
    params.zip([], Path::ROOT, &mut |_, param, []| {
        if param.kind == Kind::Weight {
            init(param, rng.fork(number));
        }
        number += 1;
    });
}

fn normal<T: Real>(values: &mut [T], deviation: f64, mut rng: Rng) {
    for v in values {
        *v = T::of(deviation * rng.normal());
    }
}

/// `(fan_in, fan_out)` of a weight `[out, in, ..]`.
fn fans(shape: &Shape) -> (f64, f64) {
    let kernel = shape.dim(2) * shape.dim(3);
    ((shape.dim(1) * kernel) as f64, (shape.dim(0) * kernel) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Initializer<T> = fn(ParamMut<'_, T>, Rng);

    /// 60 × 20 × 5 × 3: `fan_in` is 300, `fan_out` is 900.
    const SHAPE: Shape = Shape::new([60, 20, 5, 3]);
    const LEN: usize = SHAPE.len();

    fn draw<T: Real>(init: Initializer<T>, seed: u64) -> [T; LEN] {
        let mut values = [T::of(9.0); LEN];
        init(ParamMut::new(&mut values, SHAPE, Order::RowMajor, Kind::Weight), Rng::new(seed));
        values
    }

    #[track_caller]
    fn has_moments(init: Initializer<f64>, deviation: f64, bound: f64) {
        let values = draw(init, 1);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let square = values.iter().map(|v| v * v).sum::<f64>() / n;
        let largest = values.iter().fold(0.0_f64, |max, v| max.max(v.abs()));
        assert!(mean.abs() < 0.02 * deviation, "mean {mean}");
        assert!((math::sqrt(square) / deviation - 1.0).abs() < 0.02, "deviation {}", math::sqrt(square));
        assert!(largest < bound && largest > 0.99 * bound.min(3.0 * deviation), "largest {largest}");
    }

    #[test]
    fn uniform_ones_fill_their_bounds() {
        let root = math::sqrt::<f64>;
        has_moments(xavier_uniform, root(2.0 / 1200.0), root(6.0 / 1200.0));
        has_moments(kaiming_uniform, root(2.0 / 300.0), root(6.0 / 300.0));
        has_moments(lecun_uniform, root(1.0 / 300.0), root(3.0 / 300.0));
        has_moments(|p, rng| uniform_fan_in(p.values, 300, rng), root(1.0 / 900.0), root(1.0 / 300.0));
    }

    #[test]
    fn normal_ones_have_their_deviation() {
        let root = math::sqrt::<f64>;
        has_moments(xavier_normal, root(2.0 / 1200.0), f64::INFINITY);
        has_moments(kaiming_normal, root(2.0 / 300.0), f64::INFINITY);
        has_moments(lecun_normal, root(1.0 / 300.0), f64::INFINITY);
        // a normal cut at two deviations has 0.87963 of its deviation
        has_moments(trunc_normal, 0.02 * 0.879_626, 0.04 + 1e-12);
    }

    #[test]
    fn the_same_stream_gives_the_same_bits_and_another_does_not() {
        let all: [Initializer<f32>; 8] = [
            xavier_uniform,
            xavier_normal,
            he_uniform,
            he_normal,
            lecun_uniform,
            lecun_normal,
            orthogonal,
            trunc_normal,
        ];
        for (k, init) in all.into_iter().enumerate() {
            let bits = |seed| draw(init, seed).map(f32::to_bits);
            assert_eq!(bits(5), bits(5), "initializer {k}");
            assert_ne!(bits(5), bits(6), "initializer {k}");
        }
    }

    #[test]
    fn constants_are_constant() {
        assert_eq!((draw::<f32>(zeros, 0), draw::<f32>(ones, 0)), ([0.0; LEN], [1.0; LEN]));
    }

    /// The largest distance of a product of two rows (or columns) from 0 or 1.
    fn skew<T: Real, const LEN: usize>(rows: usize, columns: usize, order: Order, seed: u64) -> f64 {
        let mut v = [T::zero(); LEN];
        orthogonal(ParamMut::new(&mut v, Shape::new([rows, columns]), order, Kind::Weight), Rng::new(seed));
        let number = |r: usize, c: usize| {
            v[if order == Order::RowMajor { r * columns + c } else { r + c * rows }].to_f64()
        };
        let mut worst = 0.0_f64;
        for a in 0..rows.min(columns) {
            for b in 0..rows.min(columns) {
                let product: f64 = if rows <= columns {
                    (0..columns).map(|c| number(a, c) * number(b, c)).sum()
                } else {
                    (0..rows).map(|r| number(r, a) * number(r, b)).sum()
                };
                worst = worst.max((product - if a == b { 1.0 } else { 0.0 }).abs());
            }
        }
        worst
    }

    #[test]
    fn orthogonal_weights_are_so_in_every_shape_order_and_precision() {
        for order in [Order::RowMajor, Order::ColumnMajor] {
            for seed in 0..5 {
                assert!(skew::<f64, 600>(20, 30, order, seed) < 1e-14);
                assert!(skew::<f64, 600>(30, 20, order, seed) < 1e-14);
                assert!(skew::<f64, 900>(30, 30, order, seed) < 1e-14);
                assert!(skew::<f32, 900>(30, 30, order, seed) < 1e-6);
                assert!(skew::<f32, 7>(1, 7, order, seed) < 1e-6);
                assert!(skew::<f32, 1>(1, 1, order, seed) < 1e-6);
            }
        }
    }

    #[test]
    fn orthogonal_weights_favour_no_direction() {
        let (mut sum, mut negative, n) = (0.0, 0, 4000);
        for seed in 0..n {
            let mut v = [0.0_f64; 4];
            let shape = Shape::new([2, 2]);
            orthogonal(ParamMut::new(&mut v, shape, Order::RowMajor, Kind::Weight), Rng::new(seed));
            sum += v[0];
            negative += usize::from(v[0] * v[3] - v[1] * v[2] < 0.0);
        }
        let (mean, reflections) = (sum / n as f64, negative as f64 / n as f64);
        assert!(mean.abs() < 0.05 && (reflections - 0.5).abs() < 0.05, "{mean}, {reflections}");
    }
}
